"""What the ledger says of somebody is told whole, and nothing of anybody else."""

import asyncio
import json
import uuid
from typing import Any

import grpc
import pytest
from grpc import aio

from codingahead.metering.v1 import metering_pb2 as pb
from codingahead.metering.v1 import records_pb2, records_pb2_grpc
from servicekit.errors import from_rpc_error
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings
from services.metering.tests.metering_process import MeteringProcess

SECONDS = 5.0


def subject(name: str, kind: "pb.Subject.Kind.ValueType" = pb.Subject.KIND_ACCOUNT) -> pb.Subject:
    return pb.Subject(kind=kind, id=name)


async def records(process: MeteringProcess, whose: pb.Subject) -> list[dict[str, Any]]:
    async with open_channel(
        f"127.0.0.1:{process.listening['grpc_port']}", ServiceSettings()
    ) as channel:
        stub = records_pb2_grpc.RecordsServiceStub(channel)
        request = records_pb2.ListRecordsRequest(subject=whose)
        return [
            {"event": record.event, **json.loads(record.entry)}
            async for record in stub.ListRecords(request, timeout=SECONDS)
        ]


async def ask(process: MeteringProcess, whose: pb.Subject, action: str, resource: str) -> None:
    decided = await process.stub.Decide(
        pb.DecideRequest(
            subject=whose,
            plan="guest" if whose.kind == pb.Subject.KIND_GUEST else "free",
            action=action,
            resource=resource,
            request_id=str(uuid.uuid4()),
        ),
        timeout=SECONDS,
    )
    assert decided.verdict == pb.VERDICT_GRANTED


async def test_the_ledger_of_one_subject_is_read_back(metering: MeteringProcess) -> None:
    process = metering
    ann, bob = subject("ann-0123456789"), subject("bob-0123456789")
    namesake = subject("ann-0123456789", pb.Subject.KIND_GUEST)
    guest = subject("guest-0123456789", pb.Subject.KIND_GUEST)
    await ask(process, guest, "view_code", "icd-10-cm:E11.9")
    await ask(process, namesake, "view_code", "icd-10-cm:J45.909")
    await process.stub.MergeSubject(
        pb.MergeSubjectRequest(
            request_id=str(uuid.uuid4()), guest_id=guest.id, account_id=ann.id, plan="free"
        ),
        timeout=SECONDS,
    )
    await ask(process, ann, "view_code", "icd-10-cm:I10")
    await ask(process, ann, "ask_assistant", "question-1")
    await ask(process, bob, "view_code", "icd-10-cm:I10")

    told: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        # Fast grants reach the ledger a moment after the answer.
        wanted = {"view_granted", "allowance_merged", "units_accounted"}
        while not wanted <= {record["event"] for record in told}:
            await asyncio.sleep(0.1)
            told = await records(process, ann)

    granted = [record for record in told if record["event"] == "view_granted"]
    assert [record["resource"] for record in granted] == ["icd-10-cm:I10"]
    merged = [record for record in told if record["event"] == "allowance_merged"]
    assert [record["resources"] for record in merged] == [["icd-10-cm:E11.9"]]
    assert "bob" not in json.dumps(told)
    assert "J45.909" not in json.dumps(told)
    assert await records(process, subject("nobody-0123456789")) == []


async def test_what_names_nobody_is_refused(metering: MeteringProcess) -> None:
    for name in ("", "a b", "x" * 65, "*", ">"):
        with pytest.raises(aio.AioRpcError) as refused:
            await records(metering, subject(name))
        error = from_rpc_error(refused.value)
        assert (error.code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")
