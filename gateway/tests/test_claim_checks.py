"""Claim checks, as JSON and as a page: what is charged, what is refused, what is kept."""

import asyncio
import json
import re

import httpx
import pytest

from gateway.tests import code_sets
from gateway.tests.gateway_process import Member, Platform
from tests.support.html_outline import outline

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHECK = "/api/v1/claim-checks"
LINES = [
    {"system": "icd-10-cm", "code": "E11.9", "modifiers": [], "units": 1},
    {"system": "icd-10-cm", "code": "E11", "modifiers": [], "units": 1},
    {"system": "hcpcs", "code": "Z0000", "modifiers": ["JW"], "units": 3},
]
CLAIM = {"claim_type": "professional", "date_of_service": "2026-05-01", "lines": LINES}
TYPED = {
    "claim_type": "professional",
    "date_of_service": "2026-05-01",
    "age": "41",
    "lines": "e11.9\r\nE11\r\nhcpcs z0000 JW 3",
}


async def left(visitor: httpx.AsyncClient | Member) -> int:
    told = (await visitor.get("/api/v1/allowance")).json()["allowances"]
    (remaining,) = [a["remaining"] for a in told if a["action"] == "claim_check"]
    assert isinstance(remaining, int)
    return remaining


def claim(**changes: object) -> dict[str, object]:
    return {**CLAIM, **changes}


def line(**changes: object) -> dict[str, object]:
    return claim(lines=[{**LINES[0], **changes}])


async def test_a_claim_is_answered_in_the_shape_that_clients_rely_on(platform: Platform) -> None:
    async with platform.account() as member:
        answer = await member.post(CHECK, json=claim(patient={"age": 41}))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["ratelimit-policy"] == '"claim_check";q=5'
    assert answer.headers["ratelimit"].startswith('"claim_check";r=4;t=')
    told = answer.json()
    assert [(it["severity"], it["rule"], it["lines"]) for it in told["findings"]] == [
        ("error", "CODE_UNKNOWN", [2]),
        ("warning", "A_LATER_RULE", [1]),
        ("info", "USE_ADDITIONAL", [0]),
    ]
    assert told["findings"][0]["message"] == "Z0000 is no code."
    named = {it["id"] for it in told["sources"]}
    assert {it["source"] for it in told["findings"]} <= named
    assert told["not_checked"] == [{"rule": "MUE", "why": "MUE values are not loaded."}]
    assert told["lines"] == LINES
    assert told["note"].endswith("It never says that a claim will be paid.")
    assert (told["verdict"], told["mode"]) == ("GRANTED", "normal")
    reset = told["allowance"].pop("reset_time")
    assert reset.endswith("-01T00:00:00Z")
    assert told["allowance"] == {
        "plan": "free",
        "action": "claim_check",
        "limit": 5,
        "remaining": 4,
    }
    asked = platform.lookup.claims[-1]
    assert (asked.patient_age, asked.date_of_service) == (41, "2026-05-01")
    last = asked.lines[2]
    assert (last.code, list(last.modifiers), last.units) == ("Z0000", ["JW"], 3)


async def test_the_same_claim_is_free_however_it_is_spelled(platform: Platform) -> None:
    other = {"system": "hcpcs", "code": "j0570", "modifiers": ["jw", "JZ"]}
    async with platform.account() as member:
        await member.post(CHECK, json=claim(lines=[LINES[0], other]))
        again = {"system": "HCPCS", "code": "J0570", "modifiers": ["JZ", "JW"], "units": 0}
        spelled = {"system": "ICD-10-CM", "code": "e119"}
        repeat = await member.post(CHECK, json=claim(lines=[spelled, again]))
        assert await left(member) == 4
        page = await member.post("/claim-check", data=TYPED | {"lines": "E119\nj0570-jz-jw"})
        # An age that was not said before makes it another claim.
        assert await left(member) == 3
        # So do another order of lines, which says what is principal, units, and the day.
        for changed in (
            claim(lines=[again, spelled]),
            claim(lines=[spelled, {**again, "units": 2}]),
            claim(lines=[spelled, again], date_of_service="2026-05-02"),
        ):
            await member.post(CHECK, json=changed)
        assert await left(member) == 0

    assert (repeat.json()["verdict"], repeat.json()["allowance"]["remaining"]) == ("REPEAT", 4)
    assert "3 claim checks left." in page.text


