"""Questions while what counts them comes and goes: none is begun unpaid, none that is paid lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from gateway.tests.assistant_server import (
    ANSWER,
    ANSWERED,
    FIRST,
    LOOKING_UP,
    AssistantServer,
)
from gateway.tests.gateway_process import GatewayProcess, Platform
from gateway.tests.test_questions import ASK, Desk, events, left


@pytest.fixture
async def desk(own_platform: Platform) -> AsyncIterator[Desk]:
    assistant = AssistantServer()
    await assistant.start()
    gateway = GatewayProcess(
        **own_platform.gateway.peers | {"GATEWAY_ASSISTANT_TARGET": assistant.target}
    )
    try:
        await gateway.start()
        await gateway.until(status="ready", metering="up")
        yield Desk(replace(own_platform, gateway=gateway), assistant)
        assert await gateway.stop() == 0
    finally:
        await gateway.kill()
        await assistant.stop()


async def until_left(guest: httpx.AsyncClient, wanted: int) -> None:
    """Wait until so many questions are left, while metering may be away."""
    async with asyncio.timeout(20):
        while True:
            answer = await guest.get("/api/v1/allowance")
            if answer.status_code == 200:
                told = {each["action"]: each for each in answer.json()["allowances"]}
                if told["ask_assistant"]["remaining"] == wanted:
                    return
            await asyncio.sleep(0.1)


async def test_an_answer_that_metering_cannot_be_told_of_at_once_is_shown_and_charged_later(
    desk: Desk,
) -> None:
    gate = asyncio.Event()
    desk.assistant.script = (LOOKING_UP, gate, FIRST, ANSWERED)
    async with desk.platform.guest() as guest:
        await guest.get("/icd-10-cm/E11.9")
        asking = asyncio.create_task(guest.post(ASK, json={"question": "What is E11.9?"}))
        while not desk.assistant.asked:
            await asyncio.sleep(0.01)
        await desk.platform.metering.kill()
        gate.set()
        answer = await asking
        (_, done) = events(answer.text)[-1]
        assert answer.status_code == 200
        assert done["allowance"]["remaining"] == 1  # type: ignore[index]
        await desk.platform.metering.start()
        await until_left(guest, 1)
        # It is paid: asked again, it is free.
        desk.assistant.script = ANSWER
        assert (await guest.post(ASK, json={"question": "What is E11.9?"})).status_code == 200
        assert await left(guest) == 1
    assert await desk.platform.gateway.metric("gateway_settlements_left_total") == 0


async def test_without_the_ledger_the_assistant_is_not_asked_and_pages_go_on(desk: Desk) -> None:
    async with desk.platform.guest() as guest, desk.platform.account() as member:
        await desk.platform.nats.stop()
        refused = await guest.post(ASK, json={"question": "What is E11.9?"})
        page = await member.get("/icd-10-cm/E11.9")
        allowances = (await member.get("/api/v1/allowance")).json()["allowances"]
        account = await member.get("/account")
        assert (refused.status_code, refused.json()["reason"]) == (503, "METERING_UNAVAILABLE")
        assert desk.assistant.asked == []
        assert page.status_code == account.status_code == 200
        told = {each["action"]: (each["limit"], each["remaining"]) for each in allowances}
        assert (told["view_code"], told["ask_assistant"]) == ((5, 4), (10, None))
        assert "not known now" in account.text
        await desk.platform.nats.start()
        await until_left(guest, 2)
        answer = await guest.post(ASK, json={"question": "What is E11.9?"})
    assert answer.status_code == 200
