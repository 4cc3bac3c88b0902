"""Exporting and erasing accounts: everything is told, everything goes, and only its owner may."""

import asyncio
import json
from datetime import timedelta

import pytest

from accounts import audit, personal_data, tables
from accounts.audit import Act
from accounts.database import Database
from accounts.doorkeeper import CredentialsRejected, Doorkeeper, SessionUnknown
from accounts.events import ACCOUNT_ERASED, API_KEY_REVOKED, SESSION_REVOKED
from accounts.freshness import Freshness, ProofNeeded
from accounts.mail_texts import MailTexts
from accounts.notebook import AccountUnknown, Favourite
from accounts.notebook_store import NotebookStore
from accounts.privacy import ConfirmationWrong, Privacy
from accounts.registrar import Registrar
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.conftest import Clock
from services.accounts.tests.people import PASSWORD, register_request, registration
from services.accounts.tests.sql import Sql
from tests.support.nats_server import NatsServer


@pytest.fixture
def privacy(database: Database, recorded: list[None], clock: Clock) -> Privacy:
    return Privacy(
        database.transact,
        Freshness(database.transact, clock),
        MailTexts("Coding Ahead", "http://localhost:8000"),
        lambda: recorded.append(None),
        clock,
    )


def test_every_column_that_hangs_on_an_account_is_told_or_named_as_withheld() -> None:
    of_people = [
        table
        for table in tables.metadata.sorted_tables
        if "account_id" in table.c and table is not tables.outbox
    ]
    told = {table.name for table, _ in personal_data.TOLD.values()}
    assert told == {table.name for table in of_people}
    for name, withheld in personal_data.WITHHELD.items():
        assert withheld <= set(tables.metadata.tables[name].c.keys())
    # Whoever adds a secret must say so: these are the names that secrets have.
    for table in of_people:
        withheld = personal_data.WITHHELD.get(table.name, frozenset())
        secrets = {
            name
            for name in table.c.keys()  # noqa: SIM118 - a collection of columns
            if name.endswith("_hash") or name in ("secret", "plain", "html", "facts")
        }
        assert secrets <= withheld, table.name


async def test_the_document_has_what_is_held_and_no_secret(
    privacy: Privacy, registrar: Registrar, database: Database, sql: Sql, clock: Clock
) -> None:
    made = await registrar.register(registration())
    await registrar.register(registration("bob@example.org"))
    notebook = NotebookStore(database.transact)
    await notebook.save(made.account.id, Favourite("icd-10-cm", "E11.9", "my note", clock()))
    document = await privacy.export(made.account.id, made.session.id)
    told = json.loads(document)
    assert told["account"]["email"] == "ann@example.org"
    assert told["account"]["account_id"] == made.account.id
    assert told["marked_codes"] == [
        {
            "system": "icd-10-cm",
            "code": "E11.9",
            "note": "my note",
            "changed_at": "2026-03-01T12:00:00Z",
        }
    ]
    assert [one["session_id"] for one in told["sessions"]] == [made.session.id]
    assert b"bob@" not in document
    ((password_hash, token_hash),) = await sql(
        "SELECT password_hash, token_hash FROM accounts JOIN sessions USING (account_id) "
        "WHERE email = 'ann@example.org'"
    )
    for secret in (password_hash, made.session.token, token_hash.hex()):
        assert secret.encode() not in document
    done = await sql("SELECT act FROM audit WHERE account_id = :id", id=made.account.id)
    assert ("data_exported",) in done


async def test_what_is_erased_is_gone_and_everybody_is_told(
    privacy: Privacy, registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql, recorded: list[None]
) -> None:
    made = await registrar.register(registration())
    other = await registrar.register(registration("bob@example.org"))
    await sql("DELETE FROM outbox")
    await sql("DELETE FROM mails")
    await privacy.erase(made.account.id, made.session.id, " ANN@example.org ")
    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(made.session.token)
    with pytest.raises(CredentialsRejected):
        await doorkeeper.log_in("ann@example.org", PASSWORD)
    told = await sql("SELECT type FROM outbox ORDER BY position")
    assert told == [(SESSION_REVOKED.type,), (API_KEY_REVOKED.type,), (ACCOUNT_ERASED.type,)]
    assert recorded
    # The last mail outlives the account; nothing else has the address any more.
    assert await sql("SELECT kind, recipient, account_id FROM mails") == [
        ("account_erased", "ann@example.org", None)
    ]
    await sql("DELETE FROM mails")
    everything = await sql.everything()
    assert "ann@example.org" not in everything
    assert await sql("SELECT DISTINCT act FROM audit WHERE account_id = :id AND act LIKE '%eras%'",
                     id=made.account.id) == [("account_erased",)]  # fmt: skip
    assert (await doorkeeper.resolve(other.session.token)).account == other.account


async def test_only_its_owner_who_has_just_proven_to_be_erases_or_exports(
    privacy: Privacy, registrar: Registrar, clock: Clock
) -> None:
    made = await registrar.register(registration())
    other = await registrar.register(registration("bob@example.org"))
    for session in (other.session.id, made.session.token, "", "A" * 22):
        with pytest.raises(ProofNeeded):
            await privacy.export(made.account.id, session)
        with pytest.raises(ProofNeeded):
            await privacy.erase(made.account.id, session, "ann@example.org")
    for typed in ("", "bob@example.org", "ann@example.com", "no address"):
        with pytest.raises(ConfirmationWrong):
            await privacy.erase(made.account.id, made.session.id, typed)
    clock.pass_by(timedelta(minutes=11))
    with pytest.raises(ProofNeeded):
        await privacy.erase(made.account.id, made.session.id, "ann@example.org")
    with pytest.raises(ProofNeeded):
        await privacy.export(made.account.id, made.session.id)


async def test_of_many_who_erase_at_once_one_does(
    privacy: Privacy, registrar: Registrar, sql: Sql
) -> None:
    made = await registrar.register(registration())
    answers = await asyncio.gather(
        *(privacy.erase(made.account.id, made.session.id, "ann@example.org") for _ in range(6)),
        return_exceptions=True,
    )
    assert answers.count(None) == 1
    assert all(isinstance(a, AccountUnknown | ProofNeeded) for a in answers if a is not None)
    (erased,) = await sql(
        "SELECT count(*) FROM outbox WHERE type = :type", type=ACCOUNT_ERASED.type
    )
    assert erased == (1,)


async def test_the_audit_log_outlives_the_account(
    privacy: Privacy, registrar: Registrar, database: Database, clock: Clock
) -> None:
    made = await registrar.register(registration())
    await privacy.erase_for(made.account.id, "operator:eve", "asked for by letter")
    (latest, *_) = await audit.AuditLog(database.transact).of(made.account.id)
    assert latest == (
        clock(),
        Act(made.account.id, "operator:eve", "account_erased", "asked for by letter"),
    )


async def test_an_operator_erases_by_hand(
    process: AccountsProcess, database_url: str, nats_server: NatsServer, sql: Sql
) -> None:
    made = (await process.stub.Register(register_request(), timeout=5.0)).session
    account_id = made.principal.account_id
    code, said, _ = await process.run(
        "erase", account_id, "--reason", "asked for by letter", "--as", "eve", "--yes"
    )
    assert (code, "erased" in said) == (0, True)
    assert await sql("SELECT count(*) FROM accounts") == [(0,)]
