"""The whole service over gRPC, as a process of its own with real Redis and bus."""

import asyncio
import os
import sys
import uuid
from pathlib import Path

import grpc
import pytest
from grpc import aio

from codingahead.metering.v1 import metering_pb2 as pb
from metering import sections
from servicekit.errors import from_rpc_error
from services.metering.tests.ledger_reader import read_ledger
from services.metering.tests.metering_process import MeteringProcess, Stream
from services.metering.tests.questions import request
from services.metering.tests.valkey_server import ValkeyServer
from tests.support.nats_server import NatsServer

GRANTED, REPEAT, DENIED = pb.VERDICT_GRANTED, pb.VERDICT_REPEAT, pb.VERDICT_DENIED


async def exchange(stream: Stream, *requests: pb.DecideRequest) -> list[pb.DecideStreamResult]:
    async with asyncio.timeout(5):
        await stream.write(pb.DecideStreamRequest(requests=requests))
        answer = await stream.read()
    assert isinstance(answer, pb.DecideStreamResponse)
    return list(answer.results)


async def test_a_guest_opens_one_code_and_meets_the_wall(metering: MeteringProcess) -> None:
    guest = pb.Subject.KIND_GUEST
    first = await metering.stub.Decide(
        request("icd-10-cm:E11.9", kind=guest, plan="guest"), timeout=1
    )
    assert (first.verdict, first.mode) == (GRANTED, pb.MODE_NORMAL)
    assert (first.allowance.limit, first.allowance.remaining) == (1, 0)
    assert first.allowance.period == "P30D-from-first"
    assert tuple(first.unlocked_sections) == sections.PUBLIC
    assert {s.key: s.unlock for s in first.locked_sections} == dict.fromkeys(
        sections.GATED, pb.UNLOCK_REGISTER
    )
    second = await metering.stub.Decide(
        request("icd-10-cm:I10", kind=guest, plan="guest"), timeout=1
    )
    assert (second.verdict, second.reason) == (DENIED, pb.REASON_LIMIT_SPENT)
    assert second.unlock == pb.UNLOCK_REGISTER
    assert second.allowance.reset_time == first.allowance.reset_time
    assert not second.unlocked_sections


async def test_a_free_account_opens_five_codes_and_meets_the_wall(
    metering: MeteringProcess, nats_server: NatsServer
) -> None:
    answers = [
        await metering.stub.Decide(request(f"icd-10-cm:E11.{n}"), timeout=1) for n in range(7)
    ]
    assert [a.verdict for a in answers] == [GRANTED] * 5 + [DENIED] * 2
    assert [a.allowance.remaining for a in answers] == [4, 3, 2, 1, 0, 0, 0]
    assert tuple(answers[0].unlocked_sections) == sections.ALL
    again = await metering.stub.Decide(request("icd-10-cm:E11.0"), timeout=1)
    assert (again.verdict, again.decision_id) == (REPEAT, "")
    async with asyncio.timeout(10):
        while await metering.metric("metering_relay_published_total") < 5:
            await asyncio.sleep(0.05)
    ledger = await read_ledger(nats_server.url)
    assert [entry.decision_id for entry in ledger] == [a.decision_id for a in answers[:5]]


async def test_a_stream_answers_each_batch_in_order(metering: MeteringProcess) -> None:
    stream = metering.stream()
    assert await exchange(stream) == []
    codes = ["a", "b", "a", "c", "d", "e", "f"]
    results = await exchange(stream, *(request(f"hcpcs:{code}") for code in codes))
    assert [r.decision.verdict for r in results] == [
        *(GRANTED, GRANTED, REPEAT, GRANTED, GRANTED, GRANTED, DENIED)
    ]
    results = await exchange(stream, *(request("x", subject=f"s{n}") for n in range(512)))
    assert [r.decision.verdict for r in results] == [GRANTED] * 512
    await stream.done_writing()
    assert await stream.read() is aio.EOF
    assert await stream.code() is grpc.StatusCode.OK


