"""The whole service over gRPC, as a process of its own with a real database and bus."""

import asyncio
import json
import secrets
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from grpc import aio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.events import ACCOUNT_REGISTERED, SESSION_REVOKED
from codingahead.accounts.v1 import accounts_pb2 as pb
from codingahead.accounts.v1 import events_pb2
from servicekit.errors import ServiceError, from_rpc_error
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.events_reader import events_when_there_are
from services.accounts.tests.people import PASSWORD, register_request
from tests.support.nats_server import NatsServer

SECONDS = 5.0
INVALID, UNAUTHENTICATED = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNAUTHENTICATED


async def refused(call: Awaitable[object]) -> ServiceError:
    with pytest.raises(aio.AioRpcError) as raised:
        await call
    error = from_rpc_error(raised.value)
    assert error.domain == "accounts.codingahead"
    return error


async def test_a_person_registers_logs_out_and_in_again(
    process: AccountsProcess, nats_server: NatsServer
) -> None:
    stub = process.stub
    made = (await stub.Register(register_request(), timeout=SECONDS)).session
    assert (made.principal.plan, made.principal.name) == ("free", "Ann")
    assert not made.principal.confirmed
    left = made.expires_at.ToDatetime(UTC) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)

    known = await stub.ResolveSession(pb.ResolveSessionRequest(token=made.token), timeout=SECONDS)
    assert known.principal == made.principal
    assert known.expires_at == made.expires_at

    await stub.LogOut(pb.LogOutRequest(token=made.token), timeout=SECONDS)
    gone = await refused(
        stub.ResolveSession(pb.ResolveSessionRequest(token=made.token), timeout=SECONDS)
    )
    assert (gone.code, gone.reason) == (UNAUTHENTICATED, "SESSION_UNKNOWN")
    await stub.LogOut(pb.LogOutRequest(token=made.token), timeout=SECONDS)

    asked = pb.LogInRequest(email="ann@example.org", password=PASSWORD)
    again = (await stub.LogIn(asked, timeout=SECONDS)).session
    assert again.principal.account_id == made.principal.account_id
    assert again.principal.session_id != made.principal.session_id

    (first, registered), (second, revoked) = await events_when_there_are(nats_server.url, 2)
    assert (first.type, second.type) == (ACCOUNT_REGISTERED.type, SESSION_REVOKED.type)
    assert isinstance(registered, events_pb2.AccountRegistered)
    assert registered.account_id == made.principal.account_id
    assert (registered.plan, registered.guest_id) == ("free", "guest-1")
    assert registered.registered_at.ToDatetime(UTC) == first.time
    assert revoked == events_pb2.SessionRevoked(
        account_id=made.principal.account_id, session_id=made.principal.session_id
    )


async def test_no_answer_tells_whether_an_address_exists(process: AccountsProcess) -> None:
    def shape(session: pb.Session) -> tuple[object, ...]:
        principal = session.principal
        return (
            *(len(session.token), len(principal.account_id), len(principal.session_id)),
            *(principal.plan, principal.name, principal.confirmed, session.ByteSize()),
        )

    new, known = [
        (await process.stub.Register(register_request(), timeout=SECONDS)).session for _ in range(2)
    ]
    assert shape(new) == shape(known)
    rejections = [
        await refused(
            process.stub.LogIn(
                pb.LogInRequest(email=email, password="a wrong password"), timeout=SECONDS
            )
        )
        for email in ("ann@example.org", "nobody@example.org", "no address", "")
    ]
    assert {(r.code, r.reason, r.message, str(r.violations)) for r in rejections} == {
        (
            UNAUTHENTICATED,
            "CREDENTIALS_REJECTED",
            "The address or the password is wrong.",
            "{}",
        )
    }
    assert await process.metric('accounts_logins_total{outcome="rejected"}') == 4
    assert await process.metric("accounts_registrations_total") == 2


async def test_each_log_in_verifies_two_hashes(process: AccountsProcess) -> None:
    await process.stub.Register(register_request(), timeout=SECONDS)
    for email in ("ann@example.org", "nobody@example.org"):
        before = await process.metric('accounts_hashes_total{kind="verified"}')
        await refused(
            process.stub.LogIn(pb.LogInRequest(email=email, password="wrong one"), timeout=SECONDS)
        )
        assert await process.metric('accounts_hashes_total{kind="verified"}') == before + 2


async def test_every_wrong_field_of_a_registration_is_named(process: AccountsProcess) -> None:
    error = await refused(
        process.stub.Register(
            register_request("ann", "short", request_id="17", name="\0", guest_id="a b"),
            timeout=SECONDS,
        )
    )
    assert (error.code, error.reason) == (INVALID, "REQUEST_INVALID")
    assert set(error.violations) == {"request_id", "email", "password", "name", "guest_id"}


