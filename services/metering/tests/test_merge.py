"""A guest goes to an account in a real Redis: once, uncharged, and whole however it is broken."""

import asyncio
import time
from dataclasses import replace

import nats
import pytest

from deploy.nats.streams import declared
from metering.decision import Question, Subject, Use, Verdict, check
from metering.keys import SHARDS, merge_key, outbox_key, shard_of
from metering.merge import Merge, Merged, Outcome, carry_over
from metering.merge_store import KEEP_MS, MAX_RESOURCES, MergeStore
from metering.outbox import Outbox
from metering.periods import DAY_MS, CalendarMonth, DaysFromFirst
from metering.plans import Limit, load_plans, parse_plans
from metering.redis_connection import RedisAway, RedisConnection
from metering.relay import Relay
from metering.store import GRACE_MS, Charged, Store
from servicekit.bus import Bus
from services.metering.tests.conftest import PLANS
from services.metering.tests.ledger_reader import read_merges
from services.metering.tests.questions import ANN, FIVE_A_MONTH, GUEST, UNLIMITED, question
from services.metering.tests.test_relay import running, until_empty
from services.metering.tests.test_store import DECEMBER, NOVEMBER_30, count
from tests.support.nats_server import NatsServer

GRANTED, REPEAT, DENIED = Verdict.GRANTED, Verdict.REPEAT, Verdict.DENIED
SHIPPED = load_plans(PLANS)
DAYS = DaysFromFirst(30)
MONTH = CalendarMonth()
ONE_IN_30_DAYS = Limit(1, DAYS)
THREE_IN_30_DAYS = Limit(3, DAYS)

MERGE = Merge("g-1", "ann", "free")
BOB = Subject("account", "bob")


async def see(
    store: Store, code: str, now: int = NOVEMBER_30, limit: Limit = ONE_IN_30_DAYS
) -> Use:
    """Have the guest ask for a code."""
    return await count(store, question(code, subject=GUEST), limit, now)


async def merge(merges: MergeStore, asked: Merge = MERGE, now: int = NOVEMBER_30) -> Merged:
    return await carry_over(asked, merges, SHIPPED, now)


async def records(redis: RedisConnection, account: Subject = ANN) -> list[dict[str, str]]:
    """The merges that wait for the ledger in an account's shard."""
    (entries,) = await redis.execute([("XRANGE", outbox_key(shard_of(account)), "-", "+")])
    found = [dict(zip(flat[::2], flat[1::2], strict=True)) for _, flat in entries]
    return [fields for fields in found if fields.get("event") == "allowance_merged"]


async def test_the_guests_page_is_free_and_five_more_are_granted(
    store: Store, merges: MergeStore
) -> None:
    assert (await see(store, "own")).verdict is GRANTED
    merged = await merge(merges)
    assert (merged.outcome, merged.resources) == (Outcome.MERGED, 1)
    own = await count(store, question("own"))
    assert (own.verdict, own.charged, own.ends_ms) == (REPEAT, 0, DECEMBER)
    uses = [await count(store, question(f"hcpcs:J010{n}")) for n in range(6)]
    assert [use.verdict for use in uses] == [GRANTED] * 5 + [DENIED]
    assert (uses[5].charged, uses[5].ends_ms) == (5, DECEMBER)
    assert (await count(store, question("own"))).verdict is REPEAT
    assert (await count(store, question("own", peek=True))).verdict is REPEAT


