"""Every code set, as of any date, browsed, searched and checked, through the whole platform."""

from typing import Any

import pytest

from deploy.local.platform import Platform
from tests.platform.people import guest, member, register, shown

pytestmark = pytest.mark.asyncio(loop_scope="session")

ONE_OF_EACH = ("/icd-10-cm/I10", "/icd-10-pcs/0DTJ4ZZ", "/hcpcs/E0601")


@pytest.mark.parametrize("path", ONE_OF_EACH)
async def test_a_guest_sees_two_sections_of_a_code_of_any_set_and_a_member_nine(
    platform: Platform, path: str
) -> None:
    async with guest(platform) as visitor:
        told = (await visitor.get(f"/api/v1/codes{path}")).json()
        assert [section["locked"] for section in told["sections"]] == [False] * 2 + [True] * 7
        await register(visitor)
        page = await visitor.get(path)
        assert shown(page) == "open"
        whole = (await visitor.get(f"/api/v1/codes{path}")).json()
        assert all(section["blocks"] for section in whole["sections"])
        named = {b["source"] for s in whole["sections"] for b in s["blocks"] if b.get("source")}
        assert named == {source["id"] for source in whole["sources"]}


async def test_a_code_is_shown_as_of_a_date_of_service(platform: Platform) -> None:
    async with guest(platform) as visitor:
        then = await visitor.get("/api/v1/codes/hcpcs/J0570", params={"on": "2024-05-01"})
        assert then.json()["release"]["id"] == "hcpcs-2024-04"
        # It left, and came back; the same code again is free.
        gap = await visitor.get("/api/v1/codes/hcpcs/J0570", params={"on": "2025-05-01"})
        assert (gap.status_code, gap.json()["reason"]) == (404, "CODE_NOT_FOUND")
        now = await visitor.get("/api/v1/codes/hcpcs/J0570")
        assert (now.json()["verdict"], now.json()["release"]["id"]) == ("REPEAT", "hcpcs-2026-04")
        later = await visitor.get("/api/v1/codes/hcpcs/J0570", params={"on": "2026-11-25"})
        assert (later.status_code, later.json()["reason"]) == (404, "NOT_KNOWN_FOR_DATE")


async def test_the_axes_of_procedures_lead_to_a_valid_code(platform: Platform) -> None:
    async with guest(platform) as visitor:
        path = "/icd-10-pcs"
        for step in ("0", "0D", "0DT", "0DTJ", "0DTJ4", "0DTJ4Z"):
            place = await visitor.get(path)
            assert place.status_code == 200
            assert f'href="/icd-10-pcs/{step}"' in place.text
            path = f"/icd-10-pcs/{step}"
        assert 'href="/icd-10-pcs/0DTJ4ZZ"' in (await visitor.get(path)).text
        # Nothing of it was charged.
        assert shown(await visitor.get("/icd-10-pcs/0DTJ4ZZ")) == "public"


async def test_all_sets_are_searched_at_once(platform: Platform) -> None:
    async with guest(platform) as visitor:
        found = await visitor.get("/api/v1/search", params={"q": "wheelchair", "limit": 50})
        systems = {hit["system"] for hit in found.json()["results"]}
        assert {"icd-10-cm", "hcpcs"} <= systems
        typed = await visitor.get("/api/v1/suggest", params={"q": "e060", "system": "hcpcs"})
        assert "E0601" in [hit["code"] for hit in typed.json()["suggestions"]]
        first = await visitor.get("/api/v1/search", params={"q": "high blood pressure"})
        assert first.json()["results"][0]["code"] == "I10"
        asked = {"terms": "walker", "maxList": "3"}
        widget = await visitor.get("/api/hcpcs/v3/search", params=asked)
        total, codes, _extra, shown_, *_ = widget.json()
        assert total > 3
        assert len(codes) == len(shown_) == 3


async def test_what_a_release_changed_is_listed(platform: Platform) -> None:
    async with guest(platform) as visitor:
        page = await visitor.get("/hcpcs/changes", params={"on": "2026-04-01"})
        assert page.status_code == 200
        told = await visitor.get("/api/v1/changes/hcpcs", params={"on": "2025-10-01"})
        assert told.status_code == 200
        assert "J0570" in told.text


async def test_a_pasted_note_leads_to_codes_and_is_kept_nowhere(platform: Platform) -> None:
    note = "Type 2 diabetes with hypertension. Denies chest pain. Xylophonist by trade."
    async with guest(platform) as visitor:
        answer = await visitor.post("/api/v1/case-notes", json={"note": note})
        assert answer.status_code == 200
        codes = {
            candidate["code"]["code"] if isinstance(candidate["code"], dict) else candidate["code"]
            for finding in answer.json()["findings"]
            for candidate in finding.get("candidates", ())
        }
        assert {"E11.9", "I10"} <= codes
        assert not any(code.startswith("R07") for code in codes)
    for part in ("gateway", "lookup"):
        assert not [line for line in platform.logs(part) if "Xylophonist" in line]


async def test_a_claim_is_checked_and_counted(platform: Platform) -> None:
    claim: dict[str, Any] = {
        "claim_type": "hospital_outpatient",
        "date_of_service": "2026-05-04",
        "lines": [
            {"system": "icd-10-cm", "code": "E11.9"},
            {"system": "icd-10-cm", "code": "E10.9"},
            {"system": "icd-10-cm", "code": "W19"},
        ],
    }
    async with guest(platform) as visitor:
        walled = await visitor.post("/api/v1/claim-checks", json=claim)
        assert (walled.status_code, walled.json()["unlock"]) == (429, "REGISTER")
    async with member(platform) as visitor:
        answer = await visitor.post("/api/v1/claim-checks", json=claim)
        assert answer.status_code == 200, answer.text
        rules = {finding["rule"]: finding for finding in answer.json()["findings"]}
        assert rules["EXCLUDES1"]["severity"] == "warning"
        assert rules["EXCLUDES1"]["lines"] == [0, 1]
        assert rules["SEVENTH_CHARACTER_MISSING"]["severity"] == "error"
        assert answer.json()["not_checked"]
        again = await visitor.post("/api/v1/claim-checks", json=claim)
        assert again.json()["allowance"]["remaining"] == answer.json()["allowance"]["remaining"]
