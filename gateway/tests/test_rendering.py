"""Code pages: what may be seen is there, what may not be seen is nowhere in the bytes."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codingahead.lookup.v1 import lookup_pb2
from gateway.assets import Assets
from gateway.rendering import Pages
from gateway.tests import code_sets
from gateway.views import Access, Unlock, Viewer
from tests.support import code_pages
from tests.support.html_outline import outline

IN_FORCE = date(2026, 6, 1)
PAGES = Pages(
    site_name="Coding Ahead",
    assets=Assets(),
    base_url="https://codes.example",
    today=lambda: IN_FORCE,
)
GUEST = Viewer("guest", "guest")
MEMBER = Viewer("account", "free")
RESET = datetime(2026, 12, 1, tzinfo=UTC)


def access(plan: str = "guest", **changes: object) -> Access:
    """A guest's only view, unless *changes* say otherwise."""
    usual = Access(
        unlocked=code_pages.PUBLIC,
        denied=False,
        degraded=False,
        unlock=Unlock.REGISTER if plan == "guest" else Unlock.UPGRADE,
        limit=1 if plan == "guest" else 5,
        remaining=0,
        reset_time=RESET,
        plan=plan,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


CANARIES = PAGES.prepare(code_pages.with_canaries(), "catalog")
DIABETES = PAGES.prepare(code_pages.diabetes(), "catalog")


def told(text: str) -> set[str]:
    """The sections whose words are in *text*."""
    return {key for key in code_pages.TITLES if code_pages.canary(key) in text}


@given(
    unlocked=st.frozensets(st.sampled_from(sorted(code_pages.TITLES))),
    viewer=st.sampled_from([GUEST, MEMBER, Viewer("unresolved", "guest")]),
    degraded=st.booleans(),
    unlock=st.sampled_from([None, *Unlock]),
)
def test_a_gated_section_is_told_only_when_it_is_unlocked(
    unlocked: frozenset[str], viewer: Viewer, degraded: bool, unlock: Unlock | None
) -> None:
    may_see = code_pages.PUBLIC | unlocked
    seen = access(viewer.plan, unlocked=unlocked, degraded=degraded, unlock=unlock)

    assert told(PAGES.assemble(CANARIES, viewer, seen).decode()) == may_see
    assert told(PAGES.assemble_json(CANARIES, seen, "GRANTED", "normal").decode()) == may_see


@given(
    unlocked=st.frozensets(st.sampled_from(sorted(code_pages.TITLES))),
    viewer=st.sampled_from([GUEST, MEMBER]),
    degraded=st.booleans(),
)
def test_a_wall_tells_no_facts(unlocked: frozenset[str], viewer: Viewer, degraded: bool) -> None:
    denied = access(viewer.plan, unlocked=unlocked, denied=True, degraded=degraded)

    assert told(PAGES.assemble(CANARIES, viewer, denied).decode()) == set()
    assert told(PAGES.assemble_json(CANARIES, denied, "DENIED", "normal").decode()) == set()


def test_a_wall_tells_code_name_and_way_out_and_no_hierarchy() -> None:
    wall = PAGES.assemble(DIABETES, GUEST, access(denied=True)).decode()

    assert "E11.9" in wall
    assert "Type 2 diabetes mellitus without complications" in wall
    assert 'href="/register?next=/icd-10-cm/E11.9"' in wall
    assert "Views reset on December 1, 2026 (UTC)." in wall
    spent = PAGES.assemble(DIABETES, MEMBER, access("free", denied=True)).decode()
    assert "Larger plans are not open yet." in spent
    assert "Upgrade your plan to unlock this content now" not in spent
    assert "Chapter 4" not in wall
    assert "Billable" not in wall
    assert "April 2026" not in wall


def test_the_guest_banner_stands_unbroken_in_the_source() -> None:
    page = PAGES.assemble(DIABETES, GUEST, access()).decode()

    assert (
        "0 code page views remaining. Guest accounts are limited to 1 page view. "
        "Register free account to get 5 more views." in page
    )


@pytest.mark.parametrize(
    ("plan", "limit", "remaining", "sentences"),
    [
        (
            "free",
            5,
            4,
            "4 code page views remaining. Free accounts are limited to 5 page views per month. "
            "Larger plans are not open yet.",
        ),
        (
            "free",
            5,
            1,
            "1 code page view remaining. Free accounts are limited to 5 page views per month. "
            "Larger plans are not open yet.",
        ),
        (
            "professional",
            200,
            0,
            "0 code page views remaining. Professional accounts are limited to 200 page views "
            "per month. Larger plans are not open yet.",
        ),
        (
            "night_shift",
            1200,
            7,
            "7 code page views remaining. Night shift accounts are limited to 1,200 page views "
            "per month.",
        ),
    ],
)
def test_account_banners_name_plan_limit_and_rest(
    plan: str, limit: int, remaining: int, sentences: str
) -> None:
    seen = access(plan, limit=limit, remaining=remaining)
    page = PAGES.assemble(DIABETES, Viewer("account", plan), seen).decode()

    assert f"<p>{sentences}</p>" in page
    assert ("Views reset on December 1, 2026 (UTC)." in page) == (remaining == 0)


def test_an_unlimited_plan_has_no_banner() -> None:
    seen = access("enterprise", limit=None, remaining=None, unlocked=frozenset(code_pages.TITLES))
    page = PAGES.assemble(DIABETES, Viewer("account", "enterprise"), seen).decode()

    assert "remaining" not in page


def test_a_degraded_page_says_so_and_counts_nothing() -> None:
    seen = access(degraded=True, unlock=Unlock.RETRY, limit=None, remaining=None, reset_time=None)
    page = PAGES.assemble(DIABETES, GUEST, seen).decode()

    assert "Your remaining page views cannot be read just now." in page
    assert "What your plan opens could not be checked." in page
    assert "Register to view content" not in page


def test_locked_sections_say_what_unlocks_them() -> None:
    guest = PAGES.assemble(DIABETES, GUEST, access()).decode()
    member = PAGES.assemble(DIABETES, MEMBER, access("free")).decode()

    assert guest.count("Register to view content") == 7
    assert guest.count("Create a free account to unlock this content") == 7
    assert member.count("Upgrade to view content") == 7
    assert "Create a free account" not in member


def test_a_release_that_has_ended_is_said_from_the_day_after() -> None:
    def said(today: date) -> bool:
        pages = Pages(
            site_name="Coding Ahead",
            assets=Assets(),
            base_url="https://codes.example",
            today=lambda: today,
        )
        page = pages.prepare(code_pages.diabetes())
        return b"which ended on September 30, 2026" in pages.assemble(page, GUEST, access())

    assert not said(date(2026, 9, 30))
    assert said(date(2026, 10, 1))


HOSTILE = "\"><script>alert(1)</script><!--slot:banner--> & ' {{ 7 * 7 }} </script>\ud800"


def test_hostile_words_stay_words() -> None:
    page = code_pages.page(
        "E11.9",
        "x",
        blocks={
            "official_description": [
                code_pages.paragraph("hostile"),
                code_pages.table("hostile", ["hostile"], [code_pages.text("hostile")]),
                code_pages.lines("hostile", code_pages.text(("hostile", "hostile"))),
            ]
        },
    )
    hostile = HOSTILE.replace("\ud800", "")
    named = lookup_pb2.CodePage.FromString(page.SerializeToString().replace(b"hostile", b"HOSTILE"))
    named.code.display = hostile
    for section in named.sections:
        section.title = hostile
        for block in section.blocks:
            block.title = block.title and hostile
            block.text = block.text and hostile
            for line in (*block.items, *(cell for row in block.rows for cell in row.cells)):
                for span in line.spans:
                    span.text = hostile
                    if span.HasField("link"):
                        span.link.code = hostile
    body = PAGES.assemble(
        PAGES.prepare(named), Viewer("account", "free", hostile), access("free")
    ).decode()
    found = outline(body)

    assert "<script>alert" not in body
    assert sorted(found.scripts) == ["", "", "application/ld+json"]
    assert body.count("code page views remaining") == 1
    assert json.loads(found.structured[0])["about"]["name"] == hostile


@pytest.mark.parametrize("denied", [False, True])
def test_structured_data_marks_the_paywall_by_a_class_that_is_there(denied: bool) -> None:
    found = outline(PAGES.assemble(DIABETES, GUEST, access(denied=denied)).decode())
    structured = json.loads(found.structured[0])

    assert structured["isAccessibleForFree"] is False
    assert structured["hasPart"]["isAccessibleForFree"] is False
    assert structured["hasPart"]["cssSelector"] == ".gated"
    assert found.classes["gated"] == (1 if denied else 7)
    assert structured["about"]["codeValue"] == "E11.9"


def test_links_lead_to_codes_and_to_ranges() -> None:
    seen = access("free", unlocked=frozenset(code_pages.TITLES))
    page = PAGES.assemble(DIABETES, MEMBER, seen).decode()

    assert '<a class="code" href="/icd-10-cm/E10">E10.-</a>' in page
    assert '<a class="code" href="/icd-10-cm/P70-P74">P70–P74</a>' in page


def test_figures_are_aligned_and_codes_kept_whole() -> None:
    seen = access("free", unlocked=frozenset(code_pages.TITLES))
    page = PAGES.assemble(DIABETES, MEMBER, seen).decode()

    assert '<th scope="col" class="figure">Weight</th>' in page
    assert '<td class="figure" data-label="Weight">12.5</td>' in page
    assert '<td class="code" data-label="Code"><a class="code" href="/icd-10-cm/E11.10">' in page


def test_links_of_a_dated_page_keep_its_day_and_others_do_not() -> None:
    seen = access("free", unlocked=frozenset(code_pages.TITLES))
    plain = PAGES.assemble(DIABETES, MEMBER, seen).decode()
    dated = PAGES.assemble(DIABETES, MEMBER, seen, date(2026, 5, 1)).decode()
    other = PAGES.assemble(DIABETES, MEMBER, seen, date(2026, 6, 2)).decode()

    assert '<a class="code" href="/icd-10-cm/E10?on=2026-05-01">E10.-</a>' in dated
    assert '<a class="code" href="/icd-10-cm/P70-P74?on=2026-05-01">P70–P74</a>' in dated
    assert '<a href="/icd-10-cm?on=2026-05-01">ICD-10-CM</a>' in dated
    assert '<link rel="canonical" href="https://codes.example/icd-10-cm/E11.9">' in dated
    assert "as of May 1, 2026" in dated
    assert 'name="on" type="date" required value="2026-05-01"' in dated
    assert "2026-05-01" not in other
    assert "?on=2026-06-02" in other
    # The one link of an undated page that asks for a day leads to what its release changed.
    asked = [href for href in outline(plain).values("href") if "on=" in href]
    assert asked == ["/icd-10-cm/changes?on=2026-04-01"]
    assert "<li>as of" not in plain
    assert PAGES.assemble(DIABETES, MEMBER, seen).decode() == plain


def test_a_page_of_an_older_release_says_so_and_leads_to_the_newest() -> None:
    newest = code_sets.PCS
    older = PAGES.prepare(code_sets.cm_older()[0], "catalog", newest)
    day = date(2026, 1, 5)
    page = PAGES.assemble(older, GUEST, access(), day).decode()

    assert "This page shows ICD-10-CM October 2025, which is not the newest release." in page
    assert f'<a href="/icd-10-cm/E11.9">See it in {newest.name}</a>' in page
    assert "which ended on" not in page
    newer = PAGES.prepare(code_pages.diabetes(), "catalog", code_sets.CM_OLDER)
    assert b"not the newest release" not in PAGES.assemble(newer, GUEST, access())


def test_locked_sections_say_what_they_answer_in_the_words_of_the_code_set() -> None:
    diagnosis = PAGES.assemble(DIABETES, GUEST, access()).decode()
    supply = PAGES.assemble(PAGES.prepare(code_sets.hcpcs()[-1]), GUEST, access()).decode()

    assert "Diagnoses are not priced" in diagnosis
    assert "hospital outpatient payment" not in diagnosis
    assert "hospital outpatient payment" in supply


def test_each_run_of_facts_names_its_source_once() -> None:
    seen = access("free", unlocked=frozenset(code_pages.TITLES))
    page = PAGES.assemble(DIABETES, MEMBER, seen).decode()
    conflicts = page.partition('id="ncci_edits"')[2].partition("</section>")[0]
    payment = page.partition('id="payment"')[2].partition("</section>")[0]

    assert re.findall(r"<summary>(.*?)</summary>", conflicts) == [
        "Source: ICD-10-CM Official Guidelines for Coding and Reporting, FY 2026",
        "Source: ICD-10-CM tabular list, April 2026",
    ]
    # What is not loaded has no source, and none is claimed for it.
    assert payment.index("Source: Editors of this site") < payment.index("not loaded")


# The API's form of a page


def shape(seen: Access, verdict: str = "GRANTED", mode: str = "normal") -> dict[str, object]:
    document: dict[str, object] = json.loads(PAGES.assemble_json(DIABETES, seen, verdict, mode))
    return document


def test_a_guest_reads_two_sections_and_what_unlocks_the_others() -> None:
    document = shape(access())

    assert list(document) == [
        *("system", "code", "display", "billable", "release", "previous", "next"),
        *("verdict", "mode", "sections", "sources", "allowance"),
    ]
    assert document["release"] == {
        "id": "icd-10-cm-2026-04",
        "name": "ICD-10-CM April 2026",
        "effective": "2026-04-01",
        "expires": "2026-09-30",
    }
    sections = document["sections"]
    assert isinstance(sections, list)
    assert [section["locked"] for section in sections] == [False] * 2 + [True] * 7
    assert sections[2] == {
        "key": "guidelines",
        "title": "Guidelines",
        "locked": True,
        "unlock": "REGISTER",
    }
    assert document["sources"] == [
        {
            "id": "icd-10-cm-2026-04",
            "name": "ICD-10-CM tabular list",
            "release": "April 2026",
            "effective": "2026-04-01",
            "licence": "Public domain (United States government work)",
        }
    ]
    assert document["allowance"] == {
        "plan": "guest",
        "action": "view_code",
        "limit": 1,
        "remaining": 0,
        "reset_time": "2026-12-01T00:00:00Z",
    }


def test_blocks_have_the_shapes_that_clients_rely_on() -> None:
    document = shape(access("free", unlocked=frozenset(code_pages.TITLES)))
    sections = document["sections"]
    assert isinstance(sections, list)
    blocks = {section["key"]: section["blocks"] for section in sections}

    assert blocks["guidelines"][2] == {
        "kind": "list",
        "title": "Use additional",
        "items": [
            [{"text": "code to identify control using:"}],
            [
                {"text": "insulin ("},
                {"text": "Z79.4", "link": {"system": "icd-10-cm", "code": "Z79.4"}},
                {"text": ")"},
            ],
            [
                {"text": "oral antidiabetic drugs ("},
                {"text": "Z79.84", "link": {"system": "icd-10-cm", "code": "Z79.84"}},
                {"text": ")"},
            ],
        ],
        "origin": {"code": "E11"},
        "condition": "to identify control",
        "source": "icd-10-cm-2026-04",
    }
    assert blocks["guidelines"][3]["origin"] == {"chapter": "4"}
    assert blocks["guidelines"][3]["items"][0][1]["link"] == {
        "system": "icd-10-cm",
        "range": "P70-P74",
    }
    table = blocks["ncci_edits"][1]
    assert table["kind"] == "table"
    assert table["columns"] == ["What is named", "Written at", "Condition"]
    assert [len(row) for row in table["rows"]] == [3, 3]
    assert table["rows"][0][2] == []
    assert blocks["payment"][1] == {
        "kind": "notice",
        "text": "Complication and comorbidity status (CC, MCC) not loaded for E11.9.",
    }


def test_allowance_is_null_when_nobody_could_say_and_limit_null_without_one() -> None:
    unlimited = access("enterprise", limit=None, remaining=None, reset_time=None)

    assert shape(access(degraded=True), mode="degraded")["allowance"] is None
    assert shape(unlimited)["allowance"] == {
        "plan": "enterprise",
        "action": "view_code",
        "limit": None,
        "remaining": None,
        "reset_time": None,
    }
