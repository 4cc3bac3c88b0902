"""Several releases side by side: pages as of a date of service, and what releases changed."""

import asyncio

import httpx
import nats
import pytest

from codingahead.lookup.v1 import events_pb2
from gateway.catalog import RELEASE_PUBLISHED
from gateway.tests import code_sets
from gateway.tests.gateway_process import GatewayProcess, Platform
from tests.support.html_outline import outline

pytestmark = pytest.mark.asyncio(loop_scope="session")


def hrefs(page: httpx.Response) -> list[str]:
    return outline(page.text).values("href")


# As of a date of service


async def test_a_page_shows_the_release_that_covers_the_day(wide_platform: Platform) -> None:
    async with wide_platform.guest() as guest:
        newest = await guest.get("/hcpcs/E0601")
        older = await guest.get("/hcpcs/E0601?on=2026-02-03")
        api = await guest.get("/api/v1/codes/hcpcs/E0601?on=2026-02-03")

    assert "Continuous airway pressure device" in newest.text
    assert "HCPCS April 2026, April 1, 2026 to June 30, 2026" in newest.text
    assert "/hcpcs/changes?on=2026-04-01" in hrefs(newest)
    assert "Cont airway device" in older.text
    assert "as of February 3, 2026" in older.text
    assert "HCPCS January 2026, which is not the newest release" in older.text
    assert "/hcpcs/E0601" in hrefs(older)
    assert "/hcpcs/changes?on=2026-01-01" in hrefs(older)
    assert '<link rel="canonical" href="http://localhost:' in older.text
    assert '/hcpcs/E0601">' in older.text
    assert api.json()["display"] == "Cont airway device"
    assert api.json()["release"] == {
        "id": "hcpcs-2026-01",
        "name": "HCPCS January 2026",
        "effective": "2026-01-01",
        "expires": "2026-03-31",
    }


async def test_all_days_of_a_release_share_one_page_and_one_view(wide_platform: Platform) -> None:
    asked = wide_platform.lookup.asked
    async with wide_platform.guest() as guest:
        before = asked.count("K0001")
        pages = [await guest.get(f"/hcpcs/K0001?on=2026-0{n}-15") for n in (1, 2, 3)]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert asked.count("K0001") == before + 1
    assert "as of March 15, 2026" in pages[2].text
    assert all("0 code page views remaining." in page.text for page in pages)


async def test_the_days_of_the_newest_release_share_the_page_that_names_no_day(
    wide_platform: Platform,
) -> None:
    asked = wide_platform.lookup.asked
    async with wide_platform.guest() as guest:
        before = asked.count("A4000")
        for path in ("/hcpcs/A4000", "/hcpcs/A4000?on=2026-04-01", "/hcpcs/A4000?on=2026-06-30"):
            assert (await guest.get(path)).status_code == 200

    assert asked.count("A4000") == before + 1


async def test_a_code_that_the_release_has_not_says_when_others_have_it_and_costs_nothing(
    wide_platform: Platform,
) -> None:
    async with wide_platform.guest() as guest:
        page = await guest.get("/hcpcs/J0570?on=2026-02-03")
        api = await guest.get("/api/v1/codes/hcpcs/J0570?on=2026-02-03")
        head = await guest.head("/hcpcs/J0570?on=2026-02-03")
        gone = await guest.get("/hcpcs/k0001")
        opened = await guest.get("/hcpcs/J0570")

    assert page.status_code == api.status_code == head.status_code == gone.status_code == 404
    assert "HCPCS January 2026 has no code J0570." in page.text
    assert [href for href in hrefs(page) if "J0570" in href] == [
        "/hcpcs/J0570?on=2025-12-31",
        "/hcpcs/J0570?on=2026-06-30",
    ]
    assert "October 1, 2025 to December 31, 2025" in page.text
    problem = api.json()
    assert problem["reason"] == "CODE_NOT_FOUND"
    assert problem["listed"] == [
        {
            "code": "J0570",
            "display": "Buprenorphine implant",
            "effective": "2025-10-01",
            "expires": "2025-12-31",
        },
        {
            "code": "J0570",
            "display": "Buprenorphine implant, 74.2 mg",
            "effective": "2026-04-01",
            "expires": "2026-06-30",
        },
    ]
    assert "/hcpcs/K0001?on=2026-03-31" in hrefs(gone)
    # Nothing of this was counted.
    assert 'id="official_description"' in opened.text


