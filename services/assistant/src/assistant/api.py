"""The gRPC service: reads questions, streams answers."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import grpc
from grpc import aio

from assistant import wire
from assistant.answerer import Answered, Answerer, Asked
from assistant.catalog import LookupAway
from assistant.questions import Mention
from assistant.systems import NAMES
from codingahead.assistant.v1 import assistant_pb2, assistant_pb2_grpc
from servicekit.errors import ServiceError, invalid

SERVICE = "codingahead.assistant.v1.AssistantService"

_LONGEST_QUESTION = 1_000
_LONGEST_CODE = 64

type _Context = aio.ServicerContext[Any, Any]


class AssistantApi(assistant_pb2_grpc.AssistantServiceServicer):
    """Handlers of ``AssistantService``."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    async def Ask(  # noqa: N802 - named by the contract
        self, request: assistant_pb2.AskRequest, context: _Context
    ) -> AsyncIterator[assistant_pb2.AskResponse]:
        """Stream the answer; everything is looked up first, so that a failure is an error."""
        asked = _asked(request)
        conversation_id = request.conversation_id or str(uuid.uuid4())
        try:
            answer = await self._answerer.answer(asked)
        except LookupAway:
            raise ServiceError(
                grpc.StatusCode.UNAVAILABLE,
                "LOOKUP_UNAVAILABLE",
                "The catalog cannot be read just now; ask again in a moment.",
            ) from None
        if isinstance(answer, Answered):
            yield wire.status_piece("looking_up")
            for evidence in answer.evidence:
                yield wire.evidence_piece(evidence)
            yield wire.status_piece("answering")
            for sentence in answer.sentences:
                yield wire.sentence_piece(sentence)
            yield wire.done_piece("", conversation_id)
            return
        if answer.looked_up:
            yield wire.status_piece("looking_up")
        yield wire.done_piece(answer.reason, conversation_id)


def _asked(request: assistant_pb2.AskRequest) -> Asked:
    faults: dict[str, str] = {}
    if not _is_uuid(request.request_id):
        faults["request_id"] = "must be a UUID"
    if request.conversation_id and not _is_uuid(request.conversation_id):
        faults["conversation_id"] = "must be a UUID, or empty to begin a conversation"
    if not request.question.strip() or len(request.question) > _LONGEST_QUESTION:
        faults["question"] = (
            f"must hold 1 to {_LONGEST_QUESTION:,} characters, not {len(request.question):,}"
            if request.question.strip()
            else "must not be empty"
        )
    in_view = None
    if request.HasField("context"):
        if request.context.system not in NAMES:
            faults["context.system"] = f"must be one of {', '.join(NAMES)}"
        if not 1 <= len(request.context.code.strip()) <= _LONGEST_CODE:
            faults["context.code"] = f"must hold 1 to {_LONGEST_CODE} characters"
        in_view = Mention(request.context.code.strip().upper(), (request.context.system,))
    if faults:
        raise invalid("REQUEST_INVALID", **faults)
    return Asked(request.question, in_view, frozenset(request.unlocked_sections))


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
