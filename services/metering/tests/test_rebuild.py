"""What Redis lost is counted on from the ledger, and nothing is granted in between."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import nats
import pytest

from codingahead.metering.v1 import events_pb2
from codingahead.metering.v1 import metering_pb2 as pb
from metering import keeper
from metering.decision import Held, Verdict
from metering.keys import SHARDS, outbox_key, shard_key, shard_of, use_key
from metering.ledger import VIEW_GRANTED, subject_of
from metering.ledger_reader import LedgerAway, Position
from metering.merge import Merge, Outcome
from metering.periods import DAY_MS, CalendarMonth
from metering.plans import Limit
from metering.rebuild import rebuild
from metering.redis_connection import RedisConnection
from metering.shards import ShardState
from services.metering.tests.ledger_site import (
    SHIPPED,
    LedgerSite,
    account,
    guest,
    ledger_site,
    now_ms,
)
from services.metering.tests.metering_process import MeteringProcess
from services.metering.tests.questions import (
    ANN,
    FIVE_A_MONTH,
    TWO_IN_30_DAYS,
    UNLIMITED,
    question,
    request,
)
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

GRANTED, REPEAT, DENIED = Verdict.GRANTED, Verdict.REPEAT, Verdict.DENIED
PEOPLE = [f"p{number}" for number in range(40)]


@pytest.fixture
async def site(valkey: ValkeyServer, nats_server: NatsServer) -> AsyncIterator[LedgerSite]:
    async with ledger_site(valkey.url, nats_server) as site, site.running():
        yield site


async def test_after_a_flush_everybody_has_what_was_left(
    site: LedgerSite, redis: RedisConnection
) -> None:
    for name in PEOPLE:
        for code in ("a", "b", "c"):
            assert (await site.counted(question(code, subject=account(name)))).verdict is GRANTED
        await site.counted(question("g", subject=guest(name)), TWO_IN_30_DAYS)
    before = (await site.counted(question("g", subject=guest("p0")), TWO_IN_30_DAYS)).ends_ms
    await site.relayed()
    await redis.execute([("FLUSHALL",)])
    for name in PEOPLE:
        use = await site.counted(question("a", subject=account(name)))
        assert (use.verdict, use.charged) == (REPEAT, 3)
        verdicts = [
            (await site.counted(question(code, subject=account(name)))).verdict for code in "def"
        ]
        assert verdicts == [GRANTED, GRANTED, DENIED]
        of_guest = [
            (await site.counted(question(code, subject=guest(name)), TWO_IN_30_DAYS)).verdict
            for code in "ghi"
        ]
        assert of_guest == [REPEAT, GRANTED, DENIED]
    after = await site.counted(question("g", subject=guest("p0")), TWO_IN_30_DAYS)
    assert after.ends_ms == before
    await site.relayed()
    assert (await site.drift()).units == 0


async def test_a_plan_held_within_the_period_is_rebuilt(
    site: LedgerSite, redis: RedisConnection
) -> None:
    large = Limit(200, CalendarMonth())
    await site.counted(replace(question("a"), plan="professional"), large)
    await site.counted(question("b"))
    await site.relayed()
    await redis.execute([("FLUSHALL",)])
    use = await site.counted(question("c"))
    assert (use.charged, use.held) == (3, Held("professional", large))


async def test_a_merge_is_rebuilt_and_the_guest_stays_spent(
    site: LedgerSite, redis: RedisConnection
) -> None:
    await site.counted(question("own", subject=guest("g-1")), TWO_IN_30_DAYS)
    merged = await site.merge("g-1", "ann")
    await site.relayed()
    await redis.execute([("FLUSHALL",)])
    own = await site.counted(question("own"))
    assert (own.verdict, own.charged) == (REPEAT, 0)
    new = await site.counted(question("new", subject=guest("g-1")), TWO_IN_30_DAYS)
    assert (new.verdict, new.merged) == (DENIED, True)
    assert await site.merge("g-1", "ann") == replace(merged, repeated=True)
    assert (await site.merge("g-1", "bob")).outcome is Outcome.GUEST_SPENT
    assert (await site.merge("g-2", "ann")).outcome is Outcome.ACCOUNT_TAKEN
    await site.relayed()
    assert (await site.drift()).units == 0


async def test_a_guest_spent_by_a_merge_that_broke_off_stays_spent_for_that_account(
    site: LedgerSite, redis: RedisConnection
) -> None:
    await site.counted(question("own", subject=guest("g-1")), TWO_IN_30_DAYS)
    merge = Merge("g-1", "ann", "free")
    await site.merges.claim(merge)
    await site.merges.spend(merge, TWO_IN_30_DAYS.period, now_ms())
    await site.relayed()
    await redis.execute([("FLUSHALL",)])
    await site.counted(question("x", subject=account("zoe")))
    assert (await site.merge("g-1", "bob")).outcome is Outcome.GUEST_SPENT
    assert (await site.merge("g-1", "ann")).resources == 1


async def test_an_older_copy_put_back_gets_what_it_lacks(
    valkey: ValkeyServer, site: LedgerSite, tmp_path: Path
) -> None:
    for code in ("a", "b"):
        await site.counted(question(code))
    await site.relayed()
    await valkey.kill()
    shutil.copytree(tmp_path / "valkey", tmp_path / "copy")
    await valkey.start()
    for code in ("c", "d"):
        await site.counted(question(code))
    await site.relayed()
    await valkey.kill()
    shutil.rmtree(tmp_path / "valkey")
    (tmp_path / "copy").rename(tmp_path / "valkey")
    await valkey.start()
    use = await site.counted(question("e"))
    assert (use.verdict, use.charged) == (GRANTED, 5)
    assert (await site.counted(question("f"))).verdict is DENIED
    await site.relayed()
    assert (await site.drift()).units == 0


async def test_a_restart_that_lost_nothing_reads_no_ledger(
    valkey: ValkeyServer, site: LedgerSite
) -> None:
    await site.counted(question("a"))
    await site.relayed()
    before = keeper.REBUILDS._value.get()
    await valkey.kill()
    await valkey.start()
    assert (await site.counted(question("a"))).verdict is REPEAT
    assert keeper.REBUILDS._value.get() == before


async def test_a_replica_that_lagged_gets_what_it_lacks_and_keeps_what_the_ledger_lacks(
    valkey: ValkeyServer, nats_server: NatsServer, site: LedgerSite, tmp_path: Path
) -> None:
    replica = ValkeyServer(tmp_path / "copy", "--replicaof", "127.0.0.1", valkey.url.split(":")[-1])
    await site.counted(question("a"))
    await site.relayed()
    try:
        await replica.start()
        async with asyncio.timeout(10):
            while "master_link_status:up" not in await replica.ask("INFO", "replication"):
                await asyncio.sleep(0.05)
        await replica.ask("REPLICAOF", "NO", "ONE")
        await site.counted(question("b"))
        await site.relayed()
        await valkey.kill()
        async with ledger_site(replica.url, nats_server) as other, other.running():
            use = await other.counted(question("c"))
            assert (use.verdict, use.charged) == (GRANTED, 3)
            await other.relayed()
            assert (await other.drift()).units == 0
    finally:
        await replica.kill()


async def test_a_shard_that_is_closed_keeps_no_other_from_counting(
    site: LedgerSite, redis: RedisConnection, nats_server: NatsServer
) -> None:
    bob = next(account(f"b{n}") for n in range(99) if shard_of(account(f"b{n}")) != shard_of(ANN))
    await site.counted(question("a"))
    await site.counted(question("a", subject=bob))
    await site.relayed()
    await nats_server.stop()
    await redis.execute([("DEL", shard_key(shard_of(ANN)), use_key_of_ann())])
    assert await site.count(question("b")) is None
    use = await site.count(question("b", subject=bob))
    assert use is not None
    assert use.verdict is GRANTED
    async with asyncio.timeout(10):
        while keeper.CLOSED._value.get() != 1:
            await asyncio.sleep(0.02)
    assert site.readiness.ready
    await nats_server.start()
    again = await site.counted(question("b"))
    assert again.charged == 2


def use_key_of_ann() -> str:
    month = CalendarMonth().window(now_ms()).key
    return use_key(shard_of(ANN), ANN, "view_code", month)


async def test_what_was_published_twice_is_counted_once(
    site: LedgerSite, redis: RedisConnection, nats_server: NatsServer
) -> None:
    await site.counted(question("a"))
    await site.relayed()
    subject = subject_of(VIEW_GRANTED.subject, shard_of(ANN))
    (granted,) = [
        events_pb2.ViewGranted.FromString(message.data)
        async for messages, _ in site.ledger.read([subject])
        for message in messages
    ]
    again = VIEW_GRANTED.new(granted, id=granted.decision_id)
    client = await nats.connect(nats_server.url)
    # As if it came again after the stream's window, and with it what is none of ours.
    headers = again.headers()
    del headers["Nats-Msg-Id"]
    for data in (b"\xff", b"", again.data):
        await client.jetstream().publish(subject, data, headers=headers)
    await client.close()
    assert (await site.drift()).units == 0
    await redis.execute([("FLUSHALL",)])
    assert (await site.counted(question("b"))).charged == 2


async def test_a_period_that_is_over_is_not_rebuilt(
    site: LedgerSite, redis: RedisConnection
) -> None:
    long_ago = now_ms() - 40 * DAY_MS
    await site.counted(question("a", subject=guest("g")), TWO_IN_30_DAYS, long_ago)
    await site.relayed()
    await redis.execute([("FLUSHALL",)])
    use = await site.counted(question("b", subject=guest("g")), TWO_IN_30_DAYS)
    assert use.charged == 1


async def test_the_shards_clock_is_rebuilt_too(site: LedgerSite, redis: RedisConnection) -> None:
    ahead = CalendarMonth().window(now_ms()).end_ms + 5
    await site.counted(question("a"), at=ahead)
    await site.relayed()
    await redis.execute([("FLUSHALL",)])
    use = await site.counted(question("b"))
    assert use.ends_ms > ahead


async def test_a_rebuild_that_is_broken_off_is_finished_by_another(
    site: LedgerSite, redis: RedisConnection
) -> None:
    for name in PEOPLE:
        await site.counted(question("a", subject=account(name)))
    await site.relayed()

    class BrokenOffError(Exception):
        pass

    def break_off(what: str, done: int, total: int) -> None:
        raise BrokenOffError

    for _ in range(2):
        with pytest.raises(BrokenOffError):
            await rebuild(
                site.redis,
                site.ledger,
                range(SHARDS),
                SHIPPED,
                now_ms=now_ms(),
                progress=break_off,
            )
    await redis.execute([("FLUSHALL",)])
    for name in PEOPLE:
        use = await site.counted(question("b", subject=account(name)))
        assert use.charged == 2


async def test_while_the_ledger_cannot_be_read_nothing_is_granted(
    site: LedgerSite, redis: RedisConnection, nats_server: NatsServer
) -> None:
    await site.counted(question("a"))
    await site.relayed()
    await nats_server.stop()
    await redis.execute([("FLUSHALL",)])
    assert await site.count(question("b")) is None
    with pytest.raises(LedgerAway):
        await site.ledger.last([0])
    async with asyncio.timeout(10):
        while site.readiness.ready:
            await asyncio.sleep(0.02)
    assert await site.count(question("b")) is None
    await nats_server.start()
    assert (await site.counted(question("b"))).charged == 2


def test_a_record_is_behind_when_the_ledger_has_a_later_entry_or_epoch() -> None:
    def state(epoch: str, entry: str) -> ShardState:
        return ShardState(0, False, 0, Position.of(epoch, entry))

    last = Position.of("6500000a", "1700000000000-9")
    assert not keeper.is_behind(state("", "0-0"), None)
    assert keeper.is_behind(state("", "0-0"), last)
    assert keeper.is_behind(state("6500000a", "1700000000000-8"), last)
    assert keeper.is_behind(state("65000009", "1800000000000-0"), last)
    assert not keeper.is_behind(state("6500000a", "1700000000000-9"), last)
    assert not keeper.is_behind(state("6500000a", "1700000000000-10"), last)
    assert not keeper.is_behind(state("6500000b", "0-0"), last)


async def test_a_serving_process_comes_back_by_itself_after_a_flush(
    metering: MeteringProcess, valkey: ValkeyServer
) -> None:
    for number in range(4):
        await metering.stub.Decide(request(f"c{number}"), timeout=1)
    await _relayed(valkey)
    mark = len(metering.lines)
    await valkey.ask("FLUSHALL")
    first = await metering.stub.Decide(request("new"), timeout=1)
    assert first.mode == pb.MODE_DEGRADED
    await metering.logged("rebuild_ended", after=mark)
    answers = [await metering.stub.Decide(request(f"n{n}"), timeout=1) for n in range(2)]
    assert [answer.verdict for answer in answers] == [pb.VERDICT_GRANTED, pb.VERDICT_DENIED]
    assert await metering.metric("metering_rebuilt_units_total") == 4
    assert await metering.metric("metering_shards_closed") == 0


async def _relayed(valkey: ValkeyServer) -> None:
    async with asyncio.timeout(10):
        while any(await valkey.ask_all([("XLEN", outbox_key(n)) for n in range(SHARDS)])):
            await asyncio.sleep(0.05)


async def command(
    valkey: ValkeyServer, nats_server: NatsServer, *words: str
) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "metering", *words),
        env={**os.environ, "REDIS_URL": valkey.url, "NATS_URL": nats_server.url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_operators_compare_and_rebuild_by_hand(
    site: LedgerSite, redis: RedisConnection, valkey: ValkeyServer, nats_server: NatsServer
) -> None:
    for name in PEOPLE:
        await site.counted(question("a", subject=account(name)), UNLIMITED)
    await site.counted(question("b"), FIVE_A_MONTH)
    await site.relayed()
    assert (await command(valkey, nats_server, "verify"))[0] == 0
    month = CalendarMonth().window(now_ms()).key
    lost, extra = account("p0"), account("p1")
    await redis.execute(
        [
            ("DEL", use_key(shard_of(lost), lost, "view_code", month)),
            ("HSET", use_key(shard_of(extra), extra, "view_code", month), "=z", "e-1-1 "),
        ]
    )
    code, out, err = await command(valkey, nats_server, "verify")
    assert code == 1
    assert "missing from Redis  1 units" in out
    assert "only in Redis       1 units" in out
    assert "miscounted          1 units" in out
    assert ":use:account:p0:view_code:" in out
    assert "compared " in err
    code, out, err = await command(valkey, nats_server, "rebuild")
    assert code == 0
    assert "1 units were missing; 0 shards were closed" in out
    assert "grants: 41" in err
    assert "missing from Redis  0 units" in (await command(valkey, nats_server, "verify"))[1]
    await nats_server.stop()
    code, _, err = await command(valkey, nats_server, "verify")
    assert code == 2
    assert "metering: the ledger: " in err
