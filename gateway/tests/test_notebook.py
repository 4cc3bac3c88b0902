"""What an account keeps for itself: past searches, and marked codes with private notes."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.tests import code_sets
from gateway.tests.gateway_process import Member, Platform, catalog, running
from tests.support.html_outline import outline
from tests.support.postgres_server import PostgresServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARK = "/api/v1/favourites/icd-10-cm/E11.9"
NOTE = "<b>Ask</b> Dr Weiß: is it \u2018controlled\u2019?"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def licensed(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> AsyncIterator[Platform]:
    """A platform on which CPT, of invented codes, is loaded under a licence."""
    folder = tmp_path_factory.mktemp("licensed")
    async with running(
        folder, catalog(), postgres, others=code_sets.cpt(), licence=code_sets.licence()
    ) as platform:
        yield platform


async def searched(member: Member) -> list[tuple[str, str | None]]:
    told = (await member.get("/api/v1/searches")).json()["searches"]
    return [(it["query"], it["system"]) for it in told]


async def until_searched(member: Member, *expected: tuple[str, str | None]) -> None:
    """Waits until exactly *expected* is remembered, the latest first."""
    async with asyncio.timeout(10):
        while await searched(member) != list(expected):
            await asyncio.sleep(0.02)


async def marked(member: Member) -> list[tuple[str, str]]:
    told = (await member.get("/api/v1/favourites")).json()["favourites"]
    return [(it["code"], it["note"]) for it in told]


# Past searches


async def test_searches_of_an_account_are_remembered_and_offered_again(
    wide_platform: Platform,
) -> None:
    async with wide_platform.account() as member, wide_platform.account("bob") as other:
        await member.get("/search?q=type+2")
        await until_searched(member, ("type 2", None))
        await member.get("/search?q=device&system=hcpcs")
        await until_searched(member, ("device", "hcpcs"), ("type 2", None))
        await member.get("/search?q=++type++2")
        await until_searched(member, ("type 2", None), ("device", "hcpcs"))
        page = await member.get("/search")
        listed = await member.get("/account/searches")
        theirs = await other.get("/search")

    for shown in (page, listed):
        links = outline(shown.text).values("href")
        again = [it for it in links if it.startswith("/search?q=")]
        assert again == ["/search?q=type%202", "/search?q=device&system=hcpcs"]
    assert "type 2" not in theirs.text.partition("<main")[2]
    assert "None yet." in theirs.text


async def test_guests_long_texts_codes_and_pages_fetched_ahead_are_not_remembered(
    platform: Platform,
) -> None:
    async with platform.account() as member, platform.guest() as guest:
        empty = await guest.get("/search")
        await guest.get("/search?q=asthma")
        await member.get("/search", params={"q": "diabetes " * 30})
        await member.get("/search?q=e119")
        await member.get("/search?q=diabetes", headers={"Sec-Purpose": "prefetch"})
        await member.get("/search?q=")
        await member.get("/api/v1/search?q=diabetes")
        await member.get("/search?q=asthma")
        await until_searched(member, ("asthma", None))

    assert "past searches" not in empty.text.partition("<main")[2]


async def test_one_search_or_all_of_them_are_forgotten(platform: Platform) -> None:
    async with platform.account() as member:
        for query in ("asthma", "diabetes", "type 1", "type 2"):
            await member.get("/search", params={"q": query})
            async with asyncio.timeout(10):
                while (query, None) not in await searched(member):
                    await asyncio.sleep(0.02)
        form = {"query": "asthma", "system": "", "next": "/search", "action": "forget"}
        one = await member.post("/account/searches", data=form)
        by_api = await member.request("DELETE", "/api/v1/searches", params={"q": "diabetes"})
        # What names no search forgets none, least of all every one.
        nothing = await member.post("/account/searches", data={"query": "", "action": "forget"})
        blank = await member.request("DELETE", "/api/v1/searches?q=")
        left = await searched(member)
        foreign = await member.post(
            "/account/searches",
            data={"action": "forget_all"},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        still = await searched(member)
        every = await member.post("/account/searches", data={"action": "forget_all"})
        none = await searched(member)
        away = await member.request("DELETE", "/api/v1/searches")

    assert (one.status_code, one.headers["location"]) == (303, "/search")
    assert by_api.status_code == 204
    assert nothing.status_code == 303
    assert blank.status_code == 400
    assert left == still == [("type 2", None), ("type 1", None)]
    assert foreign.status_code == 403
    assert (every.status_code, every.headers["location"]) == (303, "/account/searches")
    assert none == []
    assert away.status_code == 204


# Marked codes


async def test_a_code_is_marked_noted_and_unmarked_without_a_script(platform: Platform) -> None:
    async with platform.account() as member:
        code = await member.get("/icd-10-cm/E11.9")
        way = "/account/favourites/icd-10-cm/E11.9"
        assert way in outline(code.text).values("href")
        form = await member.get(way)
        fields = {"system": "icd-10-cm", "code": "E11.9", "note": NOTE, "action": "save"}
        saved = await member.post("/account/favourites", data=fields)
        listed = await member.get(saved.headers["location"])
        again = await member.get(way)
        await member.post("/account/favourites", data=fields | {"note": "Changed\r\ntwice"})
        changed = await marked(member)
        removed = await member.post("/account/favourites", data=fields | {"action": "delete"})
        after = await member.get("/account/favourites")

    assert 'action="/account/favourites" method="post"' in form.text
    assert "Mark this code" in form.text
    assert (saved.status_code, saved.headers["location"]) == (303, "/account/favourites")
    assert "&lt;b&gt;Ask&lt;/b&gt; Dr Weiß" in listed.text
    assert "Type 2 diabetes mellitus without complications" in listed.text
    assert way in outline(listed.text).values("href")
    assert "&lt;b&gt;Ask&lt;/b&gt;" in again.text.partition("<textarea")[2]
    assert changed == [("E11.9", "Changed\ntwice")]
    assert removed.status_code == 303
    assert "No code is marked yet." in after.text


async def test_marks_are_their_owners_alone(platform: Platform) -> None:
    async with platform.account() as member, platform.account("bob") as other:
        await member.request("PUT", MARK, json={"note": "mine"})
        theirs = await other.get(MARK)
        await other.request("DELETE", MARK)
        mine = await member.get(MARK)

    assert (theirs.status_code, theirs.json()["reason"]) == (404, "NOT_MARKED")
    assert mine.json()["note"] == "mine"


async def test_the_api_keeps_marks_as_published(platform: Platform) -> None:
    async with platform.account() as member:
        put = await member.request("PUT", "/api/v1/favourites/ICD10CM/e119", json={"note": "n"})
        got = await member.get("/api/v1/favourites/icd-10-cm/e119")
        bare = await member.request("PUT", "/api/v1/favourites/icd-10-cm/I10", json={})
        page = (await member.get("/api/v1/favourites?limit=1")).json()
        rest = (
            await member.get("/api/v1/favourites", params={"page_token": page["next_page_token"]})
        ).json()
        unknown = await member.request("PUT", "/api/v1/favourites/icd-10-cm/E99", json={})
        unloaded = await member.request("PUT", "/api/v1/favourites/cpt/99213", json={})
        nonsense = await member.get("/api/v1/favourites?page_token=nonsense")
        long = await member.request("PUT", MARK, json={"note": "x" * 2_001})
        zero = await member.request("PUT", MARK, json={"note": "\0"})
        no_text = await member.request("PUT", MARK, json={"note": 7})
        deleted = await member.request("DELETE", "/api/v1/favourites/icd-10-cm/e119")
        left = await marked(member)

    told = put.json()
    assert told.pop("changed_at").endswith("Z")
    assert told == {
        "system": "icd-10-cm",
        "code": "E11.9",
        "display": "Type 2 diabetes mellitus without complications",
        "billable": True,
        "standing": "listed",
        "last_day": None,
        "note": "n",
    }
    assert got.json()["code"] == "E11.9"
    assert bare.json()["note"] == ""
    assert [it["code"] for it in page["favourites"]] == ["I10"]
    assert [it["code"] for it in rest["favourites"]] == ["E11.9"]
    assert rest["next_page_token"] is None
    assert (unknown.status_code, unknown.json()["reason"]) == (404, "CODE_NOT_FOUND")
    assert unknown.json()["suggestions"]
    assert (unloaded.status_code, unloaded.json()["reason"]) == (404, "CODE_SET_NOT_LOADED")
    for refused in (nonsense, long, zero, no_text):
        assert refused.status_code == 422, refused.text
    assert deleted.status_code == 204
    assert left == [("I10", "")]


async def test_a_note_that_is_too_long_is_said_to_be_and_kept_in_the_form(
    platform: Platform,
) -> None:
    note = "n" * 2_001
    async with platform.account() as member:
        answer = await member.post(
            "/account/favourites", data={"system": "icd-10-cm", "code": "I10", "note": note}
        )

    assert answer.status_code == 422
    assert "must be at most 2,000 characters long" in answer.text
    assert note in answer.text
    assert outline(answer.text).values("aria-invalid") == ["true"]


async def test_a_code_that_ended_keeps_its_mark_and_says_so(wide_platform: Platform) -> None:
    async with wide_platform.account(plan="professional") as member:
        put = await member.request("PUT", "/api/v1/favourites/hcpcs/k0001", json={"note": "=1+1"})
        listed = await member.get("/account/favourites")
        form = await member.get("/account/favourites/hcpcs/K0001")
        other = await member.get("/account/favourites/hcpcs/k0001")
        told = await member.get("/account/favourites.csv")

    assert (put.json()["standing"], put.json()["last_day"]) == ("ended", "2026-03-31")
    assert "Ended: last listed on March 31, 2026" in listed.text
    assert "/hcpcs/K0001?on=2026-03-31" in outline(listed.text).values("href")
    assert "This code ended" in form.text
    assert (other.status_code, other.headers["location"]) == (
        301,
        "/account/favourites/hcpcs/K0001",
    )
    assert told.headers["content-disposition"] == 'attachment; filename="marked-codes.csv"'
    text = told.content.decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(text, newline="")))[1]
    assert row[:8] == [
        "HCPCS Level II", "K0001", "Standard wheelchair", "yes", "ended", "2026-03-31", "", "'=1+1"
    ]  # fmt: skip


async def test_marks_are_downloaded_by_those_whose_plan_has_it(platform: Platform) -> None:
    async with platform.account() as member, platform.guest() as guest:
        await member.request("PUT", MARK, json={})
        refused = [await it.get("/account/favourites.csv") for it in (member, guest)]
        listed = await member.get("/account/favourites")

    assert [it.status_code for it in refused] == [403, 403]
    assert "/account/favourites.csv" not in outline(listed.text).values("href")
    assert "Downloads as CSV are part of the Professional plan." in listed.text


# Who may


async def test_guests_are_led_to_log_in_and_back(platform: Platform) -> None:
    async with platform.guest() as guest:
        pages = {
            path: await guest.get(path)
            for path in (
                "/account/favourites",
                "/account/favourites/icd-10-cm/E11.9",
                "/account/searches",
            )
        }
        late = await guest.post(
            "/account/favourites",
            data={"system": "icd-10-cm", "code": "E11.9", "note": NOTE, "action": "save"},
        )
        api = [
            await guest.request(method, path)
            for method, path in (
                ("GET", "/api/v1/favourites"),
                ("GET", MARK),
                ("PUT", MARK),
                ("DELETE", MARK),
                ("GET", "/api/v1/searches"),
                ("DELETE", "/api/v1/searches"),
            )
        ]

    for path, page in pages.items():
        assert (page.status_code, page.headers["location"]) == (303, f"/login?next={path}")
    # A log-in that has ended loses no note.
    assert late.status_code == 401
    assert "&lt;b&gt;Ask&lt;/b&gt;" in late.text
    login = "/login?next=/account/favourites/icd-10-cm/E11.9"
    assert login in outline(late.text).values("href")
    for answer in api:
        assert (answer.status_code, answer.json()["reason"]) == (401, "NOT_SIGNED_IN")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"code": "I10"}, 404),
        ({"system": "icd-10-cm"}, 404),
        ({"system": "icd9", "code": "250.00"}, 404),
        ({"system": "icd-10-cm", "code": "../../x"}, 404),
        ({"system": "icd-10-cm", "code": "E99.99"}, 404),
        ({"system": "icd-10-cm", "code": "\0", "action": "delete"}, 404),
        ({"system": "icd-10-cm", "code": "I10", "action": "delete"}, 303),
    ],
)
async def test_a_mark_of_nothing_is_refused(
    platform: Platform, fields: dict[str, str], status: int
) -> None:
    async with platform.account() as member:
        answer = await member.post("/account/favourites", data=fields)

    assert answer.status_code == status


# CPT


async def test_a_marked_cpt_code_is_told_of_only_after_the_terms(licensed: Platform) -> None:
    way = "/api/v1/favourites/cpt/00001"
    async with licensed.account(plan="professional") as member:
        early = await member.request("PUT", way, json={"note": "mine"})
        form = {"terms_version": "terms-1", "next": "/"}
        await member.post("/licences/cpt", data=form)
        put = await member.request("PUT", way, json={"note": "mine"})
        open_ = [
            await member.get(path)
            for path in ("/account/favourites", "/account/favourites/cpt/00001",
                         "/api/v1/favourites", "/account/favourites.csv")
        ]  # fmt: skip
        member.client.cookies.delete("cpt_terms")
        shut = [
            await member.get(path)
            for path in ("/account/favourites", "/account/favourites/cpt/00001",
                         "/api/v1/favourites", "/account/favourites.csv")
        ]  # fmt: skip

    assert (early.status_code, early.json()["reason"]) == (403, "CPT_TERMS_NOT_ACCEPTED")
    assert put.json()["licence_notices"] == list(code_sets.NOTICES)
    for answer in open_:
        assert code_sets.CPT_WORD in answer.text
        assert all(notice in answer.text for notice in code_sets.NOTICES)
    for answer in shut:
        assert answer.status_code == 200
        assert "mine" in answer.text
        assert code_sets.CPT_WORD not in answer.text
