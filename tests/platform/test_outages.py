"""Each part taken away under load: what visitors see meanwhile, and that all comes back by itself.

What each outage did is printed at the end of the run.
"""

import asyncio

import httpx
import pytest

from deploy.local.platform import Platform
from deploy.nats.event_lines import PAGE_VIEWED
from tests.platform.outages import HELD, NORMAL, away, loaded
from tests.platform.people import PASSWORD, guest, guest_id, member, new_address, shown, stranger
from tests.platform.streams import events_in, metric, stored_in, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

API = f"/api/v1/codes{HELD}"
OTHER = "/icd-10-cm/I10"
ANSWER_SECONDS = 4.0
"""An answer of CasePilot must begin within 2 s."""
QUESTION = {"question": "What is E11.9?"}
DEGRADED = {("guest", "degraded"), ("member", "degraded")}


def honest(answer: httpx.Response) -> str:
    """What a 503 says is away; it must say when to try again, and be nobody else's."""
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["cache-control"] == "private, no-store"
    assert "set-cookie" not in answer.headers
    return shown(answer).removeprefix("503 ")


async def told(visitor: httpx.AsyncClient, path: str) -> str:
    return shown(await visitor.get(path))


@pytest.mark.parametrize("how", ["kill", "stall"])
async def test_without_lookup_held_pages_serve_and_others_say_when_to_try_again(
    breakable: Platform, how: str
) -> None:
    # Pages no other test has asked for: the gateway does not hold them.
    page = f"/icd-10-cm/A0{2 if how == 'kill' else 3}.0"
    async with loaded(breakable) as load, member(breakable) as visitor:
        before = len(load.answers)

        async def is_back() -> bool:
            return await told(visitor, page) == "open"

        async with away(breakable, "lookup", how, load, is_back):
            for path in (page, f"/api/v1/codes{page}", "/api/v1/search?q=asthma"):
                assert honest(await visitor.get(path)) == "LOOKUP_UNAVAILABLE"
            assert (await visitor.get("/search?q=asthma")).status_code == 503
            assert (await visitor.get("/")).status_code == 200
            assert await told(visitor, HELD) == "open"
        # Those whose pages are held noticed nothing, and what failed was not charged.
        assert set(load.answers[before:]) <= NORMAL
        left = (await visitor.get("/api/v1/allowance")).json()["allowances"][0]["remaining"]
        assert left == 3


@pytest.mark.parametrize("part", ["metering", "redis"])
@pytest.mark.parametrize("how", ["kill", "stall"])
async def test_without_the_count_public_sections_are_shown_and_counted_as_such(
    breakable: Platform, part: str, how: str
) -> None:
    series = 'gateway_page_views_total{mode="degraded"'
    async with (
        loaded(breakable) as load,
        member(breakable) as visitor,
        guest(breakable) as newcomer,
    ):
        before, degraded = len(load.answers), await metric(breakable, "gateway", series)

        async with away(breakable, part, how, load, load.shows_normal):

            async def is_noticed() -> bool:
                since = len(load.answers)
                await load.each_has_looked(2)
                return set(load.answers[since:]) == DEGRADED

            await until(is_noticed)
            for path in (HELD, API, OTHER, f"/api/v1/codes{OTHER}"):
                for somebody in (visitor, newcomer):
                    assert await told(somebody, path) == "degraded"
            for answer in (
                await visitor.get("/api/v1/allowance"),
                await visitor.post("/api/v1/assistant/questions", json=QUESTION),
            ):
                assert honest(answer) == "METERING_UNAVAILABLE"
            assert (await visitor.get("/icd-10-cm/E11.99")).status_code == 404
            assert (await visitor.get("/api/v1/search?q=asthma")).status_code == 200

        # Nobody saw a wall, an error, or a gated section that was not theirs.
        assert set(load.answers[before:]) <= NORMAL | DEGRADED
        seen = load.counts(before)["degraded"] + 8
        assert await metric(breakable, "gateway", series) == degraded + seen
        # What was shown meanwhile has not been charged: each can still open all that is theirs.
        left = (await visitor.get("/api/v1/allowance")).json()["allowances"][0]["remaining"]
        assert left == 5
        assert [await told(visitor, path) for path in (HELD, API)] == ["open", "open"]
        assert [await told(newcomer, path) for path in (HELD, API)] == ["public", "public"]


