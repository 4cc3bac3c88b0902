"""A pasted case note: what is shown of it, and that it is kept nowhere."""

import json

import pytest

from gateway.tests.gateway_process import Platform
from tests.support.html_outline import outline

pytestmark = pytest.mark.asyncio(loop_scope="session")

READ = "/api/v1/case-notes"
NOTE = (
    "Has diabetes. Denies nothing, denies hypertension.\n"
    "history of asthma; possible hypertension; mother has diabetes. <b>Zqx</b>"
)


async def test_findings_are_told_in_the_shape_of_the_contract(platform: Platform) -> None:
    async with platform.guest() as guest:
        answer = await guest.post(READ, json={"note": NOTE})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert "set-cookie" not in answer.headers
    findings = answer.json()["findings"]
    assert [it["status"] for it in findings] == [
        *("affirmed", "negated", "historical", "uncertain", "family"),
    ]
    begin = NOTE.index("diabetes")
    assert findings[0] == {
        "place": [begin, begin + 8],
        "status": "affirmed",
        "cue": None,
        "candidates": [
            {
                "system": "icd-10-cm",
                "code": "E11.9",
                "display": "Type 2 diabetes mellitus without complications",
                "billable": True,
                "score": 1.0,
                "evidence": [[begin, begin + 8]],
                "missing": ["type not stated"],
            }
        ],
    }
    cue = findings[1]["cue"]
    assert (NOTE[cue[0] : cue[1]], findings[1]["candidates"]) == ("denies", [])


async def test_a_note_can_be_limited_to_code_sets_and_a_day(wide_platform: Platform) -> None:
    body = {"note": NOTE, "systems": ["ICD-10-CM", "icd10cm", "hcpcs"], "on": "2026-05-01"}
    async with wide_platform.guest() as guest:
        await guest.post(READ, json=body)
        form = {"note": NOTE, "system": "icd-10-cm", "on": "2026-05-01"}
        page = await guest.post("/case-note", data=form)
    api, typed = wide_platform.lookup.notes[-2:]

    assert (list(api.systems), api.on) == (["icd-10-cm", "hcpcs"], "2026-05-01")
    assert (list(typed.systems), typed.on) == (["icd-10-cm"], "2026-05-01")
    assert "/icd-10-cm/E11.9?on=2026-05-01" in outline(page.text).values("href")


async def test_the_page_shows_the_note_once_with_what_speaks_for_each_code(
    platform: Platform,
) -> None:
    async with platform.guest() as guest:
        page = await guest.post("/case-note", data={"note": NOTE.replace("\n", "\r\n")})
        form = await guest.get("/case-note")

    assert page.status_code == form.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    assert platform.lookup.notes[-1].note == NOTE
    text = page.text
    assert text.count("Zqx") == 1
    assert "&lt;b&gt;Zqx&lt;/b&gt;" in text
    assert (
        'Has <mark class="mark-affirmed">diabetes</mark>'
        '<sup><a href="#finding-1" aria-label="Finding 1">1</a></sup>.'
    ) in text
    assert '<mark class="mark-cue">denies</mark> <mark class="mark-negated">hypertension' in text
    assert "/icd-10-cm/E11.9" in outline(text).values("href")
    assert "What is missing: type not stated" in text
    order = [
        text.index(f">{heading}</h2>")
        for heading in (
            "The note",
            "Findings",
            "Said not to be there",
            "In the past",
            "Uncertain",
            "In the family",
        )
    ]
    assert order == sorted(order)
    # Under each heading stands what belongs there.
    numbers = [text.index(f'id="finding-{number}"') for number in range(1, 6)]
    assert all(
        a < b < c for a, b, c in zip(order[1:], numbers, [*order[2:], len(text)], strict=True)
    )
    assert "Zqx" not in form.text


async def test_search_leads_to_notes_and_to_claims(platform: Platform) -> None:
    async with platform.guest() as guest:
        pages = [await guest.get(path) for path in ("/search", "/search?q=diabetes")]

    for page in pages:
        assert {"/case-note", "/claim-check"} <= set(outline(page.text).values("href"))


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({}, 422, ["note"]),
        ({"note": " \n\t"}, 422, ["note"]),
        ({"note": 7}, 422, ["note"]),
        ({"note": "\ud800"}, 422, ["note"]),
        ({"note": "z" * 20_001}, 422, ["note"]),
        ({"note": "x", "systems": "hcpcs"}, 422, ["systems"]),
        ({"note": "x", "systems": [7]}, 422, ["systems"]),
        ({"note": "x", "systems": ["snomed"]}, 422, ["systems"]),
        ({"note": "x", "on": "2026-02-30"}, 422, ["on"]),
        ({"note": "z" * 70_000}, 413, []),
        ([], 400, []),
    ],
)
async def test_a_malformed_request_is_refused_by_its_fields(
    platform: Platform, body: object, status: int, fields: list[str]
) -> None:
    async with platform.guest() as guest:
        answer = await guest.post(
            READ, content=json.dumps(body), headers={"Content-Type": "application/json"}
        )

    assert answer.status_code == status
    assert [error["field"] for error in answer.json().get("errors", [])] == fields


async def test_a_note_of_the_full_length_is_read_whatever_its_characters(
    platform: Platform,
) -> None:
    for note in ("/" * 20_000, ("é\r\n" * 5_000), "\x00<script>'--" + "%" * 100):
        async with platform.guest() as guest:
            page = await guest.post("/case-note", data={"note": note})

        assert page.status_code == 200
        assert "<script>'" not in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"note": " "}, "The note is empty; paste the text of a note."),
        ({"note": NOTE + "z" * 20_000}, "at most 20,000 are read"),
        ({"system": "snomed"}, "The code set must be among"),
        ({"on": "soon"}, "The date of service must be a calendar date such as 2026-04-01."),
    ],
)
async def test_a_note_stands_as_it_was_typed_when_something_is_wrong(
    platform: Platform, changes: dict[str, str], said: str
) -> None:
    async with platform.guest() as guest:
        page = await guest.post("/case-note", data={"note": NOTE} | changes)

    assert page.status_code == 422
    assert page.text.count(said) == 2, "in the summary and beside its field"
    assert ("Zqx" in page.text) == (changes.get("note") != " ")


async def test_another_site_cannot_have_a_note_read(platform: Platform) -> None:
    before = len(platform.lookup.notes)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    async with platform.guest() as guest:
        page = await guest.post("/case-note", data={"note": NOTE}, headers=foreign)
        answer = await guest.post(READ, json={"note": NOTE}, headers=foreign)

    assert page.status_code == answer.status_code == 403
    assert len(platform.lookup.notes) == before
