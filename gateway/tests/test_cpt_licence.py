"""CPT under a licence, with invented codes: terms first, then notices on every surface."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from codingahead.assistant.v1 import assistant_pb2 as pb
from gateway.tests import code_sets
from gateway.tests.assistant_server import ANSWERED, FIRST, LOOKING_UP, AssistantServer
from gateway.tests.code_sets import CPT_WORD, NOTICES
from gateway.tests.gateway_process import GatewayProcess, Member, Platform, catalog, running
from tests.support.html_outline import outline
from tests.support.postgres_server import PostgresServer

CODE = "/cpt/00001"
BESIDE = "/hcpcs/G0001"
"""A code of another set, one of whose facts names a CPT code."""
PAGES = (CODE, "/cpt", "/cpt/00001-00002", "/cpt/changes", "/cpt/00009", BESIDE)
PROBLEMS = (
    "/api/v1/codes/cpt/00001",
    "/api/v1/codes/cpt/00009",
    "/api/v1/codes/hcpcs/G0001",
    "/api/v1/changes/cpt",
    "/api/v1/search?q=invented&system=cpt",
    "/api/v1/suggest?q=0000&system=cpt",
)
ACCEPTANCES = "/api/v1/licences/cpt/acceptances"
ASK = "/api/v1/assistant/questions"


@pytest.fixture
async def licensed(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Platform]:
    """A platform on which CPT, of invented codes, is loaded under a licence."""
    others = [*code_sets.hcpcs(), *code_sets.cpt(), code_sets.hcpcs_with_cpt()]
    async with running(
        tmp_path, catalog(), postgres, others=others, licence=code_sets.licence()
    ) as platform:
        yield platform


async def accept(visitor: httpx.AsyncClient | Member, next_: str = CODE) -> httpx.Response:
    form = {"terms_version": "terms-1", "next": next_}
    return await visitor.post("/licences/cpt", data=form)


async def views_left(visitor: Member) -> int:
    told = (await visitor.get("/api/v1/allowance")).json()["allowances"]
    left: int = next(it["remaining"] for it in told if it["action"] == "view_code")
    return left


async def test_before_the_terms_are_accepted_no_surface_says_anything_of_cpt(
    licensed: Platform,
) -> None:
    # Somebody else has accepted, so that everything is rendered and held.
    async with licensed.account("eve") as other:
        await accept(other)
        for path in PAGES:
            await other.get(path)
    async with licensed.account("ann") as member:
        pages = {path: await member.get(path) for path in PAGES}
        heads = [await member.head(path) for path in (CODE, BESIDE)]
        ahead = await member.get(CODE, headers={"Sec-Purpose": "prefetch"})
        problems = {path: await member.get(path) for path in PROBLEMS}
        search = await member.get("/search?q=invented")
        api = await member.get("/api/v1/search?q=invented")
        suggested = await member.get("/api/v1/suggest?q=0000")
        asked = await member.post(
            "/api/v1/assistant/questions",
            json={"question": "What is it?", "context": {"system": "cpt", "code": "00001"}},
        )
        told = await member.post("/casepilot", data={"question": "What is 00001?"})
        answers = [*pages.values(), *problems.values(), search, api, suggested, asked, told, ahead]
        assert not [answer.url for answer in answers if CPT_WORD in answer.text]
        assert not [answer.url for answer in answers if NOTICES[0] in answer.text]
        assert await views_left(member) == 5

    for path, page in pages.items():
        assert page.status_code == 403, path
        assert page.headers["cache-control"] == "private, no-store"
        assert "Invented terms, version terms-1." in page.text
        assert f'name="next" value="{path}"' in page.text
    assert [head.status_code for head in heads] == [403, 200]
    for path, problem in problems.items():
        assert problem.status_code == 403, path
        assert problem.json()["reason"] == "CPT_TERMS_NOT_ACCEPTED"
        assert problem.json()["terms_version"] == "terms-1"
        assert problem.json()["accept"]["href"] == ACCEPTANCES
    assert "CPT codes are left out until you" in search.text
    assert "/licences/cpt?next=/search%3Fq%3Dinvented" in outline(search.text).values("href")
    assert api.json()["total"] == 0
    assert api.json()["left_out"]
    assert suggested.json() == {"suggestions": []}
    # What depends on who asks is kept by no shared cache.
    for answer in (api, suggested):
        assert answer.headers["cache-control"] == "private, no-store"
    assert (asked.status_code, asked.json()["reason"]) == (403, "CPT_TERMS_NOT_ACCEPTED")


async def test_accepting_leads_back_and_then_every_surface_shows_content_and_notices(
    licensed: Platform,
) -> None:
    async with licensed.account("ann") as member:
        terms = await member.get(f"{CODE}?on=2026-05-01")
        back = next(
            value
            for tag, name, value in outline(terms.text).attributes
            if (tag, name) == ("input", "value") and value.startswith("/cpt")
        )
        accepted = await accept(member, back)
        page = await member.get(accepted.headers["location"])
        again = await member.get(CODE)
        pages = [await member.get(path) for path in PAGES if path != "/cpt/00009"]
        search = await member.get("/search?q=invented")
        api = await member.get("/api/v1/search?q=invented")
        suggested = await member.get("/api/v1/suggest?q=0000")
        code = await member.get("/api/v1/codes/cpt/00001")
        beside = await member.get("/api/v1/codes/hcpcs/G0001")
        plain = await member.get("/api/v1/codes/hcpcs/E0601")
        changes = await member.get("/api/v1/changes/cpt")
        left = await views_left(member)

    assert accepted.status_code == 303
    assert accepted.headers["location"] == f"{CODE}?on=2026-05-01"
    cookie = accepted.headers["set-cookie"]
    assert cookie.startswith("cpt_terms=c1.")
    # It ends with the browser's session.
    assert "Max-Age" not in cookie
    assert "HttpOnly; SameSite=Lax" in cookie
    assert page.status_code == again.status_code == 200
    for shown in (*pages, search):
        assert shown.status_code == 200
        assert all(notice in shown.text for notice in NOTICES), shown.url
    assert CPT_WORD in page.text
    assert "Invented" in search.text
    assert api.json()["total"] == 2
    assert "left_out" not in api.json()
    for answer in (api, suggested, code, beside, changes):
        assert answer.json()["licence_notices"] == list(NOTICES), answer.url
    assert "licence_notices" not in plain.json()
    assert len(suggested.json()["suggestions"]) == 2
    # 00001, G0001 and E0601, each once.
    assert left == 2


async def test_a_wall_before_cpt_has_the_terms_first_and_then_the_notices(
    licensed: Platform,
) -> None:
    async with licensed.guest() as guest:
        await guest.get("/icd-10-cm/E11.9")
        before = await guest.get(CODE)
        await accept(guest)
        wall = await guest.get(CODE)
        problem = await guest.get("/api/v1/codes/cpt/00001")

    assert before.status_code == 403
    assert "Register to view content" in wall.text
    assert all(notice in wall.text for notice in NOTICES)
    assert problem.status_code == 429
    assert problem.json()["licence_notices"] == list(NOTICES)


async def test_programs_accept_by_the_version_that_came_with_the_terms(
    licensed: Platform,
) -> None:
    async with licensed.guest() as client:
        refused = (await client.get("/api/v1/codes/cpt/00001")).json()
        wrong = await client.post(ACCEPTANCES, json={"terms_version": "terms-0"})
        missing = await client.post(ACCEPTANCES, json={})
        foreign = await client.post(
            ACCEPTANCES,
            json={"terms_version": "terms-1"},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        accepted = await client.post(
            refused["accept"]["href"], json={"terms_version": refused["terms_version"]}
        )
        code = await client.get("/api/v1/codes/cpt/00001")

    assert (wrong.status_code, wrong.json()["reason"]) == (422, "FIELDS_INVALID")
    assert missing.status_code == 422
    assert foreign.status_code == 403
    assert "set-cookie" not in foreign.headers
    assert accepted.status_code == 204
    assert code.json()["verdict"] == "GRANTED"


async def test_new_terms_are_asked_for_anew_and_no_cookie_can_be_made_up(
    licensed: Platform,
) -> None:
    lookup = licensed.lookup
    async with licensed.guest() as guest:
        await accept(guest)
        assert (await guest.get(CODE)).status_code == 200
        forged = {"Cookie": "cpt_terms=c1.terms-1.AAAAAAAAAAAAAAAAAAAAAA"}
        async with licensed.guest() as other:
            assert (await other.get(CODE, headers=forged)).status_code == 403
        lookup.licence = code_sets.licence("terms-2")
        lookup.switch("catalog-2")
        answer = await guest.get(CODE)
        while answer.status_code == 200:
            answer = await guest.get(CODE)
        late = await accept(guest)
        await guest.post("/licences/cpt", data={"terms_version": "terms-2", "next": "//evil"})
        shown = await guest.get(CODE)

    assert answer.status_code == 403
    assert "Invented terms, version terms-2." in answer.text
    # A form of the old terms shows the new ones.
    assert late.status_code == 409
    assert "Invented terms, version terms-2." in late.text
    assert f'name="next" value="{CODE}"' in late.text
    assert shown.status_code == 200


async def test_a_code_of_two_sets_shows_both_and_of_cpt_only_what_was_written(
    licensed: Platform,
) -> None:
    licensed.lookup.others.append(
        code_sets.page("hcpcs", "00001", "A code that looks alike", code_sets.HCPCS)
    )
    async with licensed.guest() as guest:
        before = await guest.get("/search?q=00001")
        single = await guest.get("/search?q=00002")
        await accept(guest)
        after = await guest.get("/search?q=00001")

    assert before.status_code == 200
    assert {"/hcpcs/00001", CODE} <= set(outline(before.text).values("href"))
    assert "A code in 2 code sets" in before.text
    assert CPT_WORD not in before.text
    assert (single.status_code, single.headers["location"]) == (303, "/cpt/00002")
    assert CPT_WORD in after.text


async def test_an_answer_that_rests_on_cpt_is_told_only_after_the_terms_and_with_the_notices(
    licensed: Platform,
) -> None:
    fact = pb.Evidence(id="e1", text=CPT_WORD, source="CPT 2026", href="/cpt/00001")
    assistant = AssistantServer()
    assistant.script = (LOOKING_UP, pb.AskResponse(evidence=fact), FIRST, ANSWERED)
    await assistant.start()
    gateway = GatewayProcess(
        **licensed.gateway.peers | {"GATEWAY_ASSISTANT_TARGET": assistant.target}
    )
    question = {"question": "What is it called?"}
    try:
        await gateway.start()
        await gateway.until(status="ready", lookup="up", metering="up")
        async with httpx.AsyncClient(base_url=gateway.url, timeout=10) as guest:
            refused = await guest.post(ASK, json=question)
            form = await guest.post("/casepilot", data=question)
            # What only turns out to rest on it after the first sentence is broken off.
            assistant.script = (LOOKING_UP, FIRST, pb.AskResponse(evidence=fact), ANSWERED)
            late = await guest.post(ASK, json=question)
            await accept(guest)
            assistant.script = (LOOKING_UP, pb.AskResponse(evidence=fact), FIRST, ANSWERED)
            told = await guest.post(ASK, json=question)
            page = await guest.post("/casepilot", data=question)
    finally:
        await gateway.kill()
        await assistant.stop()

    assert (refused.status_code, refused.json()["reason"]) == (403, "CPT_TERMS_NOT_ACCEPTED")
    assert form.status_code == 403
    assert 'name="next" value="/casepilot"' in form.text
    assert late.status_code == 200
    assert "event: done" not in late.text
    for answer in (refused, form, late):
        assert CPT_WORD not in answer.text
    # The refused ones were free: asked once, repeated for nothing.
    assert '"remaining": 1' in told.text
    assert CPT_WORD in told.text
    for answer in (told, page):
        assert all(notice in answer.text for notice in NOTICES)


async def test_the_licence_is_told_of_and_without_one_there_are_no_terms(
    licensed: Platform, platform: Platform
) -> None:
    async with licensed.guest() as guest:
        about = await guest.get("/about/licences")
        terms = await guest.get("/licences/cpt?next=/hcpcs")
    async with platform.guest() as guest:
        none = await guest.get("/licences/cpt")
        refused = await guest.post(ACCEPTANCES, json={"terms_version": "terms-1"})
        unlicensed = await guest.get("/about/licences")

    assert "CPT 2026 is loaded under a licence." in about.text
    assert terms.status_code == 200
    assert 'name="next" value="/hcpcs"' in terms.text
    assert none.status_code == 404
    assert (refused.status_code, refused.json()["reason"]) == (404, "CODE_SET_NOT_LOADED")
    assert "CPT content is not loaded on this site." in unlicensed.text
