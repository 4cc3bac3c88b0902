"""Questions: what is streamed in which order, what is held back, what is charged and what not."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import grpc
import httpx
import pytest
import pytest_asyncio

from gateway.tests import assistant_server
from gateway.tests.assistant_server import (
    ANSWER,
    ANSWERED,
    ANSWERING,
    CONVERSATION,
    DECLINED,
    EVIDENCE,
    FIRST,
    LOOKING_UP,
    AssistantServer,
    failing,
)
from gateway.tests.gateway_process import GatewayProcess, Member, Platform
from tests.support import code_pages

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASK = "/api/v1/assistant/questions"
PUBLIC = sorted(code_pages.PUBLIC)


@dataclass(frozen=True, slots=True)
class Desk:
    """A gateway before an assistant that says what it is told to; all else is the platform's."""

    platform: Platform
    assistant: AssistantServer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def the_desk(platform: Platform) -> AsyncIterator[Desk]:
    assistant = AssistantServer()
    await assistant.start()
    gateway = GatewayProcess(
        **platform.gateway.peers | {"GATEWAY_ASSISTANT_TARGET": assistant.target}
    )
    try:
        await gateway.start()
        await gateway.until(status="ready", metering="up")
        yield Desk(replace(platform, gateway=gateway), assistant)
        assert not [line for line in gateway.lines if line.get("event") == "request_failed"]
        assert await gateway.stop() == 0
    finally:
        await gateway.kill()
        await assistant.stop()


@pytest.fixture
def desk(the_desk: Desk) -> Desk:
    the_desk.assistant.script = ANSWER
    the_desk.assistant.asked.clear()
    the_desk.assistant.cancelled.clear()
    return the_desk


def events(text: str) -> list[tuple[str, dict[str, object]]]:
    """The events of a stream, which holds nothing else."""
    found = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        first, second = block.split("\n")
        found.append((first.removeprefix("event: "), json.loads(second.removeprefix("data: "))))
    return found


async def left(visitor: httpx.AsyncClient | Member) -> int:
    told = (await visitor.get("/api/v1/allowance")).json()["allowances"]
    (remaining,) = [a["remaining"] for a in told if a["action"] == "ask_assistant"]
    assert isinstance(remaining, int)
    return remaining


