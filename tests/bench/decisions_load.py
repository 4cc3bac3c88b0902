"""The loads of the decisions' benchmark: the bare script, and metering by stream and by call."""

import asyncio
import itertools
import math
import os
import socket
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import hiredis
from grpc import aio

from codingahead.metering.v1 import metering_pb2 as pb
from codingahead.metering.v1 import metering_pb2_grpc
from metering.decision import Question, Subject
from metering.keys import SHARDS, merge_key, outbox_key, shard_key, shard_of, use_key
from metering.periods import CalendarMonth
from metering.plans import Limit
from metering.redis_connection import Command, Redis, RedisConnection
from metering.scripts import script
from metering.store import Store
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings
from services.metering.tests.metering_process import MeteringProcess
from services.metering.tests.valkey_server import ValkeyServer

BATCH = 64
"""Questions in one message, and commands in one piece to Redis."""

_STREAMS = 4
_CALLS = 32
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Load:
    """What one load came to: decisions a second, and CPU µs a decision of each program."""

    rate: float
    metering_us: float
    redis_us: float


def cpu_seconds(pid: int) -> float:
    """What the process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Bare:
    """The script of a decision, its commands made beforehand, in pieces over a blocking socket.

    What redis-benchmark would do, which does not come with our packages.
    """

    def __init__(self, valkey: ValkeyServer, run: str, questions: Sequence[Question]) -> None:
        parts = urlsplit(valkey.url)
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 0), 10.0)
        self._reader = hiredis.Reader()
        self._pid = valkey.pid
        (sha,) = self._ask([("SCRIPT", "LOAD", script("decide"))])
        commands = [decide_command(str(sha, "ascii"), question, run) for question in questions]
        whole = len(commands) - len(commands) % BATCH
        self._pieces = itertools.cycle(
            [_packed(commands[first : first + BATCH]) for first in range(0, whole, BATCH)]
        )

    def load(self, seconds: float) -> Load:
        """As many as it takes in *seconds*; one piece is on its way while one is answered."""
        before, began = cpu_seconds(self._pid), time.perf_counter()
        done = -BATCH
        self._socket.sendall(next(self._pieces))
        while time.perf_counter() - began < seconds:
            self._socket.sendall(next(self._pieces))
            self._answers(BATCH)
            done += BATCH
        self._answers(BATCH)
        done += 2 * BATCH
        took = time.perf_counter() - began
        return Load(done / took, 0.0, 1e6 * (cpu_seconds(self._pid) - before) / done)

    def close(self) -> None:
        """Disconnect."""
        self._socket.close()

    def _ask(self, commands: Sequence[Command]) -> list[Any]:
        self._socket.sendall(_packed(commands))
        return self._answers(len(commands))

    def _answers(self, count: int) -> list[Any]:
        answers: list[Any] = []
        while len(answers) < count:
            answer = self._reader.gets()
            if answer is False:
                self._reader.feed(self._socket.recv(1 << 16))
            elif isinstance(answer, hiredis.ReplyError):
                raise SystemExit(f"bench: Redis refused: {answer}")
            else:
                answers.append(answer)
        return answers


class Served:
    """One metering process and its callers, which share the machine with it."""

    def __init__(
        self, process: MeteringProcess, valkey: ValkeyServer, questions: Sequence[Question]
    ) -> None:
        self._process = process
        self._valkey = valkey
        self._channel = open_channel(
            f"127.0.0.1:{process.listening['grpc_port']}", ServiceSettings()
        )
        self._stub = metering_pb2_grpc.MeteringServiceStub(self._channel)
        self._requests = itertools.cycle([_request(question) for question in questions])

    async def by_stream(self, seconds: float) -> Load:
        """Batches over a few streams, each stream's next batch after the answer to the last."""

        async def caller() -> int:
            stream, done = self._stub.DecideStream(), 0
            while time.perf_counter() < end:
                await _exchange(stream, self._batch(BATCH))
                done += BATCH
            await stream.done_writing()
            return done

        end = time.perf_counter() + seconds
        return await self._measured([caller] * _STREAMS)

    async def by_call(self, seconds: float) -> Load:
        """Single calls, so many at once."""

        async def caller() -> int:
            done = 0
            while time.perf_counter() < end:
                response = await self._stub.Decide(next(self._requests), timeout=5.0)
                _expect_counted(response)
                done += 1
            return done

        end = time.perf_counter() + seconds
        return await self._measured([caller] * _CALLS)

    async def paced(self, rate: float, seconds: float) -> list[float]:
        """Seconds that each decision took at *rate*, sorted; one batch each 5 ms, however late.

        Counted from when a batch should have gone, so a pause is not hidden.
        """
        tick, took = 0.005, list[float]()
        size = max(1, round(rate * tick))
        idle = [self._stub.DecideStream() for _ in range(_STREAMS)]
        streams: asyncio.Queue[Any] = asyncio.Queue()
        for stream in idle:
            streams.put_nowait(stream)

        async def ask(due: float) -> None:
            stream = await streams.get()
            await _exchange(stream, self._batch(size))
            took.extend([time.perf_counter() - due] * size)
            streams.put_nowait(stream)

        began, asking = time.perf_counter(), set[asyncio.Task[None]]()
        for number in range(math.ceil(seconds / tick)):
            due = began + number * tick
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asking.add(asyncio.create_task(ask(due)))
        await asyncio.gather(*asking)
        for stream in idle:
            await stream.done_writing()
        return sorted(took)

    async def close(self) -> None:
        """Disconnect."""
        await self._channel.close()

    def _batch(self, size: int) -> pb.DecideStreamRequest:
        return pb.DecideStreamRequest(requests=itertools.islice(self._requests, size))

    async def _measured(self, callers: Sequence[Callable[[], Any]]) -> Load:
        pids = (self._process.pid, self._valkey.pid)
        before, began = [cpu_seconds(pid) for pid in pids], time.perf_counter()
        done = sum(await asyncio.gather(*(caller() for caller in callers)))
        took = time.perf_counter() - began
        used = [1e6 * (cpu_seconds(p) - b) / done for p, b in zip(pids, before, strict=True)]
        return Load(done / took, *used)


