"""Redis or the bus away: answers keep coming, nothing is over-granted, all comes back by itself."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from codingahead.metering.v1 import metering_pb2 as pb
from metering import sections
from metering.keys import SHARDS, outbox_key
from services.metering.tests.ledger_reader import read_ledger
from services.metering.tests.metering_process import MeteringProcess, Stream
from services.metering.tests.questions import request
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

GRANTED, REPEAT, DENIED = pb.VERDICT_GRANTED, pb.VERDICT_REPEAT, pb.VERDICT_DENIED
NORMAL, DEGRADED = pb.MODE_NORMAL, pb.MODE_DEGRADED
# A caller gives a decision 150 ms; the rest is for a busy machine.
LONGEST_SECONDS = 0.3


@pytest.fixture
async def metering(
    valkey: ValkeyServer, nats_server: NatsServer, plans_file: Path
) -> AsyncIterator[MeteringProcess]:
    """A whole metering process that waits for Redis no longer than in production."""
    process = MeteringProcess(valkey.url, nats_server.url, plans_file)
    try:
        await process.start()
        yield process
    finally:
        await process.kill()


class Caller:
    """Asks over one stream, remembering what was granted and how long answers took."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.longest = 0.0
        self.granted: Counter[str] = Counter()
        self.names: set[str] = set()
        self._asked = 0

    async def ask(self, size: int = 8) -> pb.DecideResponse:
        """Ask as many subjects for a new code each; answers the last decision."""
        began = time.monotonic()
        self._asked += 1
        requests = [
            request(f"icd-10-cm:{self._asked}", subject=f"s{self._asked % 25}-{number}")
            for number in range(size)
        ]
        async with asyncio.timeout(5):
            await self._stream.write(pb.DecideStreamRequest(requests=requests))
            answer = await self._stream.read()
        assert isinstance(answer, pb.DecideStreamResponse)
        self.longest = max(self.longest, time.monotonic() - began)
        for asked, result in zip(requests, answer.results, strict=True):
            assert result.WhichOneof("result") == "decision"
            if result.decision.decision_id:
                self.granted[asked.subject.id] += 1
                self.names.add(result.decision.decision_id)
        return answer.results[-1].decision

    async def ask_until(self, mode: "pb.Mode.ValueType", seconds: float = 10) -> pb.DecideResponse:
        async with asyncio.timeout(seconds):
            while (answer := await self.ask()).mode != mode:
                await asyncio.sleep(0.01)
        return answer


def is_public_only(answer: pb.DecideResponse) -> bool:
    return (
        answer.verdict == GRANTED
        and tuple(answer.unlocked_sections) == sections.PUBLIC
        and {s.unlock for s in answer.locked_sections} == {pb.UNLOCK_RETRY}
        and not answer.HasField("allowance")
        and not answer.decision_id
    )


async def ledger_has(server: NatsServer, names: set[str]) -> list[str]:
    """The ledger's decision ids, once it has *names*."""
    async with asyncio.timeout(20):
        while True:
            found = [entry.decision_id for entry in await read_ledger(server.url)]
            if names <= set(found):
                return found
            await asyncio.sleep(0.1)


async def test_a_killed_redis_degrades_and_comes_back(
    metering: MeteringProcess, valkey: ValkeyServer, nats_server: NatsServer
) -> None:
    caller = Caller(metering.stream())
    for _ in range(20):
        assert (await caller.ask()).mode == NORMAL
    await valkey.kill()
    mark = len(metering.lines)
    for _ in range(50):
        assert is_public_only(await caller.ask())
    assert "not ready" in await metering.get("/readyz")
    assert await metering.metric("metering_decisions_total") > 0
    await valkey.start()
    await caller.ask_until(NORMAL)
    for _ in range(20):
        assert (await caller.ask()).mode == NORMAL
    await metering.logged("part_up", after=mark)
    assert '"status": "ready"' in await metering.get("/readyz")
    assert caller.longest < LONGEST_SECONDS
    assert max(caller.granted.values()) <= 5
    found = await ledger_has(nats_server, caller.names)
    assert len(found) == len(set(found))


