"""Setting a new password by mail: who may, what ends, and what nobody learns."""

import asyncio

import pytest

from accounts.address_claims import AddressTaken
from accounts.confirmations import Confirmations
from accounts.credentials import FieldsInvalid
from accounts.doorkeeper import CredentialsRejected, Doorkeeper, SessionUnknown
from accounts.login_guard import TooManyAttempts
from accounts.mailed_tokens import CONFIRM, LIFETIMES, RESET
from accounts.password_changes import PasswordChanges
from accounts.registrar import Registrar, SignedIn
from accounts.secret_tokens import TokenRefused
from services.accounts.tests.conftest import Clock
from services.accounts.tests.passwords import ANN, NEXT, change
from services.accounts.tests.people import PASSWORD, registration
from services.accounts.tests.sql import Sql
from services.accounts.tests.traces import acts, is_signed_in, link, published


@pytest.fixture
async def ann(registrar: Registrar) -> SignedIn:
    return await registrar.register(registration())


async def test_a_reset_ends_every_session_and_the_link_is_good_once(
    ann: SignedIn,
    confirmations: Confirmations,
    password_changes: PasswordChanges,
    doorkeeper: Doorkeeper,
    sql: Sql,
) -> None:
    await confirmations.confirm(await link(sql))
    await password_changes.ask_reset("ANN@Example.org")
    token = await link(sql, RESET)
    await password_changes.see(token)
    await password_changes.reset(token, NEXT)
    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(ann.session.token)
    assert (await doorkeeper.log_in(ANN, NEXT)).account.id == ann.account.id
    with pytest.raises(CredentialsRejected):
        await doorkeeper.log_in(ANN, PASSWORD)
    for again in (password_changes.see(token), password_changes.reset(token, PASSWORD)):
        with pytest.raises(TokenRefused):
            await again
    assert await acts(sql, ann.account.id) == [
        "address_confirmed",
        "password_reset_asked",
        "password_reset",
    ]


async def test_a_link_to_reset_is_good_for_half_an_hour(
    ann: SignedIn, password_changes: PasswordChanges, sql: Sql, clock: Clock
) -> None:
    await password_changes.ask_reset(ANN)
    clock.pass_by(LIFETIMES[RESET])
    with pytest.raises(TokenRefused):
        await password_changes.reset(await link(sql, RESET), NEXT)


async def test_a_link_that_is_followed_twice_at_once_sets_one_password(
    ann: SignedIn, password_changes: PasswordChanges, sql: Sql
) -> None:
    await password_changes.ask_reset(ANN)
    token = await link(sql, RESET)
    outcomes = await asyncio.gather(
        *(password_changes.reset(token, f"{NEXT} {number}") for number in range(4)),
        return_exceptions=True,
    )
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, TokenRefused) for outcome in outcomes) == 3


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 10_000])
async def test_what_was_never_mailed_sets_no_password(
    password_changes: PasswordChanges, token: str
) -> None:
    with pytest.raises(TokenRefused):
        await password_changes.reset(token, NEXT)


async def test_a_link_to_confirm_or_a_session_sets_no_password(
    ann: SignedIn, password_changes: PasswordChanges, sql: Sql
) -> None:
    for token in (await link(sql, CONFIRM), ann.session.token):
        with pytest.raises(TokenRefused):
            await password_changes.reset(token, NEXT)


async def test_the_account_that_confirmed_the_address_is_meant_whoever_came_later(
    ann: SignedIn,
    registrar: Registrar,
    confirmations: Confirmations,
    password_changes: PasswordChanges,
    sql: Sql,
) -> None:
    await confirmations.confirm(await link(sql))
    await registrar.register(registration())
    await password_changes.ask_reset(ANN)
    assert await sql("SELECT account_id FROM mails WHERE kind = :kind", kind=RESET) == [
        (ann.account.id,)
    ]