@pytest.mark.parametrize("how", ["kill", "stall"])
async def test_without_the_bus_pages_serve_and_their_events_arrive_afterwards(
    breakable: Platform, how: str
) -> None:
    async def views() -> float:
        return await metric(breakable, "gateway", "gateway_page_views_total")

    async def is_back() -> bool:
        served = await views()
        return await stored_in(breakable, "GATEWAY") >= served

    async with loaded(breakable) as load, guest(breakable) as newcomer:
        before = len(load.answers)
        async with away(breakable, "nats", how, load, is_back):

            async def events_wait() -> bool:
                return await metric(breakable, "gateway", "bus_events_waiting") > 0

            await until(events_wait)
            assert await told(newcomer, HELD) == "public"
            assert await told(newcomer, OTHER) == "wall"
            was = guest_id(newcomer)
            # Somebody can register meanwhile.
            answer = await newcomer.post(
                "/api/v1/accounts", json={"email": new_address(), "password": PASSWORD}
            )
            assert answer.status_code == 202
            assert await told(newcomer, HELD) == "open"
        assert set(load.answers[before:]) <= NORMAL
    # The memory is bounded, what it cannot hold would be counted, and nothing had to be dropped.
    async with httpx.AsyncClient() as client:
        metrics = (await client.get(breakable.metrics_address("gateway"))).text
    assert "# TYPE bus_events_dropped_total counter" in metrics
    assert await metric(breakable, "gateway", "bus_events_dropped_total{") == 0
    # Every page that was ever served is in the stream, once.
    await until(is_back)

    # So are the grant, the merge with the guest it spent, and the registration that came meanwhile.
    async def all_is_told() -> bool:
        ledger = await events_in(breakable, "METERING")
        registered = await events_in(breakable, "ACCOUNTS")
        named = [sum(was.encode() in e.data for e in events) for events in (ledger, registered)]
        return named == [3, 1]

    await until(all_is_told)
    told_of = [e for e in await events_in(breakable, "GATEWAY") if e.type == PAGE_VIEWED.type]
    assert len(told_of) == len({event.id for event in told_of}) == await views()


@pytest.mark.parametrize("part", ["accounts", "postgres"])
@pytest.mark.parametrize("how", ["kill", "stall"])
async def test_without_accounts_guests_go_on_and_nobody_signed_in_is_taken_for_one(
    breakable: Platform, part: str, how: str
) -> None:
    async with (
        loaded(breakable) as load,
        guest(breakable) as newcomer,
        stranger(breakable) as unmet,
    ):
        before = len(load.answers)
        form = {"email": new_address(), "password": PASSWORD}

        async def is_back() -> bool:
            return await told(unmet, HELD) == "open"

        async with away(breakable, part, how, load, is_back):
            for path in (HELD, API, OTHER, "/account", "/api/v1/allowance"):
                answer = await unmet.get(path)
                assert honest(answer) == "ACCOUNT_UNCHECKED"
                assert "Register" not in answer.text
            for path in ("/", "/search?q=asthma"):
                public = await unmet.get(path)
                assert public.status_code == 200
                assert "Your account cannot be checked just now" in public.text
            assert await told(newcomer, HELD) == "public"
            assert await told(newcomer, OTHER) == "wall"
            for path in ("/api/v1/accounts", "/api/v1/sessions"):
                assert honest(await newcomer.post(path, json=form)) == "ACCOUNTS_UNAVAILABLE"
        # Guests, and those whom the gateway had met, noticed nothing.
        assert set(load.answers[before:]) <= NORMAL
        assert (await newcomer.post("/api/v1/accounts", json=form)).status_code == 202


@pytest.mark.parametrize("how", ["kill", "stall"])
async def test_without_the_assistant_the_page_stands_and_a_question_is_free(
    breakable: Platform, how: str
) -> None:
    async with loaded(breakable) as load, guest(breakable) as newcomer:
        before = len(load.answers)

        async def is_back() -> bool:
            answer = await newcomer.post("/api/v1/assistant/questions", json=QUESTION)
            if answer.status_code == 200:
                assert '"outcome": "answered"' in answer.text
                assert '"remaining": 1' in answer.text
            return answer.status_code == 200

        async with away(breakable, "assistant", how, load, is_back):
            page = await newcomer.get(HELD)
            assert shown(page) == "public"
            assert "Have a question about E11.9?" in page.text
            # Both at once: a stalled one is waited for as long as an answer may take to begin.
            answer, asked = await asyncio.gather(
                newcomer.post("/api/v1/assistant/questions", json=QUESTION, timeout=ANSWER_SECONDS),
                newcomer.post("/casepilot", data=QUESTION, timeout=ANSWER_SECONDS),
            )
            assert honest(answer) == "ASSISTANT_UNAVAILABLE"
            assert asked.status_code == 503
            assert "CasePilot cannot be reached for the moment." in asked.text
        assert set(load.answers[before:]) <= NORMAL
