"""Browsing the hierarchy: free, public, one address for each place."""

import httpx
import pytest

from gateway.tests.gateway_process import Platform
from tests.support import code_pages
from tests.support.html_outline import outline

pytestmark = pytest.mark.asyncio(loop_scope="session")


def links(page: httpx.Response) -> list[str]:
    """Where the page leads within the code system, in order."""
    found = outline(page.text).values("href")
    return [href for href in found if href.startswith("/icd-10-cm")]


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
    assert '<td class="figure">1,000</td>' in system.text
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
