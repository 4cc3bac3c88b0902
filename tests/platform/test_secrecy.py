"""No gated text of a real page reaches a guest on any way; an account reads all of it."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest

from codingahead.lookup.v1 import lookup_pb2, lookup_pb2_grpc
from deploy.local.platform import Platform
from tests.platform.people import SECONDS, guest, member, shown

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = "/icd-10-cm/E11.9"
API = "/api/v1/codes/icd-10-cm/E11.9"
SHORTEST = 25
QUESTIONS = (
    "What is E11.9?",
    "Is E11.9 billable?",
    "Can I report E11.9 with E10.9?",
    "Can I report E11.9 with E11.A?",
    "What are the guidelines of E11.9?",
    "What does E11.9 exclude?",
)


def flat(text: str) -> str:
    return " ".join(text.split())


def texts_of(section: lookup_pb2.Section) -> Iterator[str]:
    for block in section.blocks:
        yield from (block.title, block.text, block.condition, *block.columns)
        for line in (*block.items, *(cell for row in block.rows for cell in row.cells)):
            yield from (span.text for span in line.spans)


async def gated_texts(platform: Platform) -> dict[str, str]:
    """What stands only in gated sections of E11.9, each with the section it is of.

    Titles of codes are left out: they are public wherever they stand.
    """
    async with grpc.aio.insecure_channel(platform.address("lookup")) as channel:
        lookup = lookup_pb2_grpc.LookupServiceStub(channel)
        page = (
            await lookup.GetCodePage(
                lookup_pb2.GetCodePageRequest(system="icd-10-cm", code="E11.9"), timeout=SECONDS
            )
        ).page
        public = "\n".join(
            flat(text) for section in page.sections if section.public for text in texts_of(section)
        )
        texts = {
            flat(text): section.key
            for section in page.sections
            if not section.public
            for text in texts_of(section)
            if len(flat(text)) >= SHORTEST and flat(text) not in public
        }
        top = await lookup.Browse(lookup_pb2.BrowseRequest(system="icd-10-cm"), timeout=SECONDS)
        titles = {entry.place.display for entry in top.entries}
        for text in texts:
            query = lookup_pb2.SearchRequest(query=text[:400])
            found = await lookup.Search(query, timeout=SECONDS)
            titles |= {result.code.display for result in found.results}
        return {text: key for text, key in texts.items() if text not in titles}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for member in value:
            yield from strings(member)
    elif isinstance(value, str):
        yield value


def told(answer: httpx.Response) -> str:
    """All that an answer says, however it is written: as sent, and as a reader gets it."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
    body = answer.text
    parts = [headers, body, html.unescape(body), html.unescape(re.sub(r"<[^>]*>", "", body))]
    kind = answer.headers.get("content-type", "")
    if "json" in kind:
        parts += strings(json.loads(body)) if body else []
    if "event-stream" in kind:
        for line in body.splitlines():
            if line.startswith("data: "):
                parts += strings(json.loads(line.removeprefix("data: ")))
    return "\n".join(flat(part) for part in parts)