async def test_the_nearest_codes_keep_the_day(wide_platform: Platform) -> None:
    async with wide_platform.guest() as guest:
        page = await guest.get("/hcpcs/K0009?on=2026-02-03")

    assert page.status_code == 404
    assert "/hcpcs/K0001?on=2026-02-03" in hrefs(page)


@pytest.mark.parametrize("path", ["/hcpcs/E0601", "/hcpcs", "/hcpcs/A0000-Z9999", "/hcpcs/changes"])
@pytest.mark.parametrize("day", ["2026-07-01", "2024-01-01"])
async def test_a_day_that_no_release_covers_is_not_known(
    wide_platform: Platform, path: str, day: str
) -> None:
    async with wide_platform.guest() as guest:
        page = await guest.get(f"{path}?on={day}")
        malformed = await guest.get(f"{path}?on=tomorrow")

    assert page.status_code == 404
    assert "it is not known for this date" in page.text
    assert "HCPCS April 2026, applies from April 1, 2026 to June 30, 2026" in page.text
    assert malformed.status_code == 400


async def test_a_page_leads_to_the_codes_before_and_after_it(wide_platform: Platform) -> None:
    async with wide_platform.guest() as guest:
        page = await guest.get("/hcpcs/J0570?on=2026-05-01")
        api = await guest.get("/api/v1/codes/hcpcs/J0570")

    ways = [href for href in hrefs(page) if href.startswith("/hcpcs/E")]
    assert ways == ["/hcpcs/E0601?on=2026-05-01", "/hcpcs/E0800?on=2026-05-01"]
    assert api.json()["previous"]["code"] == "E0601"
    assert api.json()["next"] == {
        "system": "hcpcs",
        "code": "E0800",
        "display": "A device that reads as a diagnosis does",
    }


# What a release changed


async def test_what_a_release_changed_is_told_by_kinds(wide_platform: Platform) -> None:
    async with wide_platform.guest() as guest:
        page = await guest.get("/hcpcs/changes")
        revised = await guest.get("/hcpcs/changes?on=2026-05-01&kind=revised")
        api = await guest.get("/api/v1/changes/hcpcs?on=2026-05-01")

    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert "<h1>What HCPCS April 2026 changed</h1>" in page.text
    assert "Against HCPCS January 2026" in page.text
    for kind, count in (("Added", 2), ("Returned", 1), ("Revised", 1), ("Ended", 1)):
        assert f'{kind} <span class="figure">{count}</span>' in page.text
    assert "Before: Cont airway device" in page.text
    # What ended is shown as it last was.
    assert "/hcpcs/K0001?on=2026-03-31" in hrefs(page)
    assert "/hcpcs/A4000" in hrefs(page)
    assert "/hcpcs/E0601?on=2026-05-01" in hrefs(revised)
    assert "A4000" not in revised.text
    told = api.json()
    assert told["counts"] == {"added": 2, "returned": 1, "revised": 1, "ended": 1}
    assert told["before"]["id"] == "hcpcs-2026-01"
    kinds = {change["code"]: change["kind"] for change in told["changes"]}
    assert kinds == {
        "A4000": "added",
        "E0601": "revised",
        "E0800": "added",
        "J0570": "returned",
        "K0001": "ended",
    }
    assert told["changes"][1]["before"] == "Cont airway device"
    assert api.headers["cache-control"] == "public, max-age=60"


async def test_where_the_release_before_is_not_loaded_nothing_is_claimed(
    wide_platform: Platform,
) -> None:
    async with wide_platform.guest() as guest:
        page = await guest.get("/icd-10-pcs/changes")
        api = await guest.get("/api/v1/changes/icd-10-pcs")

    assert "The release before ICD-10-PCS April 2026 is not loaded" in page.text
    assert "Added" not in page.text
    assert (api.json()["before"], api.json()["changes"]) == (None, [])


