"""Keys for programs: told once, kept hashed, scoped, and good for nothing once they are over."""

import asyncio
import re
import uuid
from collections.abc import Awaitable
from datetime import timedelta

import grpc
import pytest
from grpc import aio

from accounts.api_key_store import AddressUnconfirmed, ApiKeyStore, RequestRepeated, TooManyKeys
from accounts.api_keys import SCOPES, KeyInvalid, NewKey, hash_of, new_key
from accounts.audit import AuditLog
from accounts.database import Database
from accounts.mail_texts import MailTexts
from accounts.notebook import AccountUnknown
from codingahead.accounts.v1 import accounts_pb2, api_keys_pb2_grpc
from codingahead.accounts.v1 import api_keys_pb2 as pb
from servicekit.errors import ServiceError, from_rpc_error
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.conftest import Clock
from services.accounts.tests.events_reader import events_when_there_are
from services.accounts.tests.people import register_request
from services.accounts.tests.sql import Sql

SECONDS = 5.0
OWNER = "owner-1"


@pytest.fixture
def keys(database: Database, recorded: list[None]) -> ApiKeyStore:
    texts = MailTexts("Coding Ahead", "https://example.org")
    return ApiKeyStore(database.transact, texts, lambda: recorded.append(None))


@pytest.fixture
async def owner(sql: Sql) -> str:
    await sql.make_account(OWNER)
    await sql.confirm(OWNER)
    return OWNER


def a_key(clock: Clock, *, days: int = 0, request_id: str = "") -> NewKey:
    return new_key(request_id or str(uuid.uuid4()), "nightly job", ["codes:read"], days, clock())


def test_a_key_is_known_by_its_form_and_its_check_digits(clock: Clock) -> None:
    key = a_key(clock)
    assert re.fullmatch(r"ca_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}", key.secret)
    assert key.kept.id == key.secret[8:24]
    assert key.secret.startswith(key.kept.hint)
    assert hash_of(key.secret) == key.key_hash
    for place in range(len(key.secret)):
        other = "x" if key.secret[place] != "x" else "y"
        assert hash_of(key.secret[:place] + other + key.secret[place + 1 :]) is None
    for wrong in ("", key.secret[:-1], key.secret + "0", key.secret + "\n", key.secret.lower()):
        assert hash_of(wrong) is None
    assert key.secret not in repr(key)


def test_every_field_that_is_wrong_is_named(clock: Clock) -> None:
    with pytest.raises(KeyInvalid) as raised:
        new_key("no uuid", " ", [], 731, clock())
    assert set(raised.value.violations) == {"request_id", "name", "scopes", "days"}
    for name in ("x" * 61, "a\0b", "a\x1bb"):
        with pytest.raises(KeyInvalid) as raised:
            new_key(str(uuid.uuid4()), name, ["codes:read", "everything"], -1, clock())
        assert set(raised.value.violations) == {"name", "scopes", "days"}


def test_scopes_are_kept_once_and_in_one_order(clock: Clock) -> None:
    asked = [*reversed(SCOPES), *SCOPES]
    assert new_key(str(uuid.uuid4()), "all", asked, 0, clock()).kept.scopes == SCOPES


async def test_a_key_acts_for_its_account_and_is_kept_only_hashed(
    keys: ApiKeyStore, owner: str, clock: Clock, sql: Sql, database: Database
) -> None:
    key = a_key(clock, days=30)
    await keys.create(owner, key)
    found = await keys.resolve(key.key_hash, clock())

    assert found is not None
    assert (found.account.id, found.key_id) == (owner, key.kept.id)
    assert found.scopes == ("codes:read",)
    assert found.expires_at == clock() + timedelta(days=30)
    stored = await sql.everything()
    assert key.kept.id in stored
    assert key.secret[24:] not in stored
    assert await sql("SELECT kind, recipient FROM mails") == [
        ("api_key_made", f"{owner}@example.org")
    ]
    (_, act), *_ = await AuditLog(database.transact).of(owner)
    assert (act.act, act.actor) == ("api_key_made", "owner")


