"""Has metering set units aside before work that costs money, and settles them after it."""

import asyncio
import uuid
from typing import Final

import grpc
from grpc.aio import AioRpcError, Channel

from codingahead.metering.v1 import metering_pb2, metering_pb2_grpc
from gateway.allowances import Left
from gateway.page_views import plan_of, subject_of
from gateway.visitors import Known
from servicekit.errors import from_rpc_error
from servicekit.logs import get_logger
from servicekit.metrics import Counter

log = get_logger("gateway.reservations")

LEFT_TO_EXPIRE = Counter(
    "gateway_settlements_left_total", "Reservations that could not be settled: they expire."
)

_RESERVE_SECONDS = 1.0
_SETTLE_SECONDS = 0.5
_TRIES: Final = 2
"""A metering process that has just stopped leaves the call to another one."""
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
_FINISH_SECONDS = 2.0

_SETTLED = metering_pb2.SettleResponse.OUTCOME_SETTLED


class ReservationLost(Exception):  # noqa: N818 - it is what became of a reservation
    """The units went back before they were settled: nothing was charged."""


class Reservation:
    """What metering answered: *answer* says whether the work may begin.

    One that was granted is settled once, whatever comes of the work.
    """

    def __init__(
        self,
        owner: "Reservations",
        subject: metering_pb2.Subject,
        action: str,
        answer: metering_pb2.ReserveResponse,
    ) -> None:
        self.answer = answer
        self._owner = owner
        self._subject = subject
        self._action = action

    @property
    def left(self) -> Left:
        """What is left, as far as metering told."""
        return Left.of(self.answer.allowance)

    async def settle(self, units: int) -> Left | None:
        """Charge *units*; what is left then, None where metering does not say.

        What metering cannot be told now is told it a little later, in the background, and else left
        to expire.

        Raises:
            ReservationLost: when nothing could be charged any more.
        """
        if not self.answer.reservation_id:
            return self.left
        try:
            settled = await self._owner.settle(self._request(units))
        except AioRpcError as error:
            log.warning("settlement_waits", code=error.code().name)
            self._owner.settle_later(self._request(units))
            return None
        if units and settled.outcome != _SETTLED:
            log.error("reservation_lost", outcome=settled.outcome)
            raise ReservationLost
        return Left.of(settled.allowance) if settled.HasField("allowance") else None

    def give_back(self) -> None:
        """Charge nothing; said in the background, as whoever asked may be gone."""
        if self.answer.reservation_id:
            self._owner.settle_later(self._request(0), at_once=True)

    def _request(self, units: int) -> metering_pb2.SettleRequest:
        return metering_pb2.SettleRequest(
            subject=self._subject,
            action=self._action,
            reservation_id=self.answer.reservation_id,
            units=units,
        )


class Reservations:
    """Reserves in visitors' names."""

    def __init__(self, channel: Channel) -> None:
        self._stub = metering_pb2_grpc.MeteringServiceStub(channel)
        self._later: set[asyncio.Task[None]] = set()

    async def reserve(self, visitor: Known, action: str, resource: str) -> Reservation | None:
        """One unit of *action* for work on *resource*; None where metering decided nothing."""
        subject = subject_of(visitor)
        request = metering_pb2.ReserveRequest(
            subject=subject,
            plan=plan_of(visitor),
            action=action,
            resource=resource,
            request_id=str(uuid.uuid4()),
            max_units=1,
        )
        for tried in range(1, _TRIES + 1):
            try:
                answer = await self._stub.Reserve(request, timeout=_RESERVE_SECONDS)
            except AioRpcError as error:
                if error.code() is grpc.StatusCode.UNAVAILABLE and tried < _TRIES:
                    # The same request gets the same reservation, had it been made.
                    continue
                log.warning("reservation_unanswered", reason=from_rpc_error(error).reason)
                return None
            return Reservation(self, subject, action, answer)
        return None

    async def settle(self, request: metering_pb2.SettleRequest) -> metering_pb2.SettleResponse:
        """Settle, once.

        Raises:
            AioRpcError: when metering does not say that it did.
        """
        return await self._stub.Settle(request, timeout=_SETTLE_SECONDS)

    def settle_later(self, request: metering_pb2.SettleRequest, *, at_once: bool = False) -> None:
        """Settle in the background: *at_once*, or after a pause."""
        pauses = (0.0, *_PAUSES) if at_once else _PAUSES
        task = asyncio.create_task(self._keep_settling(request, pauses))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def finish(self) -> None:
        """At a stop: wait a little for what is still to be settled."""
        if not self._later:
            return
        _, late = await asyncio.wait(self._later, timeout=_FINISH_SECONDS)
        for task in late:
            task.cancel()
        LEFT_TO_EXPIRE.inc(len(late))

    async def _keep_settling(
        self, request: metering_pb2.SettleRequest, pauses: tuple[float, ...]
    ) -> None:
        code = ""
        for pause in pauses:
            await asyncio.sleep(pause)
            try:
                await self.settle(request)
            except AioRpcError as error:
                code = error.code().name
            else:
                return
        LEFT_TO_EXPIRE.inc()
        log.warning("reservation_left_to_expire", code=code)
