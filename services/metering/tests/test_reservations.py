"""Reserving and settling over gRPC, and what callers see of strict actions elsewhere."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from grpc import aio

from codingahead.metering.v1 import metering_pb2 as pb
from servicekit.errors import from_rpc_error
from services.metering.tests.metering_process import MeteringProcess
from services.metering.tests.questions import request
from services.metering.tests.test_rebuild import command
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

ASK = "ask_assistant"
ANN = pb.Subject(kind=pb.Subject.KIND_ACCOUNT, id="ann")
GRANTED, REPEAT, DENIED = pb.VERDICT_GRANTED, pb.VERDICT_REPEAT, pb.VERDICT_DENIED
SETTLED, EXPIRED = pb.SettleResponse.OUTCOME_SETTLED, pb.SettleResponse.OUTCOME_EXPIRED


def asked(resource: str = "question:1", **fields: object) -> pb.ReserveRequest:
    known = {
        "subject": ANN,
        "plan": "free",
        "action": ASK,
        "resource": resource,
        "request_id": str(uuid.uuid4()),
        "max_units": 1,
    }
    return pb.ReserveRequest(**{**known, **fields})  # type: ignore[arg-type]


def settling(name: str, units: int = 1, action: str = ASK) -> pb.SettleRequest:
    return pb.SettleRequest(subject=ANN, action=action, reservation_id=name, units=units)


async def left(metering: MeteringProcess, plan: str = "free") -> dict[str, pb.Allowance]:
    wanted = pb.GetAllowancesRequest(subject=ANN, plan=plan)
    answer = await metering.stub.GetAllowances(wanted, timeout=5)
    assert answer.mode == pb.MODE_NORMAL
    return {allowance.action: allowance for allowance in answer.allowances}


async def test_units_are_charged_when_settled_and_not_before(metering: MeteringProcess) -> None:
    reserved = await metering.stub.Reserve(asked(), timeout=5)
    assert (reserved.verdict, reserved.mode) == (GRANTED, pb.MODE_NORMAL)
    assert (reserved.allowance.remaining, reserved.allowance.reserved) == (10, 1)
    lives = reserved.expire_time.ToDatetime(UTC) - datetime.now(UTC)
    assert timedelta(seconds=100) < lives <= timedelta(seconds=121)
    held = (await left(metering))[ASK]
    assert (held.remaining, held.reserved) == (10, 1)

    settled = await metering.stub.Settle(settling(reserved.reservation_id), timeout=5)
    assert (settled.outcome, settled.units) == (SETTLED, 1)
    assert (settled.allowance.remaining, settled.allowance.reserved) == (9, 0)
    assert settled.allowance.reset_time == reserved.allowance.reset_time
    assert (settled.allowance.plan, settled.allowance.period) == ("free", "calendar-month")
    assert await metering.stub.Settle(settling(reserved.reservation_id), timeout=5) == settled

    repeat = await metering.stub.Reserve(asked(), timeout=5)
    assert (repeat.verdict, repeat.reservation_id) == (REPEAT, "")
    assert not repeat.HasField("expire_time")
    assert (await left(metering))[ASK].remaining == 9


async def test_what_is_not_needed_goes_back(metering: MeteringProcess) -> None:
    first = await metering.stub.Reserve(
        asked(action="consult", plan="professional", max_units=20), timeout=5
    )
    crowded = await metering.stub.Reserve(
        asked("other", action="consult", plan="professional"), timeout=5
    )
    assert (crowded.verdict, crowded.reason) == (DENIED, pb.REASON_RESERVED)
    assert crowded.unlock == pb.UNLOCK_RETRY
    with pytest.raises(aio.AioRpcError) as raised:
        await metering.stub.Settle(settling(first.reservation_id, 21, "consult"), timeout=5)
    assert from_rpc_error(raised.value).violations == {
        "units": "must be 0 to 20, which were reserved"
    }
    settled = await metering.stub.Settle(settling(first.reservation_id, 3, "consult"), timeout=5)
    assert (settled.units, settled.allowance.remaining) == (3, 17)
    more = await metering.stub.Reserve(
        asked("other", action="consult", plan="professional", max_units=18), timeout=5
    )
    assert (more.verdict, more.reason, more.unlock) == (
        DENIED,
        pb.REASON_LIMIT_SPENT,
        pb.UNLOCK_UPGRADE,
    )


async def test_decide_charges_a_unit_of_a_strict_action_at_once(
    metering: MeteringProcess,
) -> None:
    once = request("question:1", action=ASK)
    first, again = [await metering.stub.Decide(once, timeout=5) for _ in range(2)]
    assert first == again
    assert (first.verdict, first.allowance.remaining) == (GRANTED, 9)
    assert first.decision_id
    peek = await metering.stub.Decide(request("question:2", action=ASK, peek=True), timeout=5)
    assert (peek.verdict, peek.reason) == (DENIED, pb.REASON_NOT_YET_GRANTED)
    stream = metering.stream()
    batch = [request(), *(request(f"question:{n}", action=ASK) for n in range(12)), request("b")]
    await stream.write(pb.DecideStreamRequest(requests=batch))
    answer = await stream.read()
    assert isinstance(answer, pb.DecideStreamResponse)
    verdicts = [result.decision.verdict for result in answer.results]
    assert (verdicts[0], verdicts[-1]) == (GRANTED, GRANTED)
    assert verdicts[2] == REPEAT
    assert sorted(verdicts[1:-1]) == [*[GRANTED] * 9, REPEAT, *[DENIED] * 2]
    stream.cancel()


async def test_a_larger_plan_counts_at_once_and_a_smaller_one_at_the_period_s_end(
    metering: MeteringProcess,
) -> None:
    consults = [asked(f"case:{n}", action="consult") for n in range(3)]
    first = await metering.stub.Reserve(consults[0], timeout=5)
    await metering.stub.Settle(settling(first.reservation_id, 1, "consult"), timeout=5)
    spent = await metering.stub.Reserve(consults[1], timeout=5)
    assert (spent.reason, spent.unlock) == (pb.REASON_LIMIT_SPENT, pb.UNLOCK_UPGRADE)
    consults[1].plan = "professional"
    larger = await metering.stub.Reserve(consults[1], timeout=5)
    assert (larger.verdict, larger.allowance.remaining) == (GRANTED, 19)
    still = await metering.stub.Reserve(consults[2], timeout=5)
    assert (still.verdict, still.allowance.plan, still.allowance.limit) == (
        GRANTED,
        "professional",
        20,
    )
    assert (await left(metering))["consult"].limit == 20


REFUSED: list[tuple[dict[str, object], str, str]] = [
    ({"request_id": ""}, "REQUEST_INVALID", "request_id"),
    ({"max_units": 0}, "REQUEST_INVALID", "max_units"),
    ({"max_units": 1_000_001}, "REQUEST_INVALID", "max_units"),
    ({"action": "view_code"}, "REQUEST_INVALID", "action"),
    ({"action": "dance"}, "ACTION_UNKNOWN", "action"),
    ({"plan": "gold"}, "PLAN_UNKNOWN", "plan"),
    ({"subject": pb.Subject(id="ann")}, "REQUEST_INVALID", "subject.kind"),
    ({"resource": ""}, "REQUEST_INVALID", "resource"),
]


async def test_what_cannot_be_reserved_or_settled_is_refused_with_the_field(
    metering: MeteringProcess,
) -> None:
    for fields, reason, field in REFUSED:
        with pytest.raises(aio.AioRpcError) as raised:
            await metering.stub.Reserve(asked(**fields), timeout=5)  # type: ignore[arg-type]
        error = from_rpc_error(raised.value)
        assert (error.code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
        assert list(error.violations) == [field]
    for settlement, field in (
        (settling("a.b"), "reservation_id"),
        (settling("r", -1), "units"),
        (settling("r", 1, "dance"), "action"),
    ):
        with pytest.raises(aio.AioRpcError) as raised:
            await metering.stub.Settle(settlement, timeout=5)
        assert list(from_rpc_error(raised.value).violations) == [field]


async def test_a_plan_without_the_action_says_what_has_it(metering: MeteringProcess) -> None:
    guest = pb.Subject(kind=pb.Subject.KIND_GUEST, id="g-1")
    refused = await metering.stub.Reserve(
        asked(action="consult", plan="guest", subject=guest), timeout=5
    )
    assert (refused.verdict, refused.reason, refused.unlock) == (
        DENIED,
        pb.REASON_NOT_IN_PLAN,
        pb.UNLOCK_REGISTER,
    )


async def test_without_the_ledger_what_costs_is_denied_and_pages_go_on(
    metering: MeteringProcess, nats_server: NatsServer
) -> None:
    reserved = await metering.stub.Reserve(asked(), timeout=5)
    await nats_server.stop()
    refused = await metering.stub.Reserve(asked("another"), timeout=5)
    assert (refused.verdict, refused.reason) == (DENIED, pb.REASON_OUTAGE)
    assert (refused.mode, refused.unlock) == (pb.MODE_DEGRADED, pb.UNLOCK_RETRY)
    assert not refused.HasField("allowance")
    decided = await metering.stub.Decide(request("question:2", action=ASK), timeout=5)
    assert (decided.verdict, decided.mode) == (DENIED, pb.MODE_DEGRADED)
    assert (await metering.stub.Decide(request(), timeout=5)).mode == pb.MODE_NORMAL
    allowances = await left(metering)
    assert allowances["view_code"].remaining == 4
    assert allowances[ASK].limit == 10
    assert not allowances[ASK].HasField("remaining")
    with pytest.raises(aio.AioRpcError) as raised:
        await metering.stub.Settle(settling(reserved.reservation_id), timeout=5)
    assert from_rpc_error(raised.value).reason == "STORE_UNAVAILABLE"
    assert await metering.metric('metering_not_counted_total{why="ledger"}') == 2
    await nats_server.start()
    async with asyncio.timeout(20):
        while True:
            try:
                settled = await metering.stub.Settle(settling(reserved.reservation_id), timeout=5)
            except aio.AioRpcError:
                await asyncio.sleep(0.1)
            else:
                break
    assert settled.outcome == SETTLED


async def test_a_stalled_ledger_holds_no_page_up(
    metering: MeteringProcess, nats_server: NatsServer
) -> None:
    await metering.stub.Reserve(asked(), timeout=5)
    nats_server.stall()
    try:
        async with asyncio.timeout(4):
            answer = await metering.stub.Reserve(asked("another"), timeout=1)
        assert (answer.verdict, answer.mode) == (DENIED, pb.MODE_DEGRADED)
        began = asyncio.get_running_loop().time()
        stream = metering.stream()
        batch = [request(), request("question:2", action=ASK)]
        await stream.write(pb.DecideStreamRequest(requests=batch))
        answers = await stream.read()
        assert isinstance(answers, pb.DecideStreamResponse)
        page, question = (result.decision for result in answers.results)
        assert (page.verdict, page.mode) == (GRANTED, pb.MODE_NORMAL)
        assert (question.verdict, question.mode) == (DENIED, pb.MODE_DEGRADED)
        # This process waits five seconds, but not for one that has just failed it.
        assert asyncio.get_running_loop().time() - began < 4
        stream.cancel()
    finally:
        nats_server.resume()


async def test_without_redis_nobody_knows_who_is_spent_but_work_in_hand_is_settled(
    metering: MeteringProcess, valkey: ValkeyServer
) -> None:
    reserved = await metering.stub.Reserve(asked(), timeout=5)
    await valkey.kill()
    refused = await metering.stub.Reserve(asked("another"), timeout=5)
    assert (refused.verdict, refused.mode) == (DENIED, pb.MODE_DEGRADED)
    settled = await metering.stub.Settle(settling(reserved.reservation_id), timeout=5)
    assert settled.outcome == SETTLED


async def test_a_process_that_is_killed_leaves_its_reservations_to_the_others(
    metering: MeteringProcess, valkey: ValkeyServer, nats_server: NatsServer
) -> None:
    kept = await metering.stub.Reserve(asked("kept"), timeout=5)
    await metering.kill()
    await valkey.ask("FLUSHALL")
    await metering.start()
    settled = await metering.stub.Settle(settling(kept.reservation_id), timeout=5)
    assert (settled.outcome, settled.allowance.remaining) == (SETTLED, 9)
    code, out, err = await command(valkey, nats_server, "verify")
    assert (code, "unbalanced          0 entries" in out) == (0, True), (out, err)
    _, out, _ = await command(valkey, nats_server, "usage")
    assert [line.split()[1:] for line in out.splitlines()[1:]] == [["free", ASK, "1"]]


async def test_what_is_never_settled_expires_and_is_counted(
    valkey: ValkeyServer, nats_server: NatsServer, plans_file: Path
) -> None:
    hasty = MeteringProcess(
        valkey.url,
        nats_server.url,
        plans_file,
        METERING_REDIS_SECONDS="5",
        METERING_STRICT_SECONDS="5",
        METERING_RESERVATION_SECONDS="2",
    )
    try:
        await hasty.start()
        reserved = await hasty.stub.Reserve(asked(), timeout=5)
        async with asyncio.timeout(20):
            while not await hasty.metric("metering_reservations_open"):
                await asyncio.sleep(0.1)
            while not await hasty.metric("metering_reservations_expired_total"):
                await asyncio.sleep(0.1)
        late = await hasty.stub.Settle(settling(reserved.reservation_id), timeout=5)
        assert (late.outcome, late.units) == (EXPIRED, 0)
        assert (await left(hasty))[ASK].remaining == 10
        assert await hasty.metric("metering_reservations_open") == 0
        decisions = 'metering_decisions_total{action="ask_assistant",mode="normal",plan="free"'
        assert await hasty.metric(decisions) == 1
        assert await hasty.stop() == 0
    finally:
        await hasty.kill()
