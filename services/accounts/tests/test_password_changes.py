"""Changing a password: who may, and what ends."""

from datetime import timedelta

import pytest

from accounts.confirmations import Confirmations
from accounts.credentials import FieldsInvalid
from accounts.doorkeeper import CredentialsRejected, Doorkeeper
from accounts.freshness import FRESH, ProofNeeded
from accounts.login_guard import TooManyAttempts
from accounts.mailed_tokens import CONFIRM, RESET
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


async def test_a_change_ends_the_other_sessions_and_renews_this_ones_token(
    ann: SignedIn,
    confirmations: Confirmations,
    password_changes: PasswordChanges,
    doorkeeper: Doorkeeper,
    sql: Sql,
) -> None:
    await confirmations.confirm(await link(sql))
    elsewhere = await doorkeeper.log_in(ANN, PASSWORD)
    here = await password_changes.change(change(ann))
    assert here.account.id == ann.account.id
    assert here.session.token != ann.session.token
    assert await is_signed_in(doorkeeper, here)
    assert not await is_signed_in(doorkeeper, elsewhere)
    assert not await is_signed_in(doorkeeper, ann)
    assert (await doorkeeper.log_in(ANN, NEXT)).account.id == ann.account.id
    with pytest.raises(CredentialsRejected):
        await doorkeeper.log_in(ANN, PASSWORD)
    assert await acts(sql, ann.account.id) == ["address_confirmed", "password_changed"]
    assert await sql("SELECT recipient FROM mails WHERE kind = 'password_changed'") == [(ANN,)]
    assert await published(sql, "session_revoked") == 2


async def test_news_of_an_account_does_not_go_to_an_address_nobody_confirmed(
    ann: SignedIn, password_changes: PasswordChanges, sql: Sql
) -> None:
    await password_changes.change(change(ann))
    assert await sql("SELECT kind FROM mails") == [(CONFIRM,)]


async def test_a_wrong_current_password_changes_nothing_and_is_not_tried_without_end(
    ann: SignedIn, password_changes: PasswordChanges, doorkeeper: Doorkeeper
) -> None:
    for current in ("not the password", "short", "x" * 10_000):
        with pytest.raises(FieldsInvalid) as raised:
            await password_changes.change(change(ann, current))
        assert list(raised.value.violations) == ["current_password"]
    for _ in range(7):
        with pytest.raises(FieldsInvalid):
            await password_changes.change(change(ann, "not the password"))
    with pytest.raises(TooManyAttempts):
        await password_changes.change(change(ann))
    assert await is_signed_in(doorkeeper, ann)


async def test_without_the_current_password_a_fresh_proof_is_needed(
    ann: SignedIn, password_changes: PasswordChanges, clock: Clock
) -> None:
    renewed = await password_changes.change(change(ann, current=""))
    clock.pass_by(FRESH + timedelta(seconds=1))
    with pytest.raises(ProofNeeded):
        await password_changes.change(change(renewed, current=""))


async def test_a_password_is_changed_only_in_a_session_of_the_account(
    ann: SignedIn, registrar: Registrar, password_changes: PasswordChanges, doorkeeper: Doorkeeper
) -> None:
    bob = await registrar.register(registration("bob@example.org"))
    for current in ("", PASSWORD):
        with pytest.raises(ProofNeeded):
            await password_changes.change(change(ann, current, session_id=bob.session.id))
    assert (await doorkeeper.log_in(ANN, PASSWORD)).account.id == ann.account.id


@pytest.mark.parametrize(
    "password", ["short", "x" * 129, "password123", "ann@example.org", "a\x00aaaaaaaaaaa"]
)
async def test_a_password_that_is_soon_guessed_is_not_taken(
    ann: SignedIn, password_changes: PasswordChanges, sql: Sql, password: str
) -> None:
    await password_changes.ask_reset(ANN)
    token = await link(sql, RESET)
    for wrong in (
        password_changes.change(change(ann, password=password)),
        password_changes.reset(token, password),
    ):
        with pytest.raises(FieldsInvalid) as raised:
            await wrong
        assert list(raised.value.violations) == ["password"]
    # The link is good for another one.
    await password_changes.reset(token, NEXT)


async def test_changing_the_password_voids_links_to_reset_it(
    ann: SignedIn, password_changes: PasswordChanges, sql: Sql
) -> None:
    await password_changes.ask_reset(ANN)
    token = await link(sql, RESET)
    await password_changes.change(change(ann))
    with pytest.raises(TokenRefused):
        await password_changes.reset(token, PASSWORD)
