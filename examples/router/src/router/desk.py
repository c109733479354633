"""The ticket desk: the one place where a decision becomes an action."""

import os

import httpx


def assign(message_id, decision):
    """Put the ticket into its queue, with draft, reason and cited passages beside it."""
    reply = httpx.post(
        f"{os.environ['DESK_URL']}/tickets/{message_id}/assign",
        json={
            "queue": decision.queue,
            "draft": decision.draft,
            "reason": decision.reason,
            "cites": list(decision.cites),
        },
        timeout=5.0,
    )
    reply.raise_for_status()