async def test_a_page_says_the_same_without_a_script(platform: Platform) -> None:
    async with platform.account() as member:
        page = await member.post("/claim-check", data=TYPED)
        again = await member.post("/claim-check", data=TYPED)
        form = await member.get("/claim-check")

    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    order = [
        page.text.index(words)
        for words in (
            "<h3>Errors",
            "Z0000 is no code.",
            "<h3>To be looked at",
            "E11 is a heading.",
            "<h3>Good to know",
            "Good to know &lt;b&gt;of",
            "<h3>Not checked",
            "MUE values are not loaded.",
        )
    ]
    assert order == sorted(order)
    assert "CODE_UNKNOWN" in page.text
    assert "<b>of</b>" not in page.text
    assert "It never says that a claim will be paid." in page.text
    assert "/icd-10-cm/E11?on=2026-05-01" in outline(page.text).values("href")
    assert "4 claim checks left." in page.text
    assert "was not counted again" in again.text
    # What was typed stands in the form, and nowhere after that.
    assert 'value="2026-05-01"' in page.text
    assert "hcpcs z0000 JW 3</textarea>" in page.text
    assert "z0000" not in form.text
    assert "It never says that a claim will be paid." in form.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"claim_type": "dental"}, "Choose what kind of claim it is"),
        ({"date_of_service": ""}, "The date of service must be a calendar date"),
        ({"age": "old"}, "The age must be a whole number of years, 0 to 124."),
        ({"age": "125"}, "The age must be a whole number of years, 0 to 124."),
        ({"lines": " \n "}, "Enter 1 to 100 lines, each with a code."),
        ({"lines": "E11.9\n" * 101}, "Enter 1 to 100 lines, each with a code."),
        ({"lines": "A" * 20_001}, "The lines may have at most 20,000 characters."),
        ({"lines": "E11.9\nJ1100 <b>"}, "Line 2 (“J1100 &lt;b&gt;”) has “&lt;B&gt;”"),
        ({"lines": "J1100 40"}, "which may be a modifier or a number of units"),
        ({"lines": "E11.9\nbad"}, "Line 2: must not be bad."),
    ],
)
async def test_what_was_typed_is_kept_when_something_is_wrong(
    platform: Platform, changes: dict[str, str], said: str
) -> None:
    async with platform.account() as member:
        page = await member.post("/claim-check", data=TYPED | changes)
        assert await left(member) == 5

    assert page.status_code == 422
    assert page.text.count(said) == 2, "in the summary and beside its field"
    assert 'role="alert"' in page.text
    typed = outline(page.text)
    assert {(TYPED | changes)["date_of_service"], (TYPED | changes)["age"]} <= set(
        typed.values("value")
    )
    assert 'aria-invalid="true"' in page.text or "claim_type" in changes


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({}, 422, ["claim_type", "date_of_service", "lines"]),
        (claim(claim_type=["dme"]), 422, ["claim_type"]),
        (claim(claim_type="dental"), 422, ["claim_type"]),
        (claim(date_of_service="2026-02-30"), 422, ["date_of_service"]),
        (claim(date_of_service=20260501), 422, ["date_of_service"]),
        (claim(lines={}), 422, ["lines"]),
        (claim(lines=[]), 422, ["lines"]),
        (claim(lines=LINES * 34), 422, ["lines"]),
        (claim(lines=[LINES[0], "E11.9"]), 422, ["lines[1]"]),
        (claim(patient=41), 422, ["patient"]),
        (claim(patient={}), 422, ["patient.age"]),
        (claim(patient={"age": 125}), 422, ["patient.age"]),
        (claim(patient={"age": True}), 422, ["patient.age"]),
        (line(system="snomed"), 422, ["lines[0].system"]),
        (line(system=7), 422, ["lines[0].system"]),
        (line(code=""), 422, ["lines[0].code"]),
        (line(code="\ud800\x00 9"), 422, ["lines[0].code"]),
        (line(code="E" * 65), 422, ["lines[0].code"]),
        (line(code="bad"), 422, ["lines[0].code"]),
        (line(modifiers="25"), 422, ["lines[0].modifiers"]),
        (line(modifiers=["255"]), 422, ["lines[0].modifiers"]),
        (line(modifiers=["é1"]), 422, ["lines[0].modifiers"]),
        (line(modifiers=["25"] * 9), 422, ["lines[0].modifiers"]),
        (line(units=-1), 422, ["lines[0].units"]),
        (line(units=1.5), 422, ["lines[0].units"]),
        (line(units=10**30), 422, ["lines[0].units"]),
        ([], 400, []),
    ],
)
async def test_a_malformed_claim_is_refused_by_its_fields_and_free(
    platform: Platform, body: object, status: int, fields: list[str]
) -> None:
    async with platform.account() as member:
        answer = await member.post(
            CHECK, content=json.dumps(body), headers={"Content-Type": "application/json"}
        )
        assert await left(member) == 5

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json().get("errors", [])] == fields