async def test_an_answer_is_streamed_in_the_shapes_that_clients_rely_on(desk: Desk) -> None:
    async with desk.platform.account() as member:
        answer = await member.post(ASK, json={"question": "What is E11.9?"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["ratelimit-policy"] == '"ask_assistant";q=10'
    assert answer.headers["ratelimit"].startswith('"ask_assistant";r=9;t=')
    told = events(answer.text)
    allowance = told[-1][1].pop("allowance")
    assert told == [
        ("status", {"state": "looking_up"}),
        (
            "evidence",
            {
                "id": "e1",
                "text": "A fact.",
                "source": "ICD-10-CM April 2026",
                "href": "/icd-10-cm/E11.9",
            },
        ),
        ("status", {"state": "answering"}),
        ("sentence", {"text": "First “one”.", "citations": ["e1"]}),
        ("sentence", {"text": "Second.", "citations": ["e1"]}),
        ("done", {"outcome": "answered", "conversation_id": CONVERSATION}),
    ]
    assert isinstance(allowance, dict)
    assert {**allowance, "reset_time": ""} == {
        "plan": "free",
        "action": "ask_assistant",
        "limit": 10,
        "remaining": 9,
        "reset_time": "",
    }
    assert allowance["reset_time"].endswith("-01T00:00:00Z")


async def test_what_may_be_read_is_what_the_plan_opens(desk: Desk) -> None:
    asked = {
        "question": "Can I report it with E10?",
        "context": {"system": "icd-10-cm", "code": "E11.9"},
        "conversation_id": CONVERSATION,
    }
    async with desk.platform.account() as member, desk.platform.guest() as guest:
        await member.post(ASK, json=asked)
        answer = await guest.post(ASK, json=asked)
    full, public = desk.assistant.asked

    assert sorted(full.unlocked_sections) == sorted(code_pages.TITLES)
    assert sorted(public.unlocked_sections) == PUBLIC
    assert (full.question, full.conversation_id) == (asked["question"], CONVERSATION)
    assert (full.context.system, full.context.code) == ("icd-10-cm", "E11.9")
    assert full.request_id != public.request_id
    assert "guest=" in answer.headers["set-cookie"]


async def test_nothing_is_told_before_it_is_charged(desk: Desk) -> None:
    gate = asyncio.Event()
    desk.assistant.script = (LOOKING_UP, EVIDENCE, gate, ANSWERING, FIRST, ANSWERED)
    async with desk.platform.account() as member:
        asking = asyncio.create_task(member.post(ASK, json={"question": "What is E11.9?"}))
        while not desk.assistant.asked:
            await asyncio.sleep(0.01)
        assert await left(member) == 10
        assert not asking.done()
        gate.set()
        answer = await asking
        assert await left(member) == 9

    assert [name for name, _ in events(answer.text)] == [
        "status", "evidence", "status", "sentence", "done",
    ]  # fmt: skip


async def test_a_sentence_is_told_as_soon_as_it_is_there(desk: Desk) -> None:
    gate = asyncio.Event()
    desk.assistant.script = (EVIDENCE, FIRST, gate, ANSWERED)
    async with (
        desk.platform.account() as member,
        member.client.stream("POST", ASK, json={"question": "What is it?"}) as answer,
    ):
        text = ""
        async for chunk in answer.aiter_text():
            text += chunk
            if "event: sentence" in text and not gate.is_set():
                assert "event: done" not in text
                gate.set()

    assert events(text)[-1][0] == "done"


async def test_a_question_asked_again_is_free_however_it_is_spaced(desk: Desk) -> None:
    async with desk.platform.account() as member:
        for spelling in ("What is E11.9?", "  what  IS e11.9?", "What is E11.9?"):
            await member.post(ASK, json={"question": spelling})
        assert await left(member) == 9
        await member.post(ASK, json={"question": "Is E11.9 billable?"})
        assert await left(member) == 8
        context = {"system": "icd-10-cm", "code": "I10"}
        await member.post(ASK, json={"question": "Is E11.9 billable?", "context": context})
        assert await left(member) == 7


async def test_what_is_declined_costs_nothing(desk: Desk) -> None:
    desk.assistant.script = (LOOKING_UP, DECLINED)
    async with desk.platform.guest() as guest:
        await guest.get("/icd-10-cm/E11.9")
        answer = await guest.post(ASK, json={"question": "How much is it?"})
        assert await left(guest) == 2

    (_, done) = events(answer.text)
    assert done[1]["outcome"] == "declined"
    assert done[1]["reason"] == "Not that."
    assert done[1]["allowance"]["remaining"] == 2  # type: ignore[index]


async def test_when_the_questions_are_spent_the_assistant_is_not_asked(desk: Desk) -> None:
    async with desk.platform.guest() as guest:
        for number in range(2):
            await guest.post(ASK, json={"question": f"Question {number}?"})
        desk.assistant.asked.clear()
        refused = await guest.post(ASK, json={"question": "A third?"})
        page = await guest.post("/casepilot", data={"question": "A third?"})
        # An answer costs money: nobody is asked for one that may not be shown.
        assert desk.assistant.asked == []
        again = await guest.post(ASK, json={"question": "Question 0?"})

    problem = refused.json()
    assert refused.status_code == page.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert problem["type"].endswith("/problems/quota-exceeded")
    assert (problem["reason"], problem["unlock"]) == ("QUESTIONS_SPENT", "REGISTER")
    assert problem["reset_time"].endswith("Z")
    assert int(refused.headers["retry-after"]) > 0
    assert "The questions of this period are spent." in page.text
    assert "/register?next=/casepilot" in page.text
    assert again.status_code == 200


async def test_the_last_questions_are_answered_one_at_a_time_each(desk: Desk) -> None:
    gate = asyncio.Event()
    desk.assistant.script = (LOOKING_UP, gate, FIRST, ANSWERED)
    async with desk.platform.guest() as guest:
        await guest.get("/icd-10-cm/E11.9")
        asking = [
            asyncio.create_task(guest.post(ASK, json={"question": f"Question {number}?"}))
            for number in range(2)
        ]
        while len(desk.assistant.asked) < 2:
            await asyncio.sleep(0.01)
        refused = await guest.post(ASK, json={"question": "A third?"})
        page = await guest.post("/casepilot", data={"question": "A third?"})
        assert len(desk.assistant.asked) == 2
        gate.set()
        answers = await asyncio.gather(*asking)
        assert await left(guest) == 0

    assert refused.status_code == page.status_code == 429
    assert refused.json()["reason"] == "QUESTIONS_IN_HAND"
    assert "unlock" not in refused.json()
    assert int(refused.headers["retry-after"]) > 0
    assert "Read those answers, then ask again." in page.text
    assert [answer.status_code for answer in answers] == [200, 200]


async def test_an_assistant_that_dies_before_it_answers_leaves_the_unit(desk: Desk) -> None:
    dies = (LOOKING_UP, EVIDENCE, failing(grpc.StatusCode.UNAVAILABLE, "GONE"))
    async with desk.platform.guest() as guest:
        # More often than there are units.
        for number in range(4):
            desk.assistant.script = dies
            async with asyncio.timeout(10):
                asked = {"question": f"Question {number}?"}
                while (await guest.post(ASK, json=asked)).status_code != 503:
                    # The unit before is on its way back.
                    await asyncio.sleep(0.05)
        desk.assistant.script = ANSWER
        async with asyncio.timeout(10):
            while (answer := await guest.post(ASK, json=asked)).status_code != 200:
                await asyncio.sleep(0.05)
        assert await left(guest) == 1

    assert [name for name, _ in events(answer.text)][-1] == "done"


@pytest.mark.parametrize(
    ("script", "status", "reason"),
    [
        ((failing(grpc.StatusCode.UNAVAILABLE, "LOOKUP_UNAVAILABLE"),), 503, "LOOKUP_UNAVAILABLE"),
        ((failing(grpc.StatusCode.INTERNAL, "INTERNAL"),), 503, "ASSISTANT_UNAVAILABLE"),
        ((LOOKING_UP,), 503, "ASSISTANT_UNAVAILABLE"),
        ((LOOKING_UP, ANSWERED), 503, "ASSISTANT_UNAVAILABLE"),
        (
            (failing(grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID", question="is odd"),),
            422,
            "FIELDS_INVALID",
        ),
    ],
)
async def test_what_cannot_be_answered_is_a_problem_and_free(
    desk: Desk, script: tuple[assistant_server.Step, ...], status: int, reason: str
) -> None:
    desk.assistant.script = script
    async with desk.platform.account() as member:
        answer = await member.post(ASK, json={"question": "What is E11.9?"})
        page = await member.post("/casepilot", data={"question": "What is E11.9?"})
        assert await left(member) == 10

    assert answer.status_code == page.status_code == status
    assert answer.json()["reason"] == reason
    assert ("retry-after" in answer.headers) == (status == 503)
    assert "What is E11.9?" in page.text
    if status == 422:
        assert answer.json()["errors"] == [{"field": "question", "detail": "is odd"}]
        assert "The question is odd." in page.text
        assert 'aria-invalid="true"' in page.text


async def test_an_assistant_that_says_nothing_is_given_up_before_a_whole_answer_would_take(
    desk: Desk,
) -> None:
    never = asyncio.Event()
    desk.assistant.script = (never,)
    async with desk.platform.guest() as guest:
        # Longer than it may take to begin, and shorter than a whole answer may.
        async with asyncio.timeout(6):
            answer = await guest.post(ASK, json={"question": "What is E11.9?"})
        assert await left(guest) == 2

    assert (answer.status_code, answer.json()["reason"]) == (503, "ASSISTANT_UNAVAILABLE")
    await asyncio.wait_for(desk.assistant.cancelled.wait(), 10)


async def test_an_answer_that_breaks_off_has_no_end(desk: Desk) -> None:
    desk.assistant.script = (EVIDENCE, FIRST, failing(grpc.StatusCode.INTERNAL, "INTERNAL"))
    async with desk.platform.account() as member:
        answer = await member.post(ASK, json={"question": "What is E11.9?"})
        page = await member.post("/casepilot", data={"question": "What is E11.9?"})

    assert [name for name, _ in events(answer.text)] == ["evidence", "sentence"]
    assert "First “one”." in page.text
    assert "The answer broke off here." in page.text


async def test_an_answer_that_has_begun_may_take_longer_than_a_request(desk: Desk) -> None:
    goes_on = asyncio.Event()
    desk.assistant.script = (FIRST, goes_on, ANSWERED)
    impatient = GatewayProcess(**desk.platform.gateway.peers | {"GATEWAY_REQUEST_SECONDS": "0.5"})
    try:
        await impatient.start()
        await impatient.until(status="ready", metering="up")
        async with (
            httpx.AsyncClient(base_url=impatient.url) as guest,
            guest.stream("POST", ASK, json={"question": "What is E11.9?"}) as answer,
        ):
            pieces = answer.aiter_text()
            begun = await anext(pieces)
            await asyncio.sleep(0.7)
            goes_on.set()
            rest = "".join([piece async for piece in pieces])
    finally:
        await impatient.kill()

    assert [name for name, _ in events(begun + rest)] == ["sentence", "done"]


@pytest.mark.parametrize("begun", [False, True])
async def test_the_assistant_stops_when_nobody_listens_any_more(desk: Desk, begun: bool) -> None:
    held: tuple[assistant_server.Step, ...] = (LOOKING_UP, asyncio.Event(), FIRST, ANSWERED)
    told: tuple[assistant_server.Step, ...] = (LOOKING_UP, FIRST, asyncio.Event(), ANSWERED)
    desk.assistant.script = told if begun else held
    async with desk.platform.account() as member:
        asking = asyncio.create_task(_listen(member))
        while not desk.assistant.asked:
            await asyncio.sleep(0.01)
        if begun:
            while await left(member) == 10:
                await asyncio.sleep(0.01)
        asking.cancel()
        async with asyncio.timeout(5):
            await desk.assistant.cancelled.wait()
        assert await left(member) == (9 if begun else 10)


async def _listen(member: Member) -> None:
    async with member.client.stream("POST", ASK, json={"question": "What is it?"}) as answer:
        await answer.aread()


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({}, 422, ["question"]),
        ({"question": 7}, 422, ["question"]),
        ({"question": None, "conversation_id": []}, 422, ["question", "conversation_id"]),
        ({"question": "\ud800"}, 422, ["question"]),
        ({"question": "x", "context": "E11.9"}, 422, ["context"]),
        ({"question": "x", "context": {}}, 422, ["context.system", "context.code"]),
        ({"question": "x", "context": {"system": "icd-10-cm", "code": 1}}, 422, ["context.code"]),
        ([], 400, []),
    ],
)
async def test_a_malformed_question_is_refused_by_its_fields(
    desk: Desk, body: object, status: int, fields: list[str]
) -> None:
    async with desk.platform.guest() as guest:
        answer = await guest.post(
            ASK, content=json.dumps(body), headers={"Content-Type": "application/json"}
        )

    assert answer.status_code == status
    assert [error["field"] for error in answer.json().get("errors", [])] == fields
    assert desk.assistant.asked == []


async def test_the_page_tells_the_answer_with_its_sources(desk: Desk) -> None:
    async with desk.platform.guest() as guest:
        page = await guest.post(
            "/casepilot",
            content=(
                "question=&system=icd-10-cm&code=E11.9&conversation_id=&question=What+is+E11.9%3F"
            ),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

    assert page.status_code == 200
    assert desk.assistant.asked[0].question == "What is E11.9?"
    assert desk.assistant.asked[0].context.code == "E11.9"
    assert 'First “one”.<sup><a href="#evidence-1" aria-label="Source 1">1</a></sup>' in page.text
    assert '<li id="evidence-1">A fact.' in page.text
    assert '<a href="/icd-10-cm/E11.9">page</a>' in page.text
    assert "1 question left." in page.text
    assert f'value="{CONVERSATION}"' in page.text
    assert "guest=" in page.headers["set-cookie"]
