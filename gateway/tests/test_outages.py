"""What is served while a part is away, and that all comes back by itself."""

import asyncio

import httpx
import pytest

from gateway.tests.gateway_process import PASSWORD, GatewayProcess, Member, Platform
from gateway.tests.lookup_server import CATALOG

GATED_WORDS = "insulin secretory defect"


async def until_json(
    visitor: httpx.AsyncClient | Member, path: str, **members: str
) -> httpx.Response:
    """The first answer at *path* whose JSON has *members*."""
    async with asyncio.timeout(20):
        while True:
            answer = await visitor.get(path)
            if members.items() <= answer.json().items():
                return answer
            await asyncio.sleep(0.05)


async def views(platform: Platform, mode: str) -> float:
    return await platform.gateway.metric(f'gateway_page_views_total{{mode="{mode}"')


async def test_without_lookup_held_pages_are_served_and_others_come_back(
    own_platform: Platform,
) -> None:
    platform = own_platform
    async with platform.guest() as first, platform.account("ann") as member:
        await first.get("/icd-10-cm/E11.9")
        platform.lookup.stop()
        held = await member.get("/icd-10-cm/E11.9")
        page = await member.get("/icd-10-cm/I10")
        api = await member.get("/api/v1/codes/icd-10-cm/I10")
        span = await member.get("/icd-10-cm/E08-E13")
        search = await member.get("/search?q=asthma")
        home = await member.get("/")
        await platform.gateway.until(status="ready", lookup="away")
        platform.lookup.start()
        back = await until_json(member, "/api/v1/codes/icd-10-cm/I10", verdict="GRANTED")

    assert (held.status_code, home.status_code) == (200, 200)
    assert GATED_WORDS in held.text
    for refused in (page, api, span, search):
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert refused.headers["cache-control"] == "private, no-store"
    assert api.json()["reason"] == "LOOKUP_UNAVAILABLE"
    # What could not be shown was not charged.
    assert back.json()["allowance"]["remaining"] == 3


async def test_pages_of_another_catalog_are_shown_and_not_held(own_platform: Platform) -> None:
    platform = own_platform
    async with platform.guest() as guest:
        platform.lookup.pages_from = "catalog-0"
        before = await guest.get("/icd-10-cm/E11.9")
        # The lookup that answered takes up the catalog which the gateway knows of.
        platform.lookup.pages_from = CATALOG
        platform.lookup.pages["E11.9"].code.display = "As it is called now"
        after = await guest.get("/icd-10-cm/E11.9")

    assert before.status_code == 200
    assert "As it is called now" not in before.text
    assert "As it is called now" in after.text


async def test_nonsense_of_a_peer_is_a_problem_as_any_other(own_platform: Platform) -> None:
    platform = own_platform
    platform.lookup.score = float("nan")
    async with platform.guest() as guest:
        failed = await guest.get("/api/v1/search?q=diabetes")
        page = await guest.get("/search?q=diabetes")

    assert failed.status_code == 500
    assert failed.headers["content-type"] == "application/problem+json"
    assert failed.headers["cache-control"] == "private, no-store"
    assert "content-security-policy" in failed.headers
    assert failed.json()["reason"] == "INTERNAL"
    assert page.status_code == 200
    told = [line["event"] for line in platform.gateway.lines if line.get("level") == "error"]
    assert told == ["request_failed"]


async def shows_public_sections_only(
    platform: Platform, visitor: httpx.AsyncClient | Member, way_out: str
) -> None:
    """Whoever looks: the public sections, flagged, counted and never kept by a cache."""
    before = await views(platform, "degraded")
    page = await visitor.get("/icd-10-cm/E11.9")
    api = await visitor.get("/api/v1/codes/icd-10-cm/E11.9")

    assert page.status_code == 200
    assert "Your remaining page views cannot be read just now." in page.text
    assert page.text.count(way_out) == 7
    assert "Type 2 diabetes mellitus without complications" in page.text
    assert GATED_WORDS not in page.text
    told = api.json()
    assert (told["mode"], told["allowance"]) == ("degraded", None)
    assert [section["locked"] for section in told["sections"]] == [False] * 2 + [True] * 7
    assert GATED_WORDS not in api.text
    assert page.headers["cache-control"] == api.headers["cache-control"] == "private, no-store"
    assert await views(platform, "degraded") == before + 2


