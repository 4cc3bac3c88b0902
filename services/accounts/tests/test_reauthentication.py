"""Proving again who one is: the session goes on under another token, or it ends."""

import asyncio
from datetime import timedelta

import pytest

from accounts.database import Database
from accounts.doorkeeper import SessionUnknown
from accounts.factors import OneTimePassword, PasskeyAnswer, ProofRejected, RecoveryCode
from accounts.freshness import Freshness, ProofNeeded
from accounts.registrar import SignedIn
from services.accounts.tests.conftest import Clock
from services.accounts.tests.factor_people import Desk, Person
from services.accounts.tests.passkey_device import PasskeyDevice
from services.accounts.tests.people import PASSWORD
from services.accounts.tests.sql import Sql

MINUTE = timedelta(minutes=1)
WRONG = "a wrong password"


@pytest.fixture
def freshness(database: Database, clock: Clock) -> Freshness:
    return Freshness(database.transact, clock)


async def prove(person: Person, password: str = PASSWORD) -> SignedIn:
    return await person.desk.reauthentication.prove_by_password(person.id, person.session, password)


async def test_the_password_makes_a_session_fresh_for_ten_minutes(
    ann: Person, freshness: Freshness, clock: Clock, sql: Sql
) -> None:
    clock.pass_by(11 * MINUTE)
    with pytest.raises(ProofNeeded):
        await freshness.require(ann.id, ann.session)
    ann.signed_in = await prove(ann)
    await freshness.require(ann.id, ann.session)
    clock.pass_by(11 * MINUTE)
    with pytest.raises(ProofNeeded):
        await freshness.require(ann.id, ann.session)
    assert ("proven", "password") in await sql("SELECT act, detail FROM audit")


async def test_the_token_rotates_and_the_old_one_opens_nothing(
    ann: Person, desk: Desk, sql: Sql, recorded: list[None]
) -> None:
    old = ann.signed_in.session
    recorded.clear()
    new = (await prove(ann)).session
    assert len({old.token, new.token}) == len({old.id, new.id}) == 2
    with pytest.raises(SessionUnknown):
        await desk.doorkeeper.resolve(old.token)
    assert (await desk.doorkeeper.resolve(new.token)).account.id == ann.id
    # Every process that believes in the old token is told.
    assert recorded == [None]
    assert await sql("SELECT count(*) FROM outbox WHERE type LIKE '%session_revoked%'") == [(1,)]
    with pytest.raises(SessionUnknown):
        await prove(ann)


async def test_a_session_does_not_live_longer_for_it(ann: Person, desk: Desk, clock: Clock) -> None:
    begun = clock()
    for _ in range(5):
        clock.pass_by(timedelta(days=5))
        ann.signed_in = await prove(ann)
    assert ann.signed_in.session.expires_at == begun + timedelta(days=30)


async def test_of_two_that_prove_at_once_one_goes_on(ann: Person) -> None:
    done = await asyncio.gather(prove(ann), prove(ann), return_exceptions=True)
    assert sum(isinstance(it, SignedIn) for it in done) == 1
    assert sum(isinstance(it, SessionUnknown) for it in done) == 1


async def test_an_app_and_a_passkey_prove_it_too(
    ann: Person, desk: Desk, clock: Clock, freshness: Freshness
) -> None:
    await ann.set_up_app()
    device = await ann.set_up_passkey()
    assert (await desk.reauthentication.ways(ann.id, for_passkey=False)).methods == (
        "password",
        "passkey",
        "one_time_password",
    )
    clock.pass_by(11 * MINUTE)
    ann.signed_in = await desk.reauthentication.prove(
        ann.id, ann.session, OneTimePassword(ann.code())
    )
    await freshness.require(ann.id, ann.session)
    clock.pass_by(11 * MINUTE)
    ways = await desk.reauthentication.ways(ann.id, for_passkey=True)
    answer = PasskeyAnswer(device.get(ways.passkey_options))
    ann.signed_in = await desk.reauthentication.prove(ann.id, ann.session, answer)
    await freshness.require(ann.id, ann.session)


async def test_a_passkey_that_sees_nobody_proves_nothing(ann: Person, desk: Desk) -> None:
    device = await ann.set_up_passkey(PasskeyDevice(verifies=False))
    ways = await desk.reauthentication.ways(ann.id, for_passkey=True)
    with pytest.raises(ProofRejected):
        await desk.reauthentication.prove(
            ann.id, ann.session, PasskeyAnswer(device.get(ways.passkey_options))
        )


async def test_a_recovery_code_is_for_logging_in_only(ann: Person, desk: Desk) -> None:
    codes = await ann.set_up_app()
    with pytest.raises(ProofRejected):
        await desk.reauthentication.prove(ann.id, ann.session, RecoveryCode(codes[0]))
    assert (await desk.keeper.factors(ann.id)).recovery_codes_left == 10


async def test_an_account_without_a_password_has_none_to_guess(
    ann: Person, desk: Desk, sql: Sql
) -> None:
    await sql("UPDATE accounts SET has_password = false")
    assert (await desk.reauthentication.ways(ann.id, for_passkey=False)).methods == ()
    with pytest.raises(ProofRejected):
        await prove(ann)


async def test_five_wrong_proofs_end_the_session(ann: Person, desk: Desk, sql: Sql) -> None:
    for password in (WRONG, "", "x" * 1000, "short", WRONG):
        with pytest.raises(ProofRejected):
            await prove(ann, password)
    with pytest.raises(SessionUnknown):
        await desk.doorkeeper.resolve(ann.signed_in.session.token)
    assert ("session_ended", "wrong proofs") in await sql("SELECT act, detail FROM audit")


async def test_a_proof_that_holds_forgives_the_wrong_ones_before(ann: Person) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(ProofRejected):
                await prove(ann, WRONG)
        ann.signed_in = await prove(ann)


async def test_nobody_proves_anything_in_anothers_session(ann: Person, desk: Desk) -> None:
    bob = await desk.person("bob@example.org")
    for account_id, session_id in ((bob.id, ann.session), (ann.id, bob.session), (ann.id, "")):
        with pytest.raises(SessionUnknown):
            await desk.reauthentication.prove_by_password(account_id, session_id, PASSWORD)
