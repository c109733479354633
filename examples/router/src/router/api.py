"""The service: a message comes in, and its ticket is in its queue."""

import httpx
from fastapi import FastAPI, HTTPException
from prometheus_client import make_asgi_app

from router import desk, telemetry
from router.llm import MODEL
from router.privacy import fingerprint
from router.route import route
from router.schema import Message, Move

app = FastAPI(title="router")
app.mount("/metrics", make_asgi_app())


@app.post("/messages")
def receive(message: Message) -> dict[str, str]:
    with telemetry.SECONDS.time():
        decision = route(message)
    telemetry.log_decision(message.id, fingerprint(message.text), decision, MODEL)
    try:
        desk.assign(message.id, decision)
    except httpx.HTTPError as error:
        telemetry.ERRORS.inc()
        raise HTTPException(status_code=503, detail="the desk cannot be reached") from error
    return {"queue": decision.queue, "reason": decision.reason}


@app.post("/moves")
def moved(move: Move) -> dict[str, str]:
    telemetry.log_move(move.id, move.queue)
    return {"queue": move.queue}


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
