"""The count in a real Redis: one step, once, and never more than the limit."""

import asyncio
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from metering.decision import Held, Question, Subject, Use, Verdict
from metering.keys import SHARDS, outbox_key, shard_of
from metering.ledger_reader import Position
from metering.periods import DAY_MS
from metering.plans import Limit
from metering.redis_connection import RedisConnection
from metering.shards import Shards
from metering.store import Charged, ShardClosed, Store
from services.metering.tests.conftest import open_shards
from services.metering.tests.questions import (
    ANN,
    FIVE_A_MONTH,
    GUEST,
    TWO_IN_30_DAYS,
    UNLIMITED,
    question,
)
from services.metering.tests.valkey_server import ValkeyServer

GRANTED, REPEAT, DENIED = Verdict.GRANTED, Verdict.REPEAT, Verdict.DENIED
# Ahead of Redis's own clock, by which it forgets.
DECEMBER = int(datetime(2040, 12, 1, tzinfo=UTC).timestamp() * 1000)
NOVEMBER_30 = DECEMBER - DAY_MS


async def count(
    store: Store, asked: Question, limit: Limit = FIVE_A_MONTH, now: int = NOVEMBER_30
) -> Use:
    (use,) = await store.count([(asked, limit)], now)
    assert use is not None
    return use


async def outbox(redis: RedisConnection, subject: Subject = ANN) -> list[dict[str, str]]:
    (entries,) = await redis.execute([("XRANGE", outbox_key(shard_of(subject)), "-", "+")])
    return [dict(zip(flat[::2], flat[1::2], strict=True)) for _, flat in entries]


async def test_five_distinct_codes_then_the_wall_and_again_is_free(store: Store) -> None:
    codes = [f"icd-10-cm:E11.{n}" for n in range(6)]
    uses = [await count(store, question(code)) for code in codes]
    assert [use.verdict for use in uses] == [GRANTED] * 5 + [DENIED]
    assert [use.charged for use in uses] == [1, 2, 3, 4, 5, 5]
    assert (await count(store, question(codes[0]))).verdict is REPEAT
    assert (await count(store, question(codes[5]))).verdict is DENIED


async def test_a_batch_is_counted_in_the_order_asked(store: Store) -> None:
    asked = [(question(f"hcpcs:J010{n}"), FIVE_A_MONTH) for n in (0, 1, 0, 2, 3, 4, 5)]
    uses = await store.count(asked, NOVEMBER_30)
    verdicts = [use.verdict for use in uses if use]
    assert verdicts == [GRANTED, GRANTED, REPEAT, GRANTED, GRANTED, GRANTED, DENIED]


async def test_a_grant_and_its_record_are_one(store: Store, redis: RedisConnection) -> None:
    use = await count(store, question("hcpcs:J0100"))
    (entry,) = await outbox(redis)
    epoch, shard, milliseconds, sequence = use.decision_id.split("-")
    assert int(shard) == shard_of(ANN)
    assert milliseconds.isdigit()
    assert sequence.isdigit()
    assert entry == {
        "epoch": epoch,
        "kind": "account",
        "id": "ann",
        "held": "5 free",
        "action": "view_code",
        "resource": "hcpcs:J0100",
        "at": str(NOVEMBER_30),
        "start": str(int(datetime(2040, 11, 1, tzinfo=UTC).timestamp() * 1000)),
        "ends": str(DECEMBER),
    }


async def test_what_is_not_granted_leaves_no_trace(store: Store, redis: RedisConnection) -> None:
    await count(store, question("hcpcs:J0100", peek=True))
    await count(store, question("hcpcs:J0100", subject=GUEST, peek=True), TWO_IN_30_DAYS)
    await count(store, question("hcpcs:J0100"), Limit(0, FIVE_A_MONTH.period))
    (keys,) = await redis.execute([("KEYS", "*")])
    assert {key.rpartition(":")[2] for key in keys} == {"shard"}


async def test_a_peek_says_what_was_granted_and_charges_nothing(store: Store) -> None:
    assert (await count(store, question(peek=True))).verdict is DENIED
    await count(store, question())
    peek = await count(store, question(peek=True))
    assert (peek.verdict, peek.charged) == (REPEAT, 1)


