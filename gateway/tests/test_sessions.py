"""Sessions: asked for once, believed for a minute at most, dropped when they are revoked."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from codingahead.accounts.v1 import accounts_pb2, events_pb2
from gateway.account_events import (
    ACCOUNT_CHANGED,
    ACCOUNT_ERASED,
    API_KEY_REVOKED,
    PLAN_CHANGED,
    SESSION_REVOKED,
    AccountEvents,
)
from gateway.accounts import Accounts
from gateway.sessions import Absent, Account, Sessions
from gateway.signing import Keyring
from gateway.tests.accounts_server import AccountsServer, principal, token
from gateway.visitors import UNRESOLVED, Guest, Visitors
from servicekit.errors import ServiceError
from servicekit.events import Event, EventType
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def peer() -> AsyncIterator[AccountsServer]:
    peer = AccountsServer()
    peer.sessions = {token(number): principal(number) for number in range(100)}
    await peer.start()
    yield peer
    peer.gate.set()
    await peer.stop()


@pytest.fixture
async def accounts(peer: AccountsServer) -> AsyncIterator[Accounts]:
    channel = open_channel(peer.target, ServiceSettings())
    yield Accounts(channel, channel)
    await channel.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(accounts: Accounts, clock: Clock) -> Sessions:
    return Sessions(accounts, capacity=50, clock=clock)


async def test_a_session_is_asked_for_once_a_minute(
    peer: AccountsServer, sessions: Sessions, clock: Clock
) -> None:
    assert sessions.held(token(1)) is None
    account = await sessions.find(token(1))

    assert account == Account("account-1", "free", "Ann", "s-1", confirmed=False)
    assert sessions.held(token(1)) is account
    clock.now += 59.9
    assert await sessions.find(token(1)) is account
    assert len(peer.asked) == 1
    clock.now += 0.2
    assert sessions.held(token(1)) is None
    assert await sessions.find(token(1)) == account
    assert len(peer.asked) == 2


async def test_a_session_is_not_believed_beyond_its_own_end(
    peer: AccountsServer, sessions: Sessions, clock: Clock
) -> None:
    peer.lifetime = timedelta(seconds=10)
    await sessions.find(token(1))
    clock.now += 10.1

    assert sessions.held(token(1)) is None


async def test_those_who_ask_at_once_share_one_call(
    peer: AccountsServer, sessions: Sessions
) -> None:
    peer.gate.clear()
    asking = [asyncio.create_task(sessions.find(token(1))) for _ in range(20)]
    while not peer.asked:
        await asyncio.sleep(0)
    asking[0].cancel()
    peer.gate.set()
    found = await asyncio.gather(*asking[1:])

    assert len(peer.asked) == 1
    assert {account.id for account in found if isinstance(account, Account)} == {"account-1"}


async def test_a_token_of_no_session_is_refused_without_asking_for_a_few_seconds(
    peer: AccountsServer, sessions: Sessions, clock: Clock
) -> None:
    assert await sessions.find(token(500)) is Absent.ENDED
    assert sessions.held(token(500)) is Absent.ENDED
    assert await sessions.find(token(500)) is Absent.ENDED
    assert len(peer.asked) == 1
    clock.now += 5.1
    assert sessions.held(token(500)) is None


@pytest.mark.parametrize("text", ["", "x", "A" * 42, "A" * 44, "A" * 42 + "é", "A" * 42 + "\n"])
async def test_what_cannot_be_a_token_is_never_asked_for(
    peer: AccountsServer, sessions: Sessions, text: str
) -> None:
    assert await sessions.find(text) is Absent.ENDED
    assert peer.asked == []


async def test_no_more_are_held_than_there_is_room_for(
    peer: AccountsServer, sessions: Sessions
) -> None:
    for number in range(100):
        await sessions.find(token(number))
    for number in range(1_000, 1_100):
        await sessions.find(token(number))

    assert sessions.held(token(99)) is not None
    assert sessions.held(token(0)) is None
    assert sessions.held(token(1_000)) is None
    assert sessions.held(token(1_099)) is Absent.ENDED


def revoked(account_id: str, session_id: str = "") -> events_pb2.SessionRevoked:
    return events_pb2.SessionRevoked(account_id=account_id, session_id=session_id)


async def heard(sessions: Sessions, event: Event) -> None:
    await AccountEvents(sessions.purge, lambda _account, _key: None).handle(event)


async def test_a_revoked_session_is_dropped_and_its_neighbours_stay(
    sessions: Sessions,
) -> None:
    for number in (1, 2, 11):  # 1 and 11 are of one account
        await sessions.find(token(number))
    await heard(sessions, SESSION_REVOKED.new(revoked("account-1", "s-1")))

    assert sessions.held(token(1)) is None
    assert sessions.held(token(11)) is not None
    assert sessions.held(token(2)) is not None


async def test_all_sessions_of_an_account_are_dropped_together(sessions: Sessions) -> None:
    for number in (1, 2, 11):
        await sessions.find(token(number))
    await heard(sessions, SESSION_REVOKED.new(revoked("account-1")))

    assert sessions.held(token(1)) is None
    assert sessions.held(token(11)) is None
    assert sessions.held(token(2)) is not None


@pytest.mark.parametrize(
    "event",
    [
        PLAN_CHANGED.new(events_pb2.PlanChanged(account_id="account-1", plan="enterprise")),
        ACCOUNT_CHANGED.new(events_pb2.AccountChanged(account_id="account-1")),
        ACCOUNT_ERASED.new(events_pb2.AccountErased(account_id="account-1")),
    ],
    ids=lambda event: event.type,
)
async def test_what_changed_of_an_account_is_asked_for_again(
    sessions: Sessions, event: Event
) -> None:
    for number in (1, 2, 11):
        await sessions.find(token(number))
    dropped: list[tuple[str, str]] = []
    events = AccountEvents(sessions.purge, lambda account, key: dropped.append((account, key)))
    await events.handle(event)

    assert sessions.held(token(1)) is None
    assert sessions.held(token(11)) is None
    assert sessions.held(token(2)) is not None
    assert dropped == [("account-1", "")]


async def test_a_revoked_key_takes_no_session_with_it(sessions: Sessions) -> None:
    await sessions.find(token(1))
    dropped: list[tuple[str, str]] = []
    events = AccountEvents(sessions.purge, lambda account, key: dropped.append((account, key)))
    await events.handle(
        API_KEY_REVOKED.new(events_pb2.ApiKeyRevoked(account_id="account-1", key_id="k"))
    )
    registered = EventType("accounts", "account_registered", 1, events_pb2.AccountRegistered)
    await events.handle(registered.new(events_pb2.AccountRegistered(account_id="account-1")))

    assert sessions.held(token(1)) is not None
    assert dropped == [("account-1", "k")]


async def test_an_answer_that_a_revocation_overtakes_is_not_held(
    peer: AccountsServer, sessions: Sessions
) -> None:
    peer.gate.clear()
    asking = asyncio.create_task(sessions.find(token(1)))
    while not peer.asked:
        await asyncio.sleep(0)
    sessions.purge("account-1", "s-1")
    peer.gate.set()
    await asking

    assert sessions.held(token(1)) is None


async def test_a_revoked_session_is_over_within_a_minute_without_the_bus(
    peer: AccountsServer, sessions: Sessions, clock: Clock
) -> None:
    await sessions.find(token(1))
    del peer.sessions[token(1)]
    clock.now += 59.9
    assert isinstance(await sessions.find(token(1)), Account)
    clock.now += 0.2

    assert await sessions.find(token(1)) is Absent.ENDED


async def test_after_a_gap_in_the_events_nothing_is_believed(sessions: Sessions) -> None:
    await sessions.find(token(1))
    sessions.purge_all()

    assert sessions.held(token(1)) is None


async def test_a_session_that_begins_or_ends_here_is_known_at_once(
    peer: AccountsServer, sessions: Sessions
) -> None:
    session = accounts_pb2.Session(token=token(7), principal=principal(7))
    session.expires_at.FromDatetime(datetime.now(UTC) + timedelta(days=7))
    sessions.begun(session)
    assert isinstance(sessions.held(token(7)), Account)
    sessions.ended(token(7))

    assert sessions.held(token(7)) is Absent.ENDED
    assert peer.asked == []


# What visitors become of it


def cookie(number: int) -> str:
    return f"guest=x; session={token(number)}"


async def test_a_visitor_whose_session_is_held_is_known_without_waiting(
    sessions: Sessions,
) -> None:
    visitors = Visitors(Keyring.ephemeral(), sessions, secure=False)
    assert visitors.at_hand(cookie(1)) is None
    account = await visitors.identify(cookie(1))

    assert isinstance(account, Account)
    assert visitors.at_hand(cookie(1)) is account


async def test_a_session_that_is_over_leaves_a_guest_and_its_cookie_is_taken_away(
    sessions: Sessions,
) -> None:
    visitors = Visitors(Keyring.ephemeral(), sessions, secure=False)
    visitor = await visitors.identify(cookie(500))

    assert isinstance(visitor, Guest)
    assert visitor.ending.startswith("session=; Max-Age=0;")
    assert visitor.ending in list(visitor.set_cookies)


@pytest.mark.parametrize("outage", ["stopped", "stalled", "no database", "confused"])
async def test_a_session_that_cannot_be_checked_is_never_a_guest(
    peer: AccountsServer, sessions: Sessions, clock: Clock, outage: str
) -> None:
    visitors = Visitors(Keyring.ephemeral(), sessions, secure=False)
    await visitors.identify(cookie(1))
    match outage:
        case "stopped":
            await peer.stop()
        case "stalled":
            peer.gate.clear()
        case "no database":
            code = grpc.StatusCode.UNAVAILABLE
            peer.failure = ServiceError(code, "DATABASE_UNAVAILABLE", "away")
        case _:
            code = grpc.StatusCode.INVALID_ARGUMENT
            peer.failure = ServiceError(code, "REQUEST_INVALID", "what?")

    assert await visitors.identify(cookie(2)) is UNRESOLVED
    # Who was seen within the minute goes on; nobody is held longer for it.
    assert isinstance(visitors.at_hand(cookie(1)), Account)
    clock.now += 60.1
    assert await visitors.identify(cookie(1)) is UNRESOLVED
    # An outage is not held either.
    peer.failure = None
    peer.gate.set()
    if outage == "stopped":
        await peer.start()
        async with asyncio.timeout(10):
            while await visitors.identify(cookie(1)) is UNRESOLVED:
                await asyncio.sleep(0.02)
    assert isinstance(await visitors.identify(cookie(1)), Account)
