"""An address changes once the new one is confirmed, and nobody learns who has which."""

from datetime import timedelta

import pytest

from accounts.address_claims import AddressTaken
from accounts.confirmations import Confirmations
from accounts.credentials import FieldsInvalid
from accounts.doorkeeper import CredentialsRejected, Doorkeeper
from accounts.freshness import FRESH, ProofNeeded
from accounts.mailed_tokens import CHANGE, CONFIRM
from accounts.password_changes import PasswordChanges
from accounts.registrar import Registrar
from accounts.secret_tokens import TokenRefused
from services.accounts.tests.conftest import Clock
from services.accounts.tests.people import PASSWORD, registration
from services.accounts.tests.sql import Sql
from services.accounts.tests.traces import acts, link

ANN, BOB, NEW = "ann@example.org", "bob@example.org", "new@example.org"


async def test_an_address_changes_when_the_new_one_is_confirmed_and_the_old_one_is_told(
    registrar: Registrar, confirmations: Confirmations, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    ann = await registrar.register(registration())
    await confirmations.confirm(await link(sql))
    await confirmations.change(ann.account.id, ann.session.id, NEW)
    held = await confirmations.held(ann.account.id)
    assert (held.email, held.confirmed, held.has_password) == (ANN, True, True)

    pending = await confirmations.look(await link(sql, CHANGE))
    assert (pending.email, pending.replaces) == (NEW, True)
    await confirmations.confirm(await link(sql, CHANGE))
    assert (await confirmations.held(ann.account.id)).email == NEW
    assert (await doorkeeper.log_in(NEW, PASSWORD)).account.id == ann.account.id
    with pytest.raises(CredentialsRejected):
        await doorkeeper.log_in(ANN, PASSWORD)
    assert await sql("SELECT recipient FROM mails WHERE kind = 'address_changed'") == [(ANN,)]
    assert await acts(sql, ann.account.id) == [
        "address_confirmed",
        "address_change_asked",
        "address_changed",
    ]


async def test_changing_an_address_voids_links_that_went_to_the_old_one(
    registrar: Registrar,
    confirmations: Confirmations,
    password_changes: PasswordChanges,
    sql: Sql,
) -> None:
    ann = await registrar.register(registration())
    await password_changes.ask_reset(ANN)
    await confirmations.change(ann.account.id, ann.session.id, NEW)
    await confirmations.confirm(await link(sql, CHANGE))
    with pytest.raises(TokenRefused):
        await confirmations.confirm(await link(sql, CONFIRM))
    with pytest.raises(TokenRefused):
        await password_changes.reset(await link(sql, "reset_password"), "yet another password")
    # Whose the old address is was never proven: nothing is told there.
    assert await sql("SELECT 1 FROM mails WHERE kind = 'address_changed'") == []


async def test_only_the_latest_wish_for_another_address_counts(
    registrar: Registrar, confirmations: Confirmations, sql: Sql
) -> None:
    ann = await registrar.register(registration())
    await confirmations.change(ann.account.id, ann.session.id, BOB)
    first = await link(sql, CHANGE)
    await confirmations.change(ann.account.id, ann.session.id, NEW)
    with pytest.raises(TokenRefused):
        await confirmations.confirm(first)


async def test_asking_for_an_address_that_somebody_has_looks_the_same_and_gets_nowhere(
    registrar: Registrar, confirmations: Confirmations, sql: Sql
) -> None:
    await registrar.register(registration(BOB))
    await confirmations.confirm(await link(sql))
    ann = await registrar.register(registration(ANN))
    await confirmations.change(ann.account.id, ann.session.id, BOB)
    assert await sql("SELECT recipient FROM mails WHERE kind = :kind", kind=CHANGE) == [(BOB,)]
    with pytest.raises(AddressTaken):
        await confirmations.confirm(await link(sql, CHANGE))
    assert (await confirmations.held(ann.account.id)).email == ANN


async def test_an_address_is_changed_only_shortly_after_a_proof(
    registrar: Registrar, confirmations: Confirmations, sql: Sql, clock: Clock
) -> None:
    ann = await registrar.register(registration(ANN))
    bob = await registrar.register(registration(BOB))
    with pytest.raises(ProofNeeded):
        await confirmations.change(ann.account.id, bob.session.id, NEW)
    clock.pass_by(FRESH + timedelta(seconds=1))
    with pytest.raises(ProofNeeded):
        await confirmations.change(ann.account.id, ann.session.id, NEW)
    assert await sql("SELECT 1 FROM mails WHERE kind = :kind", kind=CHANGE) == []


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@example.org\r\nBcc: eve@example.org", "a\x00@b.org", ANN]
)
async def test_what_is_no_other_address_is_refused_by_its_field(
    registrar: Registrar, confirmations: Confirmations, sql: Sql, email: str
) -> None:
    ann = await registrar.register(registration(ANN))
    await confirmations.confirm(await link(sql))
    with pytest.raises(FieldsInvalid) as raised:
        await confirmations.change(ann.account.id, ann.session.id, email)
    assert list(raised.value.violations) == ["email"]
    assert "eve" not in str(raised.value)