async def test_a_guest_is_shown_the_way_to_register_before_any_work_is_done(
    platform: Platform,
) -> None:
    before = len(platform.lookup.claims)
    async with platform.guest() as guest:
        form = await guest.get("/claim-check")
        answer = await guest.post(CHECK, json=CLAIM)
        page = await guest.post("/claim-check", data=TYPED)

    assert form.status_code == page.status_code == 200
    for shown in (form, page):
        assert "/register?next=/claim-check" in outline(shown.text).values("href")
    problem = answer.json()
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"].endswith("/problems/quota-exceeded")
    assert (problem["reason"], problem["unlock"]) == ("CLAIM_CHECKS_NOT_IN_PLAN", "REGISTER")
    assert "A claim check needs an account." in page.text
    assert '"isAccessibleForFree": false' in page.text
    assert "hcpcs z0000 JW 3</textarea>" in page.text
    assert "is no code" not in answer.text + page.text
    assert len(platform.lookup.claims) == before


async def test_when_the_checks_are_spent_nothing_is_told_but_when_they_come_back(
    platform: Platform,
) -> None:
    async with platform.account() as member:
        for day in range(1, 6):
            await member.post(CHECK, json=claim(date_of_service=f"2026-05-0{day}"))
        refused = await member.post(CHECK, json=claim(date_of_service="2026-05-06"))
        page = await member.post("/claim-check", data=TYPED)
        again = await member.post(CHECK, json=claim(date_of_service="2026-05-03"))

    problem = refused.json()
    assert refused.status_code == 429
    assert (problem["reason"], problem["unlock"]) == ("CLAIM_CHECKS_SPENT", "UPGRADE")
    assert problem["reset_time"].endswith("-01T00:00:00Z")
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["ratelimit"].startswith('"claim_check";r=0;t=')
    assert "is no code" not in refused.text + page.text
    assert page.status_code == 200
    assert "The claim checks of this period are spent." in page.text
    assert re.search(r"They come back on [A-Z][a-z]+ 1, \d{4}", page.text)
    assert "hcpcs z0000 JW 3</textarea>" in page.text
    assert (again.status_code, again.json()["verdict"]) == (200, "REPEAT")


async def test_code_sets_are_found_by_look_up_where_they_are_not_said(
    wide_platform: Platform,
) -> None:
    codes = ("e119", "E0601", "0dtj4zz", "k0001", "Z9999", "E11.8", "00001")
    async with wide_platform.account() as member:
        answer = await member.post(CHECK, json=claim(lines=[{"code": code} for code in codes]))

    assert [it["system"] for it in answer.json()["lines"]] == [
        "icd-10-cm",
        "hcpcs",
        "icd-10-pcs",
        # Not on the day, but before.
        "hcpcs",
        # Nowhere: as its form says.
        "hcpcs",
        "icd-10-cm",
        "cpt",
    ]


