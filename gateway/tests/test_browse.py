"""Browsing the hierarchy: free, public, one address for each place."""

import asyncio

import httpx
import pytest

from gateway.tests import code_sets
from gateway.tests.gateway_process import Platform
from gateway.tests.lookup_server import AXES
from tests.support import code_pages
from tests.support.html_outline import outline

pytestmark = pytest.mark.asyncio(loop_scope="session")


def links(page: httpx.Response) -> list[str]:
    """Where the page leads within the hierarchy of the code system, in order."""
    found = outline(page.text).values("href")
    return [href for href in found if href.startswith("/icd-10-cm") and "/changes" not in href]


async def test_the_way_down_leads_from_the_front_page_to_a_code_and_back_up(
    platform: Platform,
) -> None:
    async with platform.guest() as guest:
        home = await guest.get("/")
        system = await guest.get("/icd-10-cm")
        chapter = await guest.get("/icd-10-cm/E00-E89")
        section = await guest.get("/icd-10-cm/E08-E13")
        code = await guest.get("/icd-10-cm/E11.9")

    assert "/icd-10-cm" in links(home)
    assert links(system) == ["/icd-10-cm/E00-E89", "/icd-10-cm/I00-I99"]
    assert links(chapter) == ["/icd-10-cm", "/icd-10-cm/E08-E13"]
    up, below = links(section)[:2], links(section)[2:]
    assert up == ["/icd-10-cm", "/icd-10-cm/E00-E89"]
    codes = ("E08", "E10", "E11", "E11.0", "E11.9", "E13")
    assert below == [f"/icd-10-cm/{code}" for code in codes]
    assert links(code)[:2] == ["/icd-10-cm", "/icd-10-cm/E08-E13"]


async def test_a_place_says_what_it_is_and_how_much_lies_below(platform: Platform) -> None:
    async with platform.guest() as guest:
        system = await guest.get("/icd-10-cm")
        section = await guest.get("/icd-10-cm/E08-E13")
        other = await guest.get("/icd-10-cm/E10-E11.9")

    assert "<h1>ICD-10-CM</h1>" in system.text
    assert "98,186 codes, 74,719 of them billable" in system.text
    assert "Endocrine, nutritional and metabolic diseases" in system.text
    assert '<td class="figure" data-label="Billable codes">1,000</td>' in system.text
    assert '<span class="name">Diabetes mellitus</span></h1>' in section.text
    assert '<td class="figure">billable</td>' in section.text
    assert "ICD-10-CM April 2026" in section.text
    # A range that notes name and nobody publishes has no title of its own.
    assert '<span class="name">Codes in this range</span></h1>' in other.text


async def test_browsing_is_free_and_says_nothing_that_is_gated(platform: Platform) -> None:
    async with platform.guest() as guest:
        places = [await guest.get(f"/icd-10-cm{at}") for at in ("", "/E00-E89", "/E08-E13")]
        opened = await guest.get("/icd-10-cm/E11.9")

    for place in places:
        assert "set-cookie" not in place.headers
        assert not [key for key in code_pages.GATED if code_pages.canary(key) in place.text]
    assert "0 code page views remaining." in opened.text
    assert 'class="wall' not in opened.text


async def test_a_place_greets_by_name_so_no_cache_may_keep_it(platform: Platform) -> None:
    async with platform.account() as member:
        page = await member.get("/icd-10-cm/E08-E13")

    assert "Free plan" in page.text
    assert page.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("/icd-10-cm/", "/icd-10-cm"),
        ("/ICD10CM", "/icd-10-cm"),
        ("/icd10cm//", "/icd-10-cm"),
        ("/icd-10-cm/e08-e13", "/icd-10-cm/E08-E13"),
        ("/icd-10-cm/E08-E13/", "/icd-10-cm/E08-E13"),
        ("/icd-10-cm/E08–E13", "/icd-10-cm/E08-E13"),
        ("/icd10cm/E08-E13", "/icd-10-cm/E08-E13"),
    ],
)
async def test_other_spellings_of_a_place_lead_to_its_address(
    platform: Platform, spelled: str, meant: str
) -> None:
    async with platform.guest() as guest:
        answer = await guest.get(spelled)

    assert answer.status_code == 301
    assert answer.headers["location"] == meant


