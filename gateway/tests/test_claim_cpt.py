"""Claims and notes where CPT is loaded under a licence: its terms first, then its notices."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.tests import code_sets
from gateway.tests.gateway_process import Platform, catalog, running
from gateway.tests.test_case_notes import NOTE, READ
from gateway.tests.test_claim_checks import CHECK, TYPED, claim, left
from tests.support.postgres_server import PostgresServer

DIAGNOSIS = {"system": "icd-10-cm", "code": "E11.9"}
PROCEDURES = ({"code": "00001"}, {"system": "hcpcs", "code": "A4000"})


@pytest.fixture
async def licensed(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Platform]:
    others = [*code_sets.hcpcs(), *code_sets.cpt()]
    async with running(
        tmp_path, catalog(), postgres, others=others, licence=code_sets.licence()
    ) as platform:
        yield platform


async def test_a_claim_that_rules_may_answer_with_cpt_codes_needs_the_terms_first(
    licensed: Platform,
) -> None:
    async with licensed.account() as member:
        refused = [await member.post(CHECK, json=claim(lines=[it])) for it in PROCEDURES]
        page = await member.post("/claim-check", data=TYPED | {"lines": "E11.9\n00001"})
        assert await left(member) == 5
        free_of_it = await member.post(CHECK, json=claim(lines=[DIAGNOSIS]))
        note = await member.post(READ, json={"note": NOTE})
        only_cpt = await member.post(READ, json={"note": NOTE, "systems": ["cpt"]})
        await member.post("/licences/cpt", data={"terms_version": "terms-1", "next": "/"})
        told = [await member.post(CHECK, json=claim(lines=[it])) for it in PROCEDURES]
        shown = await member.post("/claim-check", data=TYPED | {"lines": "E11.9\n00001"})
        whole = await member.post(READ, json={"note": NOTE})

    for answer in (*refused, only_cpt):
        assert (answer.status_code, answer.json()["reason"]) == (403, "CPT_TERMS_NOT_ACCEPTED")
    assert page.status_code == 403
    assert "Invented terms, version terms-1." in page.text
    assert free_of_it.status_code == 200
    assert "licence_notices" not in free_of_it.json()
    assert note.json()["left_out"]
    assert "left_out" not in whole.json()
    for answer in told:
        assert answer.json()["licence_notices"] == list(code_sets.NOTICES)
    assert code_sets.NOTICES[0] in shown.text
