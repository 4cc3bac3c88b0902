"""Callers of metering: they ask, note what they were told and when, and never give up."""

import asyncio
import time
from collections.abc import Callable, Sequence

from grpc import aio

from codingahead.metering.v1 import metering_pb2 as pb
from codingahead.metering.v1 import metering_pb2_grpc
from metering import sections
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings
from tests.chaos.history import Answer, Asked, Verdict
from tests.chaos.workload import Workload

ANSWER_SECONDS = 1.0
"""Longest wait for an answer; a gateway waits 0.15 s, the rest is for a busy machine."""

_PAUSE_SECONDS = 0.05
_VERDICTS: "dict[pb.Verdict.ValueType, Verdict]" = {
    pb.VERDICT_GRANTED: "granted",
    pb.VERDICT_REPEAT: "repeat",
    pb.VERDICT_DENIED: "denied",
}
_KINDS = {"guest": pb.Subject.KIND_GUEST, "account": pb.Subject.KIND_ACCOUNT}


class Route:
    """The way to one metering process: a channel, and a stream that is opened anew when it broke.

    Each question that was sent is handed to *note*, whether it was answered or not.
    """

    def __init__(self, port: int, note: Callable[[Sequence[Asked]], None]) -> None:
        self._channel = open_channel(f"127.0.0.1:{port}", ServiceSettings())
        self._stub = metering_pb2_grpc.MeteringServiceStub(self._channel)
        self._note = note
        self._stream: (
            aio.StreamStreamCall[pb.DecideStreamRequest, pb.DecideStreamResponse] | None
        ) = None

    async def ask(self, batch: Sequence[Asked]) -> bool:
        """Ask *batch* over the stream; whether it was answered."""
        request = pb.DecideStreamRequest(requests=[_message(asked) for asked in batch])
        _begin(batch)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if self._stream is None:
                    self._stream = self._stub.DecideStream()
                await self._stream.write(request)
                response = await self._stream.read()
            if not isinstance(response, pb.DecideStreamResponse):
                raise aio.UsageError("the stream has ended")
            _end(batch, [result.decision for result in response.results])
        except (aio.AioRpcError, aio.UsageError, TimeoutError, asyncio.InvalidStateError):
            self._break_off()
            return False
        finally:
            self._note(batch)
        return True

    async def ask_one(self, asked: Asked) -> bool:
        """Ask by a call of its own; whether it was answered."""
        _begin([asked])
        try:
            response = await self._stub.Decide(_message(asked), timeout=ANSWER_SECONDS)
            _end([asked], [response])
        except aio.AioRpcError:
            return False
        finally:
            self._note([asked])
        return True

    async def close(self) -> None:
        """Leave."""
        self._break_off()
        await self._channel.close()

    def _break_off(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None


class Callers:
    """Some callers for each of *ports*, by streams and by single calls, until they are stopped."""

    def __init__(
        self, ports: Sequence[int], workload: Workload, *, batch: int, pause_seconds: float
    ) -> None:
        self.asked: list[Asked] = []
        self.granted = 0
        self._ports = ports
        self._workload = workload
        self._batch = batch
        self._pause = pause_seconds
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to ask."""
        for port in self._ports:
            self._tasks += [
                asyncio.create_task(self._stream(port)),
                asyncio.create_task(self._single(port)),
            ]

    async def stop(self) -> None:
        """Wait for what was asked, and ask no more."""
        self._stopping = True
        await asyncio.gather(*self._tasks)

    def note(self, batch: Sequence[Asked]) -> None:
        """Keep what was asked, and have asked again what was not answered."""
        self.asked += batch
        for asked in batch:
            if asked.answer is None:
                self._workload.again(asked)
            elif asked.answer.decision_id:
                self.granted += 1

    async def _stream(self, port: int) -> None:
        route = Route(port, self.note)
        while not self._stopping:
            batch = [self._workload.next() for _ in range(self._batch)]
            answered = await route.ask(batch)
            await asyncio.sleep(self._pause if answered else _PAUSE_SECONDS)
        await route.close()

    async def _single(self, port: int) -> None:
        route = Route(port, self.note)
        while not self._stopping:
            answered = await route.ask_one(self._workload.next())
            await asyncio.sleep(self._pause if answered else _PAUSE_SECONDS)
        await route.close()


def _begin(batch: Sequence[Asked]) -> None:
    now = time.monotonic()
    for asked in batch:
        asked.began = now


def _end(batch: Sequence[Asked], responses: Sequence[pb.DecideResponse]) -> None:
    now = time.monotonic()
    for asked, response in zip(batch, responses, strict=True):
        asked.ended = now
        asked.answer = _answer(response)


def _message(asked: Asked) -> pb.DecideRequest:
    return pb.DecideRequest(
        subject=pb.Subject(kind=_KINDS[asked.subject.kind], id=asked.subject.id),
        plan=asked.plan,
        action=asked.action,
        resource=asked.resource,
        request_id=asked.request_id,
    )


def _answer(response: pb.DecideResponse) -> Answer:
    allowance = response.allowance
    return Answer(
        verdict=_VERDICTS[response.verdict],
        degraded=response.mode == pb.MODE_DEGRADED,
        spent=response.reason == pb.REASON_LIMIT_SPENT,
        remaining=allowance.remaining if allowance.HasField("remaining") else None,
        reset_ms=(
            allowance.reset_time.ToMilliseconds() if allowance.HasField("reset_time") else None
        ),
        gated=bool(set(response.unlocked_sections) - set(sections.PUBLIC)),
        decision_id=response.decision_id,
    )
