"""Second factors: what finishes a log-in, what does not, and nothing of it twice."""

from datetime import timedelta

import pytest

from accounts.doorkeeper import CredentialsRejected
from accounts.factors import (
    FactorUnknown,
    PasskeyAnswer,
    Password,
    ProofRejected,
    RecoveryCode,
    SecondFactorDue,
)
from accounts.freshness import ProofNeeded
from accounts.provider_rounds import OnlyWayIn
from accounts.registrar import RequestReused
from accounts.secret_tokens import TokenRefused
from accounts.store import Store
from accounts.sweep import Sweep
from services.accounts.tests.conftest import Clock
from services.accounts.tests.factor_people import EMAIL, Desk, Person, acts
from services.accounts.tests.passkey_device import PasskeyDevice
from services.accounts.tests.people import PASSWORD, registration
from services.accounts.tests.sql import Sql

MINUTE = timedelta(minutes=1)
STEP = timedelta(seconds=30)


# The password alone


async def test_without_a_factor_the_password_is_enough(ann: Person, desk: Desk) -> None:
    assert (await desk.doorkeeper.log_in(EMAIL, PASSWORD)).account.id == ann.id


async def test_with_one_the_password_opens_nothing(ann: Person, desk: Desk, sql: Sql) -> None:
    await ann.set_up_app()
    before = await sql("SELECT count(*) FROM sessions")
    due = await ann.log_in()
    assert due.methods == ("one_time_password", "recovery_code")
    assert due.expires_at == desk.clock() + 10 * MINUTE
    assert await sql("SELECT count(*) FROM sessions") == before


async def test_a_wrong_password_never_hears_of_factors(ann: Person, desk: Desk) -> None:
    await ann.set_up_app()
    with pytest.raises(CredentialsRejected):
        await desk.doorkeeper.log_in(EMAIL, "a wrong password")


async def test_repeating_a_registration_is_no_way_around_the_factor(
    desk: Desk, clock: Clock
) -> None:
    asked = registration()
    ann = Person(desk, EMAIL, await desk.registrar.register(asked))
    await ann.set_up_app()
    with pytest.raises(RequestReused):
        await desk.registrar.register(asked)


# The token of a log-in


async def test_five_wrong_factors_end_the_log_in(ann: Person, desk: Desk, sql: Sql) -> None:
    codes = await ann.set_up_app()
    token = (await ann.log_in()).token
    for _ in range(5):
        with pytest.raises(ProofRejected):
            await desk.second_step.finish(token, RecoveryCode("7KQ2-M0ZT-AAAA-AAAA"))
    with pytest.raises(TokenRefused):
        await desk.second_step.finish(token, RecoveryCode(codes[0]))
    assert "second_factor_refused" in await acts(sql, ann)


async def test_a_log_in_waits_for_ten_minutes(ann: Person, desk: Desk, clock: Clock) -> None:
    codes = await ann.set_up_app()
    token = (await ann.log_in()).token
    clock.pass_by(10 * MINUTE)
    for attempt in (
        desk.second_step.finish(token, RecoveryCode(codes[0])),
        desk.second_step.look(token, for_passkey=True),
    ):
        with pytest.raises(TokenRefused):
            await attempt


async def test_log_ins_nobody_finished_are_swept(
    ann: Person, desk: Desk, store: Store, sql: Sql, clock: Clock
) -> None:
    await ann.set_up_app()
    await ann.log_in()
    clock.pass_by(5 * MINUTE)
    kept = await ann.log_in()
    clock.pass_by(5 * MINUTE)
    await Sweep(store, clock).once()
    assert await sql("SELECT count(*) FROM secret_tokens WHERE purpose = 'log_in'") == [(1,)]
    assert (await desk.second_step.look(kept.token, for_passkey=False)).methods


async def test_a_token_is_good_once_and_is_no_other_secret(ann: Person, desk: Desk) -> None:
    codes = await ann.set_up_app()
    token = (await ann.log_in()).token
    signed_in = await desk.second_step.finish(token, RecoveryCode(codes[0]))
    for stranger in (token, signed_in.session.token, "", "\0", "x" * 43, "\ud800"):
        with pytest.raises(TokenRefused):
            await desk.second_step.finish(stranger, RecoveryCode(codes[1]))


async def test_the_password_is_no_second_factor(ann: Person, desk: Desk) -> None:
    await ann.set_up_app()
    with pytest.raises(ProofRejected):
        await desk.second_step.finish((await ann.log_in()).token, Password(held=True))


async def test_an_account_that_was_disabled_meanwhile_is_not_let_in(
    ann: Person, desk: Desk, sql: Sql
) -> None:
    codes = await ann.set_up_app()
    device = await ann.set_up_passkey()
    token = (await ann.log_in()).token
    await sql("UPDATE accounts SET disabled_at = now()")
    with pytest.raises(ProofRejected):
        await desk.second_step.finish(token, RecoveryCode(codes[0]))
    with pytest.raises(ProofRejected):
        await desk.second_step.log_in(device.get(await desk.second_step.challenge()))


# Recovery codes


async def test_a_recovery_code_is_good_once(ann: Person, desk: Desk, sql: Sql) -> None:
    codes = await ann.set_up_app()
    assert len(set(codes)) == 10
    typed = codes[3].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    await desk.second_step.finish((await ann.log_in()).token, RecoveryCode(typed))
    assert (await desk.keeper.factors(ann.id)).recovery_codes_left == 9
    with pytest.raises(ProofRejected):
        await desk.second_step.finish((await ann.log_in()).token, RecoveryCode(codes[3]))
    assert "recovery_code_used" in await acts(sql, ann)


