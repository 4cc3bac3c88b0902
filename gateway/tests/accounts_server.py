"""An accounts that behaves as each test needs, over gRPC as the real one does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from grpc import aio

from codingahead.accounts.v1 import accounts_pb2 as pb
from codingahead.accounts.v1 import accounts_pb2_grpc
from servicekit.errors import ServiceError

# What no test here asks for answers UNIMPLEMENTED.
_Servicer: Any = accounts_pb2_grpc.AccountsServiceServicer


def token(number: int = 0) -> str:
    """A token as accounts makes them."""
    return f"{number:043}"


def principal(number: int = 0) -> pb.Principal:
    return pb.Principal(
        account_id=f"account-{number % 10}", plan="free", session_id=f"s-{number}", name="Ann"
    )


class AccountsServer(_Servicer):  # type: ignore[misc]
    """Knows the *sessions* by token; can be held up at a gate, and be told to fail."""

    def __init__(self) -> None:
        self.sessions: dict[str, pb.Principal] = {}
        self.lifetime = timedelta(days=7)
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: ServiceError | None = None
        self._server: aio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = aio.server(options=[("grpc.so_reuseport", 0)])
        accounts_pb2_grpc.add_AccountsServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def stop(self) -> None:
        assert self._server is not None
        await self._server.stop(0)

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def ResolveSession(self, request: Any, context: Any) -> pb.ResolveSessionResponse:  # noqa: N802
        self.asked.append(request.token)
        found = self.sessions.get(request.token)
        await self.gate.wait()
        failure = self.failure
        if failure is None and found is None:
            failure = ServiceError(grpc.StatusCode.UNAUTHENTICATED, "SESSION_UNKNOWN", "unknown")
        if failure is not None:
            context.set_trailing_metadata(failure.trailing_metadata("accounts.codingahead"))
            await context.abort(failure.code, failure.message)
        answer = pb.ResolveSessionResponse(principal=found)
        answer.expires_at.FromDatetime(datetime.now(UTC) + self.lifetime)
        return answer