@pytest.mark.parametrize("span", ["Q00-Q99", "E13-E08", "ZZZ-ZZZ"])
async def test_a_range_without_codes_is_said_to_be_none(platform: Platform, span: str) -> None:
    async with platform.guest() as guest:
        answer = await guest.get(f"/icd-10-cm/{span}")

    assert answer.status_code == 404
    assert f"No ICD-10-CM code lies in {span.replace('-', '–')}." in answer.text


@pytest.mark.parametrize("path", ["/hcpcs", "/icd-10-pcs/001-002", "/hcpcs/A00-B99"])
async def test_a_system_that_is_not_loaded_says_so(platform: Platform, path: str) -> None:
    async with platform.guest() as guest:
        answer = await guest.get(path)
        cpt = await guest.get("/cpt")

    assert answer.status_code == 404
    assert "is not loaded here" in answer.text
    assert cpt.status_code == 404
    assert "CPT content is not loaded on this site." in cpt.text


async def test_head_answers_as_get_would(platform: Platform) -> None:
    async with platform.guest() as guest:
        there = await guest.head("/icd-10-cm/E08-E13")
        not_there = await guest.head("/icd-10-cm/Q00-Q99")

    assert (there.status_code, there.content) == (200, b"")
    assert not_there.status_code == 404


# Every code set


async def test_a_procedure_is_built_axis_by_axis_down_to_a_code(wide_platform: Platform) -> None:
    at, steps = "/icd-10-pcs", []
    async with wide_platform.guest() as guest:
        for following in "0DTJ4ZZ":
            page = await guest.get(at)
            steps.append(page)
            below = [
                href
                for href in outline(page.text).values("href")
                if href.startswith(f"{at}/" if at == "/icd-10-pcs" else at) and href != at
            ]
            at = next(href for href in below if href.endswith(following))
        code = await guest.get(at)

    assert at == "/icd-10-pcs/0DTJ4ZZ"
    assert code.status_code == 200
    assert "set-cookie" not in steps[-1].headers
    headings = [axis.capitalize() for axis in AXES]
    for step, heading in zip(steps, [*headings[:-1], "Code"], strict=True):
        assert f'<th scope="col">{heading}</th>' in step.text
    # Each step says what has been chosen so far, and what that means.
    chosen = steps[4].text.partition("Chosen so far")[2].partition("</table>")[0]
    assert [heading in chosen for heading in headings] == [True] * 4 + [False] * 3
    assert "Cutting out or off, without replacement, all of a body part" in chosen
    assert "Chosen so far" not in steps[0].text


async def test_a_range_of_another_set_lists_its_codes(wide_platform: Platform) -> None:
    async with wide_platform.guest() as guest:
        system = await guest.get("/hcpcs?on=2026-02-03")
        span = await guest.get("/hcpcs/E0601-K0001?on=2026-02-03")

    found = outline(system.text).values("href")
    assert "/hcpcs/E0601-K0001?on=2026-02-03" in found
    assert '<th scope="col">Group</th>' in system.text
    found = outline(span.text).values("href")
    assert {"/hcpcs/E0601?on=2026-02-03", "/hcpcs/K0001?on=2026-02-03"} <= set(found)
    assert '<th scope="col">Code</th>' in span.text
    assert "HCPCS January 2026, which is not the newest release" in span.text
    assert "/hcpcs/E0601-K0001" in found


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("/icd-10-pcs/0dt", "/icd-10-pcs/0DT"),
        ("/ICD10PCS/0DT/?on=2026-05-01", "/icd-10-pcs/0DT?on=2026-05-01"),
        ("/icd-10-pcs/0dtj4zz", "/icd-10-pcs/0DTJ4ZZ"),
        ("/hcpcs/j", "/hcpcs/J0000-J9999"),
        ("/hcpcs/e0601-k0001?on=2026-02-03", "/hcpcs/E0601-K0001?on=2026-02-03"),
    ],
)
async def test_other_spellings_in_other_sets_lead_to_the_address(
    wide_platform: Platform, spelled: str, meant: str
) -> None:
    async with wide_platform.guest() as guest:
        answer = await guest.get(spelled)

    assert (answer.status_code, answer.headers["location"]) == (301, meant)


