"""Server-sent events: an answer told piece by piece over one HTTP answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import suppress

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from codingahead.assistant.v1 import assistant_pb2
from gateway.questions import Answer, BrokenOff, Piece
from gateway.responses import UNCACHED, Receive, Scope, Send

MEDIA_TYPE = "text/event-stream"
_HEADERS = {
    **UNCACHED,
    # Proxies that gather answers before they pass them on are asked not to.
    "X-Accel-Buffering": "no",
}
_OUTCOMES = {
    assistant_pb2.Done.OUTCOME_ANSWERED: "answered",
    assistant_pb2.Done.OUTCOME_DECLINED: "declined",
}


class AnswerStream(StreamingResponse):
    """Tells *answer* as events; when nobody listens any more the assistant is stopped.

    ``done`` is the last event of every whole answer: a stream without it was broken off. It tells
    *notices* where the answer rests on CPT content.
    """

    def __init__(
        self, answer: Answer, headers: Mapping[str, str], notices: Sequence[str] = ()
    ) -> None:
        super().__init__(
            _events(answer, notices), headers={**_HEADERS, **headers}, media_type=MEDIA_TYPE
        )
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._answer.close()


def event(name: str, data: Mapping[str, object]) -> bytes:
    """One event; JSON holds no line breaks, so that its data is one line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


async def unless_gone[T](request: Request, work: Awaitable[T]) -> T:
    """What *work* comes to; it is given up when the client leaves before it is done.

    To be used once the body has been read.

    Raises:
        ClientDisconnect: when the client has left.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await leaving


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue


async def _events(answer: Answer, notices: Sequence[str]) -> AsyncIterator[bytes]:
    with suppress(BrokenOff):
        async for piece in answer.pieces():
            yield _event(piece, answer, notices)


def _event(piece: Piece, answer: Answer, notices: Sequence[str]) -> bytes:
    match piece.WhichOneof("piece"):
        case "status":
            return event("status", {"state": piece.status.state})
        case "evidence":
            fact = piece.evidence
            return event(
                "evidence",
                {"id": fact.id, "text": fact.text, "source": fact.source, "href": fact.href},
            )
        case "sentence":
            sentence = piece.sentence
            return event("sentence", {"text": sentence.text, "citations": list(sentence.citations)})
        case "done":
            done = piece.done
            told: dict[str, object] = {"outcome": _OUTCOMES.get(done.outcome, "declined")}
            if done.reason:
                told["reason"] = done.reason
            told["allowance"] = answer.left.json() if answer.left else None
            told["conversation_id"] = done.conversation_id
            if answer.has_cpt:
                told["licence_notices"] = list(notices)
            return event("done", told)
        case _:
            # A piece of a later contract: nothing a client of this one could use.
            return b""
