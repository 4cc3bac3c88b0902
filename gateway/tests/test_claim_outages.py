"""Claims and notes while a part is away or fails: nothing charged, nothing lost, nothing told."""

import json

import pytest

from gateway.tests.gateway_process import Platform
from gateway.tests.test_case_notes import NOTE, READ
from gateway.tests.test_claim_checks import CHECK, CLAIM, TYPED, left


@pytest.mark.parametrize("away", ["metering", "redis"])
async def test_without_the_count_there_is_no_check(own_platform: Platform, away: str) -> None:
    platform = own_platform
    async with platform.account() as member:
        await (platform.metering.kill() if away == "metering" else platform.valkey.kill())
        answer = await member.post(CHECK, json=CLAIM)
        page = await member.post("/claim-check", data=TYPED)

    assert answer.status_code == page.status_code == 503
    assert answer.json()["reason"] == "METERING_UNAVAILABLE"
    assert int(answer.headers["retry-after"]) > 0
    assert int(page.headers["retry-after"]) > 0
    assert "is no code" not in answer.text + page.text
    assert "hcpcs z0000 JW 3</textarea>" in page.text


async def test_without_lookup_a_claim_is_free_and_stands_as_it_was_typed(
    own_platform: Platform,
) -> None:
    platform = own_platform
    async with platform.account() as member:
        platform.lookup.stop()
        answer = await member.post(CHECK, json=CLAIM)
        page = await member.post("/claim-check", data=TYPED)
        assert await left(member) == 5

    assert answer.status_code == page.status_code == 503
    assert answer.json()["reason"] == "LOOKUP_UNAVAILABLE"
    assert "hcpcs z0000 JW 3</textarea>" in page.text


async def test_without_lookup_the_note_is_not_lost(own_platform: Platform) -> None:
    platform = own_platform
    platform.lookup.stop()
    async with platform.guest() as guest:
        answer = await guest.post(READ, json={"note": NOTE})
        page = await guest.post("/case-note", data={"note": NOTE})

    assert answer.status_code == page.status_code == 503
    assert answer.json()["reason"] == "LOOKUP_UNAVAILABLE"
    assert int(answer.headers["retry-after"]) > 0
    assert int(page.headers["retry-after"]) > 0
    assert "Zqx" in page.text
    assert "Zqx" not in answer.text


async def test_a_note_is_in_no_log_no_address_and_no_other_answer(own_platform: Platform) -> None:
    """Not even where the answer to it fails."""
    platform = own_platform
    async with platform.guest() as guest:
        await guest.post("/case-note", data={"note": NOTE})
        read = await guest.post(READ, json={"note": NOTE})
        too_long = await guest.post(READ, json={"note": NOTE + "z" * 20_000})
        in_address = await guest.get("/case-note", params={"note": NOTE})
        platform.lookup.score = float("nan")
        failed = await guest.post(READ, json={"note": NOTE})
        await platform.gateway.logged("request_failed")

    assert failed.status_code == 500
    for answer in (read, too_long, failed, in_address):
        assert "Zqx" not in answer.text
    logged = json.dumps(platform.gateway.lines)
    assert "Zqx" not in logged
    assert "possible" not in logged