@pytest.mark.parametrize("away", ["metering", "redis"])
async def test_without_the_count_public_sections_are_served_and_then_all_of_them(
    own_platform: Platform, away: str
) -> None:
    platform = own_platform
    path = "/api/v1/codes/icd-10-cm/E11.9"
    async with platform.account("ann") as member, platform.guest() as guest:
        if away == "metering":
            await platform.metering.kill()
        else:
            await platform.valkey.kill()
        await until_json(guest, path, mode="degraded")
        await shows_public_sections_only(
            platform, member, "What your plan opens could not be checked."
        )
        await shows_public_sections_only(platform, guest, "Register to view content")
        other = await guest.get("/icd-10-cm/I10")
        allowance = await member.get("/api/v1/allowance")
        unknown = await member.get("/icd-10-cm/E99.99")
        if away == "metering":
            await platform.metering.start()
        else:
            await platform.valkey.start()
        back = await until_json(member, path, mode="normal")

    assert other.status_code == 200
    assert allowance.status_code == 503
    assert allowance.json()["reason"] == "METERING_UNAVAILABLE"
    assert int(allowance.headers["retry-after"]) > 0
    assert unknown.status_code == 404
    # Nothing that was shown meanwhile has been charged.
    assert back.json()["verdict"] == "GRANTED"
    assert back.json()["allowance"]["remaining"] == 4
    assert GATED_WORDS in back.text


async def test_without_the_bus_pages_are_served_also_by_a_gateway_that_starts_so(
    own_platform: Platform,
) -> None:
    platform = own_platform
    await platform.nats.stop()
    started = GatewayProcess(**platform.gateway.peers)
    try:
        await started.start()
        await started.until(status="ready", metering="up")
        for url in (platform.gateway.url, started.url):
            async with httpx.AsyncClient(base_url=url) as guest:
                answer = await guest.get("/api/v1/codes/icd-10-cm/E11.9")
                wall = await guest.get("/icd-10-cm/I10")
            assert (answer.json()["verdict"], answer.json()["mode"]) == ("GRANTED", "normal")
            assert "Register to view content" in wall.text
        assert await started.stop() == 0
    finally:
        await started.kill()
        await platform.nats.start()


async def test_without_accounts_guests_go_on_and_nobody_signed_in_is_taken_for_one(
    own_platform: Platform,
) -> None:
    platform = own_platform
    path = "/icd-10-cm/E11.9"
    async with (
        platform.account("ann") as member,
        platform.account("bob") as second,
        platform.account("eve") as stranger,
        platform.guest() as guest,
    ):
        # Another gateway has yet to ask who the one is that it meets.
        other = GatewayProcess(**platform.gateway.peers)
        try:
            await other.start()
            await other.until(status="ready", metering="up")
            await platform.accounts.kill()
            held = await member.get(path)
            as_guest = await guest.get(path)
            cookie = f"session={stranger.client.cookies['session']}"
            async with httpx.AsyncClient(
                base_url=other.url, headers={"Cookie": cookie}
            ) as unchecked:
                personal = [
                    await unchecked.get(path)
                    for path in (path, "/icd-10-cm/I10", "/account", "/login", "/register")
                ]
                asked = await unchecked.post("/casepilot", data={"question": "What is E11.9?"})
                api = [
                    await unchecked.get("/api/v1/codes/icd-10-cm/E11.9"),
                    await unchecked.get("/api/v1/allowance"),
                    await unchecked.post("/api/v1/assistant/questions", json={"question": "x"}),
                ]
                public = [
                    await unchecked.get(path)
                    for path in ("/", "/search?q=asthma", "/about/data", "/casepilot")
                ]
                form = {"email": "ann@example.org", "password": PASSWORD}
                login = await guest.post("/login", data=form)
                register = await guest.post("/register", data=form)
                api_login = await guest.post("/api/v1/sessions", json=form)
                leaving = await member.request("DELETE", "/api/v1/sessions/current")
                left = await member.get("/account")
                form_leaving = await second.post("/logout", data={"next": ""})
                await platform.accounts.start()
                back = await until_json(unchecked, "/api/v1/codes/icd-10-cm/E11.9", mode="normal")
        finally:
            await other.kill()

    # Who was seen within the minute goes on.
    assert GATED_WORDS in held.text
    assert as_guest.text.count("Register to view content") == 7
    for answer in (*personal, asked):
        assert answer.status_code == 503
        assert "We cannot check your account just now" in answer.text
        assert int(answer.headers["retry-after"]) > 0
        assert "set-cookie" not in answer.headers
        assert "Register to view content" not in answer.text
    for answer in api:
        assert (answer.status_code, answer.json()["reason"]) == (503, "ACCOUNT_UNCHECKED")
        assert "set-cookie" not in answer.headers
    for answer in public:
        assert answer.status_code == 200
        assert "Your account cannot be checked just now" in answer.text
        assert 'href="/register"' not in answer.text
    for answer in (login, register):
        assert answer.status_code == 503
        assert "Accounts cannot be reached for the moment." in answer.text
        assert 'value="ann@example.org"' in answer.text
        assert PASSWORD not in answer.text
    assert api_login.json()["reason"] == "ACCOUNTS_UNAVAILABLE"
    # Whoever logs out is logged out here, and told that the session itself is not over.
    assert (leaving.status_code, leaving.json()["status"]) == (200, "logged_out_here")
    assert "session=; Max-Age=0" in leaving.headers["set-cookie"]
    assert left.headers["location"] == "/login"
    assert form_leaving.status_code == 200
    assert "The session itself could not be ended" in form_leaving.text
    assert "session=; Max-Age=0" in form_leaving.headers["set-cookie"]
    # Nothing was charged meanwhile.
    assert back.json()["verdict"] == "GRANTED"
    assert back.json()["allowance"]["remaining"] == 4


