"""One-time passwords: a clock that is off a little, and no code twice, however it is tried."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pyotp
import pytest

from accounts.database import Database
from accounts.doorkeeper import Doorkeeper
from accounts.factors import (
    CodesLocked,
    FactorExists,
    FactorUnknown,
    OneTimePassword,
    OneTimePasswordsOff,
    ProofRejected,
    RecoveryCode,
)
from accounts.known_devices import KnownDevices
from accounts.limit_counters import LimitCounters
from accounts.limits import parse_limits
from accounts.login_guard import LoginGuard
from accounts.passwords import Passwords
from accounts.registrar import Registrar
from servicekit.redis_client import open_redis
from services.accounts.tests.conftest import Clock
from services.accounts.tests.factor_people import EMAIL, KEYS, Desk, Person, acts, new_desk, winners
from services.accounts.tests.people import PASSWORD
from services.accounts.tests.sql import Sql

MINUTE = timedelta(minutes=1)
STEP = timedelta(seconds=30)


@pytest.fixture
async def guard(database: Database) -> AsyncIterator[LoginGuard]:
    """Lets more attempts through than the tests make: what is tested holds without it."""
    redis = open_redis("redis://127.0.0.1:1", seconds=0.1)
    limits = parse_limits("proof-account=1000/60,login-account=1000/60")
    guard = LoginGuard(LimitCounters(redis), limits, KnownDevices(database.transact))
    yield guard
    await guard.finish()
    await redis.aclose()


async def test_an_apps_code_finishes_a_log_in(ann: Person, desk: Desk, clock: Clock) -> None:
    await ann.set_up_app()
    clock.pass_by(STEP)
    due = await ann.log_in()
    signed_in = await desk.second_step.finish(due.token, OneTimePassword(ann.code()))
    assert signed_in.account == ann.signed_in.account
    assert (await desk.doorkeeper.resolve(signed_in.session.token)).id == signed_in.session.id


async def test_a_clock_may_be_off_by_one_step(ann: Person, desk: Desk, clock: Clock) -> None:
    await ann.set_up_app()
    clock.pass_by(10 * STEP)
    for steps, taken in ((-2, 0), (2, 0), (-1, 1), (1, 1)):
        token = (await ann.log_in()).token
        proof = OneTimePassword(ann.code(steps))
        assert await winners(desk.second_step.finish(token, proof)) == taken, steps


async def test_a_code_is_never_taken_twice(ann: Person, desk: Desk, clock: Clock) -> None:
    await ann.set_up_app()
    confirmed = ann.code()
    due = await ann.log_in()
    # The one that confirmed the app is used up too, and so is every one before it.
    for code in (confirmed, ann.code(-1)):
        with pytest.raises(ProofRejected):
            await desk.second_step.finish(due.token, OneTimePassword(code))
    clock.pass_by(STEP)
    code = ann.code()
    await desk.second_step.finish(due.token, OneTimePassword(code))
    with pytest.raises(ProofRejected):
        await desk.second_step.finish((await ann.log_in()).token, OneTimePassword(code))


async def test_of_two_log_ins_with_one_code_one_succeeds(
    ann: Person, desk: Desk, clock: Clock
) -> None:
    await ann.set_up_app()
    clock.pass_by(STEP)
    tokens = [(await ann.log_in()).token for _ in range(4)]
    proof = OneTimePassword(ann.code())
    assert await winners(*(desk.second_step.finish(token, proof) for token in tokens)) == 1


async def test_a_form_that_is_sent_twice_begins_one_session(
    ann: Person, desk: Desk, sql: Sql
) -> None:
    codes = await ann.set_up_app()
    token = (await ann.log_in()).token
    proofs = [RecoveryCode(code) for code in codes[:4]]
    before = (await sql("SELECT count(*) FROM sessions"))[0][0]
    assert await winners(*(desk.second_step.finish(token, proof) for proof in proofs)) == 1
    assert (await sql("SELECT count(*) FROM sessions"))[0][0] == before + 1


async def test_an_app_counts_for_nothing_until_it_is_confirmed(ann: Person, desk: Desk) -> None:
    offer = await desk.keeper.offer_app(ann.id, ann.session)
    assert (await desk.keeper.offer_app(ann.id, ann.session)) == offer
    assert "issuer=Coding%20Ahead" in offer.uri
    for code in ("", "000000", "12345", "abcdef", "١٢٣٤٥٦", "0" * 500):
        if code != pyotp.TOTP(offer.secret).at(desk.clock()):
            with pytest.raises(ProofRejected):
                await desk.keeper.confirm_app(ann.id, ann.session, code)
    assert (await desk.doorkeeper.log_in(EMAIL, PASSWORD)).account.id == ann.id


async def test_an_offer_is_good_for_ten_minutes(ann: Person, desk: Desk, clock: Clock) -> None:
    offer = await desk.keeper.offer_app(ann.id, ann.session)
    clock.pass_by(10 * MINUTE)
    code = pyotp.TOTP(offer.secret).at(clock())
    with pytest.raises(FactorUnknown):
        await desk.keeper.confirm_app(ann.id, ann.session, code)
    assert (await desk.keeper.offer_app(ann.id, ann.session)).secret != offer.secret


async def test_one_app_is_enough(ann: Person, desk: Desk) -> None:
    await ann.set_up_app()
    with pytest.raises(FactorExists):
        await desk.keeper.offer_app(ann.id, ann.session)


async def test_the_secret_is_nowhere_to_be_read(ann: Person, sql: Sql) -> None:
    codes = await ann.set_up_app()
    assert ann.app is not None
    stored = await sql.everything()
    for secret in (ann.app.secret, ann.app.byte_secret().hex(), ann.app.secret.encode().hex()):
        assert secret not in stored
    for code in codes:
        assert code not in stored
        assert code.replace("-", "") not in stored


async def test_keys_are_changed_without_anybody_losing_their_app(
    ann: Person,
    database: Database,
    passwords: Passwords,
    guard: LoginGuard,
    doorkeeper: Doorkeeper,
    registrar: Registrar,
    clock: Clock,
) -> None:
    await ann.set_up_app()
    clock.pass_by(STEP)
    new = "k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"
    recorded: list[None] = []
    parts = (database, passwords, guard, doorkeeper, registrar, recorded, clock)
    due = await ann.log_in()
    with pytest.raises(ProofRejected):
        await new_desk(*parts, keys=new).second_step.finish(due.token, OneTimePassword(ann.code()))
    rolled = new_desk(*parts, keys=f"{new},{KEYS}")
    await rolled.second_step.finish(due.token, OneTimePassword(ann.code()))


async def test_the_secret_of_one_account_opens_for_no_other(
    ann: Person, desk: Desk, sql: Sql, clock: Clock
) -> None:
    bob = await desk.person("bob@example.org")
    await ann.set_up_app()
    await bob.set_up_app()
    await sql(
        "UPDATE one_time_passwords a SET secret = b.secret FROM one_time_passwords b "
        "WHERE a.account_id = :ann AND b.account_id = :bob",
        ann=ann.id,
        bob=bob.id,
    )
    clock.pass_by(STEP)
    due = await ann.log_in()
    with pytest.raises(ProofRejected):
        await desk.second_step.finish(due.token, OneTimePassword(bob.code()))


async def test_without_keys_apps_are_not_offered(
    ann: Person,
    database: Database,
    passwords: Passwords,
    guard: LoginGuard,
    doorkeeper: Doorkeeper,
    registrar: Registrar,
    clock: Clock,
) -> None:
    off = new_desk(database, passwords, guard, doorkeeper, registrar, [], clock, keys="")
    assert not off.keeper.offers_apps
    with pytest.raises(OneTimePasswordsOff):
        await off.keeper.offer_app(ann.id, ann.session)


async def test_guessing_codes_over_many_log_ins_comes_to_an_end(
    ann: Person, desk: Desk, sql: Sql, clock: Clock
) -> None:
    codes = await ann.set_up_app()
    clock.pass_by(STEP)
    wrong = [f"{number:06}" for number in range(30) if f"{number:06}" not in _near(ann)]
    for start in (0, 5):
        token = (await ann.log_in()).token
        for code in wrong[start : start + 5]:
            with pytest.raises(ProofRejected):
                await desk.second_step.finish(token, OneTimePassword(code))
    token = (await ann.log_in()).token
    with pytest.raises(CodesLocked):
        await desk.second_step.finish(token, OneTimePassword(ann.code()))
    # What cannot be guessed still lets its owner in, and after an hour all does.
    await desk.second_step.finish(token, RecoveryCode(codes[0]))
    clock.pass_by(60 * MINUTE)
    await desk.second_step.finish((await ann.log_in()).token, OneTimePassword(ann.code()))
    assert (await acts(sql, ann)).count("codes_locked") == 1


def _near(ann: Person) -> set[str]:
    return {ann.code(steps) for steps in (-1, 0, 1)}
