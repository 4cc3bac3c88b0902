"""Everything that is held about an account, gathered from who holds it; and having it erased."""

import asyncio
import json
from contextlib import aclosing
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from grpc.aio import AioRpcError, Channel
from nats.errors import Error as NatsError

from codingahead.accounts.v1 import privacy_pb2, privacy_pb2_grpc
from codingahead.gateway.v1 import events_pb2
from codingahead.metering.v1 import metering_pb2, records_pb2, records_pb2_grpc
from gateway import problems
from gateway.account_calls import SECONDS, answered
from gateway.page_views import PAGE_VIEWED, STREAM
from gateway.problems import Refused
from gateway.sessions import Account
from servicekit.bus import Bus
from servicekit.errors import from_rpc_error
from servicekit.logs import get_logger
from servicekit.mentions import mentions

log = get_logger("gateway.privacy")

_RECORDS_SECONDS: Final = 5.0
_VIEWS_SECONDS: Final = 5.0


class Privacy:
    """Asks accounts and metering, and reads the stream of page views.

    Methods raise :class:`gateway.problems.Refused` with what the visitor is told.
    """

    def __init__(self, accounts: Channel, metering: Channel, bus: Bus) -> None:
        self._accounts = privacy_pb2_grpc.PrivacyServiceStub(accounts)
        self._records = records_pb2_grpc.RecordsServiceStub(metering)
        self._bus = bus

    async def export(self, account: Account) -> bytes:
        """A JSON document with everything held about *account*, in UTF-8.

        It is whole or there is none: while a part is away it is refused.
        """
        document = await answered(self._held_by_accounts(account))
        counted, viewed = await asyncio.gather(self._counted(account), self._viewed(account))
        document["ledger"] = counted
        document["page_views"] = viewed
        return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace")

    async def erase(self, account: Account, confirmation: str) -> None:
        """Erase *account*, whose owner typed its address as *confirmation*."""
        request = privacy_pb2.EraseAccountRequest(
            account_id=account.id, session_id=account.session_id, confirmation=confirmation
        )
        await answered(self._accounts.EraseAccount(request, timeout=SECONDS))

    async def _held_by_accounts(self, account: Account) -> dict[str, Any]:
        request = privacy_pb2.ExportAccountRequest(
            account_id=account.id, session_id=account.session_id
        )
        call = self._accounts.ExportAccount(request, timeout=SECONDS)
        pieces = [answer.piece async for answer in call]
        document: dict[str, Any] = json.loads(b"".join(pieces))
        return document

    async def _counted(self, account: Account) -> list[dict[str, Any]]:
        """What metering's ledger says: what was opened and asked, and when."""
        subject = metering_pb2.Subject(kind=metering_pb2.Subject.KIND_ACCOUNT, id=account.id)
        request = records_pb2.ListRecordsRequest(subject=subject)
        try:
            return [
                {"event": record.event, **json.loads(record.entry)}
                async for record in self._records.ListRecords(request, timeout=_RECORDS_SECONDS)
            ]
        except AioRpcError as error:
            failure = from_rpc_error(error)
            log.warning("records_away", code=failure.code.name, reason=failure.reason)
            raise Refused(problems.metering_away()) from None

    async def _viewed(self, account: Account) -> list[dict[str, Any]]:
        """What the stream of page views says."""
        views: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(_VIEWS_SECONDS):
                async with aclosing(mentions(self._bus, STREAM, account.id)) as found:
                    async for message in found:
                        if message.subject == PAGE_VIEWED.subject:
                            viewed = events_pb2.PageViewed.FromString(message.data)
                            views.append(MessageToDict(viewed))
        except (NatsError, OSError, TimeoutError, DecodeError) as error:
            log.warning("page_views_unread", why=str(error) or type(error).__name__)
            raise Refused(problems.records_away()) from None
        return views
