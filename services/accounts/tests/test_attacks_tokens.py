"""Secrets in the wrong place, used twice, too late, or after the account was shut."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import pyotp
import pytest
import pytest_asyncio
from grpc import aio

from accounts.database import Database
from accounts.settings import database_at
from codingahead.accounts.v1 import (
    accounts_pb2,
    api_keys_pb2,
    api_keys_pb2_grpc,
    credentials_pb2,
    credentials_pb2_grpc,
    factors_pb2,
    factors_pb2_grpc,
)
from servicekit.errors import from_rpc_error
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.events_reader import make_stream
from services.accounts.tests.people import PASSWORD, register_request
from services.accounts.tests.sql import Sql
from tests.support.nats_server import NatsServer
from tests.support.postgres_server import PostgresServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECONDS = 5.0
KEYS = "k1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
NEW_PASSWORD = "another horse battery"
_TOKEN = re.compile(r"token=([A-Za-z0-9_-]{43})")

type Entrance = Callable[[str], Awaitable[Any]]


@dataclass
class Somebody:
    """Everything secret that one account has at a time, and the ways in."""

    account_id: str
    secrets: dict[str, str]
    entrances: dict[str, Entrance]


@dataclass
class Place:
    """One service for all of this file: each test comes as somebody of its own."""

    process: AccountsProcess
    channel: aio.Channel
    sql: Sql

    async def somebody(self) -> Somebody:
        return await _somebody(self, f"{uuid.uuid4().hex}@example.org")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(
    shared_postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    shared_postgres.ask("CREATE DATABASE attacked TEMPLATE accounts", database="postgres")
    url = shared_postgres.url_of("attacked")
    database = Database(database_at(url), pool=2, seconds=10)
    nats = NatsServer(tmp_path_factory.mktemp("attacked") / "nats")
    process = AccountsProcess(url, nats.url, ACCOUNTS_SECRET_KEYS=KEYS)
    channel = None
    try:
        await nats.start()
        await make_stream(nats.url)
        await process.start()
        channel = open_channel(process.target, ServiceSettings())
        yield Place(process, channel, Sql(database))
    finally:
        if channel is not None:
            await channel.close()
        await process.kill()
        await nats.stop()
        await database.close()


async def _somebody(place: Place, email: str) -> Somebody:
    stub, sql = place.process.stub, place.sql
    credentials = credentials_pb2_grpc.CredentialsServiceStub(place.channel)
    factors = factors_pb2_grpc.FactorServiceStub(place.channel)
    keys = api_keys_pb2_grpc.ApiKeyServiceStub(place.channel)

    session = (await stub.Register(register_request(email), timeout=SECONDS)).session
    account_id, session_id = session.principal.account_id, session.principal.session_id
    asked = accounts_pb2.LogInRequest(email=email, password=PASSWORD)
    device = (await stub.LogIn(asked, timeout=SECONDS)).device
    await credentials.AskPasswordReset(
        credentials_pb2.AskPasswordResetRequest(email=email), timeout=SECONDS
    )
    mails = await sql(
        "SELECT kind, plain FROM mails WHERE account_id = :id ORDER BY position", id=account_id
    )
    tokens = {kind: found[1] for kind, text in mails if (found := _TOKEN.search(text))}
    # Keys are for confirmed addresses; the link is not used up for that.
    await sql.confirm(account_id)
    key = await keys.CreateApiKey(
        api_keys_pb2.CreateApiKeyRequest(
            request_id=str(uuid.uuid4()),
            account_id=account_id,
            session_id=session_id,
            name="a key",
            scopes=["codes:read"],
        ),
        timeout=SECONDS,
    )
    begun = await factors.BeginOneTimePassword(
        factors_pb2.BeginOneTimePasswordRequest(account_id=account_id, session_id=session_id),
        timeout=SECONDS,
    )
    totp = pyotp.TOTP(begun.secret)
    confirmed = await factors.ConfirmOneTimePassword(
        factors_pb2.ConfirmOneTimePasswordRequest(
            account_id=account_id, session_id=session_id, code=totp.now()
        ),
        timeout=SECONDS,
    )
    due = (await stub.LogIn(asked, timeout=SECONDS)).second_factor
    code = confirmed.recovery_codes[0]
    secrets = {
        "session": session.token,
        "confirm": tokens["confirm_address"],
        "reset": tokens["reset_password"],
        "step": due.token,
        "key": key.secret,
        "device": device,
        "recovery code": code,
        "one-time secret": begun.secret,
        "session id": session_id,
        "account id": account_id,
        "key id": key.key.key_id,
    }
    entrances: dict[str, Entrance] = {
        "session": lambda token: stub.ResolveSession(
            accounts_pb2.ResolveSessionRequest(token=token), timeout=SECONDS
        ),
        "look at confirm": lambda token: credentials.LookAtConfirmation(
            credentials_pb2.LookAtConfirmationRequest(token=token), timeout=SECONDS
        ),
        "confirm": lambda token: credentials.ConfirmAddress(
            credentials_pb2.ConfirmAddressRequest(token=token), timeout=SECONDS
        ),
        "look at reset": lambda token: credentials.LookAtPasswordReset(
            credentials_pb2.LookAtPasswordResetRequest(token=token), timeout=SECONDS
        ),
        "reset": lambda token: credentials.ResetPassword(
            credentials_pb2.ResetPasswordRequest(token=token, password=NEW_PASSWORD),
            timeout=SECONDS,
        ),
        "look at step": lambda token: factors.GetSecondFactor(
            factors_pb2.GetSecondFactorRequest(token=token), timeout=SECONDS
        ),
        "step": lambda token: factors.FinishLogIn(
            factors_pb2.FinishLogInRequest(
                token=token, proof=factors_pb2.Proof(recovery_code=code)
            ),
            timeout=SECONDS,
        ),
        "key": lambda secret: keys.ResolveApiKey(
            api_keys_pb2.ResolveApiKeyRequest(secret=secret), timeout=SECONDS
        ),
    }
    return Somebody(account_id, secrets, entrances)


async def let_in(entrance: Awaitable[Any]) -> bool:
    """Whether an entrance opened; a refusal must be one that the contract names."""
    try:
        await entrance
    except aio.AioRpcError as error:
        failure = from_rpc_error(error)
        if failure.code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN):
            raise
        return False
    return True


def belongs(secret: str, entrance: str) -> bool:
    return entrance.removeprefix("look at ") == secret


async def test_no_secret_opens_another_ones_door(place: Place) -> None:
    somebody = await place.somebody()
    count = "SELECT count(*) FROM sessions WHERE account_id = :id"
    before = await place.sql(count, id=somebody.account_id)
    opened = [
        (secret, entrance)
        for secret, value in somebody.secrets.items()
        for entrance, enter in somebody.entrances.items()
        if not belongs(secret, entrance) and await let_in(enter(value))
    ]
    assert opened == []
    # Nothing was used up or ended by trying.
    assert await place.sql(count, id=somebody.account_id) == before
    for entrance, enter in somebody.entrances.items():
        if entrance.startswith("look at") or entrance in ("session", "key"):
            assert await let_in(enter(somebody.secrets[entrance.removeprefix("look at ")]))


async def test_what_is_good_once_is_good_once_however_often_it_is_sent_at_once(
    place: Place,
) -> None:
    somebody = await place.somebody()
    for name in ("step", "reset"):
        enter = somebody.entrances[name]
        opened = await asyncio.gather(*(let_in(enter(somebody.secrets[name])) for _ in range(8)))
        assert opened.count(True) == 1, name
        assert not await let_in(enter(somebody.secrets[name]))
    # A new password ends every session.
    assert not await let_in(somebody.entrances["session"](somebody.secrets["session"]))


async def test_nothing_opens_once_its_time_is_over(place: Place) -> None:
    somebody = await place.somebody()
    for table in ("sessions", "secret_tokens", "api_keys"):
        await place.sql(
            f"UPDATE {table} SET expires_at = now() - interval '1 second' WHERE account_id = :id",
            id=somebody.account_id,
        )
    for name, enter in somebody.entrances.items():
        secret = somebody.secrets[name.removeprefix("look at ")]
        assert not await let_in(enter(secret)), name


@pytest.mark.parametrize(
    "shut",
    [
        "UPDATE accounts SET disabled_at = now() WHERE account_id = :id",
        "DELETE FROM accounts WHERE account_id = :id",
    ],
)
async def test_nothing_opens_an_account_that_is_shut_or_erased(place: Place, shut: str) -> None:
    somebody = await place.somebody()
    await place.sql(shut, id=somebody.account_id)
    for name in ("session", "step", "key", "reset"):
        assert not await let_in(somebody.entrances[name](somebody.secrets[name])), name


async def test_what_is_no_secret_opens_nothing(place: Place) -> None:
    somebody = await place.somebody()
    for junk in ("", "A" * 43, "A" * 42, "A" * 100_000, "\0" * 43, "é" * 43):
        for name, enter in somebody.entrances.items():
            assert not await let_in(enter(junk)), name
