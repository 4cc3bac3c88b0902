"""Asking metering: one stream for the whole process, many decisions to a message."""

import asyncio
import enum
import uuid
from collections import deque
from dataclasses import dataclass, field

from grpc.aio import AioRpcError, Channel, StreamStreamCall

from codingahead.metering.v1 import metering_pb2, metering_pb2_grpc
from servicekit.logs import get_logger
from servicekit.metrics import FAST_BUCKETS, Counter, Gauge, Histogram

log = get_logger("gateway.decisions")

UNANSWERED = Counter(
    "gateway_decisions_unanswered_total", "Decisions metering did not make in time.", ["why"]
)
BATCH_SECONDS = Histogram(
    "gateway_decide_seconds", "Time for a batch of decisions.", buckets=FAST_BUCKETS
)
BATCH_SIZE = Histogram(
    "gateway_decide_batch_size", "Decisions in a batch.", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 512)
)
MERGES_LEFT = Counter(
    "gateway_merges_left_total", "Merges that metering could not make at once: its event will."
)
REACHABLE = Gauge("gateway_metering_reachable", "1 while metering answers.")

_BATCH = 512
_QUEUE = 4_096
_ANSWER_SECONDS = 0.15
_MERGE_SECONDS = 0.3
_CONNECT_SECONDS = 1.0
_PAUSE_SECONDS = 0.5
_TRIES = 2
"""A stream may end on a question; when the next one does too, it may be because of the question."""
_LATE = "late"
_ENDED = "ended"

type _Stream = StreamStreamCall[metering_pb2.DecideStreamRequest, metering_pb2.DecideStreamResponse]


class _State(enum.Enum):
    ANSWERING = enum.auto()
    TURNING = enum.auto()
    """The stream has just ended: a new one is being opened, questions wait for it."""
    AWAY = enum.auto()


