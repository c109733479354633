"""The hosted model: the only place that speaks to it."""

import functools
from pathlib import Path

from openai import OpenAI, OpenAIError

MODEL = "acme-instruct-8b-2026-08-15"
PROMPT = Path("prompts/route.md")


class Unavailable(Exception):
    """The model did not answer."""


@functools.cache
def client():
    """Address and key come from OPENAI_BASE_URL and OPENAI_API_KEY."""
    return OpenAI(timeout=6.0, max_retries=1)


def messages(text, passages):
    """What the model is shown. The customer's text stands in a frame of its own and cannot close it."""
    shown = "\n".join(f"{passage['id']}: {passage['text']}" for passage in passages)
    framed = text.replace("<", "‹").replace(">", "›")
    return [
        {"role": "system", "content": PROMPT.read_text(encoding="utf-8")},
        {"role": "user", "content": f"<passages>\n{shown}\n</passages>\n<message>\n{framed}\n</message>"},
    ]


def ask(text, passages):
    """The model's answer, as text that nobody has looked at yet."""
    try:
        reply = client().chat.completions.create(
            model=MODEL,
            messages=messages(text, passages),
            temperature=0,
            max_tokens=400,
            response_format={"type": "json_object"},
        )
    except OpenAIError as error:
        raise Unavailable(str(error)) from error
    return reply.choices[0].message.content or ""
