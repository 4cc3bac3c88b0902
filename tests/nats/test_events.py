"""``make events``: a readable line for each event that passes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nats.js import JetStreamContext

from codingahead.gateway.v1 import events_pb2 as gateway_events
from codingahead.lookup.v1 import events_pb2 as lookup_events
from codingahead.metering.v1 import events_pb2 as metering_events
from codingahead.metering.v1 import metering_pb2
from deploy.local.addresses import write_addresses
from deploy.local.settings import ROOT
from deploy.nats.event_lines import (
    ALLOWANCE_MERGED,
    GUEST_SPENT,
    PAGE_VIEWED,
    SUBJECT_ERASED,
    UNITS_ACCOUNTED,
    VIEW_GRANTED,
)
from deploy.nats.streams import apply, declared
from servicekit.events import Event, EventType
from tests.support.nats_server import NatsServer

GUEST = metering_pb2.Subject(kind=metering_pb2.Subject.KIND_GUEST, id="g1")
ACCOUNT = metering_pb2.Subject(kind=metering_pb2.Subject.KIND_ACCOUNT, id="a1")
AT = datetime(2026, 4, 1, 12, 0, 0, 250_000, UTC)

VIEWED = PAGE_VIEWED.new(
    gateway_events.PageViewed(
        subject_kind="guest",
        subject_id="g1",
        plan="guest",
        system="icd-10-cm",
        code="E11.9",
        verdict="denied",
        mode="normal",
    ),
    time=AT,
)
GRANTED = VIEW_GRANTED.new(
    metering_events.ViewGranted(
        subject=ACCOUNT, plan="free", action="view_code", resource="icd-10-cm:S52.5", units=1
    ),
    time=AT + timedelta(seconds=1),
)
MERGED = ALLOWANCE_MERGED.new(
    metering_events.AllowanceMerged(
        guest=GUEST,
        account=ACCOUNT,
        plan="free",
        action="view_code",
        resources=["icd-10-cm:A00", "icd-10-cm:A01", "icd-10-cm:A02", "icd-10-cm:A03"],
    ),
    time=AT + timedelta(seconds=2),
)
SPENT = GUEST_SPENT.new(
    metering_events.GuestSpent(guest=GUEST, account=ACCOUNT), time=AT + timedelta(seconds=4)
)
ERASED = SUBJECT_ERASED.new(
    metering_events.SubjectErased(subject=ACCOUNT), time=AT + timedelta(seconds=5)
)
ACCOUNTED = UNITS_ACCOUNTED.new(
    metering_events.UnitsAccounted(
        subject=ACCOUNT,
        action="consult",
        changes=[
            metering_events.UnitsChange(
                kind=metering_events.UnitsChange.KIND_SETTLED, units=2, plan="professional"
            ),
            metering_events.UnitsChange(
                kind=metering_events.UnitsChange.KIND_EXPIRED, units=1, plan="professional"
            ),
        ],
    ),
    time=AT + timedelta(seconds=6),
)
PUBLISHED = EventType("lookup", "release_published", 1, lookup_events.ReleasePublished).new(
    lookup_events.ReleasePublished(catalog_id="c1"), time=AT + timedelta(seconds=3)
)


@pytest.fixture(autouse=True)
async def _streams(jetstream: JetStreamContext) -> None:
    await apply(jetstream, declared(replicas=1, ledger_bytes=2**20))


async def publish(jetstream: JetStreamContext, *events: Event) -> None:
    for event in events:
        await jetstream.publish(event.subject, event.data, headers=event.headers())


@asynccontextmanager
async def printing(*options: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.nats", "events", *options),
        cwd=ROOT,
        env={**{n: v for n, v in os.environ.items() if n != "NATS_URL"}, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def next_line(process: asyncio.subprocess.Process) -> list[str]:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        return (await process.stdout.readline()).decode().split()


async def test_each_kind_of_event_is_told_in_a_line(
    nats_server: NatsServer, jetstream: JetStreamContext
) -> None:
    await publish(jetstream, VIEWED, GRANTED, MERGED, PUBLISHED, SPENT, ERASED, ACCOUNTED)
    await jetstream.publish("codingahead.gateway.v1.page_viewed", b"no event")
    async with printing("--once", NATS_URL=nats_server.url) as process:
        out, error = await process.communicate()
    assert error == b""
    assert [" ".join(line.split()) for line in out.decode().splitlines()] == [
        "2026-04-01 12:00:00.250 gateway.page_viewed.v1 "
        "guest/g1 guest icd-10-cm:E11.9 denied normal",
        "2026-04-01 12:00:01.250 metering.view_granted.v1 "
        "account/a1 free icd-10-cm:S52.5 granted 1 view_code",
        "2026-04-01 12:00:02.250 metering.allowance_merged.v1 "
        "account/a1 free icd-10-cm:A00, icd-10-cm:A01, icd-10-cm:A02 and 1 more "
        "merged view_code of guest/g1",
        "2026-04-01 12:00:03.250 lookup.release_published.v1",
        "2026-04-01 12:00:04.250 metering.guest_spent.v1 guest/g1 spent for account/a1",
        "2026-04-01 12:00:05.250 metering.subject_erased.v1 account/a1 erased",
        "2026-04-01 12:00:06.250 metering.units_accounted.v1 "
        "account/a1 professional consult units 2 settled, 1 expired",
        "codingahead.gateway.v1.page_viewed: no event: ce-specversion is None, not '1.0'",
    ]


async def test_the_last_so_many_come_from_all_streams_together(
    nats_server: NatsServer, jetstream: JetStreamContext
) -> None:
    await publish(jetstream, VIEWED, GRANTED, PUBLISHED)
    async with printing("--last", "2", "--once", NATS_URL=nats_server.url) as process:
        out, _ = await process.communicate()
    names = [line.split()[2] for line in out.decode().splitlines()]
    assert names == ["metering.view_granted.v1", "lookup.release_published.v1"]


async def test_events_are_printed_as_they_pass_through_a_restart_of_the_bus(
    nats_server: NatsServer, jetstream: JetStreamContext, tmp_path: Path
) -> None:
    await publish(jetstream, VIEWED)
    write_addresses(tmp_path, {"nats": nats_server.url})
    async with printing("--last", "1", LOCAL_STATE_FOLDER=str(tmp_path)) as process:
        assert "gateway.page_viewed.v1" in await next_line(process)
        await publish(jetstream, GRANTED)
        assert "metering.view_granted.v1" in await next_line(process)
        await nats_server.stop()
        await nats_server.start()
        while not jetstream._nc.is_connected:
            await asyncio.sleep(0.05)
        await publish(jetstream, MERGED)
        assert "metering.allowance_merged.v1" in await next_line(process)
        await publish(jetstream, PUBLISHED)
        assert "lookup.release_published.v1" in await next_line(process)
        process.send_signal(signal.SIGINT)
        out, error = await process.communicate()
        assert (process.returncode, out, error) == (0, b"", b"")


async def test_it_ends_when_nobody_reads_on(
    nats_server: NatsServer, jetstream: JetStreamContext
) -> None:
    await publish(jetstream, VIEWED)
    reading, writing = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.nats", "events", "--last", "1"),
        cwd=ROOT,
        env={**os.environ, "NATS_URL": nats_server.url},
        stdout=writing,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writing)
    try:
        assert await asyncio.to_thread(os.read, reading, 1)
        os.close(reading)
        async with asyncio.timeout(30):
            await publish(jetstream, GRANTED)
            _, error = await process.communicate()
        assert error == b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_where_nothing_runs_it_says_what_to_do(tmp_path: Path) -> None:
    async with printing(LOCAL_STATE_FOLDER=str(tmp_path)) as process:
        _, error = await process.communicate()
    assert process.returncode == 1
    assert error.decode() == (
        "nats: no event bus is running here; run make run first, or set NATS_URL\n"
    )