async def test_the_same_request_again_gets_the_same_grant(
    store: Store, redis: RedisConnection
) -> None:
    asked = question(request_id=str(uuid.uuid4()))
    first = await count(store, asked)
    await count(store, question("hcpcs:J0100"))
    again = await count(store, asked)
    assert (again.verdict, again.decision_id) == (GRANTED, first.decision_id)
    assert again.charged == 2
    assert len(await outbox(redis)) == 2
    other = await count(store, question(request_id=str(uuid.uuid4())))
    assert (other.verdict, other.decision_id) == (REPEAT, "")


async def test_a_request_repeated_after_midnight_is_charged_to_its_own_month(
    store: Store, redis: RedisConnection
) -> None:
    asked = question(request_id=str(uuid.uuid4()))
    first = await count(store, asked, now=DECEMBER - 10)
    again = await count(store, asked, now=DECEMBER + 10)
    assert again == first
    assert len(await outbox(redis)) == 1
    fresh = await count(store, question(request_id=str(uuid.uuid4())), now=DECEMBER + 20)
    assert (fresh.verdict, fresh.charged) == (GRANTED, 1)


async def test_a_month_begins_anew_at_its_first_moment(store: Store) -> None:
    for number in range(5):
        await count(store, question(f"hcpcs:J010{number}"), now=DECEMBER - 1)
    assert (await count(store, question(), now=DECEMBER - 1)).verdict is DENIED
    use = await count(store, question(), now=DECEMBER)
    assert (use.verdict, use.charged) == (GRANTED, 1)
    assert use.ends_ms == int(datetime(2041, 1, 1, tzinfo=UTC).timestamp() * 1000)


async def test_a_clock_that_lags_does_not_reopen_the_month_before(store: Store) -> None:
    await count(store, question("hcpcs:J0100"), now=DECEMBER + 5)
    late = await count(store, question("hcpcs:J0101"), now=DECEMBER - 5)
    assert (late.verdict, late.charged) == (GRANTED, 2)


async def test_the_first_moment_of_a_month_is_none_of_the_month_before(store: Store) -> None:
    await count(store, question("hcpcs:J0100"), now=DECEMBER)
    late = await count(store, question("hcpcs:J0101"), now=DECEMBER - 1)
    assert (late.verdict, late.charged) == (GRANTED, 2)


async def test_thirty_days_run_from_the_first_grant(store: Store) -> None:
    async def ask(code: str, now: int) -> Use:
        return await count(store, question(code, subject=GUEST), TWO_IN_30_DAYS, now)

    first, thirty = NOVEMBER_30 + 123, NOVEMBER_30 + 123 + 30 * DAY_MS
    assert (await ask("a", first)).ends_ms == thirty
    await ask("b", first + 20 * DAY_MS)
    assert (await ask("c", thirty - 1)).verdict is DENIED
    assert (await ask("a", thirty - 1)).verdict is REPEAT
    anew = await ask("a", thirty + 5)
    assert (anew.verdict, anew.charged, anew.ends_ms) == (GRANTED, 1, thirty + 5 + 30 * DAY_MS)


async def test_a_peek_does_not_end_a_period(store: Store, redis: RedisConnection) -> None:
    await count(store, question(subject=GUEST), TWO_IN_30_DAYS)
    later = NOVEMBER_30 + 31 * DAY_MS
    peek = await count(store, question(subject=GUEST, peek=True), TWO_IN_30_DAYS, later)
    assert (peek.verdict, peek.charged, peek.ends_ms) == (DENIED, 0, 0)
    assert await store.charged(GUEST, [("view_code", TWO_IN_30_DAYS)], later) == [Charged(0, 0)]
    ((entry, _),) = (await redis.execute([("XRANGE", outbox_key(shard_of(GUEST)), "-", "+")]))[0]
    assert entry


async def test_unlimited_is_recorded_all_the_same(store: Store, redis: RedisConnection) -> None:
    for number in range(20):
        use = await count(store, question(f"hcpcs:J01{number:02}"), UNLIMITED)
        assert use.verdict is GRANTED
    assert len(await outbox(redis)) == 20


async def test_a_larger_plan_counts_what_the_smaller_one_charged(store: Store) -> None:
    for number in range(5):
        await count(store, question(f"hcpcs:J010{number}"))
    use = await count(store, question(), Limit(200, FIVE_A_MONTH.period))
    assert (use.verdict, use.charged) == (GRANTED, 6)