class DecisionRefused(Exception):  # noqa: N818 - metering refused, the gateway is wrong
    """Metering called the question malformed; *reason* as in its contract."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason


@dataclass(eq=False, slots=True)
class _Question:
    request: metering_pb2.DecideRequest
    asked: int = 0
    """How often it was sent."""
    answer: asyncio.Future[metering_pb2.DecideResponse | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def unanswerable(self) -> bool:
        """Whether more than one stream has ended on it."""
        return self.asked >= _TRIES


class Decider:
    """Decisions over one long-lived stream, one batch in flight.

    While a batch is being answered the next one gathers, so batches grow with load. A decision
    is idempotent, so what was in flight when a stream ended is asked again on the next.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = metering_pb2_grpc.MeteringServiceStub(channel)
        self._waiting: deque[_Question] = deque()
        self._wake = asyncio.Event()
        self._state = _State.TURNING

    @property
    def reachable(self) -> bool:
        """Whether metering answers."""
        return self._state is _State.ANSWERING

    async def decide(
        self, request: metering_pb2.DecideRequest
    ) -> metering_pb2.DecideResponse | None:
        """The decision, or None when metering could not make it in time.

        Raises:
            DecisionRefused: when metering calls *request* malformed.
        """
        if self._state is _State.AWAY:
            UNANSWERED.labels("away").inc()
            return None
        if len(self._waiting) >= _QUEUE:
            UNANSWERED.labels("queue_full").inc()
            return None
        question = _Question(request)
        self._waiting.append(question)
        self._wake.set()
        return await question.answer

    async def run(self) -> None:
        """Keep a stream open until cancelled."""
        try:
            while True:
                why = await self._converse()
                stuck = any(question.unanswerable for question in self._waiting)
                if self._state is _State.ANSWERING and why != _LATE and not stuck:
                    # A peer that stops in good order: another may take over at once.
                    log.info("decide_stream_ended", why=why)
                    self._state = _State.TURNING
                    continue
                if self._state is not _State.AWAY:
                    log.warning("metering_unreachable", why=why)
                self._give_up(why)
                await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            self._give_up("stopped")

    async def get_allowances(
        self, request: metering_pb2.GetAllowancesRequest
    ) -> metering_pb2.GetAllowancesResponse | None:
        """What a subject has left, or None when metering cannot say."""
        try:
            return await self._stub.GetAllowances(request, timeout=_ANSWER_SECONDS)
        except AioRpcError as error:
            log.warning("allowances_unavailable", code=error.code().name)
            return None

    async def merge(self, guest_id: str, account_id: str, plan: str) -> None:
        """Carry a guest over to an account; when metering cannot, it is only logged."""
        request = metering_pb2.MergeSubjectRequest(
            request_id=str(uuid.uuid4()), guest_id=guest_id, account_id=account_id, plan=plan
        )
        try:
            await self._stub.MergeSubject(request, timeout=_MERGE_SECONDS)
        except AioRpcError as error:
            MERGES_LEFT.inc()
            log.warning("merge_left_to_the_event", code=error.code().name)

    async def _converse(self) -> str:
        """Ask and answer over one stream until it ends; says why it did."""
        stream = self._stub.DecideStream()
        in_flight: list[_Question] = []
        try:
            # An empty batch shows that metering answers before anyone depends on it.
            patience = _CONNECT_SECONDS if self._state is _State.AWAY else _ANSWER_SECONDS
            if await self._exchange(stream, [], patience) is None:
                return _ENDED
            if self._state is _State.AWAY:
                log.info("metering_reachable")
            self._state = _State.ANSWERING
            REACHABLE.set(1)
            # A stream that ends while nobody asks is opened anew before somebody does.
            stream.add_done_callback(lambda _ended: self._wake.set())
            while True:
                await self._wake.wait()
                if stream.done():
                    return _ENDED
                if not (in_flight := self._next_batch()):
                    continue
                with BATCH_SECONDS.time():
                    answer = await self._exchange(stream, in_flight, _ANSWER_SECONDS)
                if answer is None:
                    return _ENDED
                BATCH_SIZE.observe(len(in_flight))
                self._hand_out(in_flight, answer)
                in_flight = []
        except TimeoutError:
            return _LATE
        except AioRpcError as error:
            return error.code().name.lower()
        except asyncio.InvalidStateError:
            return _ENDED
        finally:
            stream.cancel()
            REACHABLE.set(0)
            self._waiting.extendleft(reversed([q for q in in_flight if not q.answer.done()]))
            if self._waiting:
                self._wake.set()

    async def _exchange(
        self, stream: _Stream, questions: list[_Question], patience: float
    ) -> metering_pb2.DecideStreamResponse | None:
        """Ask *questions* in one message; None when metering has ended the stream."""
        requests = [question.request for question in questions]
        async with asyncio.timeout(patience):
            await stream.write(metering_pb2.DecideStreamRequest(requests=requests))
            answer = await stream.read()
        if not isinstance(answer, metering_pb2.DecideStreamResponse):
            return None
        if len(answer.results) != len(requests):
            log.error("decide_answers_do_not_match", asked=len(requests), got=len(answer.results))
            return None
        return answer

    def _next_batch(self) -> list[_Question]:
        batch: list[_Question] = []
        while self._waiting and len(batch) < _BATCH:
            question = self._waiting.popleft()
            if not question.answer.done():
                question.asked += 1
                batch.append(question)
        if not self._waiting:
            self._wake.clear()
        return batch

    def _hand_out(self, asked: list[_Question], answer: metering_pb2.DecideStreamResponse) -> None:
        for question, result in zip(asked, answer.results, strict=True):
            if question.answer.done():
                continue
            if result.WhichOneof("result") == "decision":
                question.answer.set_result(result.decision)
            else:
                refused = DecisionRefused(result.error.reason, result.error.message)
                question.answer.set_exception(refused)

    def _give_up(self, why: str) -> None:
        self._state = _State.AWAY
        while self._waiting:
            question = self._waiting.popleft()
            if not question.answer.done():
                UNANSWERED.labels(why).inc()
                question.answer.set_result(None)
        self._wake.clear()
