"""What one visit leaves on the bus: each page view, each grant, the merge, the registration."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

import pytest

from codingahead.accounts.v1 import accounts_pb2, events_pb2
from codingahead.gateway.v1.events_pb2 import PageViewed
from codingahead.metering.v1 import metering_pb2
from deploy.local.platform import Platform
from deploy.local.settings import ROOT
from deploy.nats.event_lines import ALLOWANCE_MERGED, PAGE_VIEWED, VIEW_GRANTED
from servicekit.events import Event, EventType
from tests.platform.people import SECONDS, accounts_of, guest, guest_id, register
from tests.platform.streams import events_in, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

REGISTERED = EventType("accounts", "account_registered", 1, events_pb2.AccountRegistered)


async def views_of(platform: Platform, *subjects: str) -> list[tuple[Event, PageViewed]]:
    views = [(event, PAGE_VIEWED.parse(event)) for event in await events_in(platform, "GATEWAY")]
    return [(event, view) for event, view in views if view.subject_id in subjects]


async def ledger_of(platform: Platform, *subjects: str) -> tuple[list[Event], list[Event]]:
    """The grants and the merges of *subjects*."""
    events = await events_in(platform, "METERING")
    grants = [event for event in events if event.type == VIEW_GRANTED.type]
    merges = [event for event in events if event.type == ALLOWANCE_MERGED.type]
    return (
        [event for event in grants if VIEW_GRANTED.parse(event).subject.id in subjects],
        [event for event in merges if ALLOWANCE_MERGED.parse(event).account.id in subjects],
    )


async def registrations_of(platform: Platform, account: str) -> list[Event]:
    events = await events_in(platform, "ACCOUNTS")
    return [
        event
        for event in events
        if event.type == REGISTERED.type and REGISTERED.parse(event).account_id == account
    ]


async def test_a_visit_is_told_once_each_and_nothing_else(platform: Platform) -> None:
    began = datetime.now(UTC)
    async with guest(platform) as visitor, accounts_of(platform) as accounts:
        # Seven pages and walls, of which three are charged; five things that are no page.
        granted = await visitor.get("/api/v1/codes/icd-10-cm/E11.9")
        await visitor.get("/icd-10-cm/E11.9")
        await visitor.get("/icd-10-cm/I10")
        await visitor.get("/icd-10-cm/e119")
        await visitor.head("/icd-10-cm/J45.909")
        await visitor.get("/icd-10-cm/E11.99")
        await visitor.get("/icd-10-cm/J45.909", headers={"Sec-Purpose": "prefetch"})
        await visitor.get("/api/v1/search?q=asthma")
        was = guest_id(visitor)
        email = await register(visitor)
        await visitor.get("/icd-10-cm/E11.9")
        await visitor.get("/icd-10-cm/I10")
        await visitor.get("/api/v1/codes/icd-10-cm/J45.909")
        await visitor.get("/icd-10-cm/J45.909")
        session = await accounts.ResolveSession(
            accounts_pb2.ResolveSessionRequest(token=visitor.cookies["session"]), timeout=SECONDS
        )
        account = session.principal.account_id

    async def all_is_told() -> bool:
        views = await views_of(platform, was, account)
        grants, merges = await ledger_of(platform, was, account)
        told = (len(views), len(grants), len(merges))
        return told >= (7, 3, 1) and bool(await registrations_of(platform, account))

    await until(all_is_told)
    views = await views_of(platform, was, account)
    grants, merges = await ledger_of(platform, was, account)
    registrations = await registrations_of(platform, account)

    # Each page once, in order, with what was decided.
    assert [
        (view.subject_kind, view.plan, view.code, view.verdict, view.surface) for _, view in views
    ] == [
        ("guest", "guest", "E11.9", "granted", "api"),
        ("guest", "guest", "E11.9", "repeat", "page"),
        ("guest", "guest", "I10", "denied", "page"),
        ("account", "free", "E11.9", "repeat", "page"),
        ("account", "free", "I10", "granted", "page"),
        ("account", "free", "J45.909", "granted", "api"),
        ("account", "free", "J45.909", "repeat", "page"),
    ]
    for event, view in views:
        assert event.type == "com.codingahead.gateway.page_viewed.v1"
        assert event.source == "/codingahead/gateway"
        assert event.subject == "codingahead.gateway.v1.page_viewed"
        assert began <= event.time <= began + timedelta(minutes=1)
        assert began <= view.viewed_at.ToDatetime(UTC) <= event.time
        assert event.traceparent
        assert (view.system, view.mode) == ("icd-10-cm", "normal")
        assert view.catalog_id.startswith("20260401-")
        # Only what was charged stands in the ledger.
        assert bool(view.decision_id) == (view.verdict == "granted")
    assert len({event.id for event, _ in views}) == 7

    # Each grant once, under the decision that the page view names.
    ledger = [VIEW_GRANTED.parse(event) for event in grants]
    kind = metering_pb2.Subject
    assert [
        (entry.subject.kind, entry.subject.id, entry.plan, entry.resource, entry.units)
        for entry in ledger
    ] == [
        (kind.KIND_GUEST, was, "guest", "icd-10-cm:E11.9", 1),
        (kind.KIND_ACCOUNT, account, "free", "icd-10-cm:I10", 1),
        (kind.KIND_ACCOUNT, account, "free", "icd-10-cm:J45.909", 1),
    ]
    assert {entry.action for entry in ledger} == {"view_code"}
    charged = [view.decision_id for _, view in views if view.verdict == "granted"]
    assert [entry.decision_id for entry in ledger] == charged
    reset = ledger[0].period_end.ToDatetime(UTC).isoformat().replace("+00:00", "Z")
    assert granted.json()["allowance"]["reset_time"] == reset

    # One merge, which takes over the guest's page, and one registration.
    (merged,) = [ALLOWANCE_MERGED.parse(event) for event in merges]
    assert (merged.guest.id, merged.account.id, merged.plan) == (was, account, "free")
    assert (merged.action, list(merged.resources)) == ("view_code", ["icd-10-cm:E11.9"])
    (registration,) = registrations
    told = REGISTERED.parse(registration)
    assert (told.plan, told.guest_id) == ("free", was)
    assert registration.subject == "codingahead.accounts.v1.account_registered"

    # Nobody's address is in any of it.
    everything = [*(event for event, _ in views), *grants, *merges, registration]
    assert not [event for event in everything if email.encode() in event.data]


async def test_the_command_prints_them(platform: Platform) -> None:
    async with guest(platform) as visitor:
        await visitor.get("/icd-10-cm/E11.9")
        await visitor.get("/icd-10-cm/I10")
        subject = guest_id(visitor)

    async def printed() -> list[str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.nats", "events", "--once", "--last", "20"),
            cwd=ROOT,
            env={**os.environ, "NATS_URL": platform.address("nats")},
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await process.communicate()
        assert process.returncode == 0
        lines = told.decode().splitlines()
        assert len(lines) <= 20
        return [line for line in lines if f"guest/{subject}" in line]

    async def all_are_printed() -> bool:
        return len(await printed()) >= 3

    await until(all_are_printed)
    lines = {" ".join(line.split()[2:]) for line in await printed()}

    assert lines == {
        f"gateway.page_viewed.v1 guest/{subject} guest icd-10-cm:E11.9 granted normal",
        f"gateway.page_viewed.v1 guest/{subject} guest icd-10-cm:I10 denied normal",
        f"metering.view_granted.v1 guest/{subject} guest icd-10-cm:E11.9 granted 1 view_code",
    }