async def everything(platform: Platform, texts: dict[str, str]) -> dict[str, httpx.Response]:
    """Every answer about E11.9 that somebody can get who has not registered."""
    answers: dict[str, httpx.Response] = {}

    async def ask(visitor: httpx.AsyncClient, method: str, path: str, **more: Any) -> None:
        answers[f"{method} {path} {more or ''}"] = await visitor.request(method, path, **more)

    async with guest(platform) as first, guest(platform) as spent:
        await spent.get("/icd-10-cm/I10")
        for name, visitor in (("first", first), ("spent", spent)):
            for path in (PAGE, API, f"{PAGE}?on=2026-05-01", f"{API}?on=2026-05-01"):
                answers[f"{name} GET {path}"] = await visitor.get(path)
                answers[f"{name} HEAD {path}"] = await visitor.head(path)
                answers[f"{name} ahead {path}"] = await visitor.get(
                    path, headers={"Sec-Purpose": "prefetch"}
                )
        for path in (
            *("/icd-10-cm/E11.99", "/icd-10-cm/e119", f"{PAGE}?on=2030-01-01", f"{PAGE}?on=x"),
            *("/api/v1/codes/icd-10-cm/E11.99", "/api/v1/codes/icd-10-cm/e119", f"{API}?on=x"),
            *("/icd-10-cm", "/icd-10-cm/E00-E89", "/icd-10-cm/E08-E13", "/", "/search"),
            *("/sitemap.xml", "/robots.txt", "/api/openapi.json", "/api/docs", "/about/data"),
            *("/about/licences", "/login", f"/register?next={PAGE}", "/api/v1/allowance"),
            "/casepilot?system=icd-10-cm&code=E11.9",
        ):
            await ask(first, "GET", path)
        await ask(first, "POST", PAGE)
        await ask(first, "OPTIONS", API)
        for text in texts:
            for path in ("/api/v1/search", "/api/v1/suggest"):
                await ask(first, "GET", path, params={"q": text[:400]})
            # The page repeats the question; turned round, that is no find.
            turned = " ".join(reversed(text.split()))[:400]
            await ask(first, "GET", "/search", params={"q": turned})
        for words in ("E11.9", "type 2 diabetes mellitus without complications", "E11", "diabetes"):
            for path in ("/search", "/api/v1/search", "/api/v1/suggest"):
                await ask(first, "GET", path, params={"q": words})
    for question in QUESTIONS:
        async with guest(platform) as visitor:
            asked: dict[str, Any] = {"question": question}
            asked["context"] = {"system": "icd-10-cm", "code": "E11.9"}
            await ask(visitor, "POST", "/api/v1/assistant/questions", json=asked)
            form = {"question": question, "system": "icd-10-cm", "code": "E11.9"}
            await ask(visitor, "POST", "/casepilot", data=form)
    return answers


async def test_no_gated_text_of_a_page_reaches_a_guest_and_all_of_it_an_account(
    platform: Platform,
) -> None:
    texts = await gated_texts(platform)
    # Every gated section has something to hide, so that none is passed over unseen.
    assert set(texts.values()) == {
        *("guidelines", "modifiers", "ncci_edits", "crosswalks"),
        *("payment", "medicare_coverage", "history_and_related"),
    }
    assert len(texts) >= 30

    # An account looks first, so that all of the page is rendered and held.
    async with member(platform) as reader:
        page, data = await reader.get(PAGE), await reader.get(API)
    assert [text for text in texts if text not in told(page)] == []
    assert [text for text in texts if text not in told(data)] == []

    answers = await everything(platform, texts)
    leaks = {
        way: found
        for way, answer in answers.items()
        if (found := [text for text in texts if text in told(answer)])
    }

    assert leaks == {}
    assert not [way for way, answer in answers.items() if answer.status_code == 500]
    assert shown(answers[f"first GET {PAGE}"]) == "public"
    assert shown(answers[f"first GET {API}"]) == "public"
    assert shown(answers[f"spent GET {PAGE}"]) == "wall"
    assert shown(answers[f"spent GET {API}"]) == "wall"


async def test_what_the_assistant_reads_to_an_account_it_declines_to_a_guest(
    platform: Platform,
) -> None:
    question = {"question": "Can I report E11.9 with E11.A?"}
    async with guest(platform) as visitor, member(platform) as reader:
        declined = await visitor.post("/api/v1/assistant/questions", json=question)
        answered = await reader.post("/api/v1/assistant/questions", json=question)

    note = "type 2 diabetes mellitus, without complications in remission"
    assert '"outcome": "declined"' in declined.text
    assert '"remaining": 2' in declined.text
    assert '"outcome": "answered"' in answered.text
    assert note in answered.text
    assert note not in declined.text