async def test_concurrent_questions_never_overspend(
    valkey: ValkeyServer, redis: RedisConnection
) -> None:
    stores = [
        Store(RedisConnection(valkey.url, seconds=10), outbox_capacity=10**6, seconds=10)
        for _ in range(8)
    ]
    asked = [question(f"hcpcs:J{n:04}") for n in range(1000)]
    uses = await asyncio.gather(*(count(stores[n % 8], asked[n % 500]) for n in range(1000)))
    assert sum(use.verdict is GRANTED for use in uses) == 5
    assert max(use.charged for use in uses) == 5
    for store in stores:
        await store._redis.close()


async def test_concurrent_questions_at_a_rollover_spend_each_month_once(
    valkey: ValkeyServer, redis: RedisConnection
) -> None:
    connections = [RedisConnection(valkey.url, seconds=10) for _ in range(4)]
    stores = [Store(each, outbox_capacity=10**6, seconds=10) for each in connections]
    uses = await asyncio.gather(
        *(
            count(stores[n % 4], question(f"hcpcs:J{n:04}"), now=DECEMBER - 500 + n)
            for n in range(1000)
        )
    )
    granted = [use.ends_ms for use in uses if use.verdict is GRANTED]
    assert len(granted) <= 10
    assert all(granted.count(end) <= 5 for end in granted)
    assert granted.count(max(granted)) == 5
    for connection in connections:
        await connection.close()


async def test_allowances_are_read_without_charging(store: Store) -> None:
    limits = [("view_code", FIVE_A_MONTH), ("ask_assistant", TWO_IN_30_DAYS)]
    assert await store.charged(ANN, limits, NOVEMBER_30) == [
        Charged(0, DECEMBER),
        Charged(0, 0),
    ]
    await count(store, question("a"))
    await count(store, question("b"))
    assert (await store.charged(ANN, limits, NOVEMBER_30))[0] == Charged(2, DECEMBER)
    assert (await store.charged(ANN, limits, DECEMBER))[0].charged == 0


async def test_the_store_forgets_two_days_after_the_period(
    store: Store, redis: RedisConnection
) -> None:
    now = int(time.time() * 1000)
    use = await count(store, question(), now=now)
    (keys,) = await redis.execute([("KEYS", "*:use:*")])
    (expires,) = await redis.execute([("PEXPIRETIME", keys[0])])
    assert expires == use.ends_ms + 2 * DAY_MS


async def test_a_full_outbox_grants_nothing_and_still_tells_repeats(redis: RedisConnection) -> None:
    store = Store(redis, outbox_capacity=SHARDS * 2, seconds=2)
    asked = [(question(code), UNLIMITED) for code in ("a", "b", "c", "a")]
    uses = await store.count(asked, NOVEMBER_30)
    assert [use and use.verdict for use in uses] == [GRANTED, GRANTED, None, REPEAT]


async def test_a_full_redis_grants_nothing_and_still_tells_repeats(
    store: Store, redis: RedisConnection
) -> None:
    await count(store, question("a"))
    await redis.execute([("CONFIG", "SET", "maxmemory", 1)])
    uses = await store.count(
        [(question("b"), FIVE_A_MONTH), (question("a"), FIVE_A_MONTH)], NOVEMBER_30
    )
    assert uses[0] is None
    assert uses[1] is not None
    assert uses[1].verdict is REPEAT


async def test_a_redis_that_forgot_its_scripts_is_told_them_again(
    store: Store, redis: RedisConnection
) -> None:
    await count(store, question("a"))
    await redis.execute([("SCRIPT", "FLUSH")])
    assert (await count(store, question("b"))).verdict is GRANTED


async def test_a_flushed_redis_counts_nothing_until_it_is_opened_in_another_epoch(
    store: Store, redis: RedisConnection
) -> None:
    first = await count(store, question())
    await redis.execute([("FLUSHALL",)])
    assert await store.count([(question(), FIVE_A_MONTH)], NOVEMBER_30 + 1) == [None]
    with pytest.raises(ShardClosed):
        await store.charged(ANN, [("view_code", FIVE_A_MONTH)], NOVEMBER_30)
    last = Position.of(first.decision_id.split("-")[0], "0-0")
    await Shards(redis).open({shard_of(ANN): last}, {})
    second = await count(store, question(), now=NOVEMBER_30 + 1)
    epochs = [use.decision_id.split("-")[0] for use in (first, second)]
    assert epochs[0] < epochs[1]


