"""Searching: results set by set, what limits them, and the same as a file."""

import asyncio
import csv
import io
from pathlib import Path

import httpx
import pytest

from codingahead.lookup.v1 import lookup_pb2 as pb
from gateway.tests import code_sets
from gateway.tests.gateway_process import Platform, catalog, running
from tests.support import code_pages
from tests.support.html_outline import outline
from tests.support.postgres_server import PostgresServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def until_loaded(guest: httpx.AsyncClient, path: str) -> None:
    """Waits until the gateway has taken up a catalog that has *path*."""
    async with asyncio.timeout(20):
        while (await guest.get(path)).status_code != 200:
            await asyncio.sleep(0.05)


def codes(page: httpx.Response) -> list[str]:
    """Where the results of a page lead, in order, without the day."""
    hrefs = outline(page.text).values("href")
    sets = ("/icd-10-cm/", "/icd-10-pcs/", "/hcpcs/")
    return [it.partition("?")[0] for it in hrefs if it.startswith(sets)]


def rows(answer: httpx.Response) -> list[list[str]]:
    """The lines of a file."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


# Set by set


async def test_results_stand_set_by_set_the_one_with_the_best_first(
    wide_platform: Platform,
) -> None:
    async with wide_platform.guest() as guest:
        found = await guest.get("/search?q=de")
        only = await guest.get("/search?q=de&system=hcpcs")

    text = found.text
    headings = [text.index(f'<h2 id="set-{key}">') for key in ("icd-10-cm", "hcpcs")]
    assert headings == sorted(headings)
    assert 'HCPCS Level II <span class="count">2 codes</span>' in text
    by_set = [path.split("/")[1] for path in codes(found)]
    assert by_set == sorted(by_set, key=["icd-10-cm", "hcpcs"].index)
    # Within a set in the order in which they were found.
    assert codes(found)[-2:] == codes(only) == ["/hcpcs/E0601", "/hcpcs/E0800"]
    assert "<h2" not in only.text.partition("<main")[2]


async def test_a_set_with_more_than_a_page_shows_leads_to_all_of_them(
    own_platform: Platform,
) -> None:
    platform = own_platform
    many = [code_sets.page("hcpcs", f"A{n:04}", f"Tubing {n:02}", code_sets.HCPCS)
            for n in range(45)]  # fmt: skip
    platform.lookup.others = [
        *many,
        code_sets.page("icd-10-pcs", "0DTJ0ZZ", "Removal of tubing", code_sets.PCS),
    ]
    platform.lookup.switch("catalog-2")
    async with platform.guest() as guest:
        await until_loaded(guest, "/hcpcs")
        pages = [await guest.get(f"/search?q=tubing&page={n}") for n in (1, 2, 5)]
        past = await guest.get("/search?q=tubing&page=6")
        all_of = await guest.get("/search?q=tubing&system=hcpcs")
        last = await guest.get("/search?q=tubing&system=hcpcs&page=3")

    found = [codes(page) for page in pages]
    assert found[0] == ["/icd-10-pcs/0DTJ0ZZ", *(f"/hcpcs/A{n:04}" for n in range(10))]
    assert found[1] == [f"/hcpcs/A{n:04}" for n in range(10, 20)]
    assert found[2] == [f"/hcpcs/A{n:04}" for n in range(40, 45)]
    assert '<a href="/search?q=tubing&amp;system=hcpcs">All 45 in HCPCS Level II</a>' in (
        pages[0].text
    )
    assert "46 codes, page 1 of 5" in pages[0].text
    assert '<ol class="results" start="11">' in pages[1].text
    assert past.status_code == 404
    assert codes(all_of) == [f"/hcpcs/A{n:04}" for n in range(20)]
    assert codes(last) == [f"/hcpcs/A{n:04}" for n in range(40, 45)]


async def test_what_a_result_is_and_why_it_was_found_is_shown(own_platform: Platform) -> None:
    lookup = own_platform.lookup
    lookup.pages["E10"].code.billable = False
    lookup.why = [
        pb.Highlight(field="code", text="E11", marks=[pb.Mark(start=0, end=2)]),
        *(
            pb.Highlight(field=key, text=f"<{key}> sugar", marks=[pb.Mark(start=len(key) + 3,
                                                                     end=len(key) + 8)])
            for key in ("inclusion_term", "axis", "expanded", "index", "group", "guidelines")
        ),
    ]  # fmt: skip
    async with own_platform.guest() as guest:
        page = (await guest.get("/search?q=type+2")).text
        other = (await guest.get("/search?q=type+1")).text
        api = (await guest.get("/api/v1/search?q=type+2")).json()

    assert '<span class="code"><mark>E1</mark>1</span>' in page
    for words, key in (
        ("Inclusion term", "inclusion_term"),
        ("Axis", "axis"),
        ("In full", "expanded"),
        ("Index entry", "index"),
        ("Group", "group"),
    ):
        shown = f'<span class="found-in">{words}:</span> &lt;{key}&gt; <mark>sugar</mark>'
        assert shown in page, key
    assert "&lt;guidelines&gt;" not in page
    assert '<span class="yes">Billable</span>' in page
    assert '<span class="no">Not billable</span>' in other
    fields = {it["field"] for it in api["results"][0]["highlights"]}
    assert fields == {"code", "title", "inclusion_term", "axis", "expanded", "index", "group"}


# Filters


async def test_filters_limit_what_is_found_and_stay_on_every_link(
    own_platform: Platform,
) -> None:
    lookup = own_platform.lookup
    lookup.pages.update(
        {
            f"I{n}": code_pages.page(f"I{n}", f"Disorder {n}", billable=bool(n % 2))
            for n in range(20, 70)
        }
    )
    lookup.pages["E20"] = code_pages.page("E20", "Disorder of glands")
    asked = "/search?q=disorder&system=icd-10-cm&chapter=9&billable=true&on=2026-05-01"
    async with own_platform.guest() as guest:
        page = await guest.get(asked)
        last = await guest.get(f"{asked}&page=2")
        api = await guest.get(asked.replace("/search", "/api/v1/search"))
        all_of = await guest.get("/search?q=disorder&system=icd-10-cm")

    found = outline(page.text)
    assert codes(page)[:2] == ["/icd-10-cm/I21", "/icd-10-cm/I23"]
    assert "/icd-10-cm/I21?on=2026-05-01" in found.values("href")
    assert f"{asked}&page=2" in found.values("href")
    assert len(codes(page)) + len(codes(last)) == api.json()["total"] == 25
    assert "/icd-10-cm/E20" not in codes(page)
    assert "51 codes" in all_of.text
    # The form says what is set.
    assert 'value="9" selected>9: Diseases of the circulatory system</option>' in page.text
    assert 'name="billable" type="checkbox" value="true" checked' in page.text
    assert ("input", "value", "2026-05-01") in found.attributes
    assert ("input", "value", "icd-10-cm") in found.attributes


async def test_nothing_found_within_limits_offers_to_search_without_each(
    wide_platform: Platform,
) -> None:
    asked = "/search?q=wheelchair&system=icd-10-cm&chapter=9&billable=true&on=2026-05-01"
    async with wide_platform.guest() as guest:
        nothing = await guest.get(asked)
        plain = await guest.get("/search?q=zzzz")
        junk = await guest.get("/search?q=wheelchair&system=icd-10-cm&chapter=99")

    assert "No code matches within these limits." in nothing.text
    assert {
        "/search?q=wheelchair&system=icd-10-cm&billable=true&on=2026-05-01",
        "/search?q=wheelchair&system=icd-10-cm&chapter=9&on=2026-05-01",
        "/search?q=wheelchair&system=icd-10-cm&billable=true",
        "/search?q=wheelchair&billable=true&on=2026-05-01",
    } <= set(outline(nothing.text).values("href"))
    assert "No code matches." in plain.text
    assert "/icd-10-pcs" in outline(plain.text).values("href")
    assert "ICD-10-CM has no chapter “99”." in junk.text


async def test_a_set_without_a_release_of_the_day_is_left_out_and_said_to_be(
    wide_platform: Platform,
) -> None:
    async with wide_platform.guest() as guest:
        page = await guest.get("/search?q=diabetes&on=2025-12-01")

    assert page.status_code == 200
    assert "ICD-10-PCS is left out: no loaded release covers this day." in page.text
    assert "/icd-10-cm/E11.8?on=2025-12-01" in outline(page.text).values("href")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("q=x&chapter=4", "SYSTEM_MISSING"),
        ("q=x&system=icd9", "SYSTEM_UNKNOWN"),
        ("q=x&on=tomorrow", "DATE_MALFORMED"),
        ("q=x&billable=perhaps", "PARAMETERS_MALFORMED"),
        ("q=x&system=icd-10-cm&chapter=" + "9" * 21, "PARAMETERS_MALFORMED"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(
    platform: Platform, query: str, reason: str
) -> None:
    async with platform.guest() as guest:
        answer = await guest.get(f"/api/v1/search?{query}")

    assert (answer.status_code, answer.json()["reason"]) == (400, reason)


async def test_the_api_counts_each_set_when_asked_to(wide_platform: Platform) -> None:
    async with wide_platform.guest() as guest:
        counted = (await guest.get("/api/v1/search?q=de&groups=true&limit=1")).json()
        plain = (await guest.get("/api/v1/search?q=de&limit=1")).json()

    assert [it["system"] for it in counted["groups"]] == ["icd-10-cm", "hcpcs"]
    assert counted["total"] == sum(it["total"] for it in counted["groups"])
    assert len(counted["results"]) == 1
    assert "groups" not in plain


# As a file


async def test_results_are_downloaded_by_those_whose_plan_has_it(
    wide_platform: Platform,
) -> None:
    asked = "/search.csv?q=device&on=2026-02-03"
    async with wide_platform.account(plan="professional") as member:
        answer = await member.get(asked)
        offered = await member.get("/search?q=device")
        empty = await member.get("/search.csv?q=+")
    async with wide_platform.account() as lesser, wide_platform.guest() as guest:
        refused = [await visitor.get(asked) for visitor in (lesser, guest)]
        way_out = await guest.get("/search?q=device")

    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="search-results.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    assert rows(answer) == [
        ["Code set", "Code", "Title", "Billable", "Release", "From", "To", "Licence"],
        ["HCPCS Level II", "E0601", "Cont airway device", "yes", "HCPCS January 2026",
         "2026-01-01", "2026-03-31", ""],
    ]  # fmt: skip
    assert "/search.csv?q=device" in outline(offered.text).values("href")
    assert empty.status_code == 400
    for refusal in refused:
        assert refusal.status_code == 403
        assert "part of the Professional plan" in refusal.text
        assert "/#plans" in outline(refusal.text).values("href")
    assert "/search.csv?q=device" not in outline(way_out.text).values("href")
    assert "Downloads as CSV are part of the Professional plan." in way_out.text


async def test_a_file_has_a_thousand_results_at_most_all_of_one_catalog(
    own_platform: Platform,
) -> None:
    own_platform.lookup.pages.update(
        {f"I{n:04}": code_pages.page(f"I{n:04}", f"Disorder {n}") for n in range(1_050)}
    )
    async with own_platform.account(plan="enterprise") as member:
        answer = await member.get("/search.csv?q=disorder")

    found = [row[1] for row in rows(answer)[1:]]
    assert found == [f"I{n:04}" for n in range(1_000)]


# CPT


async def test_cpt_is_found_grouped_and_downloaded_only_after_its_terms(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    others = [*code_sets.hcpcs(), *code_sets.cpt()]
    async with (
        running(
            tmp_path, catalog(), postgres, others=others, licence=code_sets.licence()
        ) as licensed,
        licensed.account(plan="professional") as member,
    ):
        before = await member.get("/search.csv?q=invented")
        shut = await member.get("/search.csv?q=invented&system=cpt")
        await member.post("/licences/cpt", data={"terms_version": "terms-1", "next": "/"})
        after = await member.get("/search.csv?q=invented")
        page = await member.get("/search?q=invented")

    assert rows(before)[1:] == []
    assert shut.status_code == 403
    assert code_sets.CPT_WORD not in before.text + shut.text
    assert [row[1] for row in rows(after)[1:]] == ["00001", "00002"]
    assert all(row[7] == " ".join(code_sets.NOTICES) for row in rows(after)[1:])
    assert '<h2 id="set-cpt">' in page.text
    assert all(notice in page.text for notice in code_sets.NOTICES)
