"""What stands between the model's answer and what happens to a customer."""

import os
import re

QUEUES = frozenset({"billing", "delivery", "returns", "account", "technical", "triage"})
CONFIDENT = 0.7
PROMISE = re.compile(r"(?i)\b(?:we will (?:refund|pay|credit|cancel)|wir (?:erstatten|zahlen|kündigen))|https?://|[€$]\s*\d")


def routing_enabled():
    """The stop switch: ROUTING=off sends every message to the triage desk."""
    return os.environ.get("ROUTING", "on") == "on"


def allowed_queue(answer):
    return answer.queue in QUEUES


def confident(answer):
    """Not refused, and sure enough to act on."""
    return not answer.refused and answer.confidence >= CONFIDENT


def cited(answer, passages):
    """A draft rests on passages that the model was really shown."""
    shown = {passage["id"] for passage in passages}
    return bool(answer.cites) and shown.issuperset(answer.cites)


def keeps_policy(draft):
    """A draft promises no money and holds no link."""
    return PROMISE.search(draft) is None