async def test_a_stalled_redis_degrades_within_the_deadline_and_comes_back(
    metering: MeteringProcess, valkey: ValkeyServer, nats_server: NatsServer
) -> None:
    caller = Caller(metering.stream())
    assert (await caller.ask()).mode == NORMAL
    valkey.stall()
    began = time.monotonic()
    while time.monotonic() - began < 1.5:
        assert is_public_only(await caller.ask())
    valkey.resume()
    await caller.ask_until(NORMAL, seconds=3)
    for _ in range(150):
        await caller.ask()
    assert caller.longest < LONGEST_SECONDS
    assert max(caller.granted.values()) <= 5
    found = await ledger_has(nats_server, caller.names)
    assert len(found) == len(set(found))
    degraded = 'metering_decisions_total{action="view_code",mode="degraded"'
    assert await metering.metric(degraded) >= 8


async def test_an_outage_denies_what_costs_and_knows_no_remainder(
    metering: MeteringProcess, valkey: ValkeyServer
) -> None:
    await valkey.kill()
    claim = await metering.stub.Decide(request(action="claim_check"), timeout=1)
    assert (claim.verdict, claim.reason) == (DENIED, pb.REASON_OUTAGE)
    assert (claim.mode, claim.unlock) == (DEGRADED, pb.UNLOCK_RETRY)
    asked = pb.GetAllowancesRequest(
        subject=pb.Subject(kind=pb.Subject.KIND_ACCOUNT, id="ann"), plan="free"
    )
    answer = await metering.stub.GetAllowances(asked, timeout=1)
    assert answer.mode == DEGRADED
    assert (answer.allowances[0].action, answer.allowances[0].limit) == ("view_code", 5)
    assert not any(a.HasField("remaining") for a in answer.allowances)


async def test_a_process_starts_without_redis_and_without_a_bus_and_counts_when_both_are_there(
    valkey: ValkeyServer, nats_server: NatsServer, plans_file: Path
) -> None:
    await valkey.kill()
    await nats_server.stop()
    process = MeteringProcess(valkey.url, nats_server.url, plans_file)
    try:
        await process.start(until="listening")
        caller = Caller(process.stream())
        assert is_public_only(await caller.ask())
        await valkey.start()
        # Whether this Redis has all that the ledger has, only the ledger can say.
        await process.logged("shards_wait")
        assert is_public_only(await caller.ask())
        assert '"count": "down: ' in await process.get("/readyz")
        await nats_server.start()
        await caller.ask_until(NORMAL)
        await process.logged("ready")
        found = await ledger_has(nats_server, caller.names)
        assert len(found) == len(set(found))
        assert await process.stop() == 0
    finally:
        await process.kill()


async def test_a_bus_that_is_away_stops_no_decision(
    metering: MeteringProcess, nats_server: NatsServer
) -> None:
    caller = Caller(metering.stream())
    await caller.ask()
    await nats_server.stop()
    for _ in range(60):
        assert (await caller.ask()).mode == NORMAL
    async with asyncio.timeout(10):
        while await metering.metric("metering_outbox_entries") < 400:
            await asyncio.sleep(0.1)
    assert await metering.metric("metering_outbox_oldest_age_seconds") > 0
    await nats_server.start()
    found = await ledger_has(nats_server, caller.names)
    assert sorted(found) == sorted(caller.names)
    async with asyncio.timeout(10):
        while await metering.metric("metering_outbox_entries"):
            await asyncio.sleep(0.1)
    assert caller.longest < LONGEST_SECONDS


async def test_a_process_killed_while_it_relays_loses_and_doubles_nothing(
    valkey: ValkeyServer, nats_server: NatsServer, plans_file: Path
) -> None:
    names: set[str] = set()
    granted: Counter[str] = Counter()
    for _ in range(3):
        process = MeteringProcess(valkey.url, nats_server.url, plans_file)
        try:
            await process.start()
            caller = Caller(process.stream())
            for _ in range(40):
                await caller.ask(32)
        finally:
            await process.kill()
        names |= caller.names
        granted += caller.granted
    assert max(granted.values()) <= 5
    process = MeteringProcess(valkey.url, nats_server.url, plans_file)
    try:
        await process.start()
        found = await ledger_has(nats_server, names)
        async with asyncio.timeout(10):
            while any(
                await valkey.ask_all([("XLEN", outbox_key(shard)) for shard in range(SHARDS)])
            ):
                await asyncio.sleep(0.1)
        found = await ledger_has(nats_server, names)
    finally:
        await process.kill()
    assert len(found) == len(set(found))
