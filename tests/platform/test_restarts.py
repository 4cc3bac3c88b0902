"""Parts restarted under load: no page view fails, and nothing that was acknowledged is lost."""

import asyncio
import time
from collections import Counter
from contextlib import suppress

import asyncpg
import pytest

from codingahead.accounts.v1 import accounts_pb2, events_pb2
from deploy.local.platform import Platform
from servicekit.events import EventType
from tests.platform.outages import NORMAL, REPORTS, loaded, report
from tests.platform.people import PASSWORD, SECONDS, accounts_of, guest, new_address
from tests.platform.streams import events_in, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

REGISTERED = EventType("accounts", "account_registered", 1, events_pb2.AccountRegistered)
DEGRADED = {("guest", "degraded"), ("member", "degraded")}


class Registrations:
    """People who register, ten a second, each once."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._asking: set[asyncio.Task[None]] = set()
        self.statuses: Counter[int] = Counter()
        self.acknowledged: dict[str, str] = {}
        """Session tokens by address."""

    async def arrive(self) -> None:
        """Let one after another come until cancelled, then wait for the last answer."""
        try:
            while True:
                self._asking.add(asyncio.create_task(self._register(new_address())))
                await asyncio.sleep(0.1)
        finally:
            await asyncio.gather(*self._asking)

    async def acknowledges(self, more: int) -> None:
        """Wait until *more* have been told that they are registered."""
        aim = len(self.acknowledged) + more

        async def is_reached() -> bool:
            return len(self.acknowledged) >= aim

        await until(is_reached)

    async def _register(self, email: str) -> None:
        async with guest(self._platform) as client:
            answer = await client.post(
                "/api/v1/accounts", json={"email": email, "password": PASSWORD}
            )
            self.statuses[answer.status_code] += 1
            if answer.status_code == 202:
                self.acknowledged[email] = client.cookies["session"]
            else:
                assert answer.status_code == 503, answer.text
                assert int(answer.headers["retry-after"]) > 0


async def test_no_registration_that_was_acknowledged_is_lost_when_postgres_crashes(
    breakable: Platform,
) -> None:
    registrations = Registrations(breakable)
    arriving = asyncio.create_task(registrations.arrive())
    seconds = []
    try:
        for _ in range(2):
            await registrations.acknowledges(12)
            await breakable.kill("postgres")
            await breakable.start_part("postgres")
            began = time.monotonic()
            await registrations.acknowledges(1)
            seconds.append(time.monotonic() - began)
        await registrations.acknowledges(12)
    finally:
        arriving.cancel()
        with suppress(asyncio.CancelledError):
            await arriving
    assert len(registrations.acknowledged) >= 36
    assert len(registrations.acknowledged) == registrations.statuses[202]

    # Each one's session is there, asked past the gateway, and each can log in.
    ids = {}
    async with accounts_of(breakable) as accounts:
        for email, token in registrations.acknowledged.items():
            session = await accounts.ResolveSession(
                accounts_pb2.ResolveSessionRequest(token=token), timeout=SECONDS
            )
            ids[email] = session.principal.account_id
    assert len(set(ids.values())) == len(ids)
    for email in ids:
        async with guest(breakable) as client:
            answer = await client.post(
                "/api/v1/sessions", json={"email": email, "password": PASSWORD}
            )
            assert answer.status_code == 204
            assert (await client.get("/api/v1/allowance")).json()["subject"] == "account"

    # Each account that exists, acknowledged or not, is told of exactly once.
    database = await asyncpg.connect(breakable.address("postgres"))
    existing = {row[0] for row in await database.fetch("SELECT account_id FROM accounts")}
    await database.close()
    assert set(ids.values()) <= existing

    async def told() -> list[str]:
        events = await events_in(breakable, "ACCOUNTS")
        return [REGISTERED.parse(e).account_id for e in events if e.type == REGISTERED.type]

    async def all_are_told() -> bool:
        return existing <= set(await told())

    await until(all_are_told)
    assert Counter(await told()) == Counter(existing)
    REPORTS.append(
        f"{'postgres killed 2x':<20} registrations: {registrations.statuses[202]} acknowledged, "
        f"{registrations.statuses[503]} told to try again, none lost, each told of once; "
        f"back {max(seconds):.1f} s after its return"
    )


@pytest.mark.parametrize(
    "part, also",
    [
        ("lookup", set()),
        ("accounts", set()),
        ("assistant", set()),
        ("nats", set()),
        ("postgres", set()),
        ("metering", DEGRADED),
        ("redis", DEGRADED),
    ],
)
async def test_no_page_view_fails_while_a_part_is_restarted(
    breakable: Platform, part: str, also: set[tuple[str, str]]
) -> None:
    async with loaded(breakable) as load:
        since = len(load.answers)
        await breakable.restart(part)
        began = time.monotonic()
        await until(load.shows_normal)
        seconds = time.monotonic() - began

        assert set(load.answers[since:]) <= NORMAL | also
        report(f"{part} restarted", load.counts(since), seconds)