async def test_a_recovery_code_opens_no_account_but_its_own(ann: Person, desk: Desk) -> None:
    bob = await desk.person("bob@example.org")
    codes = await ann.set_up_app()
    await bob.set_up_app()
    with pytest.raises(ProofRejected):
        await desk.second_step.finish((await bob.log_in()).token, RecoveryCode(codes[0]))


async def test_new_codes_void_the_old(ann: Person, desk: Desk) -> None:
    old = await ann.set_up_app()
    new = await desk.keeper.renew_codes(ann.id, ann.session)
    token = (await ann.log_in()).token
    with pytest.raises(ProofRejected):
        await desk.second_step.finish(token, RecoveryCode(old[0]))
    await desk.second_step.finish(token, RecoveryCode(new[0]))


async def test_codes_come_with_the_first_factor_and_go_with_the_last(
    ann: Person, desk: Desk, sql: Sql
) -> None:
    with pytest.raises(FactorUnknown):
        await desk.keeper.renew_codes(ann.id, ann.session)
    assert await ann.set_up_app()
    device = await ann.set_up_passkey()
    await desk.keeper.remove_app(ann.id, ann.session)
    assert (await desk.keeper.factors(ann.id)).recovery_codes_left == 10
    (passkey,) = (await desk.keeper.factors(ann.id)).passkeys
    assert passkey.id == device.soft.credential_id
    await desk.keeper.remove_passkey(ann.id, ann.session, passkey.id)
    assert await sql("SELECT count(*) FROM recovery_codes") == [(0,)]
    assert (await desk.doorkeeper.log_in(EMAIL, PASSWORD)).account.id == ann.id


# Changes


async def test_changes_need_a_fresh_proof(ann: Person, desk: Desk, clock: Clock) -> None:
    device = await ann.set_up_passkey()
    clock.pass_by(11 * MINUTE)
    keeper, credential = desk.keeper, device.soft.credential_id
    for change in (
        keeper.offer_app(ann.id, ann.session),
        keeper.confirm_app(ann.id, ann.session, "123456"),
        keeper.remove_app(ann.id, ann.session),
        keeper.renew_codes(ann.id, ann.session),
        keeper.passkey_options(ann.id, ann.session),
        keeper.add_passkey(ann.id, ann.session, "{}", ""),
        keeper.remove_passkey(ann.id, ann.session, credential),
    ):
        with pytest.raises(ProofNeeded):
            await change


async def test_the_session_of_another_account_changes_nothing(ann: Person, desk: Desk) -> None:
    bob = await desk.person("bob@example.org")
    await ann.set_up_app()
    with pytest.raises(ProofNeeded):
        await desk.keeper.remove_app(ann.id, bob.session)
    assert isinstance(await ann.log_in(), SecondFactorDue)


@pytest.mark.parametrize("confirmed", [True, False])
async def test_every_change_is_audited_and_told_to_a_confirmed_address(
    ann: Person, desk: Desk, sql: Sql, confirmed: bool
) -> None:
    if confirmed:
        await sql.confirm(ann.id)
    await ann.set_up_app()
    device = await ann.set_up_passkey()
    await desk.keeper.renew_codes(ann.id, ann.session)
    await desk.keeper.remove_passkey(ann.id, ann.session, device.soft.credential_id)
    await desk.keeper.remove_app(ann.id, ann.session)
    done = [
        "one_time_password_added",
        "passkey_added",
        "recovery_codes_renewed",
        "passkey_removed",
        "one_time_password_removed",
    ]
    assert [act for act in await acts(sql, ann) if act in done] == done
    told = await sql("SELECT kind, recipient FROM mails ORDER BY position")
    about = [(kind, EMAIL) for kind in done] if confirmed else []
    assert [row for row in told if row[0] in done] == about


async def test_the_only_way_in_is_not_taken_away(ann: Person, desk: Desk, sql: Sql) -> None:
    device = await ann.set_up_passkey()
    other = await ann.set_up_passkey()
    await sql("UPDATE accounts SET has_password = false")
    await desk.keeper.remove_passkey(ann.id, ann.session, other.soft.credential_id)
    with pytest.raises(OnlyWayIn):
        await desk.keeper.remove_passkey(ann.id, ann.session, device.soft.credential_id)
    await desk.second_step.log_in(device.get(await desk.second_step.challenge()))


async def test_what_is_taken_away_twice_is_told_once(ann: Person, desk: Desk, sql: Sql) -> None:
    device = await ann.set_up_passkey()
    for _ in range(2):
        await desk.keeper.remove_passkey(ann.id, ann.session, device.soft.credential_id)
        await desk.keeper.remove_app(ann.id, ann.session)
    assert (await acts(sql, ann)).count("passkey_removed") == 1
    assert "one_time_password_removed" not in await acts(sql, ann)


async def test_a_passkey_finishes_a_log_in_without_seeing_who_its_owner_is(
    ann: Person, desk: Desk
) -> None:
    device = await ann.set_up_passkey(PasskeyDevice(verifies=False))
    due = await ann.log_in()
    assert due.methods == ("passkey", "recovery_code")
    step = await desk.second_step.look(due.token, for_passkey=True)
    answer = PasskeyAnswer(device.get(step.passkey_options))
    assert (await desk.second_step.finish(due.token, answer)).account.id == ann.id