async def granted_once(redis: Redis, questions: Sequence[Question]) -> None:
    """Have each of *questions* granted, so that the load is of repeats; clears the outboxes."""
    store = Store(redis, outbox_capacity=10**7, seconds=10)
    for first in range(0, len(questions), 512):
        uses = await store.count(
            [(each, UNLIMITED) for each in questions[first : first + 512]], now_ms()
        )
        if None in uses:
            raise SystemExit("bench: Redis did not count")
    await redis.execute([("XTRIM", outbox_key(n), "MAXLEN", 0) for n in range(SHARDS)])


async def run_of(redis: RedisConnection) -> str:
    """The run of the server, as scripts are told it."""
    (answer,) = await redis.execute([("EVAL", "return ARGV[1]", 0)], signed=True)
    return str(answer)


def questions_of(subjects: int, each: int, *, plan: str = "enterprise") -> list[Question]:
    """Questions of so many subjects, with ids and codes of ordinary length."""
    return [
        Question(
            Subject("account", subject_id(number)),
            plan,
            "view_code",
            f"icd-10-cm:E{resource:02}.{number % 1000:03}",
            str(uuid.UUID(int=number * each + resource)),
        )
        for resource in range(each)
        for number in range(subjects)
    ]


def asked_anew(questions: Sequence[Question]) -> list[Question]:
    """The same *questions* under other request ids: repeats."""
    return [replace(each, request_id=str(uuid.uuid4())) for each in questions]


def subject_id(number: int) -> str:
    """Of 32 characters, as accounts have them."""
    return f"{number:032x}"


def decide_command(sha: str, question: Question, run: str) -> Command:
    """What metering's store sends for *question* of an unlimited plan."""
    subject, now = question.subject, now_ms()
    shard, window = shard_of(subject), CalendarMonth().window(now)
    return (
        *("EVALSHA", sha, 4, use_key(shard, subject, question.action, window.key)),
        *(outbox_key(shard), shard_key(shard), merge_key(shard, subject)),
        *(now, window.start_ms, window.end_ms, window.length_ms, -1, "", 172_800_000, 10**6),
        *(question.request_id, question.resource, subject.kind, subject.id),
        *(f"-1 {question.plan}", question.action, run),
    )


def now_ms() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


UNLIMITED = Limit(None, CalendarMonth())


async def _exchange(
    stream: "aio.StreamStreamCall[pb.DecideStreamRequest, pb.DecideStreamResponse]",
    batch: pb.DecideStreamRequest,
) -> None:
    await stream.write(batch)
    response = await stream.read()
    if not isinstance(response, pb.DecideStreamResponse):
        raise SystemExit("bench: the stream has ended")
    _expect_counted(response.results[0].decision)


def _expect_counted(response: pb.DecideResponse) -> None:
    if response.mode != pb.MODE_NORMAL:
        raise SystemExit("bench: metering could not count; give it more time for Redis")


def _request(question: Question) -> pb.DecideRequest:
    return pb.DecideRequest(
        subject=pb.Subject(kind=pb.Subject.KIND_ACCOUNT, id=question.subject.id),
        plan=question.plan,
        action=question.action,
        resource=question.resource,
        request_id=question.request_id,
    )


def _packed(commands: Sequence[Command]) -> bytes:
    # Its published type knows commands of one word only.
    pack = cast(Callable[[Command], bytes], hiredis.pack_command)
    return b"".join(pack(command) for command in commands)