async def test_what_is_known_survives_a_crash_and_counts_once_it_is_opened(
    valkey: ValkeyServer, redis: RedisConnection, store: Store
) -> None:
    first = await count(store, question())
    await valkey.kill()
    await valkey.start()
    assert await store.count([(question(), FIVE_A_MONTH)], NOVEMBER_30) == [None]
    await open_shards(redis)
    assert (await count(store, question())).verdict is REPEAT
    assert (await outbox(redis))[0]["epoch"] == first.decision_id.split("-")[0]
    second = await count(store, question("hcpcs:J0100"))
    assert second.decision_id.split("-")[0] > first.decision_id.split("-")[0]


async def test_a_copy_put_in_the_place_of_a_server_counts_nothing_until_it_is_opened(
    valkey: ValkeyServer, redis: RedisConnection, store: Store, tmp_path: Path
) -> None:
    await count(store, question())
    other = ValkeyServer(tmp_path / "copy", "--replicaof", "127.0.0.1", valkey.url.split(":")[-1])
    try:
        await other.start()
        async with asyncio.timeout(10):
            while "master_link_status:up" not in await other.ask("INFO", "replication"):
                await asyncio.sleep(0.05)
        await other.ask("REPLICAOF", "NO", "ONE")
        copy = RedisConnection(other.url, seconds=2)
        asked = [(question("hcpcs:J0100"), FIVE_A_MONTH)]
        behind = Store(copy, outbox_capacity=10**6, seconds=2)
        assert await behind.count(asked, NOVEMBER_30) == [None]
        await open_shards(copy)
        assert (await behind.count(asked, NOVEMBER_30))[0] is not None
        await copy.close()
    finally:
        await other.kill()


async def test_a_smaller_plan_waits_for_the_end_of_the_period(store: Store) -> None:
    large = Limit(200, FIVE_A_MONTH.period)
    for number in range(7):
        await count(store, asked_by("professional", f"hcpcs:J010{number}"), large)
    use = await count(store, asked_by("free", "hcpcs:J0200"))
    assert (use.verdict, use.charged, use.held) == (GRANTED, 8, Held("professional", large))
    (left,) = await store.charged(ANN, [("view_code", FIVE_A_MONTH)], NOVEMBER_30)
    assert left == Charged(8, DECEMBER, Held("professional", large))
    use = await count(store, asked_by("free", "hcpcs:J0300"), now=DECEMBER)
    assert (use.verdict, use.charged, use.held) == (GRANTED, 1, None)


async def test_a_larger_plan_counts_from_the_first_question_asked_with_it(store: Store) -> None:
    for number in range(5):
        await count(store, asked_by("free", f"hcpcs:J010{number}"))
    assert (await count(store, asked_by("free", "hcpcs:J0200"))).verdict is DENIED
    # A repeat under it is enough to hold it to the end of the period; a peek is not.
    for peek, verdict in ((True, DENIED), (False, GRANTED)):
        await count(store, asked_by("enterprise", "hcpcs:J0100", peek=peek), UNLIMITED)
        use = await count(store, asked_by("free", "hcpcs:J0200"))
        assert use.verdict is verdict


async def test_a_smaller_plan_waits_for_the_end_of_days_too(store: Store) -> None:
    three = Limit(3, TWO_IN_30_DAYS.period)
    await count(store, asked_by("b", "a"), three)
    use = await count(store, asked_by("a", "b"), TWO_IN_30_DAYS)
    assert use.held == Held("b", three)
    later = NOVEMBER_30 + 31 * DAY_MS
    (left,) = await store.charged(ANN, [("view_code", TWO_IN_30_DAYS)], later)
    assert left == Charged(0, 0)
    use = await count(store, asked_by("a", "c"), TWO_IN_30_DAYS, later)
    assert (use.charged, use.held) == (1, None)


def asked_by(plan: str, resource: str, *, peek: bool = False) -> Question:
    return Question(ANN, plan, "view_code", resource, peek=peek)


@pytest.mark.parametrize("step", [3_600_000, -3_600_000])
async def test_a_clock_that_steps_by_an_hour_reopens_and_skips_no_period(
    store: Store, step: int
) -> None:
    """Just after a rollover back over it and forth, or just before it forth and back."""
    at = DECEMBER + 60_000 if step < 0 else DECEMBER - 60_000
    clocks = [at, at + step, at, at + step, at + 1]
    ends = [
        (await count(store, question(f"hcpcs:J010{number}"), now=clock)).ends_ms
        for number, clock in enumerate(clocks)
    ]
    assert ends == sorted(ends)
    assert len(set(ends)) == (1 if step < 0 else 2)
