"""An erased account is gone from every part: database, count, streams, logs."""

import json

import asyncpg
import pytest
from redis.asyncio import Redis

from codingahead.accounts.v1 import accounts_pb2
from codingahead.metering.v1 import events_pb2
from deploy.local.platform import Platform
from deploy.local.topology import PARTS
from servicekit.events import Event, EventType
from tests.platform.people import SECONDS, accounts_of, guest, register
from tests.platform.streams import events_in, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNITS_ACCOUNTED = EventType("metering", "units_accounted", 1, events_pb2.UnitsAccounted)
"""Of a strict action; the last one on a subject says that it was erased, and nothing else."""
STREAMS = ("ACCOUNTS", "METERING", "GATEWAY", "LOOKUP", "ASSISTANT", "DEAD_LETTER")
STAYS = {
    "com.codingahead.accounts.account_erased.v1",
    "com.codingahead.metering.subject_erased.v1",
}
"""Events that say it was erased, under an opaque id that nothing leads from any more."""


async def in_tables(platform: Platform, needle: str) -> list[str]:
    """Tables of accounts with *needle* in a row, bytes being told in hexadecimal digits."""
    connection = await asyncpg.connect(platform.address("postgres"))
    try:
        names = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        found = []
        for (name,) in names:
            rows = await connection.fetch(f'SELECT whole::text FROM "{name}" AS whole')
            if any(needle in text or needle.encode().hex() in text for (text,) in rows):
                found.append(name)
        return sorted(found)
    finally:
        await connection.close()


async def in_redis(platform: Platform, needle: str) -> list[str]:
    """Keys with *needle* in them or in what they hold."""
    redis = Redis.from_url(platform.address("redis"))
    found = []
    try:
        async for key in redis.scan_iter(count=1000):
            held = await redis.dump(key) or b""
            if needle.encode() in key + held or await told(redis, key, needle):
                found.append(key.decode())
    finally:
        await redis.aclose()
    return found


async def told(redis: Redis, key: bytes, needle: str) -> bool:
    """Whether *needle* stands in what *key* holds once it is unpacked."""
    match (await redis.execute_command("TYPE", key)).decode():  # type: ignore[no-untyped-call]
        case "hash":
            command: tuple[object, ...] = ("HGETALL", key)
        case "set":
            command = ("SMEMBERS", key)
        case "stream":
            command = ("XRANGE", key, "-", "+")
        case "list":
            command = ("LRANGE", key, 0, -1)
        case "zset":
            command = ("ZRANGE", key, 0, -1)
        case _:
            command = ("GET", key)
    answer = await redis.execute_command(*command)  # type: ignore[no-untyped-call]
    return needle in str(answer)


async def in_streams(platform: Platform, needle: str) -> set[str]:
    """Types of the events with *needle* in them."""

    def names(event: Event) -> bool:
        if event.type == UNITS_ACCOUNTED.type and UNITS_ACCOUNTED.parse(event).erased:
            return False
        return needle.encode() in event.data or needle in event.subject

    return {
        event.type
        for stream in STREAMS
        for event in await events_in(platform, stream)
        if names(event)
    }


def in_logs(platform: Platform, needle: str) -> list[str]:
    return [line for name in PARTS for line in platform.logs(name) if needle in line]


async def test_nothing_leads_to_somebody_who_was_erased(platform: Platform) -> None:
    async with guest(platform) as visitor:
        await visitor.get("/icd-10-cm/E11.9")
        email = await register(visitor)
        async with accounts_of(platform) as accounts:
            session = await accounts.ResolveSession(
                accounts_pb2.ResolveSessionRequest(token=visitor.cookies["session"]),
                timeout=SECONDS,
            )
        account = session.principal.account_id
        await visitor.get("/icd-10-cm/I10")
        await visitor.get("/api/v1/codes/icd-10-cm/J45.909")
        await visitor.get("/search", params={"q": "an asthma of mine"})
        marked = await visitor.put(
            "/api/v1/favourites/icd-10-cm/I10", json={"note": "a note of mine"}
        )
        assert marked.status_code == 200
        asked = await visitor.post(
            "/api/v1/assistant/questions", json={"question": "Is E11.9 billable?"}
        )
        assert '"outcome": "answered"' in asked.text

        async def all_is_told() -> bool:
            document = (await visitor.get("/api/v1/account/export")).json()
            events = {record["event"] for record in document.get("ledger", ())}
            return len(document.get("page_views", ())) >= 2 and events >= {
                *("view_granted", "allowance_merged", "units_accounted"),
            }

        await until(all_is_told)
        document = (await visitor.get("/api/v1/account/export")).json()
        assert document["account"]["email"] == email
        assert "a note of mine" in json.dumps(document["marked_codes"])
        assert "an asthma of mine" in json.dumps(document["past_searches"])
        assert await in_tables(platform, account) >= ["accounts"]
        assert await in_redis(platform, account)

        erased = await visitor.post("/api/v1/account/erasure", json={"confirmation": email})
        assert erased.status_code == 204

    async def gone() -> bool:
        streams = await in_streams(platform, account)
        return streams == STAYS and await in_tables(platform, email) == []

    try:
        await until(gone)
    except TimeoutError:
        left = await in_streams(platform, account) - STAYS
        pytest.fail(f"left in {left}, {await in_tables(platform, email)}")
    assert await in_tables(platform, account) == ["audit"]
    assert await in_streams(platform, email) == set()
    for needle in (email, "a note of mine", "an asthma of mine"):
        assert await in_tables(platform, needle) == []
        assert await in_redis(platform, needle) == []
        assert in_logs(platform, needle) == []
    # What stays of the count is the mark that it was erased: it is granted nothing any more.
    (mark,) = await in_redis(platform, account)
    assert mark.endswith(f":merge:account:{account}")
    assert in_logs(platform, account) == []