async def test_changes_are_paged(own_platform: Platform) -> None:
    lookup = own_platform.lookup
    lookup.others = [
        code_sets.page("hcpcs", f"A{n:04}", f"Supply {n}", code_sets.HCPCS) for n in range(1, 701)
    ]
    lookup.others.append(code_sets.page("hcpcs", "A0000", "Supply", code_sets.HCPCS_OLDER))
    lookup.switch("catalog-2")
    async with own_platform.guest() as guest:
        async with asyncio.timeout(20):
            while (await guest.get("/hcpcs/changes")).status_code != 200:
                await asyncio.sleep(0.05)
        first = await guest.get("/hcpcs/changes?kind=added")
        sixth = await guest.get("/hcpcs/changes?kind=added&page=6")
        last = await guest.get("/hcpcs/changes?kind=added&page=7")
        beyond = await guest.get("/hcpcs/changes?kind=added&page=8")
        api = await guest.get("/api/v1/changes/hcpcs?kind=added&limit=500")
        token = api.json()["next_page_token"]
        rest = await guest.get(f"/api/v1/changes/hcpcs?kind=added&limit=500&page_token={token}")

    def codes(page: httpx.Response) -> list[str]:
        return [href[7:] for href in hrefs(page) if href.startswith("/hcpcs/A")]

    assert codes(first) == [f"A{n:04}" for n in range(1, 101)]
    assert "/hcpcs/changes?kind=added&page=2" in hrefs(first)
    assert codes(sixth) == [f"A{n:04}" for n in range(501, 601)]
    assert codes(last) == [f"A{n:04}" for n in range(601, 701)]
    assert "page 7 of 7" in last.text
    assert beyond.status_code == 404
    assert len(api.json()["changes"]) == 500
    assert rest.json()["changes"][0]["code"] == "A0501"
    assert rest.json()["next_page_token"] is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/hcpcs/changes?kind=lost", 400),
        ("/hcpcs/changes?page=0", 400),
        ("/hcpcs/changes?page=x", 400),
        ("/hcpcs/changes?page=99999999", 400),
        ("/hcpcs/changes?page=%D9%A3", 400),
        ("/cpt/changes", 404),
        ("/api/v1/changes/hcpcs?kind=lost", 400),
        ("/api/v1/changes/icd-9", 404),
        ("/api/v1/changes/cpt", 404),
        ("/api/v1/changes/hcpcs?on=2030-01-01", 404),
        ("/api/v1/changes/hcpcs?on=never", 400),
    ],
)
async def test_what_cannot_be_asked_of_changes_is_said(
    wide_platform: Platform, path: str, status: int
) -> None:
    async with wide_platform.guest() as guest:
        answer = await guest.get(path)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("/HCPCS/changes", "/hcpcs/changes"),
        ("/hcpcs/Changes/?on=2026-01-01", "/hcpcs/changes?on=2026-01-01"),
        ("/icd-10-pcs/CHANGES", "/icd-10-pcs/changes"),
    ],
)
async def test_other_spellings_of_changes_lead_to_their_address(
    wide_platform: Platform, spelled: str, meant: str
) -> None:
    async with wide_platform.guest() as guest:
        answer = await guest.get(spelled)

    assert (answer.status_code, answer.headers["location"]) == (301, meant)


# A catalog is switched


async def test_a_new_release_reaches_every_process_and_no_request_is_dropped(
    own_platform: Platform,
) -> None:
    platform, lookup = own_platform, own_platform.lookup
    second = GatewayProcess(**platform.gateway.peers)
    paths = ("/icd-10-cm/E11.9", "/icd-10-cm", "/search?q=diabetes", "/icd-10-cm/E08-E13")
    statuses: set[int] = set()

    async def visit(url: str) -> None:
        """Look until the new title is seen, and a few times more."""
        async with httpx.AsyncClient(base_url=url, timeout=10) as guest:
            rounds = 0
            while rounds < 3:
                seen = [await guest.get(path) for path in paths]
                statuses.update(answer.status_code for answer in seen)
                if "As it is called now" in seen[0].text:
                    rounds += 1

    client = await nats.connect(platform.nats.url)
    try:
        await second.start()
        await second.until(status="ready", lookup="up", metering="up")
        async with asyncio.timeout(30), asyncio.TaskGroup() as visitors:
            for url in (platform.gateway.url, second.url) * 4:
                visitors.create_task(visit(url))
            while not statuses:
                await asyncio.sleep(0.01)
            lookup.pages["E11.9"].code.display = "As it is called now"
            lookup.switch("catalog-2")
            published = RELEASE_PUBLISHED.new(events_pb2.ReleasePublished(catalog_id="catalog-2"))
            await client.jetstream().publish(
                RELEASE_PUBLISHED.subject, published.data, headers=published.headers()
            )
    finally:
        await client.close()
        await second.kill()

    assert statuses == {200}