async def test_who_resets_before_confirming_owns_the_address_and_nobody_else_has_a_way_in(
    registrar: Registrar, password_changes: PasswordChanges, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    rival = await registrar.register(registration())
    # Registered by somebody who does not read its mail, and who left ways to come back.
    trap = await registrar.register(registration(password="the trap's own password"))
    await sql(
        "INSERT INTO passkeys (credential_id, account_id, public_key, sign_count, name, "
        "transports, made_at) VALUES ('x', :id, 'x', 0, 'trap', '', now())",
        id=trap.account.id,
    )
    await sql(
        "INSERT INTO identities (issuer, subject, account_id, linked_at) "
        "VALUES ('https://id.example', '1', :id, now())",
        id=trap.account.id,
    )
    await password_changes.ask_reset(ANN)
    await password_changes.reset(await link(sql, RESET), NEXT)
    mine = await doorkeeper.log_in(ANN, NEXT)
    assert (mine.account.id, mine.account.confirmed) == (trap.account.id, True)
    assert not await is_signed_in(doorkeeper, trap)
    assert not await is_signed_in(doorkeeper, rival)
    for table in ("passkeys", "identities"):
        assert await sql(f"SELECT count(*) FROM {table}") == [(0,)]
    assert await published(sql, "account_erased") == 1
    assert await published(sql, "api_key_revoked") == 2


async def test_a_reset_leaves_second_factors_of_a_confirmed_account(
    ann: SignedIn, confirmations: Confirmations, password_changes: PasswordChanges, sql: Sql
) -> None:
    await confirmations.confirm(await link(sql))
    await sql(
        "INSERT INTO passkeys (credential_id, account_id, public_key, sign_count, name, "
        "transports, made_at) VALUES ('x', :id, 'x', 0, 'mine', '', now())",
        id=ann.account.id,
    )
    await password_changes.ask_reset(ANN)
    await password_changes.reset(await link(sql, RESET), NEXT)
    assert await sql("SELECT name FROM passkeys") == [("mine",)]


async def test_a_reset_of_an_address_that_was_confirmed_by_another_meanwhile_is_refused(
    ann: SignedIn,
    registrar: Registrar,
    confirmations: Confirmations,
    password_changes: PasswordChanges,
    sql: Sql,
) -> None:
    await password_changes.ask_reset(ANN)
    token = await link(sql, RESET)
    owner = await registrar.register(registration("owner@example.org"))
    await sql(
        "UPDATE accounts SET email_key = :key, confirmed_at = now() WHERE account_id = :id",
        key=ANN,
        id=owner.account.id,
    )
    with pytest.raises(AddressTaken):
        await password_changes.reset(token, NEXT)


async def test_an_address_nobody_has_is_answered_alike_and_nothing_stays(
    ann: SignedIn, password_changes: PasswordChanges, sql: Sql, recorded: list[None]
) -> None:
    before = await sql("SELECT count(*) FROM mails")
    recorded.clear()
    await password_changes.ask_reset("nobody@example.org")
    assert recorded == [None]
    assert await sql("SELECT count(*) FROM mails") == before
    assert await sql("SELECT count(*) FROM secret_tokens WHERE purpose = :p", p=RESET) == [(0,)]
    assert await sql("SELECT count(*) FROM audit") == [(0,)]


async def test_mail_to_reset_is_held_back_whether_or_not_anybody_has_the_address(
    ann: SignedIn, password_changes: PasswordChanges
) -> None:
    for email in (ANN, "nobody@example.org"):
        for _ in range(5):
            await password_changes.ask_reset(email)
        with pytest.raises(TooManyAttempts):
            await password_changes.ask_reset(email)


async def test_an_account_that_is_disabled_is_not_reset(
    ann: SignedIn, password_changes: PasswordChanges, sql: Sql
) -> None:
    await password_changes.ask_reset(ANN)
    token = await link(sql, RESET)
    await sql("UPDATE accounts SET disabled_at = now()")
    with pytest.raises(TokenRefused):
        await password_changes.reset(token, NEXT)
    await password_changes.ask_reset(ANN)
    assert await sql("SELECT count(*) FROM mails WHERE kind = :kind", kind=RESET) == [(1,)]


async def test_an_account_without_a_password_gets_one_by_a_reset(
    ann: SignedIn,
    confirmations: Confirmations,
    password_changes: PasswordChanges,
    doorkeeper: Doorkeeper,
    sql: Sql,
) -> None:
    await confirmations.confirm(await link(sql))
    await sql("UPDATE accounts SET has_password = false")
    with pytest.raises(FieldsInvalid):
        await password_changes.change(change(ann))
    await password_changes.ask_reset(ANN)
    await password_changes.reset(await link(sql, RESET), NEXT)
    assert (await confirmations.held(ann.account.id)).has_password
    assert (await doorkeeper.log_in(ANN, NEXT)).account.id == ann.account.id


async def test_what_is_no_address_gets_no_link(password_changes: PasswordChanges) -> None:
    for email in ("", "ann", "ann@example.org\nBcc: eve@example.org"):
        with pytest.raises(FieldsInvalid) as raised:
            await password_changes.ask_reset(email)
        assert list(raised.value.violations) == ["email"]
