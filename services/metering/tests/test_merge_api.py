"""Registering as the gateway and the event see it: a whole process with real Redis and bus."""

import asyncio
import uuid

import grpc
import pytest
from grpc import aio

from codingahead.metering.v1 import metering_pb2 as pb
from metering import sections
from servicekit.errors import from_rpc_error
from services.metering.tests.ledger_reader import read_merges
from services.metering.tests.metering_process import MeteringProcess
from services.metering.tests.questions import request
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

GRANTED, REPEAT, DENIED = pb.VERDICT_GRANTED, pb.VERDICT_REPEAT, pb.VERDICT_DENIED
MERGED = pb.MergeSubjectResponse.OUTCOME_MERGED
GUEST_SPENT = pb.MergeSubjectResponse.OUTCOME_GUEST_SPENT
ACCOUNT_TAKEN = pb.MergeSubjectResponse.OUTCOME_ACCOUNT_TAKEN


def registration(
    guest: str = "g-1",
    account: str = "ann",
    *,
    plan: str = "free",
    request_id: str | None = None,
) -> pb.MergeSubjectRequest:
    return pb.MergeSubjectRequest(
        request_id=str(uuid.uuid4()) if request_id is None else request_id,
        guest_id=guest,
        account_id=account,
        plan=plan,
    )


def guests(code: str, guest: str = "g-1") -> pb.DecideRequest:
    return request(code, subject=guest, kind=pb.Subject.KIND_GUEST, plan="guest")


async def test_registering_carries_the_page_along_and_opens_exactly_five_more(
    metering: MeteringProcess, nats_server: NatsServer
) -> None:
    stub = metering.stub
    assert (await stub.Decide(guests("own"), timeout=1)).verdict == GRANTED
    assert (await stub.Decide(guests("b"), timeout=1)).verdict == DENIED

    merged = await stub.MergeSubject(registration(), timeout=1)
    assert (merged.outcome, merged.resources) == (MERGED, 1)

    own = await stub.Decide(request("own"), timeout=1)
    assert (own.verdict, own.allowance.remaining) == (REPEAT, 5)
    assert tuple(own.unlocked_sections) == sections.ALL
    answers = [await stub.Decide(request(code), timeout=1) for code in "bcdefg"]
    assert [a.verdict for a in answers] == [GRANTED] * 5 + [DENIED]
    wall = answers[-1]
    assert (wall.reason, wall.unlock) == (pb.REASON_LIMIT_SPENT, pb.UNLOCK_UPGRADE)
    assert wall.allowance.HasField("reset_time")

    # Logged out, the old guest id is spent; logged in again, the count stands.
    spent = await stub.Decide(guests("h"), timeout=1)
    assert (spent.verdict, spent.reason) == (DENIED, pb.REASON_LIMIT_SPENT)
    assert (spent.unlock, spent.allowance.remaining) == (pb.UNLOCK_REGISTER, 0)
    assert (await stub.Decide(guests("own"), timeout=1)).verdict == REPEAT
    asked = pb.GetAllowancesRequest(
        subject=pb.Subject(kind=pb.Subject.KIND_GUEST, id="g-1"), plan="guest"
    )
    left = await stub.GetAllowances(asked, timeout=1)
    assert [(a.limit, a.remaining) for a in left.allowances] == [(1, 0), (2, 0)]
    assert (await stub.Decide(request("own"), timeout=1)).allowance.remaining == 0
    assert (await stub.Decide(request("h"), timeout=1)).verdict == DENIED

    again = await stub.MergeSubject(registration(), timeout=1)
    assert again == merged
    async with asyncio.timeout(10):
        while not (ledger := await read_merges(nats_server.url)):
            await asyncio.sleep(0.05)
    (entry,) = ledger
    assert (entry.guest.id, entry.account.id, list(entry.resources)) == ("g-1", "ann", ["own"])
    assert (entry.guest.kind, entry.account.kind) == (
        pb.Subject.KIND_GUEST,
        pb.Subject.KIND_ACCOUNT,
    )
    assert (entry.plan, entry.action) == ("free", "view_code")
    assert entry.period_end == wall.allowance.reset_time
    assert entry.period_start.ToMilliseconds() <= entry.merged_at.ToMilliseconds()
    assert entry.merge_id.endswith(f"-{entry.shard:02}-{entry.entry_id}")
    metric = 'metering_merges_total{outcome="%s"}'
    assert await metering.metric(metric % "merged") == 1
    assert await metering.metric(metric % "repeated") == 1


async def test_what_cannot_be_merged_is_an_answer_and_changes_nothing(
    metering: MeteringProcess,
) -> None:
    stub = metering.stub
    await stub.MergeSubject(registration("g-1", "ann"), timeout=1)
    late = await stub.MergeSubject(registration("g-1", "bob"), timeout=1)
    assert (late.outcome, late.resources) == (GUEST_SPENT, 0)
    taken = await stub.MergeSubject(registration("g-2", "ann"), timeout=1)
    assert (taken.outcome, taken.resources) == (ACCOUNT_TAKEN, 0)
    assert (await stub.Decide(guests("a", "g-2"), timeout=1)).verdict == GRANTED


async def test_a_malformed_merge_is_an_invalid_argument(metering: MeteringProcess) -> None:
    for asked, reason, field in [
        (registration(guest=""), "REQUEST_INVALID", "guest_id"),
        (registration(guest="g:1"), "REQUEST_INVALID", "guest_id"),
        (registration(account="a" * 65), "REQUEST_INVALID", "account_id"),
        (registration(plan="gold"), "PLAN_UNKNOWN", "plan"),
        (registration(request_id="17"), "REQUEST_INVALID", "request_id"),
    ]:
        with pytest.raises(aio.AioRpcError) as raised:
            await metering.stub.MergeSubject(asked, timeout=1)
        error = from_rpc_error(raised.value)
        assert error.code is grpc.StatusCode.INVALID_ARGUMENT
        assert (error.reason, error.domain) == (reason, "metering.codingahead")
        assert list(error.violations) == [field]


async def test_while_redis_is_away_a_merge_is_unavailable_and_sections_are_still_told(
    metering: MeteringProcess, valkey: ValkeyServer
) -> None:
    await metering.stub.Decide(guests("own"), timeout=1)
    await valkey.kill()
    for _ in range(3):
        with pytest.raises(aio.AioRpcError) as raised:
            await metering.stub.MergeSubject(registration(), timeout=1)
        error = from_rpc_error(raised.value)
        assert (error.code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
    asked = pb.GetAllowancesRequest(
        subject=pb.Subject(kind=pb.Subject.KIND_GUEST, id="g-1"), plan="guest"
    )
    answer = await metering.stub.GetAllowances(asked, timeout=1)
    assert (answer.mode, tuple(answer.unlocked_sections)) == (pb.MODE_DEGRADED, sections.PUBLIC)
    mark = len(metering.lines)
    await valkey.start()
    await metering.logged("shards_opened", after=mark)
    merged = await metering.stub.MergeSubject(registration(), timeout=1)
    assert (merged.outcome, merged.resources) == (MERGED, 1)