MALFORMED = [
    (request(subject=""), "REQUEST_INVALID", "subject.id"),
    (request(subject="a" * 65), "REQUEST_INVALID", "subject.id"),
    (request(subject="a:b"), "REQUEST_INVALID", "subject.id"),
    (request(kind=pb.Subject.KIND_UNSPECIFIED), "REQUEST_INVALID", "subject.kind"),
    (request(plan="gold"), "PLAN_UNKNOWN", "plan"),
    (request(action="fly"), "ACTION_UNKNOWN", "action"),
    (request("x" * 201), "REQUEST_INVALID", "resource"),
    (request(""), "REQUEST_INVALID", "resource"),
    (request(request_id="17"), "REQUEST_INVALID", "request_id"),
    (pb.DecideRequest(), "REQUEST_INVALID", "subject.kind"),
]


async def test_a_malformed_request_spoils_nothing_but_itself(metering: MeteringProcess) -> None:
    stream = metering.stream()
    results = await exchange(stream, request("a"), *(bad for bad, _, _ in MALFORMED), request("b"))
    assert [results[0].decision.verdict, results[-1].decision.verdict] == [GRANTED, GRANTED]
    for result, (_, reason, field) in zip(results[1:-1], MALFORMED, strict=True):
        assert result.error.reason == reason
        assert result.error.message.startswith(f"{field}: ")
    stream.cancel()


async def test_a_malformed_request_alone_is_an_invalid_argument(metering: MeteringProcess) -> None:
    for bad, reason, field in MALFORMED:
        with pytest.raises(aio.AioRpcError) as raised:
            await metering.stub.Decide(bad, timeout=1)
        error = from_rpc_error(raised.value)
        assert error.code is grpc.StatusCode.INVALID_ARGUMENT
        assert (error.reason, error.domain) == (reason, "metering.codingahead")
        assert list(error.violations) == [field]


async def test_a_batch_that_is_too_large_is_refused(metering: MeteringProcess) -> None:
    stream = metering.stream()
    await stream.write(pb.DecideStreamRequest(requests=[request()] * 513))
    assert await stream.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "at most 512" in (await stream.details() or "")


async def test_a_peek_charges_nothing(metering: MeteringProcess) -> None:
    peek = await metering.stub.Decide(request(peek=True), timeout=1)
    assert (peek.verdict, peek.reason) == (DENIED, pb.REASON_NOT_YET_GRANTED)
    assert peek.allowance.remaining == 5
    await metering.stub.Decide(request(), timeout=1)
    assert (await metering.stub.Decide(request(peek=True), timeout=1)).verdict == REPEAT


async def test_a_request_sent_twice_gets_the_same_answer(metering: MeteringProcess) -> None:
    asked = request(request_id=str(uuid.uuid4()))
    first, second = [await metering.stub.Decide(asked, timeout=1) for _ in range(2)]
    assert first == second
    assert first.verdict == GRANTED


async def test_allowances_list_every_action_of_the_plan(metering: MeteringProcess) -> None:
    await metering.stub.Decide(request(), timeout=1)
    asked = pb.GetAllowancesRequest(
        subject=pb.Subject(kind=pb.Subject.KIND_ACCOUNT, id="ann"), plan="free"
    )
    answer = await metering.stub.GetAllowances(asked, timeout=1)
    assert answer.mode == pb.MODE_NORMAL
    assert [(a.action, a.limit, a.remaining) for a in answer.allowances] == [
        ("view_code", 5, 4),
        ("ask_assistant", 10, 10),
        ("claim_check", 5, 5),
        ("consult", 1, 1),
    ]
    assert tuple(answer.unlocked_sections) == sections.ALL
    asked.plan = "enterprise"
    views = (await metering.stub.GetAllowances(asked, timeout=1)).allowances[0]
    assert not views.HasField("limit")
    assert not views.HasField("remaining")
    assert not views.HasField("reset_time")
    asked.plan = "gold"
    with pytest.raises(aio.AioRpcError) as raised:
        await metering.stub.GetAllowances(asked, timeout=1)
    assert from_rpc_error(raised.value).reason == "PLAN_UNKNOWN"


