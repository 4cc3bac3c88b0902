"""An assistant that says what each test needs, over gRPC as the real one does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
from grpc import aio

from codingahead.assistant.v1 import assistant_pb2 as pb
from codingahead.assistant.v1 import assistant_pb2_grpc
from servicekit.errors import ServiceError

_Servicer: Any = assistant_pb2_grpc.AssistantServiceServicer

LOOKING_UP = pb.AskResponse(status=pb.Status(state="looking_up"))
ANSWERING = pb.AskResponse(status=pb.Status(state="answering"))
EVIDENCE = pb.AskResponse(
    evidence=pb.Evidence(
        id="e1", text="A fact.", source="ICD-10-CM April 2026", href="/icd-10-cm/E11.9"
    )
)
FIRST = pb.AskResponse(sentence=pb.Sentence(text="First “one”.", citations=["e1"]))
SECOND = pb.AskResponse(sentence=pb.Sentence(text="Second.", citations=["e1"]))
CONVERSATION = "0c4a4b0e-8d0f-4a57-9c5a-000000000001"
ANSWERED = pb.AskResponse(
    done=pb.Done(outcome=pb.Done.OUTCOME_ANSWERED, conversation_id=CONVERSATION)
)
DECLINED = pb.AskResponse(
    done=pb.Done(outcome=pb.Done.OUTCOME_DECLINED, reason="Not that.", conversation_id=CONVERSATION)
)
ANSWER = (LOOKING_UP, EVIDENCE, ANSWERING, FIRST, SECOND, ANSWERED)

type Step = pb.AskResponse | asyncio.Event | ServiceError
"""A piece to send, something to wait for, or a failure to end with."""


class AssistantServer(_Servicer):  # type: ignore[misc]
    """Goes through *script* for each question."""

    def __init__(self) -> None:
        self.script: Sequence[Step] = ANSWER
        self.asked: list[pb.AskRequest] = []
        self.cancelled = asyncio.Event()
        self._server: aio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = aio.server(options=[("grpc.so_reuseport", 0)])
        assistant_pb2_grpc.add_AssistantServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def stop(self) -> None:
        assert self._server is not None
        await self._server.stop(0)

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def Ask(self, request: Any, context: Any) -> AsyncIterator[pb.AskResponse]:  # noqa: N802
        self.asked.append(request)
        try:
            for step in self.script:
                match step:
                    case asyncio.Event():
                        await step.wait()
                    case ServiceError():
                        context.set_trailing_metadata(
                            step.trailing_metadata("assistant.codingahead")
                        )
                        await context.abort(step.code, step.message)
                    case piece:
                        yield piece
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


def failing(code: grpc.StatusCode, reason: str, **violations: str) -> ServiceError:
    return ServiceError(code, reason, reason, violations=violations)
