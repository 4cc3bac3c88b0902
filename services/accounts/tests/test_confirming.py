"""Confirming an address claims it; changing it does so too, and nobody learns who has it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import secret_tokens
from accounts.address_claims import AddressTaken
from accounts.confirmations import AddressConfirmed, Confirmations
from accounts.database import Database
from accounts.doorkeeper import CredentialsRejected, Doorkeeper
from accounts.login_guard import TooManyAttempts
from accounts.mailed_tokens import CONFIRM, LIFETIMES
from accounts.password_changes import PasswordChanges
from accounts.registrar import Registrar
from accounts.secret_tokens import TokenRefused
from services.accounts.tests.conftest import Clock
from services.accounts.tests.people import registration
from services.accounts.tests.sql import Sql
from services.accounts.tests.traces import acts, is_signed_in, link, published

ANN, BOB, NEW = "ann@example.org", "bob@example.org", "new@example.org"


async def test_registering_sends_a_link_that_confirms(
    registrar: Registrar, confirmations: Confirmations, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    ann = await registrar.register(registration("Ann@Example.org"))
    assert await sql("SELECT kind, recipient, account_id FROM mails") == [
        (CONFIRM, "Ann@example.org", ann.account.id)
    ]
    pending = await confirmations.look(await link(sql))
    assert (pending.account_id, pending.email) == (ann.account.id, "Ann@example.org")
    assert (pending.replaces, pending.rivals) == (False, 0)
    assert not (await doorkeeper.resolve(ann.session.token)).account.confirmed

    assert await confirmations.confirm(await link(sql)) == ann.account.id
    assert (await doorkeeper.resolve(ann.session.token)).account.confirmed
    assert await acts(sql, ann.account.id) == ["address_confirmed"]
    assert await published(sql, "account_changed") == 1


async def test_a_registration_that_is_repeated_sends_one_mail(
    registrar: Registrar, sql: Sql
) -> None:
    asked = registration()
    await registrar.register(asked)
    await registrar.register(asked)
    assert await sql("SELECT count(*) FROM mails") == [(1,)]


async def test_a_link_confirms_once_and_for_a_day(
    registrar: Registrar, confirmations: Confirmations, sql: Sql, clock: Clock
) -> None:
    await registrar.register(registration(ANN))
    await confirmations.confirm(await link(sql))
    with pytest.raises(TokenRefused):
        await confirmations.confirm(await link(sql))

    await registrar.register(registration(BOB))
    clock.pass_by(LIFETIMES[CONFIRM])
    for follow in (confirmations.look, confirmations.confirm):
        with pytest.raises(TokenRefused):
            await follow(await link(sql))


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 10_000, "é" * 43])
async def test_what_was_never_mailed_confirms_nothing(
    confirmations: Confirmations, token: str
) -> None:
    for follow in (confirmations.look, confirmations.confirm):
        with pytest.raises(TokenRefused):
            await follow(token)


async def test_a_token_of_another_kind_confirms_nothing(
    registrar: Registrar,
    confirmations: Confirmations,
    password_changes: PasswordChanges,
    sql: Sql,
) -> None:
    ann = await registrar.register(registration())
    await password_changes.ask_reset(ANN)
    with pytest.raises(TokenRefused):
        await confirmations.confirm(await link(sql, "reset_password"))
    with pytest.raises(TokenRefused):
        await confirmations.confirm(ann.session.token)


async def test_confirming_erases_the_rivals_with_all_they_have_and_tells_everybody(
    registrar: Registrar, confirmations: Confirmations, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    rival = await registrar.register(registration(ANN, "another long password"))
    mine = await registrar.register(registration("ANN@example.org"))
    other = await registrar.register(registration(BOB))
    assert (await confirmations.look(await link(sql, number=1))).rivals == 1
    rivals_link = await link(sql, number=0)
    await confirmations.confirm(await link(sql, number=1))

    assert not await is_signed_in(doorkeeper, rival)
    assert await is_signed_in(doorkeeper, mine)
    assert await is_signed_in(doorkeeper, other)
    with pytest.raises(CredentialsRejected):
        await doorkeeper.log_in(ANN, "another long password")
    with pytest.raises(TokenRefused):
        await confirmations.confirm(rivals_link)
    assert await sql("SELECT count(*) FROM accounts") == [(2,)]
    assert await acts(sql, rival.account.id) == ["account_erased"]
    assert await published(sql, "account_erased") == 1
    assert await published(sql, "session_revoked") == 1
    # Its mail that waited went with it.
    assert await sql("SELECT count(*) FROM mails") == [(2,)]


async def test_an_address_that_is_confirmed_is_nobody_elses(
    registrar: Registrar, confirmations: Confirmations, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    owner = await registrar.register(registration())
    await confirmations.confirm(await link(sql))
    late = await registrar.register(registration())
    with pytest.raises(AddressTaken):
        await confirmations.confirm(await link(sql))
    assert not (await doorkeeper.resolve(late.session.token)).account.confirmed
    assert (await doorkeeper.resolve(owner.session.token)).account.confirmed


async def test_of_rivals_that_confirm_at_once_one_wins_and_none_waits_for_ever(
    registrar: Registrar, confirmations: Confirmations, sql: Sql
) -> None:
    for _ in range(3):
        await registrar.register(registration())
    links = [await link(sql, number=number) for number in range(3)]
    async with asyncio.timeout(5):
        outcomes = await asyncio.gather(
            *(confirmations.confirm(token) for token in links * 2), return_exceptions=True
        )
    won = [outcome for outcome in outcomes if isinstance(outcome, str)]
    lost = [outcome for outcome in outcomes if not isinstance(outcome, str)]
    assert len(won) == 1
    assert all(isinstance(outcome, TokenRefused | AddressTaken) for outcome in lost), lost
    assert await sql("SELECT account_id FROM accounts") == [(won[0],)]


async def test_the_link_is_sent_again_until_it_was_followed_but_not_without_end(
    registrar: Registrar, confirmations: Confirmations, sql: Sql
) -> None:
    ann = await registrar.register(registration())
    for _ in range(5):
        await confirmations.send_again(ann.account.id)
    with pytest.raises(TooManyAttempts):
        await confirmations.send_again(ann.account.id)
    assert await sql("SELECT count(*) FROM mails") == [(6,)]
    # Whichever mail is found first will do, and makes the others void.
    await confirmations.confirm(await link(sql, number=0))
    with pytest.raises(TokenRefused):
        await confirmations.confirm(await link(sql))
    with pytest.raises(AddressConfirmed):
        await confirmations.send_again(ann.account.id)


async def test_links_are_kept_only_hashed_once_their_mail_is_gone(
    registrar: Registrar, sql: Sql
) -> None:
    await registrar.register(registration())
    token = await link(sql)
    await sql("DELETE FROM mails")
    assert token not in await sql.everything()


async def test_a_token_that_is_given_out_twice_in_one_purpose_is_one_that_counts(
    registrar: Registrar, database: Database, clock: Clock
) -> None:
    ann = await registrar.register(registration())

    async def work(connection: AsyncConnection) -> tuple[str, str]:
        one, two = [
            await secret_tokens.give_out(
                connection, "purpose", ann.account.id, clock(), timedelta(hours=1)
            )
            for _ in range(2)
        ]
        return one, two

    one, two = await database.transact(work)

    async def use(connection: AsyncConnection) -> str:
        with pytest.raises(TokenRefused):
            await secret_tokens.look_at(connection, "purpose", one, clock())
        return (await secret_tokens.use(connection, "purpose", two, clock())).account_id

    assert await database.transact(use) == ann.account.id