async def test_stopping_ends_open_streams_in_good_order(metering: MeteringProcess) -> None:
    idle, busy = metering.stream(), metering.stream()
    await exchange(idle)
    answered, asked_late = 0, False

    async def keep_asking() -> None:
        nonlocal answered, asked_late
        for number in range(100_000):
            try:
                await busy.write(pb.DecideStreamRequest(requests=[request(subject=f"s{number}")]))
            except aio.AioRpcError:
                # The stream had ended already. What is sent then, grpc's client calls INTERNAL,
                # whatever the server said.
                asked_late = True
                return
            if await busy.read() is aio.EOF:
                return
            answered += 1

    asking = asyncio.create_task(keep_asking())
    await asyncio.sleep(0.3)
    metering.terminate()
    async with asyncio.timeout(5):
        await asking
        assert await idle.read() is aio.EOF
    assert await idle.code() is grpc.StatusCode.OK
    assert asked_late or await busy.code() is grpc.StatusCode.OK
    assert answered > 10
    assert await metering.ended() == 0
    assert [line for line in metering.lines if line.get("level") == "error"] == []


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


async def test_a_changed_plan_file_is_taken_up_and_a_bad_one_is_not(
    metering: MeteringProcess, plans_file: Path
) -> None:
    mark = len(metering.lines)
    edit(plans_file, "view_code: {units: 5,", "view_code: {units: 7,")
    await metering.logged("plans_reloaded", after=mark)
    answer = await metering.stub.Decide(request(), timeout=1)
    assert answer.allowance.limit == 7
    edit(plans_file, "view_code: {units: 7,", "view_code: {units: many,")
    refused = await metering.logged("plans_refused", after=mark)
    assert "plans.free.limits.view_code.units" in refused["why"]
    away = plans_file.with_suffix(".away")
    os.rename(plans_file, away)
    await metering.logged("plans_refused", after=metering.lines.index(refused) + 1)
    answer = await metering.stub.Decide(request("hcpcs:J0100"), timeout=1)
    assert (answer.allowance.limit, answer.allowance.remaining) == (7, 5)
    assert '"status": "ready"' in await metering.get("/readyz")
    assert await metering.metric('metering_plans_reloads_total{outcome="refused"}') == 2
    edit(away, "view_code: {units: many,", "view_code: {units: 5,")
    mark = len(metering.lines)
    os.rename(away, plans_file)
    await metering.logged("plans_reloaded", after=mark)
    # What was held within the period lasts to its end; whoever comes anew gets the new limit.
    answer = await metering.stub.Decide(request(), timeout=1)
    assert answer.allowance.limit == 7
    answer = await metering.stub.Decide(request(subject="bob"), timeout=1)
    assert answer.allowance.limit == 5


async def test_decisions_are_counted_by_how_they_came_out(metering: MeteringProcess) -> None:
    for number in range(6):
        await metering.stub.Decide(request(f"hcpcs:J010{number}"), timeout=1)
    common = 'metering_decisions_total{action="view_code",mode="normal",plan="free"'
    assert await metering.metric(f'{common},reason="",verdict="granted"') == 5
    assert await metering.metric(f'{common},reason="limit_spent",verdict="denied"') == 1
    assert "ann" not in await metering.get("/metrics")


async def test_two_processes_share_one_count(
    valkey: ValkeyServer, nats_server: NatsServer, plans_file: Path
) -> None:
    # On a busy machine Redis may be late, and what an outage shows is a grant too.
    patient = {"METERING_REDIS_SECONDS": "5"}
    one, other = [
        MeteringProcess(valkey.url, nats_server.url, plans_file, **patient) for _ in range(2)
    ]
    try:
        await one.start()
        await other.start()
        stubs = [one.stub, other.stub]
        answers = await asyncio.gather(
            *(stubs[n % 2].Decide(request(f"hcpcs:J{n:04}"), timeout=5) for n in range(60))
        )
        assert [a.verdict for a in answers].count(GRANTED) == 5
        async with asyncio.timeout(10):
            while len(await read_ledger(nats_server.url)) < 5:
                await asyncio.sleep(0.05)
    finally:
        await one.kill()
        await other.kill()
    assert len(await read_ledger(nats_server.url)) == 5