async def test_without_the_assistant_pages_stand_and_questions_cost_nothing(
    own_platform: Platform,
) -> None:
    platform = own_platform
    question = {"question": "What is E11.9?"}
    async with platform.guest() as guest:
        await platform.assistant.kill()
        page = await guest.get("/icd-10-cm/E11.9")
        streamed = await guest.post("/api/v1/assistant/questions", json=question)
        told = await guest.post("/casepilot", data=question)
        await platform.assistant.start()
        async with asyncio.timeout(20):
            while True:
                back = await guest.post("/api/v1/assistant/questions", json=question)
                if back.status_code == 200:
                    break
                assert back.status_code == 503
                await asyncio.sleep(0.05)

    assert "Have a question about E11.9?" in page.text
    assert (streamed.status_code, streamed.json()["reason"]) == (503, "ASSISTANT_UNAVAILABLE")
    assert int(streamed.headers["retry-after"]) > 0
    assert told.status_code == 503
    assert "CasePilot cannot be reached for the moment." in told.text
    assert 'value="What is E11.9?"' in told.text
    assert '"remaining": 1' in back.text


async def test_without_the_count_no_question_is_answered(own_platform: Platform) -> None:
    platform = own_platform
    async with platform.account("ann") as member:
        await platform.metering.kill()
        streamed = await member.post("/api/v1/assistant/questions", json={"question": "x"})
        account = await member.get("/account")

    assert (streamed.status_code, streamed.json()["reason"]) == (503, "METERING_UNAVAILABLE")
    assert account.status_code == 200
    assert "What is left of your plan cannot be read just now." in account.text


async def test_a_guest_is_carried_over_also_when_metering_cannot_at_once(
    own_platform: Platform,
) -> None:
    platform = own_platform
    async with platform.guest() as visitor:
        await visitor.get("/icd-10-cm/E11.9")
        await platform.metering.kill()
        answer = await visitor.post(
            "/api/v1/accounts", json={"email": "ann@example.org", "password": PASSWORD}
        )
        assert answer.status_code == 202
        assert await platform.gateway.metric("gateway_merges_left_total") == 1
        await platform.metering.start()
        await platform.gateway.until(metering="up")
        # The event makes up for it; a peek charges nothing meanwhile.
        async with asyncio.timeout(20):
            while True:
                seen = await visitor.get(
                    "/api/v1/codes/icd-10-cm/E11.9", headers={"Sec-Purpose": "prefetch"}
                )
                if seen.status_code == 200:
                    break
                await asyncio.sleep(0.05)
        assert seen.json()["verdict"] == "REPEAT"
        allowances = (await visitor.get("/api/v1/allowance")).json()["allowances"]
        assert allowances[0]["remaining"] == 5


async def test_a_port_that_is_taken_is_said_in_one_line(own_platform: Platform) -> None:
    second = GatewayProcess(
        **own_platform.gateway.peers | {"GATEWAY_PORT": str(own_platform.gateway.port)}
    )
    code, said = await second.run_to_its_end()

    assert code == 1
    assert "set GATEWAY_PORT" in said[-1]
