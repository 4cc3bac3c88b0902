"""PostgreSQL away: told at once, nothing acknowledged is lost, and all comes back by itself."""

import asyncio
import time
import uuid

import grpc
from grpc import aio

from accounts.tables import REVISION
from codingahead.accounts.v1 import accounts_pb2 as pb
from servicekit.errors import ServiceError, from_rpc_error
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.events_reader import events_when_there_are
from services.accounts.tests.people import PASSWORD, register_request
from tests.support.nats_server import NatsServer
from tests.support.postgres_server import PostgresServer

LOGIN_SECONDS = 1.0
"""The deadline a caller sets: an outage must be told before it."""

MAY_BE_REPEATED = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
)


async def failures(process: AccountsProcess, token: str) -> list[ServiceError]:
    """What each call answers now, when none succeeds."""
    stub = process.stub
    answers = await asyncio.gather(
        stub.Register(register_request(), timeout=LOGIN_SECONDS),
        stub.LogIn(
            pb.LogInRequest(email="ann@example.org", password=PASSWORD), timeout=LOGIN_SECONDS
        ),
        stub.LogOut(pb.LogOutRequest(token=token), timeout=LOGIN_SECONDS),
        stub.ResolveSession(pb.ResolveSessionRequest(token=token), timeout=LOGIN_SECONDS),
        return_exceptions=True,
    )
    errors = [from_rpc_error(answer) for answer in answers if isinstance(answer, aio.AioRpcError)]
    assert len(errors) == 4, answers
    return errors


async def resolved_again(process: AccountsProcess, token: str) -> pb.Principal:
    """Whom *token* signs in, once that can be told again; until then it is UNAVAILABLE."""
    asked = pb.ResolveSessionRequest(token=token)
    async with asyncio.timeout(15):
        while True:
            call = process.stub.ResolveSession(asked, timeout=LOGIN_SECONDS)
            if await call.code() is grpc.StatusCode.OK:
                return (await call).principal
            assert await call.code() is grpc.StatusCode.UNAVAILABLE
            await asyncio.sleep(0.02)


