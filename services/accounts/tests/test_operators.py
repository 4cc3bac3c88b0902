"""What operators do by hand, over the command line: done, audited, told to everybody."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import grpc
import pytest
from grpc.aio import AioRpcError

from accounts.__main__ import main
from accounts.database import Database
from accounts.doorkeeper import CredentialsRejected, Doorkeeper, SessionUnknown
from accounts.factors import SecondFactorDue
from accounts.operators import NoSuchAccount, Operators
from accounts.passwords import HASHES
from accounts.registrar import Registrar
from accounts.secret_keys import Sealed, SecretKeys
from codingahead.accounts.v1 import accounts_pb2 as pb
from servicekit.errors import from_rpc_error
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.conftest import Clock
from services.accounts.tests.people import PASSWORD, register_request, registration
from services.accounts.tests.sql import Sql

NOWHERE = "nats://127.0.0.1:1"
OLD = "old1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
NEW = "new1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"


type Run = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def run(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Gives a command; answers its exit code and what it printed on standard output and error."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    async def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main, arguments)
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return run


@pytest.fixture
def operators(database: Database, clock: Clock) -> Operators:
    return Operators(database.transact, "operator:kim", clock)


async def acts(sql: Sql) -> list[tuple[str, str, str]]:
    rows = await sql("SELECT actor, act, detail FROM audit ORDER BY position")
    return [(actor, act, detail) for actor, act, detail in rows if actor != "owner"]


async def test_a_disabled_account_is_entered_by_nobody_until_it_is_enabled(
    registrar: Registrar, doorkeeper: Doorkeeper, operators: Operators, sql: Sql
) -> None:
    made = await registrar.register(registration())
    await sql.confirm(made.account.id)
    await sql(
        "INSERT INTO api_keys "
        "(key_id, account_id, name, hint, key_hash, scopes, made_at, request_id) "
        "VALUES ('k', :id, 'n', 'h', 'x', '', now(), gen_random_uuid())",
        id=made.account.id,
    )
    assert await operators.disable(made.account.id)
    assert not await operators.disable(made.account.id)

    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(made.session.token)
    before = HASHES.labels("verified")._value.get()
    with pytest.raises(CredentialsRejected):
        await doorkeeper.log_in("ann@example.org", PASSWORD)
    # As much work as for any other wrong password.
    assert HASHES.labels("verified")._value.get() - before == 2
    assert await sql("SELECT count(*) FROM api_keys") == [(0,)]
    told = await sql("SELECT type FROM outbox WHERE type LIKE '%revoked%' ORDER BY position")
    assert [kind.split(".")[3] for (kind,) in told] == ["session_revoked", "api_key_revoked"]

    assert await operators.enable(made.account.id)
    assert not await operators.enable(made.account.id)
    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(made.session.token)
    assert (await doorkeeper.log_in("ann@example.org", PASSWORD)).account.id == made.account.id
    assert await acts(sql) == [
        ("operator:kim", "disabled", "1 sessions ended"),
        ("operator:kim", "enabled", ""),
    ]


async def test_a_session_that_a_disabling_overtook_opens_nothing(
    registrar: Registrar, doorkeeper: Doorkeeper, operators: Operators, sql: Sql
) -> None:
    made = await registrar.register(registration())
    await sql("UPDATE accounts SET disabled_at = now()")
    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(made.session.token)


async def test_another_role_begins_with_another_session(
    registrar: Registrar, doorkeeper: Doorkeeper, operators: Operators, sql: Sql
) -> None:
    made = await registrar.register(registration())
    assert made.account.role == "user"
    assert await operators.set_role(made.account.id, "editor")
    assert not await operators.set_role(made.account.id, "editor")

    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(made.session.token)
    token = (await doorkeeper.log_in("ann@example.org", PASSWORD)).session.token
    assert (await doorkeeper.resolve(token)).account.role == "editor"
    assert await acts(sql) == [("operator:kim", "role_changed", "user to editor")]
    assert await sql("SELECT count(*) FROM outbox WHERE type LIKE '%account_changed%'") == [(1,)]


async def test_nothing_is_done_to_an_account_that_is_not_there(operators: Operators) -> None:
    for work in (
        operators.disable("nobody"),
        operators.enable("nobody"),
        operators.set_role("nobody", "editor"),
        operators.end_sessions("nobody"),
    ):
        with pytest.raises(NoSuchAccount):
            await work
    assert await operators.find("nobody") == []


async def test_an_account_is_found_by_its_id_and_all_by_an_address(
    registrar: Registrar, operators: Operators, sql: Sql
) -> None:
    older = await registrar.register(registration())
    newer = await registrar.register(registration(" ANN@example.org"))
    await sql.confirm(older.account.id)

    assert [found.account_id for found in await operators.find("Ann@Example.org")] == [
        *(newer.account.id, older.account.id)
    ]
    (found,) = await operators.find(older.account.id)
    assert (found.plan, found.role, found.sessions) == ("free", "user", 1)
    assert found.confirmed_at is not None
    assert await operators.find("@") == await operators.find("eve@example.org") == []


async def test_the_commands_do_it_and_say_so_without_naming_anybody(
    registrar: Registrar, run: Run
) -> None:
    made = await registrar.register(registration())

    async def done(*arguments: str) -> str:
        code, out, err = await run(*arguments)
        assert (code, err) == (0, ""), (arguments, err)
        return out

    found = await done("find", "ann@example.org")
    account_id = made.account.id
    assert re.search(rf"^id +{re.escape(account_id)}$", found, re.M)
    assert re.search(r"^role +user$", found, re.M)
    assert "ann@example.org" not in found
    await done("set-role", account_id, "operator", "--as", "kim")
    await done("disable", account_id, "--as", "kim")
    await done("enable", account_id, "--as", "kim")
    assert await done("sessions", "revoke", account_id, "--as", "kim") == "0 sessions ended\n"
    history = (await done("audit", account_id)).splitlines()
    assert [line.split("  ")[1:3] for line in history if "operator" in line] == [
        ["operator:kim", "sessions_ended"],
        ["operator:kim", "enabled"],
        ["operator:kim", "disabled"],
        ["operator:kim", "role_changed"],
    ]
    assert "user to operator" in history[3]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("find", "nobody"), 1, "accounts: there is no such account"),
        (("disable", "nobody"), 1, "accounts: there is no such account; find prints ids"),
        (("audit", "nobody"), 1, "accounts: nothing was done to such an account"),
        (("keys", "reencrypt"), 1, "accounts: ACCOUNTS_SECRET_KEYS is not set"),
        (("set-role", "x", "king"), 2, "invalid choice: 'king'"),
        (("disable", "x", "--as", "kim@example.org"), 2, "must be 1 to 64 of"),
    ],
)
async def test_a_command_that_cannot_be_done_says_why(
    run: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    found, out, err = await run(*arguments)
    assert (found, out) == (code, "")
    assert said in err


async def test_a_command_over_a_database_that_is_away_says_so(run: Run) -> None:
    nowhere = "postgresql://postgres@127.0.0.1:1/accounts"
    code, _, err = await run("find", "x", DATABASE_URL=nowhere)
    assert code == 2
    assert err.startswith("accounts: PostgreSQL: ")


async def test_what_an_operator_ends_is_over_while_the_service_runs(
    process: AccountsProcess, database_url: str
) -> None:
    session = (await process.stub.Register(register_request(), timeout=5)).session
    command = AccountsProcess(database_url, NOWHERE)
    assert (await command.run("disable", session.principal.account_id))[0] == 0

    for call in (
        process.stub.ResolveSession(pb.ResolveSessionRequest(token=session.token), timeout=5),
        process.stub.LogIn(pb.LogInRequest(email="ann@example.org", password=PASSWORD), timeout=5),
    ):
        with pytest.raises(AioRpcError) as refused:
            await call
        assert from_rpc_error(refused.value).code is grpc.StatusCode.UNAUTHENTICATED


async def test_keys_are_changed_without_losing_a_secret(
    registrar: Registrar, run: Run, sql: Sql
) -> None:
    old, both = SecretKeys.parse(OLD), SecretKeys.parse(f"{NEW},{OLD}")
    people = [await registrar.register(registration(f"p{n}@example.org")) for n in range(3)]
    for person in people:
        sealed = old.seal(b"a secret", person.account.id)
        await sql(
            "INSERT INTO one_time_passwords (account_id, secret, key_id, made_at) "
            "VALUES (:id, :secret, :key, now())",
            id=person.account.id, secret=sealed.data, key=sealed.key_id,
        )  # fmt: skip

    async def keyed(keys: str, *arguments: str) -> tuple[int, str]:
        code, out, err = await run("keys", *arguments, ACCOUNTS_SECRET_KEYS=keys)
        return code, out + err

    code, said = await keyed(NEW, "check")
    assert code == 1
    assert "old1: 3 secrets  IS NOT KNOWN" in said
    code, said = await keyed(NEW, "reencrypt")
    assert code == 1
    assert "3 secrets cannot be opened" in said
    code, said = await keyed(f"{NEW},{OLD}", "reencrypt", "--as", "kim")
    assert (code, said) == (0, "3 secrets are under the first key now\n")
    code, said = await keyed(NEW, "check")
    assert code == 0
    assert "new1: 3 secrets" in said
    for account_id, data, key_id in await sql(
        "SELECT account_id, secret, key_id FROM one_time_passwords"
    ):
        assert key_id == "new1"
        assert both.open(Sealed(key_id, data), account_id) == b"a secret"
    assert ("operator:kim", "secrets_reencrypted", "3 secrets") in await acts(sql)


async def test_a_new_key_is_printed_in_the_form_the_settings_read(run: Run) -> None:
    printed = [await run("keys", "new", "--id", "k2") for _ in range(2)]
    lines = [out.splitlines()[0] for _, out, _ in printed]
    assert all(SecretKeys.parse(line).sealing_id == "k2" for line in lines)
    assert lines[0] != lines[1]
    assert "Put it at the FRONT" in printed[0][1]


async def test_whoever_has_lost_every_device_gets_in_by_password_again(
    run: Run, registrar: Registrar, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    made = await registrar.register(registration())
    await sql.confirm(made.account.id)
    await sql(
        "INSERT INTO passkeys "
        "(credential_id, account_id, public_key, sign_count, name, transports, made_at) "
        "VALUES ('key', :id, 'key', 0, 'phone', '', now())",
        id=made.account.id,
    )
    with pytest.raises(SecondFactorDue):
        await doorkeeper.log_in("ann@example.org", PASSWORD)

    given = ("factors", "remove", made.account.id, "--as", "kim", "--reason", "seen in person")
    assert await run(*given) == (0, "removed; its sessions have ended\n", "")
    assert await run(*given) == (0, "it has no second factor\n", "")
    with pytest.raises(SessionUnknown):
        await doorkeeper.resolve(made.session.token)
    assert (await doorkeeper.log_in("ann@example.org", PASSWORD)).account.id == made.account.id
    assert await sql("SELECT count(*) FROM secret_tokens WHERE purpose = 'log_in'") == [(0,)]
    assert await acts(sql) == [("operator:kim", "second_factors_removed", "seen in person")]
    assert await sql("SELECT kind FROM mails WHERE kind LIKE 'second%'") == [
        ("second_factors_removed",)
    ]


async def test_factors_stay_where_nothing_else_lets_their_owner_in(
    run: Run, registrar: Registrar, sql: Sql
) -> None:
    made = await registrar.register(registration())
    await sql("UPDATE accounts SET has_password = false")
    await sql(
        "INSERT INTO passkeys "
        "(credential_id, account_id, public_key, sign_count, name, transports, made_at) "
        "VALUES ('key', :id, 'key', 0, 'phone', '', now())",
        id=made.account.id,
    )
    code, out, err = await run("factors", "remove", made.account.id, "--reason", "seen")
    assert (code, out) == (1, "")
    assert "passkeys alone" in err
    assert await sql("SELECT count(*) FROM passkeys") == [(1,)]
