"""The gRPC service: reads questions, asks who can answer them, writes answers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
from grpc import aio

from codingahead.metering.v1 import metering_pb2, metering_pb2_grpc
from metering import wire
from metering.decision import QuestionInvalid
from metering.ledger_reader import LedgerAway
from metering.merger import Merger
from metering.meter import Meter
from metering.redis_connection import RedisAway
from metering.reservations import Reservations
from servicekit import deadlines
from servicekit.errors import ServiceError, invalid

SERVICE = "codingahead.metering.v1.MeteringService"

type _Context = aio.ServicerContext[Any, Any]


class MeteringApi(metering_pb2_grpc.MeteringServiceServicer):
    """Handlers of ``MeteringService``; open streams end when *stopping* is set.

    Reserving and settling wait for the ledger for *strict_seconds* at most.
    """

    def __init__(
        self,
        meter: Meter,
        merger: Merger,
        reservations: Reservations,
        stopping: asyncio.Event,
        *,
        strict_seconds: float,
    ) -> None:
        self._meter = meter
        self._merger = merger
        self._reservations = reservations
        self._stopping = stopping
        self._strict_seconds = strict_seconds

    async def Decide(  # noqa: N802 - named by the contract
        self, request: metering_pb2.DecideRequest, context: _Context
    ) -> metering_pb2.DecideResponse:
        """Decide one question."""
        (answer,) = await self._meter.decide([wire.question_of(request)])
        if isinstance(answer, QuestionInvalid):
            raise _refusal(answer)
        return wire.response_of(answer)

    async def DecideStream(  # noqa: N802 - named by the contract
        self,
        request_iterator: AsyncIterator[metering_pb2.DecideStreamRequest],
        context: _Context,
    ) -> AsyncIterator[metering_pb2.DecideStreamResponse]:
        """Decide batches until the caller, or this process, is done."""
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            while True:
                reading = asyncio.create_task(_next(request_iterator))
                await asyncio.wait((reading, stopping), return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    reading.cancel()
                    return
                batch = reading.result()
                if batch is None:
                    return
                yield await self._decided(batch)
        finally:
            stopping.cancel()

    async def GetAllowances(  # noqa: N802 - named by the contract
        self, request: metering_pb2.GetAllowancesRequest, context: _Context
    ) -> metering_pb2.GetAllowancesResponse:
        """Say what a subject has left."""
        try:
            subject = wire.subject_of(request.subject)
            allowances = await self._meter.allowances(subject, request.plan)
        except QuestionInvalid as fault:
            raise _refusal(fault) from None
        return wire.allowances_response(allowances)

    async def MergeSubject(  # noqa: N802 - named by the contract
        self, request: metering_pb2.MergeSubjectRequest, context: _Context
    ) -> metering_pb2.MergeSubjectResponse:
        """Carry a guest over to an account."""
        try:
            merged = await self._merger.merge(wire.merge_of(request))
        except QuestionInvalid as fault:
            raise _refusal(fault) from None
        except RedisAway as error:
            raise ServiceError(
                grpc.StatusCode.UNAVAILABLE,
                "STORE_UNAVAILABLE",
                f"The count cannot be reached ({error}); repeat the merge.",
            ) from None
        return wire.merge_response(merged)

    async def Reserve(  # noqa: N802 - named by the contract
        self, request: metering_pb2.ReserveRequest, context: _Context
    ) -> metering_pb2.ReserveResponse:
        """Set units of a strict action aside."""
        try:
            reservation = await self._reservations.reserve(
                wire.reserved_question_of(request),
                request.max_units,
                seconds=deadlines.remaining(self._strict_seconds),
            )
        except QuestionInvalid as fault:
            raise _refusal(fault) from None
        return wire.reserve_response(reservation)

    async def Settle(  # noqa: N802 - named by the contract
        self, request: metering_pb2.SettleRequest, context: _Context
    ) -> metering_pb2.SettleResponse:
        """Charge what was reserved, and give back the rest."""
        try:
            settlement = await self._reservations.settle(
                wire.subject_of(request.subject),
                request.action,
                request.reservation_id,
                request.units,
                seconds=deadlines.remaining(self._strict_seconds),
            )
        except QuestionInvalid as fault:
            raise _refusal(fault) from None
        except LedgerAway as error:
            raise ServiceError(
                grpc.StatusCode.UNAVAILABLE,
                "STORE_UNAVAILABLE",
                f"The ledger cannot be reached ({error}); settle again.",
            ) from None
        return wire.settle_response(settlement)

    async def _decided(
        self, batch: metering_pb2.DecideStreamRequest
    ) -> metering_pb2.DecideStreamResponse:
        if len(batch.requests) > wire.MAX_BATCH:
            raise invalid(
                "REQUEST_INVALID",
                requests=f"must be at most {wire.MAX_BATCH}, not {len(batch.requests)}",
            )
        answers = await self._meter.decide([wire.question_of(item) for item in batch.requests])
        response = metering_pb2.DecideStreamResponse()
        for answer in answers:
            wire.result_into(response.results.add(), answer)
        return response


async def _next(
    batches: AsyncIterator[metering_pb2.DecideStreamRequest],
) -> metering_pb2.DecideStreamRequest | None:
    return await anext(batches, None)


def _refusal(fault: QuestionInvalid) -> ServiceError:
    return ServiceError(
        grpc.StatusCode.INVALID_ARGUMENT,
        fault.reason,
        str(fault),
        violations={fault.field: fault.fault},
    )