def unavailable(errors: list[ServiceError]) -> bool:
    return {(e.code, e.reason) for e in errors} == {
        (grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE")
    }


async def test_a_killed_database_is_told_and_comes_back(
    postgres: PostgresServer, nats_server: NatsServer
) -> None:
    process = AccountsProcess(postgres.url, nats_server.url)
    try:
        await process.start()
        made = (await process.stub.Register(register_request(), timeout=5)).session
        postgres.kill()
        for _ in range(5):
            assert unavailable(await failures(process, made.token))
        assert "not ready" in await process.get("/readyz")
        mark = len(process.lines)
        postgres.start()
        assert await resolved_again(process, made.token) == made.principal
        await process.logged("part_up", after=mark)
        assert '"status": "ready"' in await process.get("/readyz")
        assert len(await events_when_there_are(nats_server.url, 1)) == 1
        assert await process.metric('accounts_logins_total{outcome="unavailable"}') == 5
    finally:
        await process.kill()


async def test_a_stalled_database_is_told_before_the_callers_deadline(
    postgres: PostgresServer, nats_server: NatsServer
) -> None:
    process = AccountsProcess(postgres.url, nats_server.url)
    try:
        await process.start()
        made = (await process.stub.Register(register_request(), timeout=5)).session
        postgres.stall()
        # DEADLINE_EXCEEDED would say that it was not told in time.
        for _ in range(10):
            assert unavailable(await failures(process, made.token))
        assert "no answer within" in await process.get("/readyz")
        postgres.resume()
        assert await resolved_again(process, made.token) == made.principal
    finally:
        await process.kill()


async def test_no_acknowledged_registration_is_lost_when_the_database_dies_under_load(
    durable_postgres: PostgresServer, nats_server: NatsServer
) -> None:
    process = AccountsProcess(
        durable_postgres.url, nats_server.url, ACCOUNTS_LIMITS="register-address=1000/1"
    )
    acknowledged: list[pb.Session] = []
    requests: dict[str, pb.RegisterRequest] = {}
    ending = asyncio.Event()

    async def person(number: int) -> None:
        while not ending.is_set():
            request = register_request(f"p{number}@example.org", request_id=str(uuid.uuid4()))
            requests[request.request_id] = request
            while not ending.is_set():
                call = process.stub.Register(request, timeout=LOGIN_SECONDS)
                if await call.code() is grpc.StatusCode.OK:
                    acknowledged.append((await call).session)
                    break
                assert await call.code() in MAY_BE_REPEATED
                await asyncio.sleep(0.02)

    async def acknowledged_more(count: int) -> None:
        wanted = len(acknowledged) + count
        async with asyncio.timeout(20):
            while len(acknowledged) < wanted:
                await asyncio.sleep(0.01)

    try:
        await process.start()
        people = [asyncio.create_task(person(number)) for number in range(6)]
        for _ in range(3):
            await acknowledged_more(15)
            durable_postgres.kill()
            await asyncio.to_thread(durable_postgres.start)
        await acknowledged_more(15)
        ending.set()
        await asyncio.gather(*people)
        for session in acknowledged:
            assert await resolved_again(process, session.token) == session.principal
        made = int(durable_postgres.ask("SELECT count(*) FROM accounts")[0][0])
        ids = {session.principal.account_id for session in acknowledged}
        # A request answered twice, because its first answer was lost, made one account.
        assert len(ids) == len(acknowledged) <= made <= len(requests)
        events = await events_when_there_are(nats_server.url, made)
        async with asyncio.timeout(10):
            while await process.metric("accounts_outbox_events"):
                await asyncio.sleep(0.05)
        assert len({event.id for event, _ in events}) == len(events) == made
    finally:
        ending.set()
        await process.kill()


async def test_a_restart_between_calls_fails_none(
    postgres: PostgresServer, nats_server: NatsServer
) -> None:
    process = AccountsProcess(postgres.url, nats_server.url)
    try:
        await process.start()
        made = (await process.stub.Register(register_request(), timeout=5)).session
        asked = pb.ResolveSessionRequest(token=made.token)

        async def all_at_once() -> set[str]:
            answers = await asyncio.gather(
                *(process.stub.ResolveSession(asked, timeout=LOGIN_SECONDS) for _ in range(8))
            )
            return {answer.principal.session_id for answer in answers}

        open_ones = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'accounts'"
        async with asyncio.timeout(20):
            # Calls that come one after the other need no more than one.
            while int(postgres.ask(open_ones)[0][0]) <= 4:
                await all_at_once()
        postgres.stop()
        postgres.start()
        async with asyncio.timeout(10):
            while '"status": "ready"' not in await process.get("/readyz"):
                await asyncio.sleep(0.02)
        # The pool still holds the connections of before; none of them may reach a call.
        assert await all_at_once() == {made.principal.session_id}
    finally:
        await process.kill()


async def test_a_process_starts_without_a_database_and_without_a_bus(
    postgres: PostgresServer, nats_server: NatsServer
) -> None:
    postgres.stop()
    await nats_server.stop()
    process = AccountsProcess(postgres.url, nats_server.url)
    try:
        await process.start(until="listening")
        began = time.monotonic()
        assert unavailable(await failures(process, "x" * 43))
        assert time.monotonic() - began < LOGIN_SECONDS
        postgres.start()
        await process.logged("ready")
        await process.stub.Register(register_request(), timeout=5)
        await nats_server.start()
        assert len(await events_when_there_are(nats_server.url, 1)) == 1
        assert await process.stop() == 0
    finally:
        await process.kill()


async def test_a_schema_that_is_behind_is_told_and_taken_up_once_migrated(
    shared_postgres: PostgresServer, nats_server: NatsServer
) -> None:
    shared_postgres.ask("CREATE DATABASE behind TEMPLATE template0", database="postgres")
    url = shared_postgres.url_of("behind")
    process = AccountsProcess(url, nats_server.url)
    try:
        await process.start(until="listening")
        for revision, to in (("0000", "0001"), ("0001", "head")):
            async with asyncio.timeout(10):
                while f"at revision {revision}" not in (told := await process.get("/readyz")):
                    await asyncio.sleep(0.05)
            assert f"{REVISION:04} is needed: run `accounts migrate`" in told
            assert "run `accounts migrate`" in (await process.logged("database_unusable"))["why"]
            assert unavailable(await failures(process, "x" * 43))
            code, _, err = await process.run("migrate", "--to", to)
            assert (code, err) == (0, "")
        await process.logged("ready")
        await process.stub.Register(register_request(), timeout=5)
    finally:
        await process.kill()


async def test_a_newer_schema_does_not_stop_the_code_before_it(
    database_url: str, shared_postgres: PostgresServer, nats_server: NatsServer
) -> None:
    name = database_url.rpartition("/")[2]
    shared_postgres.ask(
        f"UPDATE alembic_version SET version_num = '{REVISION + 1:04}'", database=name
    )
    process = AccountsProcess(database_url, nats_server.url)
    try:
        await process.start()
        await process.stub.Register(register_request(), timeout=5)
    finally:
        await process.kill()


async def test_a_read_only_database_is_not_ready(
    database_url: str, shared_postgres: PostgresServer, nats_server: NatsServer
) -> None:
    name = database_url.rpartition("/")[2]
    shared_postgres.ask(
        f"ALTER DATABASE {name} SET default_transaction_read_only = on", database="postgres"
    )
    process = AccountsProcess(database_url, nats_server.url)
    try:
        await process.start(until="listening")
        async with asyncio.timeout(10):
            while "standby or read-only" not in await process.get("/readyz"):
                await asyncio.sleep(0.05)
        assert unavailable(await failures(process, "x" * 43))
    finally:
        await process.kill()