async def run(*arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "metering", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_a_plan_file_can_be_checked_offline(plans_file: Path) -> None:
    code, out, _ = await run("plans", "check", str(plans_file))
    assert code == 0
    assert "fine: plans guest, free, professional, enterprise" in out
    edit(plans_file, "sections: public", "sections: none")
    code, out, err = await run("plans", "check", str(plans_file))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert f"{plans_file}: plans.guest.sections: write public, all or a list" in err


async def test_a_wrong_plan_file_keeps_the_process_from_starting(plans_file: Path) -> None:
    edit(plans_file, "actions:", "acts:")
    process = MeteringProcess("redis://127.0.0.1:1", "nats://127.0.0.1:1", plans_file)
    code, err = await process.run_to_its_end()
    assert code == 1
    assert "plans.yaml: actions: is missing" in err
    assert "Traceback" not in err


async def test_a_wrong_setting_keeps_the_process_from_starting(plans_file: Path) -> None:
    process = MeteringProcess("localhost:6379", "nats://127.0.0.1:1", plans_file)
    code, err = await process.run_to_its_end()
    assert code != 0
    assert err.count("\n") == 1
    assert "REDIS_URL: must be redis://host:port" in err


async def test_a_thousand_at_once_over_three_processes_get_exactly_the_last_unit(
    valkey: ValkeyServer, nats_server: NatsServer, plans_file: Path
) -> None:
    processes = [
        MeteringProcess(valkey.url, nats_server.url, plans_file, METERING_REDIS_SECONDS="5")
        for _ in range(3)
    ]
    try:
        for process in processes:
            await process.start()
        for number in range(4):
            await processes[0].stub.Decide(request(f"c{number}"), timeout=5)
        streams = [process.stream() for process in processes for _ in range(5)]
        answers = await asyncio.gather(
            *(
                exchange(stream, *(request(f"n{number}-{each}") for each in range(67)))
                for number, stream in enumerate(streams)
            )
        )
        results = [result.decision for answer in answers for result in answer]
        assert len(results) == 1_005
        assert [result.verdict for result in results].count(GRANTED) == 1
        assert {result.mode for result in results} == {pb.MODE_NORMAL}
        asked = pb.GetAllowancesRequest(
            subject=pb.Subject(kind=pb.Subject.KIND_ACCOUNT, id="ann"), plan="free"
        )
        told = [await process.stub.GetAllowances(asked, timeout=5) for process in processes]
        assert told[0] == told[1] == told[2]
        assert told[0].allowances[0].remaining == 0
    finally:
        for process in processes:
            await process.kill()


async def test_a_plan_without_the_action_waits_for_the_end_of_the_period_too(
    metering: MeteringProcess, plans_file: Path
) -> None:
    edit(plans_file, "      claim_check: {units: 5, period: calendar-month}\n", "")
    await metering.logged("plans_reloaded")
    new = await metering.stub.Decide(request(action="claim_check", subject="bob"), timeout=1)
    assert (new.verdict, new.reason) == (DENIED, pb.REASON_NOT_IN_PLAN)
    larger = request("a", action="claim_check", plan="professional")
    await metering.stub.Decide(larger, timeout=1)
    held = await metering.stub.Decide(request("b", action="claim_check"), timeout=1)
    assert (held.verdict, held.allowance.plan) == (GRANTED, "professional")
    assert (held.allowance.limit, held.allowance.remaining) == (500, 498)


async def test_a_plan_may_have_an_outage_policy_of_its_own(
    metering: MeteringProcess, valkey: ValkeyServer, plans_file: Path
) -> None:
    edit(plans_file, "    features: [export]\n", "    outage: {view_code: allow}\n")
    await metering.logged("plans_reloaded")
    await valkey.kill()
    answer = await metering.stub.Decide(request(plan="professional"), timeout=1)
    assert tuple(answer.unlocked_sections) == sections.ALL
    assert answer.mode == pb.MODE_DEGRADED
    answer = await metering.stub.Decide(request(plan="free"), timeout=1)
    assert tuple(answer.unlocked_sections) == sections.PUBLIC