async def test_a_use_is_noted_once_a_minute(keys: ApiKeyStore, owner: str, clock: Clock) -> None:
    key = a_key(clock)
    await keys.create(owner, key)
    assert (await keys.all_of(owner))[0].used_at is None
    first = clock()
    for seconds in (0, 30, 29):
        clock.pass_by(timedelta(seconds=seconds))
        await keys.resolve(key.key_hash, clock())
        assert (await keys.all_of(owner))[0].used_at == first
    clock.pass_by(timedelta(seconds=1))
    await keys.resolve(key.key_hash, clock())
    assert (await keys.all_of(owner))[0].used_at == clock()


async def test_a_key_ends_in_time_and_stays_listed(
    keys: ApiKeyStore, owner: str, clock: Clock
) -> None:
    key = a_key(clock, days=1)
    await keys.create(owner, key)
    clock.pass_by(timedelta(days=1))
    assert await keys.resolve(key.key_hash, clock()) is None
    assert [kept.id for kept in await keys.all_of(owner)] == [key.kept.id]


async def test_a_revoked_key_is_gone_with_an_event_and_a_line_in_the_log(
    keys: ApiKeyStore, owner: str, clock: Clock, sql: Sql, recorded: list[None], database: Database
) -> None:
    key, other = a_key(clock), a_key(clock)
    await keys.create(owner, key)
    await keys.create(owner, other)
    recorded.clear()
    await keys.revoke("somebody-else", key.kept.id, clock())
    assert recorded == []
    await keys.revoke(owner, key.kept.id, clock())
    await keys.revoke(owner, key.kept.id, clock())

    assert await keys.resolve(key.key_hash, clock()) is None
    assert await keys.resolve(other.key_hash, clock()) is not None
    assert await sql("SELECT count(*) FROM outbox WHERE type LIKE '%api_key_revoked%'") == [(1,)]
    assert len(recorded) == 1
    acts = [act.act for _, act in await AuditLog(database.transact).of(owner)]
    assert acts == ["api_key_revoked", "api_key_made", "api_key_made"]


async def test_only_accounts_that_may_have_keys_get_any(
    keys: ApiKeyStore, clock: Clock, sql: Sql
) -> None:
    with pytest.raises(AccountUnknown):
        await keys.create("nobody", a_key(clock))
    await sql.make_account(OWNER)
    with pytest.raises(AddressUnconfirmed):
        await keys.create(OWNER, a_key(clock))
    await sql.confirm(OWNER)
    await sql("UPDATE accounts SET disabled_at = now()")
    with pytest.raises(AccountUnknown):
        await keys.create(OWNER, a_key(clock))


async def test_a_disabled_account_has_no_key_that_is_good(
    keys: ApiKeyStore, owner: str, clock: Clock, sql: Sql
) -> None:
    key = a_key(clock)
    await keys.create(owner, key)
    await sql("UPDATE accounts SET disabled_at = now()")
    assert await keys.resolve(key.key_hash, clock()) is None


