"""Gated text reaches nobody who may not see it: canaries in every section, on every way out."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.tests.gateway_process import Member, Platform, running
from tests.support import code_pages
from tests.support.postgres_server import PostgresServer

CODES = ("E11.9", "I10", "E08", "E13")
QUESTIONS = (
    "Can I report E11.9 with I10?",
    "Can I report it with E13?",
    "What are the guidelines of E11.9?",
    # These two are answered, and are all that a guest may ask.
    "What is E11.9?",
    "Is E08 billable?",
)
ALL = {code_pages.canary(key) for key in code_pages.GATED}


@pytest.fixture
async def platform(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Platform]:
    pages = [code_pages.with_canaries(code, f"Disease {code}") for code in CODES]
    async with running(tmp_path, pages, postgres) as platform:
        yield platform


def told(answer: httpx.Response) -> set[str]:
    """The canaries in any byte of *answer*, headers included."""
    sent = b"\n".join(b": ".join(field) for field in answer.headers.raw) + answer.content
    assert b"canary-highlight" not in sent
    return {word for word in ALL if word.encode() in sent}


async def everything(visitor: httpx.AsyncClient | Member) -> dict[str, httpx.Response]:
    """Every way in which the gateway says something of codes."""
    ahead = {"Sec-Purpose": "prefetch"}
    answers = {}
    for method, path in [
        ("GET", "/icd-10-cm/E11.9"),
        ("GET", "/icd-10-cm/E11.9?on=2026-05-01"),
        ("GET", "/icd-10-cm/I10"),
        ("GET", "/icd-10-cm/I10?on=2026-05-01"),
        ("GET", "/icd-10-cm/e119"),
        ("GET", "/icd-10-cm/E99"),
        ("GET", "/icd-10-cm/E11.9?on=2030-01-01"),
        ("GET", "/icd-10-cm/E11.9?on=nonsense"),
        ("GET", "/icd-10-cm/E08-E13"),
        ("GET", "/icd-10-cm"),
        ("GET", "/icd-10-cm?on=2026-05-01"),
        ("GET", "/icd-10-cm/changes"),
        ("GET", "/cpt/99213"),
        ("GET", "/"),
        ("GET", "/search?q=E11.9"),
        ("GET", "/search?q=disease"),
        ("GET", "/search?q=canary"),
        ("GET", "/search?q=disease&system=icd-10-cm&billable=true&on=2026-05-01"),
        ("GET", "/search.csv?q=disease"),
        ("GET", "/account/favourites"),
        ("GET", "/account/favourites/icd-10-cm/I10"),
        ("GET", "/account/favourites.csv"),
        ("GET", "/account/searches"),
        ("GET", "/api/v1/favourites"),
        ("GET", "/api/v1/searches"),
        ("GET", "/register?next=/icd-10-cm/E11.9"),
        ("GET", "/login"),
        ("GET", "/casepilot?system=icd-10-cm&code=E11.9"),
        ("GET", "/about/data"),
        ("GET", "/about/licences"),
        ("GET", "/api/docs"),
        ("GET", "/api/openapi.json"),
        ("GET", "/api/v1/codes/icd-10-cm/E11.9"),
        ("GET", "/api/v1/codes/icd-10-cm/I10"),
        ("GET", "/api/v1/codes/icd-10-cm/E99"),
        ("GET", "/api/v1/codes/icd-10-cm/e119"),
        ("GET", "/api/v1/search?q=disease"),
        ("GET", "/api/v1/search?q=canary"),
        ("GET", "/api/v1/suggest?q=E1"),
        ("GET", "/api/v1/changes/icd-10-cm"),
        ("GET", "/api/v1/allowance"),
        ("HEAD", "/icd-10-cm/E11.9"),
        ("HEAD", "/api/v1/codes/icd-10-cm/I10"),
        ("POST", "/icd-10-cm/E11.9"),
        ("OPTIONS", "/api/v1/codes/icd-10-cm/E11.9"),
    ]:
        answers[f"{method} {path}"] = await visitor.request(method, path)
    for path in ("/icd-10-cm/E11.9", "/icd-10-cm/I10"):
        answers[f"prefetch {path}"] = await visitor.get(path, headers=ahead)
    for question in QUESTIONS:
        asked = {"question": question, "context": {"system": "icd-10-cm", "code": "E11.9"}}
        answers[f"stream {question}"] = await visitor.post(
            "/api/v1/assistant/questions", json=asked
        )
        form = {"question": question, "system": "icd-10-cm", "code": "E11.9"}
        answers[f"answer {question}"] = await visitor.post("/casepilot", data=form)
    return answers


async def test_no_byte_of_gated_text_reaches_a_guest(platform: Platform) -> None:
    # An account comes first, so that everything is rendered and held in full.
    async with platform.account("ann") as member:
        for code in CODES:
            await member.get(f"/icd-10-cm/{code}")

    async with platform.guest() as guest:
        answers = await everything(guest)
    leaks = {way: told(answer) for way, answer in answers.items() if told(answer)}

    assert leaks == {}
    assert answers["GET /icd-10-cm/E11.9"].status_code == 200
    assert answers["GET /icd-10-cm/I10"].status_code == 200
    assert answers["GET /api/v1/codes/icd-10-cm/I10"].status_code == 429
    assert "canary-official-description" in answers["GET /icd-10-cm/E11.9"].text
    # Two questions were answered; what needed a gated section was declined, without charge.
    assert "canary-official-description" in answers["stream What is E11.9?"].text
    assert '"outcome": "declined"' in answers["stream Can I report E11.9 with I10?"].text
    assert "canary-official-description" not in answers["GET /icd-10-cm/I10"].text


async def test_no_byte_of_gated_text_reaches_anybody_while_the_count_is_away(
    platform: Platform,
) -> None:
    async with platform.account("ann") as member, platform.guest() as guest:
        await member.get("/icd-10-cm/E11.9")
        await platform.metering.kill()
        for visitor in (guest, member):
            answers = await everything(visitor)
            leaks = {way: told(answer) for way, answer in answers.items() if told(answer)}
            assert leaks == {}
            assert answers["GET /icd-10-cm/E11.9"].status_code == 200


async def test_an_account_reads_all_of_it_and_nothing_on_its_wall(platform: Platform) -> None:
    async with platform.account("bob") as member:
        page = await member.get("/icd-10-cm/E11.9")
        api = await member.get("/api/v1/codes/icd-10-cm/E11.9")
        pair = await member.post(
            "/api/v1/assistant/questions", json={"question": "Can I report E11.9 with I10?"}
        )
    async with platform.account("eve", plan="guest") as lesser:
        seen = await lesser.get("/icd-10-cm/E11.9")
        wall = await lesser.get("/icd-10-cm/I10")

    assert told(page) == told(api) == ALL
    assert told(pair) == {code_pages.canary("ncci_edits")}
    assert told(seen) == told(wall) == set()
