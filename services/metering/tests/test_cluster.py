"""The same layout on a real Redis Cluster of three servers: moved slots, lost servers, failover."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from codingahead.metering.v1 import metering_pb2 as pb
from metering.decision import Subject, Verdict
from metering.keys import SHARDS, shard_key, shard_of, use_key
from metering.periods import CalendarMonth
from metering.redis_cluster import RedisCluster, open_redis, seeds_of
from metering.redis_connection import RedisAway, RedisConnection
from services.metering.tests.ledger_site import LedgerSite, account, guest, ledger_site, now_ms
from services.metering.tests.metering_process import MeteringProcess
from services.metering.tests.questions import (
    ANN,
    FIVE_A_MONTH,
    TWO_IN_30_DAYS,
    UNLIMITED,
    question,
    request,
)
from services.metering.tests.valkey_cluster import ValkeyCluster
from tests.support.nats_server import NatsServer

GRANTED, REPEAT, DENIED = Verdict.GRANTED, Verdict.REPEAT, Verdict.DENIED
PEOPLE = [account(f"p{number}") for number in range(150)]


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[ValkeyCluster]:
    cluster = ValkeyCluster(tmp_path / "cluster", replicas=1)
    try:
        await cluster.start()
        yield cluster
    finally:
        await cluster.kill()


@pytest.fixture
async def site(cluster: ValkeyCluster, nats_server: NatsServer) -> AsyncIterator[LedgerSite]:
    async with ledger_site(cluster.url, nats_server) as site, site.running():
        await site.counted(question("first"), UNLIMITED)
        async with asyncio.timeout(20):
            while not site.readiness.ready:
                await asyncio.sleep(0.02)
        yield site


def slot_of(shard: int) -> int:
    return RedisCluster([], seconds=1)._slot(("GET", shard_key(shard)))


def server_of(shard: int) -> int:
    return slot_of(shard) * 3 // 16_384


async def every(site: LedgerSite, code: str) -> list[Verdict | None]:
    uses = await site.store.count(
        [(question(code, subject=person), FIVE_A_MONTH) for person in PEOPLE], now_ms()
    )
    return [None if use is None else use.verdict for use in uses]


def test_a_cluster_is_named_by_some_of_its_servers() -> None:
    assert seeds_of("redis+cluster://u:p@a:1,b:2") == ["redis://u:p@a:1", "redis://u:p@b:2"]
    assert seeds_of("rediss+cluster://a:1") == ["rediss://a:1"]
    assert isinstance(open_redis("redis+cluster://a:1", seconds=1), RedisCluster)
    assert isinstance(open_redis("redis://a:1", seconds=1), RedisConnection)
    for wrong in ("redis+cluster://a:1/3", "redis+cluster://", "http+cluster://a"):
        with pytest.raises(ValueError, match=r"must be|database"):
            seeds_of(wrong)


async def test_a_key_has_the_slot_that_the_cluster_says(cluster: ValkeyCluster) -> None:
    for key in ("relay:lease", "{s07}:outbox", shard_key(63), "a{}b", "x{y}z"):
        told = await cluster.servers[0].ask("CLUSTER", "KEYSLOT", key)
        assert RedisCluster([], seconds=1)._slot(("GET", key)) == told


async def test_a_batch_is_counted_on_all_servers_and_merges_cross_them(site: LedgerSite) -> None:
    assert {server_of(shard_of(person)) for person in PEOPLE} == {0, 1, 2}
    for code in "abcde":
        assert set(await every(site, code)) == {GRANTED}
    assert set(await every(site, "f")) == {DENIED}
    assert set(await every(site, "a")) == {REPEAT}
    for number in range(12):
        await site.counted(question("own", subject=guest(f"g{number}")), TWO_IN_30_DAYS)
        merged = await site.merge(f"g{number}", f"p{number}")
        assert merged.resources == 1
    await site.relayed()
    drift = await site.drift()
    assert (drift.units, drift.uses) == (0, 150 + 12 + 1)


async def test_a_slot_that_moves_takes_its_count_along(
    site: LedgerSite, cluster: ValkeyCluster
) -> None:
    await every(site, "a")
    shard = shard_of(ANN)
    source = server_of(shard)
    await cluster.move_slot(slot_of(shard), source, (source + 1) % 3)
    use = await site.counted(question("first"), UNLIMITED)
    assert use.verdict is REPEAT
    use = await site.counted(question("second"), UNLIMITED)
    assert (use.verdict, use.charged) == (GRANTED, 2)
    await site.relayed()
    assert (await site.drift()).units == 0


async def test_a_slot_on_its_way_is_asked_for_where_its_keys_are(
    site: LedgerSite, cluster: ValkeyCluster
) -> None:
    shard = shard_of(ANN)
    source = server_of(shard)
    giver, taker = cluster.servers[source], cluster.servers[(source + 1) % 3]
    giver_id, taker_id = [await each.ask("CLUSTER", "MYID") for each in (giver, taker)]
    await taker.ask("CLUSTER", "SETSLOT", slot_of(shard), "IMPORTING", giver_id)
    await giver.ask("CLUSTER", "SETSLOT", slot_of(shard), "MIGRATING", taker_id)
    host, port = taker.url.removeprefix("redis://").split(":")
    month = CalendarMonth().window(now_ms()).key
    key = use_key(shard, ANN, "view_code", month)
    await giver.ask("MIGRATE", host, port, key, 0, 5000)
    (held,) = await site.redis.execute([("HGET", key, "#charged")])
    assert held == "1"


async def test_a_server_that_is_away_takes_only_its_own_shards_along_and_its_replica_takes_over(
    site: LedgerSite, cluster: ValkeyCluster
) -> None:
    assert set(await every(site, "a")) == {GRANTED}
    await site.relayed()
    await cluster.servers[0].kill()
    verdicts = await every(site, "b")
    for person, verdict in zip(PEOPLE, verdicts, strict=True):
        assert verdict is (None if server_of(shard_of(person)) == 0 else GRANTED)
    # The replica is another run of another server: it counts once it was compared.
    uses = [await site.counted(question("b", subject=person)) for person in PEOPLE]
    assert {use.verdict for use in uses} == {GRANTED, REPEAT}
    assert {use.charged for use in uses} == {2}
    await site.relayed()
    assert (await site.drift()).units == 0


async def test_a_server_that_was_emptied_is_rebuilt_while_the_others_go_on(
    site: LedgerSite, cluster: ValkeyCluster
) -> None:
    await every(site, "a")
    await site.relayed()
    await cluster.servers[1].ask("FLUSHALL")
    verdicts = await every(site, "b")
    for person, verdict in zip(PEOPLE, verdicts, strict=True):
        assert verdict is (None if server_of(shard_of(person)) == 1 else GRANTED)
    uses = [await site.counted(question("b", subject=person)) for person in PEOPLE]
    assert {use.charged for use in uses} == {2}


async def test_a_cluster_that_is_gone_is_told(cluster: ValkeyCluster) -> None:
    redis = open_redis(cluster.url, seconds=1)
    assert len(await redis.everywhere([("PING",)])) == 3
    assert await redis.execute([("EXISTS", shard_key(n)) for n in range(SHARDS)]) == [0] * SHARDS
    await cluster.kill()
    with pytest.raises(RedisAway):
        await redis.execute([("EXISTS", shard_key(n)) for n in range(SHARDS)])
    with pytest.raises(RedisAway):
        await redis.everywhere([("PING",)])
    await redis.close()


async def test_a_whole_process_serves_from_a_cluster(
    cluster: ValkeyCluster, nats_server: NatsServer, plans_file: Path
) -> None:
    process = MeteringProcess(cluster.url, nats_server.url, plans_file, METERING_REDIS_SECONDS="5")
    try:
        await process.start()
        stream = process.stream()
        asked = [request(f"c{n % 6}", subject=f"s{n // 6}") for n in range(300)]
        await stream.write(pb.DecideStreamRequest(requests=asked))
        answer = await stream.read()
        assert isinstance(answer, pb.DecideStreamResponse)
        verdicts = [result.decision.verdict for result in answer.results]
        assert verdicts.count(pb.VERDICT_GRANTED) == 250
        assert verdicts.count(pb.VERDICT_DENIED) == 50
        async with asyncio.timeout(20):
            while await process.metric("metering_relay_published_total") < 250:
                await asyncio.sleep(0.05)
        assert await process.stop() == 0
    finally:
        await process.kill()


def test_the_subjects_spread_over_all_shards() -> None:
    used = {shard_of(Subject("guest", f"g{number}")) for number in range(600)}
    assert len(used) == SHARDS
