"""The sessions of an account: seen and ended by their owner, and by nobody else."""

from datetime import timedelta

import pytest

from accounts.clients import Client
from accounts.database import Database
from accounts.doorkeeper import Doorkeeper, SessionUnknown
from accounts.open_sessions import OpenSessions
from accounts.registrar import Registrar, SignedIn
from services.accounts.tests.conftest import Clock
from services.accounts.tests.people import PASSWORD, registration
from services.accounts.tests.sql import Sql

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
HOME, TRAIN = "192.0.2.0/24", "2001:db8:1::/48"


@pytest.fixture
def sessions(database: Database, recorded: list[None], clock: Clock) -> OpenSessions:
    return OpenSessions(database.transact, lambda: recorded.append(None), clock)


async def is_open(doorkeeper: Doorkeeper, signed_in: SignedIn) -> bool:
    try:
        await doorkeeper.resolve(signed_in.session.token)
    except SessionUnknown:
        return False
    return True


async def test_a_session_is_listed_with_its_device_and_the_network_of_its_last_use(
    registrar: Registrar, doorkeeper: Doorkeeper, sessions: OpenSessions, clock: Clock
) -> None:
    made = await registrar.register(registration(), Client(FIREFOX, HOME))
    begun = clock()
    clock.pass_by(timedelta(seconds=20))
    await doorkeeper.resolve(made.session.token, Client(network=TRAIN))
    clock.pass_by(timedelta(hours=1))
    await doorkeeper.log_in("ann@example.org", PASSWORD, Client("curl/8.5.0", HOME))

    program, browser = await sessions.of(made.account.id, 10, None)
    assert (program.device, program.network) == ("curl", HOME)
    assert program.used_at == program.begun_at == clock()
    assert (browser.id, browser.device, browser.network) == (
        *(made.session.id, "Firefox on Linux"),
        TRAIN,
    )
    assert (browser.begun_at, browser.used_at) == (begun, begun + timedelta(seconds=20))
    assert browser.expires_at == browser.used_at + timedelta(days=7)


async def test_a_use_is_written_down_once_a_minute_or_when_it_comes_from_elsewhere(
    registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql, clock: Clock
) -> None:
    token = (await registrar.register(registration(), Client(FIREFOX, HOME))).session.token
    # Beyond 23 days the end does not move any more, and the last use still does.
    for _ in range(4):
        clock.pass_by(timedelta(days=6, hours=12))
        await doorkeeper.resolve(token, Client(network=HOME))
    written = "SELECT xmin::text, used_at, network FROM sessions"
    ((version, used_at, _),) = await sql(written)
    assert used_at == clock()
    for network in (HOME, ""):
        clock.pass_by(timedelta(seconds=20))
        await doorkeeper.resolve(token, Client(network=network))
        assert (await sql(written))[0][0] == version
    await doorkeeper.resolve(token, Client(network=TRAIN))
    assert (await sql(written))[0][1:] == (clock(), TRAIN)


async def test_sessions_are_listed_in_pages_and_none_that_has_expired(
    registrar: Registrar, doorkeeper: Doorkeeper, sessions: OpenSessions, clock: Clock
) -> None:
    account_id = (await registrar.register(registration())).account.id
    clock.pass_by(timedelta(days=8))
    begun = [(await doorkeeper.log_in("ann@example.org", PASSWORD)).session.id for _ in range(5)]

    first = await sessions.of(account_id, 3, None)
    rest = await sessions.of(account_id, 3, (first[-1].begun_at, first[-1].id))
    listed = [session.id for session in (*first, *rest)]
    assert listed == sorted(begun, reverse=True)


async def test_one_session_is_ended_and_told_of_once(
    registrar: Registrar,
    doorkeeper: Doorkeeper,
    sessions: OpenSessions,
    sql: Sql,
    recorded: list[None],
) -> None:
    kept = await registrar.register(registration())
    ended = await doorkeeper.log_in("ann@example.org", PASSWORD)
    other = await registrar.register(registration("eve@example.org"))
    recorded.clear()
    for session_id in (ended.session.id, ended.session.id, "x", "\0" * 22, "A" * 22):
        await sessions.end(kept.account.id, session_id)
    # Nobody ends another's.
    await sessions.end(other.account.id, kept.session.id)

    assert not await is_open(doorkeeper, ended)
    assert await is_open(doorkeeper, kept)
    assert await is_open(doorkeeper, other)
    assert recorded == [None]
    assert await sql("SELECT count(*) FROM outbox WHERE type LIKE '%revoked%'") == [(1,)]
    assert await sql("SELECT actor FROM audit WHERE act = 'session_ended'") == [("owner",)]


async def test_all_others_end_and_this_one_goes_on(
    registrar: Registrar, doorkeeper: Doorkeeper, sessions: OpenSessions, sql: Sql
) -> None:
    made = await registrar.register(registration())
    others = [await doorkeeper.log_in("ann@example.org", PASSWORD) for _ in range(3)]
    stranger = await registrar.register(registration("eve@example.org"))

    assert await sessions.end_all(made.account.id, but=made.session.id) == 3
    assert await sessions.end_all(made.account.id, but=made.session.id) == 0
    assert await is_open(doorkeeper, made)
    assert await is_open(doorkeeper, stranger)
    assert [await is_open(doorkeeper, other) for other in others] == [False] * 3
    assert await sql("SELECT count(*) FROM outbox WHERE type LIKE '%revoked%'") == [(3,)]


async def test_everything_ends_with_one_event(
    registrar: Registrar, doorkeeper: Doorkeeper, sessions: OpenSessions, sql: Sql
) -> None:
    made = await registrar.register(registration())
    other = await doorkeeper.log_in("ann@example.org", PASSWORD)

    assert await sessions.end_all(made.account.id, but="") == 2
    assert not await is_open(doorkeeper, made)
    assert not await is_open(doorkeeper, other)
    assert await sql("SELECT count(*) FROM outbox WHERE type LIKE '%revoked%'") == [(1,)]
