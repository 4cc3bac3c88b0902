"""The gRPC service of exporting and erasing: reads requests, asks, writes answers."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from grpc import aio

from accounts.api import refusals
from accounts.login_guard import LoginGuard
from accounts.privacy import ConfirmationWrong, Privacy
from codingahead.accounts.v1 import privacy_pb2 as pb
from codingahead.accounts.v1 import privacy_pb2_grpc
from servicekit.errors import invalid

_PIECE = 64 * 1024

type _Context = aio.ServicerContext[Any, Any]


class PrivacyApi(privacy_pb2_grpc.PrivacyServiceServicer):
    """Handlers of ``PrivacyService``."""

    def __init__(self, privacy: Privacy, guard: LoginGuard) -> None:
        self._privacy = privacy
        self._guard = guard

    async def ExportAccount(  # noqa: N802 - named by the contract
        self, request: pb.ExportAccountRequest, context: _Context
    ) -> AsyncIterator[pb.ExportAccountResponse]:
        """Send the document about an account."""
        with _refusals():
            await self._guard.export(request.account_id)
            document = await self._privacy.export(request.account_id, request.session_id)
        for start in range(0, len(document), _PIECE):
            yield pb.ExportAccountResponse(piece=document[start : start + _PIECE])

    async def EraseAccount(  # noqa: N802 - named by the contract
        self, request: pb.EraseAccountRequest, context: _Context
    ) -> pb.EraseAccountResponse:
        """Erase an account."""
        with _refusals():
            await self._privacy.erase(request.account_id, request.session_id, request.confirmation)
        return pb.EraseAccountResponse()


@contextmanager
def _refusals() -> Iterator[None]:
    with refusals():
        try:
            yield
        except ConfirmationWrong:
            raise invalid(
                "REQUEST_INVALID", confirmation="must be the e-mail address of this account"
            ) from None
