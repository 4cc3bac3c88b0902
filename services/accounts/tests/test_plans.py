"""The plan an account holds: set by operators, with history, event and audit."""

import argparse
import asyncio
from pathlib import Path

import pytest
from grpc import aio
from pydantic import SecretStr

from accounts import command
from accounts.audit import AuditLog
from accounts.database import Database
from accounts.notebook import AccountUnknown
from accounts.plan_changes import Plans
from accounts.plan_command import add_to, names_of_plans
from accounts.plan_names import plan_of
from accounts.settings import AccountsSettings
from codingahead.accounts.v1 import events_pb2, plans_pb2, plans_pb2_grpc
from servicekit.errors import from_rpc_error
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.conftest import Clock
from services.accounts.tests.events_reader import events_when_there_are
from services.accounts.tests.sql import Sql
from tests.support.nats_server import NatsServer

PLAN_FILE = Path(__file__).parents[3] / "deploy" / "plans.yaml"
OWNER = "owner-1"
BY = "operator:root"


@pytest.fixture
def plans(database: Database, clock: Clock) -> Plans:
    return Plans(database.transact, clock)


async def test_a_change_is_kept_told_and_audited(
    plans: Plans, sql: Sql, clock: Clock, database: Database
) -> None:
    await sql.make_account(OWNER)
    assert await plans.set(OWNER, "enterprise", BY, "agreed by contract") == "free"
    assert await plans.set(OWNER, "professional", "payments", "evt_1") == "enterprise"

    held = await plans.held(OWNER)
    assert held.plan == "professional"
    assert [(it.before, it.plan, it.by, it.at) for it in held.changes] == [
        ("enterprise", "professional", "payments", clock()),
        ("free", "enterprise", "operator", clock()),
    ]
    rows = await sql("SELECT data FROM outbox WHERE type LIKE '%plan_changed%' ORDER BY position")
    told = [events_pb2.PlanChanged.FromString(data) for (data,) in rows]
    assert [(it.account_id, it.before, it.plan) for it in told] == [
        (OWNER, "free", "enterprise"),
        (OWNER, "enterprise", "professional"),
    ]
    acts = [
        (act.actor, act.act, act.detail) for _, act in await AuditLog(database.transact).of(OWNER)
    ]
    assert acts == [
        ("payments", "plan_changed", "enterprise to professional"),
        (BY, "plan_changed", "free to enterprise"),
    ]


async def test_the_plan_that_is_held_already_is_no_change(plans: Plans, sql: Sql) -> None:
    await sql.make_account(OWNER)
    assert await plans.set(OWNER, "free", BY, "again") == "free"
    assert (await plans.held(OWNER)).changes == ()
    assert await sql("SELECT count(*) FROM outbox") == [(0,)]
    assert await sql("SELECT count(*) FROM audit") == [(0,)]


async def test_nobody_holds_nothing(plans: Plans) -> None:
    with pytest.raises(AccountUnknown):
        await plans.set("nobody", "free", BY, "why not")
    with pytest.raises(AccountUnknown):
        await plans.held("nobody")


@pytest.mark.parametrize("text", ["", "guest", "Enterprise", "a b", "x" * 41, "1st", "plan\n"])
def test_what_cannot_be_a_plan_of_an_account_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="plan"):
        plan_of(text)


def test_the_plan_file_names_its_plans() -> None:
    assert names_of_plans(PLAN_FILE.read_text()) == ["guest", "free", "professional", "enterprise"]
    assert names_of_plans(
        "a: 1\nplans: # all\n\n  # one\n  free:\n    limits: {}\n\n  x_1: {}\nb:\n  c: 1"
    ) == [
        "free",
        "x_1",
    ]
    for text in ("", "plans:", "plan:\n  free: {}"):
        with pytest.raises(ValueError, match="plans"):
            names_of_plans(text)


def given(database_url: str, *arguments: str) -> int:
    """Give a command of the group as ``accounts`` does; answers its exit code."""
    parser = argparse.ArgumentParser(prog="accounts")
    add_to(parser.add_subparsers(dest="command"))
    settings = AccountsSettings(database_url=SecretStr(database_url))
    return command.run(settings, parser.parse_args(["plan", *arguments]))


async def test_an_operator_sets_a_plan_on_the_command_line(
    process: AccountsProcess, sql: Sql, nats_server: NatsServer
) -> None:
    await sql.make_account(OWNER)
    done = await process.run(
        *("plan", "set", OWNER, "enterprise", "--reason", "by contract", "--as", "kim"),
        *("--plans-file", str(PLAN_FILE)),
    )
    assert done == (0, "holds enterprise now; it held free\n", "")
    (event, message), *_ = await events_when_there_are(nats_server.url, 1)
    assert event.type.endswith("plan_changed.v1")
    assert message.plan == "enterprise"  # type: ignore[attr-defined]

    channel = open_channel(process.target, ServiceSettings())
    stub = plans_pb2_grpc.PlanServiceStub(channel)
    told = await stub.GetPlan(plans_pb2.GetPlanRequest(account_id=OWNER), timeout=5)
    assert told.plan == "enterprise"
    assert [(it.before, it.plan, it.by) for it in told.changes] == [
        ("free", "enterprise", "operator")
    ]
    with pytest.raises(aio.AioRpcError) as raised:
        await stub.GetPlan(plans_pb2.GetPlanRequest(account_id="nobody"), timeout=5)
    assert from_rpc_error(raised.value).reason == "ACCOUNT_UNKNOWN"
    await channel.close()


async def test_the_history_says_who_and_why(
    database_url: str, sql: Sql, capsys: pytest.CaptureFixture[str]
) -> None:
    await sql.make_account(OWNER)
    change = ("set", OWNER, "gold", "--reason", "by contract", "--as", "kim")
    told = ["holds gold now; it held free\n", "holds it already\n"]
    for said in told:
        assert await asyncio.to_thread(given, database_url, *change) == 0
        assert capsys.readouterr().out == said
    assert await asyncio.to_thread(given, database_url, "history", OWNER) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "holds gold"
    assert second.endswith("  operator:kim  free to gold  by contract")


async def test_an_operators_mistake_is_told_in_one_line(
    database_url: str, sql: Sql, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await sql.make_account(OWNER)
    strange = tmp_path / "plans.yaml"
    strange.write_text("nothing: here\n")
    because = ("--reason", "x")
    for arguments, said in (
        (("set", "nobody", "free", *because), "there is no such account; find prints ids"),
        (("history", "nobody"), "there is no such account; find prints ids"),
        (
            ("set", OWNER, "gold", *because, "--plans-file", str(strange)),
            "there is no list of plans",
        ),
        (("set", OWNER, "gold", *because, "--plans-file", str(tmp_path)), "cannot be read"),
    ):
        assert await asyncio.to_thread(given, database_url, *arguments) == 1
        told = capsys.readouterr().err
        assert said in told
        assert told.count("\n") == 1
    for wrong in (("gold",), ("guest", *because), ("gold", "--reason", " "), ("Gold", *because)):
        with pytest.raises(SystemExit):
            given(database_url, "set", OWNER, *wrong)
    assert await sql("SELECT plan FROM accounts") == [("free",)]
    capsys.readouterr()
    known = ("set", OWNER, "gold", *because, "--plans-file", str(PLAN_FILE))
    assert await asyncio.to_thread(given, database_url, *known) == 0
    assert "has no plan gold" in capsys.readouterr().err