async def test_a_request_id_of_another_registration_is_refused(process: AccountsProcess) -> None:
    request_id = str(uuid.uuid4())
    stub = process.stub
    await stub.Register(register_request(request_id=request_id), timeout=SECONDS)
    error = await refused(
        stub.Register(register_request("bob@example.org", request_id=request_id), timeout=SECONDS)
    )
    assert (error.code, error.reason) == (INVALID, "REQUEST_INVALID")
    assert set(error.violations) == {"request_id"}


async def test_more_log_ins_than_there_is_room_for_are_told_to_come_back(
    database_url: str, nats_server: NatsServer
) -> None:
    process = AccountsProcess(
        database_url,
        nats_server.url,
        ACCOUNTS_HASH_WORKERS="1",
        ACCOUNTS_HASH_QUEUE="1",
        ACCOUNTS_LIMITS="login-account=1000/1",
    )
    try:
        await process.start()
        asked = pb.LogInRequest(email="ann@example.org", password=PASSWORD)
        answers = await asyncio.gather(
            *(process.stub.LogIn(asked, timeout=SECONDS) for _ in range(30)),
            return_exceptions=True,
        )
        errors = [from_rpc_error(a) for a in answers if isinstance(a, aio.AioRpcError)]
        assert {(e.code, e.reason) for e in errors} == {
            (UNAUTHENTICATED, "CREDENTIALS_REJECTED"),
            (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_ATTEMPTS"),
        }
        crowded = next(e for e in errors if e.reason == "TOO_MANY_ATTEMPTS")
        assert crowded.metadata == {"retry_after_seconds": "1"}
        assert await process.metric('accounts_logins_total{outcome="too_many"}') > 0
    finally:
        await process.kill()


@pytest.fixture
async def open_process(
    database_url: str, nats_server: NatsServer
) -> AsyncIterator[AccountsProcess]:
    """One that lets any number of attempts at one address through."""
    process = AccountsProcess(
        database_url, nats_server.url, ACCOUNTS_LIMITS="login-account=10000/1"
    )
    try:
        await process.start()
        yield process
    finally:
        await process.kill()


# What a caller of protobuf can send at all: no lone surrogates.
HOSTILE = st.text(max_size=300)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
async def test_hostile_text_is_refused_and_breaks_nothing(
    open_process: AccountsProcess, request_id: str, email: str, password: str, name: str, guest: str
) -> None:
    stub = open_process.stub
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: stub.Register(
            register_request(email, password, request_id=request_id, name=name, guest_id=guest),
            timeout=SECONDS,
        ),
        lambda: stub.LogIn(pb.LogInRequest(email=email, password=password), timeout=SECONDS),
        lambda: stub.ResolveSession(pb.ResolveSessionRequest(token=email), timeout=SECONDS),
    ]
    await stub.LogOut(pb.LogOutRequest(token=password), timeout=SECONDS)
    codes = [(await refused(call())).code for call in calls]
    assert codes == [INVALID, UNAUTHENTICATED, UNAUTHENTICATED]


MALFORMED = [
    # A lone surrogate, written as UTF-8 does not allow; and half a message.
    b"\x0a\x03\xed\xa0\x80",
    b"\x0a\x7fann",
]


@pytest.mark.parametrize("method", ["Register", "LogIn", "LogOut", "ResolveSession"])
@pytest.mark.parametrize("message", MALFORMED)
async def test_what_is_no_message_at_all_breaks_nothing(
    process: AccountsProcess, method: str, message: bytes
) -> None:
    async with aio.insecure_channel(process.target) as channel:
        call: aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            f"/codingahead.accounts.v1.AccountsService/{method}"
        )
        with pytest.raises(aio.AioRpcError) as raised:
            await call(message, timeout=SECONDS)
    assert raised.value.code() is not grpc.StatusCode.INTERNAL
    await process.stub.Register(register_request(), timeout=SECONDS)


async def test_neither_addresses_nor_secrets_reach_logs_and_metrics(
    process: AccountsProcess,
) -> None:
    stub = process.stub
    secret = "p4ss" + secrets.token_hex(8)
    made = (
        await stub.Register(register_request("zelda@example.org", secret), timeout=SECONDS)
    ).session
    asked = pb.LogInRequest(email="zelda@example.org", password=secret)
    await stub.LogIn(asked, timeout=SECONDS)
    asked.password = secret + "!"
    await refused(stub.LogIn(asked, timeout=SECONDS))
    await refused(stub.Register(register_request("zelda@", secret), timeout=SECONDS))
    await stub.LogOut(pb.LogOutRequest(token=made.token), timeout=SECONDS)
    metrics = await process.get("/metrics")
    assert await process.stop() == 0
    told = metrics + json.dumps(process.lines)
    assert "accounts_logins_total" in told
    assert "stopped" in told
    for private in ("zelda", secret, made.token):
        assert private not in told
