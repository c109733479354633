"""From a message to a decision. Nothing that the model wrote leaves this module without having passed the guards."""

from dataclasses import dataclass

from router import llm, passages
from router.guard import allowed_queue, cited, confident, keeps_policy, routing_enabled
from router.keywords import by_keyword
from router.privacy import redact
from router.schema import BadAnswer, parse


@dataclass(frozen=True)
class Decision:
    queue: str
    draft: str
    reason: str
    cites: tuple[str, ...]
    made_by: str


def fallback(text, reason):
    """Without the model: the queue by keyword, and no draft."""
    return Decision(by_keyword(text), "", reason, (), "keywords")


def triage(reason):
    """People decide."""
    return Decision("triage", "", reason, (), "nobody")


def route(message, ask=llm.ask):
    """Where a message goes, and the draft that goes with it."""
    if not routing_enabled():
        return triage("routing is switched off")
    text = redact(message.text)
    shown = passages.find(text)
    try:
        answer = parse(ask(text, shown))
    except (llm.Unavailable, BadAnswer) as error:
        return fallback(text, f"by keyword: {error}")
    if not allowed_queue(answer):
        return triage("the model named a queue that does not exist")
    if not confident(answer):
        return triage("the model refused or was not sure")
    if not cited(answer, shown) or not keeps_policy(answer.draft):
        return Decision(answer.queue, "", answer.reason, (), "model")
    return Decision(answer.queue, answer.draft, answer.reason, tuple(answer.cites), "model")