async def test_what_no_procedure_begins_with_is_said(wide_platform: Platform) -> None:
    async with wide_platform.guest() as guest:
        place = await guest.get("/icd-10-pcs/0XX")
        code = await guest.get("/icd-10-pcs/0DTJ9ZZ")

    assert place.status_code == code.status_code == 404
    assert "No ICD-10-PCS code begins with 0XX." in place.text
    assert "/icd-10-pcs/0DTJ4ZZ" in outline(code.text).values("href")


async def test_chapters_are_named_in_words_and_not_as_codes(platform: Platform) -> None:
    async with platform.guest() as guest:
        system = await guest.get("/icd-10-cm")

    assert '<th scope="row"><a href="/icd-10-cm/E00-E89">Chapter 4</a>' in system.text


# What there is to browse and search


async def test_the_front_page_leads_into_every_set_that_is_loaded(wide_platform: Platform) -> None:
    async with wide_platform.guest() as guest:
        home = await guest.get("/")
        casepilot = await guest.get("/casepilot")

    found = outline(home.text).values("href")
    assert {"/icd-10-cm", "/icd-10-pcs", "/hcpcs"} <= set(found)
    assert {"/icd-10-cm/E11.9", "/icd-10-pcs/0DTJ4ZZ", "/hcpcs/E0601"} <= set(found)
    assert not [href for href in found if "cpt" in href]
    assert "What is 0DTJ4ZZ?" in casepilot.text
    assert "What is E0601?" in casepilot.text


async def test_results_say_their_set_and_may_be_narrowed_to_it(wide_platform: Platform) -> None:
    async with wide_platform.guest() as guest:
        found = await guest.get("/search?q=device")
        hcpcs = await guest.get("/search?q=device&system=hcpcs&on=2026-02-03")
        dated = await guest.get("/search?q=e0601&on=2026-02-03")
        suggested = await guest.get("/api/v1/suggest?q=K0&on=2026-02-03")
        now = await guest.get("/api/v1/suggest?q=K0")

    assert '<h2 id="set-hcpcs">HCPCS Level II ' in found.text
    assert "/search?q=device&amp;system=hcpcs" in found.text
    assert "/hcpcs/E0601?on=2026-02-03" in outline(hcpcs.text).values("href")
    assert "As of February 3, 2026." in hcpcs.text
    assert dated.headers["location"] == "/hcpcs/E0601?on=2026-02-03"
    assert [it["code"] for it in suggested.json()["suggestions"]] == ["K0001"]
    assert now.json()["suggestions"] == []


async def test_a_spelling_that_is_a_code_in_two_sets_shows_both(own_platform: Platform) -> None:
    own_platform.lookup.others = [
        code_sets.page("hcpcs", "E08", "A device that reads as a diagnosis", code_sets.HCPCS)
    ]
    own_platform.lookup.switch("catalog-2")
    async with own_platform.guest() as guest:
        async with asyncio.timeout(20):
            while (await guest.get("/hcpcs")).status_code != 200:
                await asyncio.sleep(0.05)
        both = await guest.get("/search?q=e08")
        one = await guest.get("/search?q=e08&system=hcpcs")

    assert both.status_code == 200
    assert "A code in 2 code sets" in both.text
    assert {"/icd-10-cm/E08", "/hcpcs/E08"} <= set(outline(both.text).values("href"))
    assert one.headers["location"] == "/hcpcs/E08"


async def test_what_is_loaded_is_told_with_its_sources(wide_platform: Platform) -> None:
    async with wide_platform.guest() as guest:
        data = await guest.get("/about/data")
        licences = await guest.get("/about/licences")

    found = outline(data.text).values("href")
    for system, day in (
        ("hcpcs", "2026-01-01"),
        ("hcpcs", "2025-10-01"),
        ("icd-10-cm", "2025-10-01"),
    ):
        assert f"/{system}?on={day}" in found
        assert f"/{system}/changes?on={day}" in found
    assert "2 older releases" in data.text
    assert "98,186 (74,719 of them billable)" in data.text
    assert "NCCI procedure-to-procedure pairs" in data.text
    assert '<td class="figure" data-label="Withheld">34,111</td>' in data.text
    for words in (code_pages.SOURCE.origin, code_pages.SOURCE.licence, "April 1, 2026"):
        assert words in data.text
    assert code_pages.GUIDELINES.name in licences.text