async def test_a_merge_is_recorded_with_the_step_that_makes_it(
    store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    await see(store, "own")
    merged = await merge(merges)
    (fields,) = await records(redis)
    epoch, shard, _, _ = merged.merge_id.split("-")
    assert int(shard) == shard_of(ANN)
    assert fields == {
        "epoch": epoch,
        "event": "allowance_merged",
        "guest": "g-1",
        "account": "ann",
        "plan": "free",
        "action": "view_code",
        "resources": "own",
        "at": str(NOVEMBER_30),
        "start": str(MONTH.window(NOVEMBER_30).start_ms),
        "ends": str(DECEMBER),
        "period": "2040-11",
    }


async def test_a_merge_repeated_is_the_same_merge(
    store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    await see(store, "own")
    first = await merge(merges)
    again = [await merge(merges), await merge(merges, now=DECEMBER + 40 * DAY_MS)]
    assert again == [replace(first, repeated=True)] * 2
    assert len(await records(redis)) == 1


async def test_a_merge_asked_for_many_times_at_once_happens_once(
    store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    await see(store, "own")
    merged = await asyncio.gather(*(merge(merges) for _ in range(20)))
    assert {(each.outcome, each.resources) for each in merged} == {(Outcome.MERGED, 1)}
    assert [each.repeated for each in merged].count(False) == 1
    assert len(await records(redis)) == 1


@pytest.mark.parametrize("steps", ["claim", "claim and spend", "all"])
async def test_a_merge_broken_off_after_any_step_is_finished_once_by_repeating(
    steps: str, store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    await see(store, "own")
    await merges.claim(MERGE)
    if steps != "claim":
        resources = await merges.spend(MERGE, DAYS, NOVEMBER_30)
        assert resources == ["own"]
        if steps == "all":
            await merges.unite(MERGE, resources, MONTH, NOVEMBER_30)
    for _ in range(2):
        merged = await merge(merges)
        assert (merged.outcome, merged.resources) == (Outcome.MERGED, 1)
    assert (await count(store, question("own"))).verdict is REPEAT
    assert (await count(store, question("new"))).charged == 1
    assert len(await records(redis)) == 1


async def test_a_month_that_ends_between_two_steps_leaves_the_page_free_in_the_next(
    store: Store, merges: MergeStore
) -> None:
    await see(store, "own", now=DECEMBER - 20)
    await merges.claim(MERGE)
    await merges.spend(MERGE, DAYS, DECEMBER - 10)
    merged = await merge(merges, now=DECEMBER + 10)
    assert merged.resources == 1
    assert (await count(store, question("own"), now=DECEMBER + 20)).verdict is REPEAT


async def test_a_merged_guest_keeps_what_it_saw_and_gets_nothing_else(
    store: Store, merges: MergeStore
) -> None:
    await see(store, "own", limit=THREE_IN_30_DAYS)
    await merge(merges)
    own = await see(store, "own", limit=THREE_IN_30_DAYS)
    assert (own.verdict, own.charged, own.ends_ms) == (REPEAT, 3, 0)
    new = await see(store, "new", limit=THREE_IN_30_DAYS)
    assert (new.verdict, new.charged, new.ends_ms, new.merged) == (DENIED, 3, 0, True)
    peek = await count(store, question("new", subject=GUEST, peek=True), THREE_IN_30_DAYS)
    assert (peek.verdict, peek.merged) == (DENIED, True)


@pytest.mark.parametrize("limit", [ONE_IN_30_DAYS, THREE_IN_30_DAYS, FIVE_A_MONTH, UNLIMITED])
@pytest.mark.parametrize("days", [0, 31, 364])
async def test_a_merged_guest_stays_spent_for_every_action_and_period(
    limit: Limit, days: int, store: Store, merges: MergeStore
) -> None:
    await see(store, "own")
    await merge(merges)
    now = NOVEMBER_30 + days * DAY_MS
    for action in ("view_code", "ask_assistant", "claim_check"):
        asked = Question(GUEST, "guest", action, "new")
        use = await count(store, asked, limit, now)
        assert (use.verdict, use.merged) == (DENIED, True)
        assert use.charged >= (limit.units or 0)
    if days:
        assert (await see(store, "own", now)).verdict is DENIED


async def test_a_merge_outlives_the_guests_cookie(
    store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    await see(store, "own")
    await merge(merges)
    await merge(merges)
    keys = [merge_key(shard_of(subject), subject) for subject in (GUEST, ANN)]
    for left in await redis.execute([("PTTL", key) for key in keys]):
        assert 365 * DAY_MS < KEEP_MS - 60_000 < left <= KEEP_MS


async def test_a_merged_guest_has_nothing_left(store: Store, merges: MergeStore) -> None:
    await see(store, "own", limit=THREE_IN_30_DAYS)
    await merge(merges)
    limits = [("view_code", THREE_IN_30_DAYS), ("ask_assistant", Limit(2, DAYS))]
    for now in (NOVEMBER_30, NOVEMBER_30 + 31 * DAY_MS):
        assert [found.charged for found in await store.charged(GUEST, limits, now)] == [3, 2]
        assert {found.ends_ms for found in await store.charged(GUEST, limits, now)} == {0}
    (left,) = await store.charged(ANN, [("view_code", FIVE_A_MONTH)], NOVEMBER_30)
    assert left == Charged(0, DECEMBER)


async def test_a_guest_who_saw_nothing_is_spent_all_the_same(
    store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    merged = await merge(merges)
    assert (merged.outcome, merged.resources) == (Outcome.MERGED, 0)
    assert (await see(store, "new")).verdict is DENIED
    assert (await records(redis))[0]["resources"] == ""


async def test_pages_of_a_period_that_is_over_are_not_carried_over(
    store: Store, merges: MergeStore
) -> None:
    await see(store, "own")
    merged = await merge(merges, now=NOVEMBER_30 + 30 * DAY_MS)
    assert (merged.outcome, merged.resources) == (Outcome.MERGED, 0)


async def test_the_shards_clock_says_which_periods_are_in_force(
    store: Store, merges: MergeStore
) -> None:
    # The shards have charged in December; the process that merges still lives in November.
    await count(store, question("hcpcs:J0100", subject=BOB), now=DECEMBER + 5)
    other = next(
        Subject("guest", f"h{n}")
        for n in range(10_000)
        if shard_of(Subject("guest", f"h{n}")) == shard_of(GUEST)
    )
    await see(store, "own", now=DECEMBER - 30 * DAY_MS)
    await count(store, question("a", subject=other), ONE_IN_30_DAYS, DECEMBER + 5)
    merged = await merge(merges, now=DECEMBER - 5)
    assert merged.resources == 0
    await merge(merges, Merge(other.id, "bob", "free"), now=DECEMBER - 5)
    assert (await count(store, question("a", subject=BOB), now=DECEMBER + 6)).verdict is REPEAT


async def test_a_guest_counted_by_the_month_brings_the_month_of_its_shards_clock(
    store: Store, merges: MergeStore
) -> None:
    await see(store, "november", DECEMBER - 9, FIVE_A_MONTH)
    await see(store, "december", DECEMBER + 5, FIVE_A_MONTH)
    assert await merges.spend(MERGE, MONTH, DECEMBER - 5) == ["december"]


async def test_a_guest_goes_to_one_account(
    store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    await see(store, "own")
    to_bob = Merge("g-1", "bob", "free")
    merged = await asyncio.gather(*(merge(merges, asked) for asked in [MERGE, to_bob] * 10))
    outcomes = {each.outcome for each in merged}
    assert outcomes == {Outcome.MERGED, Outcome.GUEST_SPENT}
    holders = [
        subject
        for subject in (ANN, BOB)
        if (await count(store, question("own", subject=subject, peek=True))).verdict is REPEAT
    ]
    assert len(holders) == 1
    assert len(await records(redis, ANN) + await records(redis, BOB)) == 1
    # The account that came too late may still take over a guest of its own.
    late = "bob" if holders == [ANN] else "ann"
    assert (await merge(merges, Merge("g-2", late, "free"))).outcome is Outcome.MERGED


async def test_an_account_takes_over_one_guest_and_the_other_is_not_spent(
    store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    guests = ["g-1", "g-2"]
    merged = await asyncio.gather(
        *(merge(merges, Merge(guests[n % 2], "ann", "free")) for n in range(20))
    )
    assert {each.outcome for each in merged} == {Outcome.MERGED, Outcome.ACCOUNT_TAKEN}
    assert len(await records(redis)) == 1
    uses = [
        await count(store, question("new", subject=Subject("guest", guest)), ONE_IN_30_DAYS)
        for guest in guests
    ]
    assert sorted(use.verdict.value for use in uses) == ["denied", "granted"]


async def test_a_merge_under_way_keeps_the_account_for_its_guest(
    store: Store, merges: MergeStore
) -> None:
    await see(store, "own")
    await merges.claim(MERGE)
    other = Merge("g-2", "ann", "free")
    assert (await merge(merges, other)).outcome is Outcome.ACCOUNT_TAKEN
    await merges.spend(MERGE, DAYS, NOVEMBER_30)
    assert (await merge(merges, Merge("g-1", "bob", "free"))).outcome is Outcome.GUEST_SPENT
    assert (await merge(merges)).resources == 1


async def test_what_was_not_claimed_is_not_united(merges: MergeStore) -> None:
    await merge(merges)
    late = await merges.unite(Merge("g-2", "ann", "free"), ["a"], MONTH, NOVEMBER_30)
    assert late.outcome is Outcome.ACCOUNT_TAKEN


async def test_a_merge_moves_the_shards_clock_on(store: Store, merges: MergeStore) -> None:
    await merge(merges, now=DECEMBER + 5)
    assert (await count(store, question(), now=DECEMBER - 5)).ends_ms > DECEMBER


async def test_giving_back_undoes_no_merge_that_is_done(
    merges: MergeStore, redis: RedisConnection
) -> None:
    await merge(merges)
    await merges.give_back(MERGE)
    assert (await merge(merges)).repeated
    assert (await merge(merges, Merge("g-2", "ann", "free"))).outcome is Outcome.ACCOUNT_TAKEN


async def test_what_the_account_was_granted_itself_stays_charged(
    store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    await see(store, "own")
    asked = question("own", request_id="00000000-0000-4000-8000-000000000001")
    mine = await count(store, asked)
    merged = await merge(merges)
    assert (merged.outcome, merged.resources) == (Outcome.MERGED, 0)
    assert await count(store, asked) == mine


async def test_an_account_that_is_not_limited_takes_over_too(
    store: Store, merges: MergeStore
) -> None:
    await see(store, "own")
    merged = await merge(merges, Merge("g-1", "ann", "enterprise"))
    assert merged.resources == 1
    assert (await count(store, question("own"), UNLIMITED)).verdict is REPEAT


async def test_merging_begins_the_days_of_an_account_that_is_counted_in_days(
    store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    plans = parse_plans(
        "plans:\n"
        "  guest: {sections: public, limits: {view_code: {units: 1, period: P30D-from-first}}}\n"
        "  free: {sections: all, limits: {view_code: {units: 3, period: P30D-from-first}}}\n"
        "  none: {sections: public, limits: {}}\n"
        "actions: {view_code: {class: fast, outage: public_sections}}"
    )
    await see(store, "own")
    now, ends = NOVEMBER_30 + DAY_MS, NOVEMBER_30 + 31 * DAY_MS
    await carry_over(MERGE, merges, plans, now)
    assert [(each["start"], each["ends"]) for each in await records(redis)] == [
        (str(now), str(ends))
    ]
    own = await count(store, question("own"), THREE_IN_30_DAYS, ends - 1)
    assert (own.verdict, own.charged, own.ends_ms) == (REPEAT, 0, ends)
    assert (await count(store, question("own"), THREE_IN_30_DAYS, ends)).verdict is GRANTED
    # Without a page there is nothing to begin, and without views only what may come later.
    await carry_over(Merge("g-2", "bob", "free"), merges, plans, now)
    assert await store.charged(BOB, [("view_code", THREE_IN_30_DAYS)], now) == [Charged(0, 0)]
    without = await carry_over(Merge("g-3", "cy", "none"), merges, plans, now)
    assert without.outcome is Outcome.MERGED


async def test_merged_pages_are_forgotten_with_their_period(
    store: Store, merges: MergeStore, redis: RedisConnection
) -> None:
    now = int(time.time() * 1000)
    await see(store, "own", now)
    await merge(merges, now=now)
    (keys,) = await redis.execute([("KEYS", "*:use:account:*")])
    (expires,) = await redis.execute([("PEXPIRETIME", keys[0])])
    assert expires == MONTH.window(now).end_ms + GRACE_MS


async def test_no_more_pages_are_carried_over_than_fit_into_an_event(
    store: Store, merges: MergeStore
) -> None:
    asked = [(question(f"c{n}", subject=GUEST), Limit(None, DAYS)) for n in range(1_200)]
    await store.count(asked, NOVEMBER_30)
    assert (await merge(merges)).resources == MAX_RESOURCES


async def test_a_full_outbox_leaves_the_merge_to_be_finished_later(
    store: Store, redis: RedisConnection, merges: MergeStore
) -> None:
    await see(store, "own")
    await count(store, question("hcpcs:J0100"))
    with pytest.raises(RedisAway, match="no room"):
        await merge(MergeStore(redis, outbox_capacity=SHARDS))
    assert (await merge(merges)).resources == 1
    assert (await count(store, question("own"))).verdict is REPEAT


async def test_a_full_redis_spends_nobody(
    store: Store, redis: RedisConnection, merges: MergeStore
) -> None:
    await see(store, "own", limit=THREE_IN_30_DAYS)
    await redis.execute([("CONFIG", "SET", "maxmemory", 1)])
    with pytest.raises(RedisAway, match="OOM"):
        await merge(merges)
    await redis.execute([("CONFIG", "SET", "maxmemory", 0)])
    assert (await see(store, "new", limit=THREE_IN_30_DAYS)).verdict is GRANTED
    assert (await merge(merges)).resources == 2


async def test_the_largest_merge_fits_into_the_ledger(
    merges: MergeStore, redis: RedisConnection, nats_server: NatsServer
) -> None:
    client = await nats.connect(nats_server.url)
    (ledger,) = [s for s in declared(replicas=1, ledger_bytes=2**24) if s.name == "METERING"]
    await client.jetstream().update_stream(ledger)
    await client.close()
    pages = [f"{number:04}{'\U0001f600' * 196}" for number in range(MAX_RESOURCES)]
    check(question(pages[0]), SHIPPED)
    await merges.unite(MERGE, pages, MONTH, NOVEMBER_30)
    bus, outbox = await Bus.connect(nats_server.url, "test"), Outbox(redis)
    async with running(Relay(outbox, bus)):
        await until_empty(outbox)
    await bus.close()
    (merged,) = await read_merges(nats_server.url)
    assert list(merged.resources) == pages