async def test_a_code_of_two_code_sets_is_asked_about(wide_platform: Platform) -> None:
    # The diagnosis that reads as the device does.
    diagnosis = code_sets.page("icd-10-cm", "E08.00", "A diagnosis", wide_platform.lookup.release)
    wide_platform.lookup.pages["E08.00"] = diagnosis
    try:
        async with wide_platform.account() as member:
            api = await member.post(CHECK, json=claim(lines=[{"code": "E0800"}]))
            page = await member.post("/claim-check", data=TYPED | {"lines": "I10\nE0800"})
            named = await member.post("/claim-check", data=TYPED | {"lines": "HCPCS E0800"})
            dotted = await member.post("/claim-check", data=TYPED | {"lines": "E08.00"})
            # Modifiers, units, and diagnoses with dots tell which it is.
            told = [
                await member.post("/claim-check", data=TYPED | {"lines": lines})
                for lines in ("E0800 NU", "E0800 2", "E11.9\nE0800")
            ]
            assert await left(member) == 0
    finally:
        del wide_platform.lookup.pages["E08.00"]

    assert api.status_code == page.status_code == 422
    assert [error["field"] for error in api.json()["errors"]] == ["lines[0].system"]
    said = "E0800 is a code of HCPCS Level II and of ICD-10-CM; name the code set that is meant"
    assert said in api.text
    assert f"Line 2: {said}." in page.text
    assert named.status_code == dotted.status_code == 200
    assert [page.text.count("<td>HCPCS Level II</td>") for page in told] == [1, 1, 1]


async def test_nothing_of_a_claim_is_written_anywhere(platform: Platform) -> None:
    async with platform.account() as member:
        odd = [{"system": "hcpcs", "code": "QQZZ77", "modifiers": [], "units": 1}]
        await member.post(CHECK, json=claim(lines=odd))
        await member.post("/claim-check", data=TYPED | {"lines": "hcpcs QQZZ77\nhcpcs J1100 40"})
        await asyncio.sleep(0)

    logged = json.dumps(platform.gateway.lines)
    assert "QQZZ77" not in logged
    assert "2026-05-01" not in logged


async def test_another_site_cannot_spend_a_visitors_checks(platform: Platform) -> None:
    async with platform.account() as member:
        foreign = {"Sec-Fetch-Site": "cross-site"}
        page = await member.post("/claim-check", data=TYPED, headers=foreign)
        answer = await member.post(CHECK, json=CLAIM, headers=foreign)
        assert await left(member) == 5

    assert page.status_code == answer.status_code == 403


async def test_the_description_of_the_api_names_what_claims_and_notes_are_made_of(
    platform: Platform,
) -> None:
    async with platform.guest() as guest:
        described = (await guest.get("/api/openapi.json")).json()
        docs = await guest.get("/api/docs")

    schemas = described["components"]["schemas"]
    for path, asked, told in (
        (CHECK, "ClaimAsked", "ClaimChecked"),
        ("/api/v1/case-notes", "NoteAsked", "NoteRead"),
    ):
        operation = described["paths"][path]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert body["$ref"].endswith(f"/{asked}")
        assert answer["$ref"].endswith(f"/{told}")
        assert {asked, told} <= schemas.keys()
        assert path in docs.text
        assert {"429", "422", "503"} <= operation["responses"].keys()
        shapes = [schemas[asked], schemas[told]]
        assert {ref.rsplit("/", 1)[1] for ref in _refs(shapes)} <= schemas.keys()


def _refs(document: object) -> list[str]:
    if isinstance(document, dict):
        own = [it for key, it in document.items() if key == "$ref" and isinstance(it, str)]
        return own + [ref for it in document.values() for ref in _refs(it)]
    if isinstance(document, list):
        return [ref for it in document for ref in _refs(it)]
    return []
