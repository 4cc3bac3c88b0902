"""Callers of strict actions: they reserve, settle, and ask again until they know."""

import asyncio
import random
import uuid
from collections.abc import Sequence

from grpc import aio

from codingahead.metering.v1 import metering_pb2 as pb
from codingahead.metering.v1 import metering_pb2_grpc
from metering.decision import Subject
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings
from tests.chaos.strict_checker import Reserving

_ANSWER_SECONDS = 2.0
_TRIES = 40
_AGAIN_SECONDS = 0.1
_CALLERS = 3
_LIMITS = {"consult": 1, "ask_assistant": 10}
"""Of the free plan, as in deploy/plans.yaml."""
_ASKED_BEYOND = 4
"""So many reservations more than its limit are asked of each subject, by several at once."""
_UNSETTLED = 0.1
"""Share of reservations that cost nothing in the end."""


class StrictCallers:
    """A few callers that share subjects, each going to any of *ports*, until they are stopped."""

    def __init__(self, ports: Sequence[int], rng: random.Random, *, pause_seconds: float) -> None:
        self.asked: list[Reserving] = []
        self._ports = ports
        self._rng = rng
        self._pause = pause_seconds
        self._drawn = 0
        self._stopping = False
        self._channels: list[aio.Channel] = []
        self._stubs: list[metering_pb2_grpc.MeteringServiceAsyncStub] = []
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to ask."""
        self._channels = [
            open_channel(f"127.0.0.1:{port}", ServiceSettings()) for port in self._ports
        ]
        self._stubs = [metering_pb2_grpc.MeteringServiceStub(channel) for channel in self._channels]
        self._tasks = [asyncio.create_task(self._call()) for _ in range(_CALLERS)]

    async def stop(self) -> None:
        """Wait for what is in hand, and ask no more."""
        self._stopping = True
        await asyncio.gather(*self._tasks)
        for channel in self._channels:
            await channel.close()

    async def _call(self) -> None:
        while not self._stopping:
            self._drawn += 1
            action = "ask_assistant" if self._drawn % 3 else "consult"
            draws = _LIMITS[action] + _ASKED_BEYOND
            subject = Subject("account", f"strict{self._drawn // (3 * draws)}")
            asked = Reserving(subject, action, _LIMITS[action])
            self.asked.append(asked)
            await self._ask(asked)
            await asyncio.sleep(self._pause)

    async def _ask(self, asked: Reserving) -> None:
        request = pb.ReserveRequest(
            subject=pb.Subject(kind=pb.Subject.KIND_ACCOUNT, id=asked.subject.id),
            plan="free",
            action=asked.action,
            resource=f"question:{uuid.UUID(int=self._rng.getrandbits(128))}",
            request_id=str(uuid.UUID(int=self._rng.getrandbits(128))),
            max_units=1,
        )
        for _ in range(_TRIES):
            try:
                answer = await self._stub().Reserve(request, timeout=_ANSWER_SECONDS)
            except aio.AioRpcError:
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            if answer.mode == pb.MODE_DEGRADED:
                asked.open_in_outage |= answer.verdict != pb.VERDICT_DENIED
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            if answer.reservation_id:
                asked.answers.append(answer.reservation_id)
                if self._rng.random() < _UNSETTLED:
                    # Its answer may have been lost: the same again is the same reservation.
                    again = await self._again(request)
                    asked.answers += [again] if again else []
                await self._settle(asked)
            return

    async def _again(self, request: pb.ReserveRequest) -> str:
        try:
            return (await self._stub().Reserve(request, timeout=_ANSWER_SECONDS)).reservation_id
        except aio.AioRpcError:
            return ""

    async def _settle(self, asked: Reserving) -> None:
        request = pb.SettleRequest(
            subject=pb.Subject(kind=pb.Subject.KIND_ACCOUNT, id=asked.subject.id),
            action=asked.action,
            reservation_id=asked.answers[0],
            units=0 if self._rng.random() < _UNSETTLED else 1,
        )
        for _ in range(_TRIES):
            try:
                answer = await self._stub().Settle(request, timeout=_ANSWER_SECONDS)
            except aio.AioRpcError:
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            if answer.outcome == pb.SettleResponse.OUTCOME_SETTLED:
                asked.settled = answer.units
            return

    def _stub(self) -> "metering_pb2_grpc.MeteringServiceAsyncStub":
        return self._rng.choice(self._stubs)
