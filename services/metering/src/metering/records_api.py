"""The gRPC service of records: reads requests, asks the ledger, writes answers."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
from grpc import aio

from codingahead.metering.v1 import records_pb2, records_pb2_grpc
from metering import wire
from metering.decision import QuestionInvalid, check_id
from metering.ledger_reader import Ledger, LedgerAway
from metering.records import records_of
from servicekit.errors import ServiceError, invalid

type _Context = aio.ServicerContext[Any, Any]


class RecordsApi(records_pb2_grpc.RecordsServiceServicer):
    """Handlers of ``RecordsService``."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def ListRecords(  # noqa: N802 - named by the contract
        self, request: records_pb2.ListRecordsRequest, context: _Context
    ) -> AsyncIterator[records_pb2.ListRecordsResponse]:
        """Send every entry about a subject."""
        try:
            subject = wire.subject_of(request.subject)
            check_id("subject.id", subject.id)
            async for record in records_of(self._ledger, subject):
                yield records_pb2.ListRecordsResponse(event=record.event, entry=record.entry)
        except QuestionInvalid as fault:
            raise invalid("REQUEST_INVALID", **{fault.field: fault.fault}) from None
        except LedgerAway as error:
            raise ServiceError(
                grpc.StatusCode.UNAVAILABLE,
                "STORE_UNAVAILABLE",
                f"The ledger cannot be reached ({error}); ask again in a few seconds.",
            ) from None