async def test_there_is_an_end_to_keys_however_many_are_asked_for_at_once(
    keys: ApiKeyStore, owner: str, clock: Clock
) -> None:
    for _ in range(17):
        await keys.create(owner, a_key(clock))
    asked = await asyncio.gather(
        *(keys.create(owner, a_key(clock)) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(it, TooManyKeys) for it in asked) == 5
    assert len(await keys.all_of(owner)) == 20


async def test_a_request_sent_twice_makes_one_key(
    keys: ApiKeyStore, owner: str, clock: Clock
) -> None:
    request_id = str(uuid.uuid4())
    asked = await asyncio.gather(
        *(keys.create(owner, a_key(clock, request_id=request_id)) for _ in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(it, RequestRepeated) for it in asked) == 4
    assert len(await keys.all_of(owner)) == 1


async def test_keys_go_with_their_account(
    keys: ApiKeyStore, owner: str, clock: Clock, sql: Sql
) -> None:
    key = a_key(clock)
    await keys.create(owner, key)
    await sql("DELETE FROM accounts")
    assert await keys.resolve(key.key_hash, clock()) is None


# Over gRPC


class Programs:
    """Somebody who has registered and confirmed, and their keys."""

    def __init__(
        self, stub: "api_keys_pb2_grpc.ApiKeyServiceAsyncStub", session: accounts_pb2.Session
    ) -> None:
        self.stub = stub
        self.session = session
        self.account_id = session.principal.account_id

    async def create(self, **fields: object) -> pb.CreateApiKeyResponse:
        request = pb.CreateApiKeyRequest(
            request_id=str(uuid.uuid4()),
            account_id=self.account_id,
            session_id=self.session.principal.session_id,
            name="nightly job",
            scopes=["codes:read", "search:read"],
        )
        request.MergeFrom(pb.CreateApiKeyRequest(**fields))  # type: ignore[arg-type]
        return await self.stub.CreateApiKey(request, timeout=SECONDS)

    async def resolve(self, secret: str) -> pb.ResolveApiKeyResponse:
        return await self.stub.ResolveApiKey(
            pb.ResolveApiKeyRequest(secret=secret), timeout=SECONDS
        )

    async def revoke(self, key_id: str) -> None:
        request = pb.RevokeApiKeyRequest(account_id=self.account_id, key_id=key_id)
        await self.stub.RevokeApiKey(request, timeout=SECONDS)


@pytest.fixture
async def programs(process: AccountsProcess, sql: Sql) -> Programs:
    session = (await process.stub.Register(register_request(), timeout=SECONDS)).session
    await sql.confirm(session.principal.account_id)
    channel = open_channel(process.target, ServiceSettings())
    return Programs(api_keys_pb2_grpc.ApiKeyServiceStub(channel), session)


async def refused(call: Awaitable[object]) -> ServiceError:
    with pytest.raises(aio.AioRpcError) as raised:
        await call
    return from_rpc_error(raised.value)


async def test_a_key_is_made_listed_used_and_revoked(
    programs: Programs, nats_server: "object"
) -> None:
    made = await programs.create(days=7)
    found = await programs.resolve(made.secret)
    assert found.principal.account_id == programs.account_id
    assert (found.principal.session_id, found.principal.confirmed) == ("", True)
    assert list(found.scopes) == ["codes:read", "search:read"]
    assert found.expires_at == made.key.expires_at
    request = pb.ListApiKeysRequest(account_id=programs.account_id)
    (listed,) = (await programs.stub.ListApiKeys(request, timeout=SECONDS)).keys
    assert (listed.key_id, listed.name) == (made.key.key_id, "nightly job")
    assert listed.HasField("used_at")
    for key_id in (made.key.key_id, made.key.key_id, "", "a\0b"):
        await programs.revoke(key_id)
    assert (await refused(programs.resolve(made.secret))).reason == "KEY_UNKNOWN"
    events = await events_when_there_are(nats_server.url, 2)  # type: ignore[attr-defined]
    told = [message for event, message in events if event.type.endswith("api_key_revoked.v1")]
    assert len(told) == 1
    assert (told[0].account_id, told[0].key_id) == (  # type: ignore[attr-defined]
        programs.account_id,
        made.key.key_id,
    )


async def test_neither_kind_of_token_is_taken_for_the_other(
    programs: Programs, process: AccountsProcess
) -> None:
    made = await programs.create()
    for wrong in (programs.session.token, made.secret[:-1], made.key.key_id, ""):
        error = await refused(programs.resolve(wrong))
        assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "KEY_UNKNOWN")
    request = accounts_pb2.ResolveSessionRequest(token=made.secret)
    error = await refused(process.stub.ResolveSession(request, timeout=SECONDS))
    assert error.reason == "SESSION_UNKNOWN"


async def test_why_no_key_was_made_is_said_in_words(programs: Programs, sql: Sql) -> None:
    wrong = await refused(programs.create(name="x" * 61, days=800))
    assert (wrong.code, wrong.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")
    assert set(wrong.violations) == {"name", "days"}
    request_id = str(uuid.uuid4())
    await programs.create(request_id=request_id)
    repeated = await refused(programs.create(request_id=request_id))
    await sql("UPDATE accounts SET confirmed_at = NULL")
    unconfirmed = await refused(programs.create())
    assert (repeated.reason, unconfirmed.reason) == ("REQUEST_REPEATED", "ADDRESS_UNCONFIRMED")
    assert {repeated.code, unconfirmed.code} == {grpc.StatusCode.FAILED_PRECONDITION}
    assert "/account/email" in unconfirmed.message
    # Only shortly after a proof, given in a session of the account's own.
    foreign = await refused(programs.create(session_id="of-somebody-else"))
    await sql("UPDATE sessions SET begun_at = now() - interval '11 minutes'")
    late = await refused(programs.create())
    assert foreign.reason == late.reason == "REAUTHENTICATION_REQUIRED"
    assert {foreign.code, late.code} == {grpc.StatusCode.PERMISSION_DENIED}
