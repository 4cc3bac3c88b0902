"""Sessions: secret tokens that are nowhere kept, and ends that come on time."""

import base64
import secrets
from datetime import timedelta

import pytest

from accounts.doorkeeper import Doorkeeper, SessionUnknown
from accounts.registrar import Registrar
from accounts.store import Store
from accounts.sweep import Sweep
from services.accounts.tests.conftest import Clock
from services.accounts.tests.people import PASSWORD, registration
from services.accounts.tests.sql import Sql

DAY = timedelta(days=1)


async def test_nothing_that_is_stored_opens_a_session(
    registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    made = await registrar.register(registration())
    logged_in = await doorkeeper.log_in("ann@example.org", PASSWORD)
    stored = await sql.everything()
    assert made.account.id in stored
    for token in (made.session.token, logged_in.session.token):
        raw = base64.urlsafe_b64decode(token + "=")
        assert len(raw) == 32
        for form in (token, raw.hex(), token.encode().hex()):
            assert form not in stored
    assert PASSWORD not in stored
    for (token_hash,) in await sql("SELECT token_hash FROM sessions"):
        for form in (token_hash.hex(), base64.urlsafe_b64encode(token_hash).decode()[:43]):
            with pytest.raises(SessionUnknown):
                await doorkeeper.resolve(form)


async def test_a_session_that_is_not_used_ends_after_seven_days(
    registrar: Registrar, doorkeeper: Doorkeeper, clock: Clock
) -> None:
    token = (made := await registrar.register(registration())).session.token
    assert made.session.expires_at == clock() + 7 * DAY
    clock.pass_by(7 * DAY - timedelta(seconds=1))
    assert (await doorkeeper.resolve(token)).expires_at == clock() + 7 * DAY
    clock.pass_by(7 * DAY)
    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(token)


async def test_a_session_that_is_used_ends_after_thirty_days(
    registrar: Registrar, doorkeeper: Doorkeeper, clock: Clock
) -> None:
    token = (await registrar.register(registration())).session.token
    begun = clock()
    for _ in range(29):
        clock.pass_by(DAY)
        session = await doorkeeper.resolve(token)
        assert session.expires_at == min(clock() + 7 * DAY, begun + 30 * DAY)
    clock.pass_by(DAY)
    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(token)


async def test_uses_within_a_minute_are_not_written_down(
    registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql, clock: Clock
) -> None:
    token = (await registrar.register(registration())).session.token
    written = "SELECT xmin::text, expires_at FROM sessions"
    before = await sql(written)
    for _ in range(6):
        clock.pass_by(timedelta(seconds=10))
        await doorkeeper.resolve(token)
    assert await sql(written) == before
    clock.pass_by(timedelta(seconds=1))
    await doorkeeper.resolve(token)
    ((_, expires_at),) = await sql(written)
    assert expires_at == clock() + 7 * DAY


async def test_logging_out_ends_one_session_and_tells_once(
    registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql, recorded: list[None]
) -> None:
    kept = await registrar.register(registration())
    ended = await doorkeeper.log_in("ann@example.org", PASSWORD)
    recorded.clear()
    for _ in range(3):
        await doorkeeper.log_out(ended.session.token)
    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(ended.session.token)
    assert (await doorkeeper.resolve(kept.session.token)).account == kept.account
    assert recorded == [None]
    assert await sql("SELECT count(*) FROM outbox WHERE type LIKE '%revoked%'") == [(1,)]


@pytest.mark.parametrize(
    "token", ["", "x", secrets.token_urlsafe(32), "\0" * 43, "\ud800", "é" * 43]
)
async def test_a_token_of_no_session_opens_nothing_and_ends_nothing(
    doorkeeper: Doorkeeper, recorded: list[None], token: str
) -> None:
    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(token)
    await doorkeeper.log_out(token)
    assert recorded == []


async def test_an_expired_session_is_not_revoked(
    registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql, clock: Clock
) -> None:
    token = (await registrar.register(registration())).session.token
    clock.pass_by(7 * DAY)
    await doorkeeper.log_out(token)
    assert await sql("SELECT count(*) FROM outbox WHERE type LIKE '%revoked%'") == [(0,)]


async def test_expired_sessions_are_swept_and_no_others(
    registrar: Registrar, doorkeeper: Doorkeeper, store: Store, sql: Sql, clock: Clock
) -> None:
    await registrar.register(registration())
    clock.pass_by(DAY)
    kept = await doorkeeper.log_in("ann@example.org", PASSWORD)
    clock.pass_by(6 * DAY)
    await Sweep(store, clock).once()
    assert await sql("SELECT session_id FROM sessions") == [(kept.session.id,)]
