"""The decision stream against a real gRPC server that behaves as each test needs."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from grpc import aio

from codingahead.metering.v1 import metering_pb2, metering_pb2_grpc
from gateway.decisions import Decider, DecisionRefused
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings

# What a contract grows that no test here asks for answers UNIMPLEMENTED.
_Servicer: Any = metering_pb2_grpc.MeteringServiceServicer


class Metering(_Servicer):  # type: ignore[misc]
    """Grants everything; can be told to stall, to end streams and to refuse."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.end_after = 10_000
        self.poison = "poison"

    async def DecideStream(self, requests: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        answered = 0
        async for batch in requests:
            if batch.requests:
                self.batches.append(len(batch.requests))
                await self.gate.wait()
            if any(request.resource == self.poison for request in batch.requests):
                return
            yield metering_pb2.DecideStreamResponse(
                results=[self._result(request) for request in batch.requests]
            )
            answered += 1
            if answered > self.end_after:
                return

    def _result(self, request: metering_pb2.DecideRequest) -> metering_pb2.DecideStreamResult:
        if request.plan == "unknown":
            error = metering_pb2.DecideError(reason="PLAN_UNKNOWN", message="no such plan")
            return metering_pb2.DecideStreamResult(error=error)
        decision = metering_pb2.DecideResponse(
            verdict=metering_pb2.VERDICT_GRANTED, decision_id=request.resource
        )
        return metering_pb2.DecideStreamResult(decision=decision)


class Peer:
    """A metering server on a port it keeps."""

    def __init__(self) -> None:
        self.metering = Metering()
        self.port = 0
        self._server: aio.Server | None = None

    async def start(self) -> None:
        self._server = aio.server()
        metering_pb2_grpc.add_MeteringServiceServicer_to_server(self.metering, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def stop(self) -> None:
        assert self._server is not None
        await self._server.stop(0)


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    await peer.start()
    yield peer
    await peer.stop()


@pytest.fixture
async def decider(peer: Peer) -> AsyncIterator[Decider]:
    async with open_channel(f"127.0.0.1:{peer.port}", ServiceSettings()) as channel:
        decider = Decider(channel)
        running = asyncio.create_task(decider.run())
        await until_reachable(decider, reachable=True)
        yield decider
        running.cancel()


async def until_reachable(decider: Decider, *, reachable: bool) -> None:
    async with asyncio.timeout(15):
        while decider.reachable is not reachable:
            await asyncio.sleep(0.01)


def ask(resource: str, plan: str = "guest") -> metering_pb2.DecideRequest:
    return metering_pb2.DecideRequest(plan=plan, resource=resource)


async def test_every_question_gets_its_own_answer_in_few_batches(
    peer: Peer, decider: Decider
) -> None:
    answers = await asyncio.gather(*(decider.decide(ask(str(n))) for n in range(1_000)))

    assert [answer.decision_id for answer in answers if answer] == [str(n) for n in range(1_000)]
    assert len(peer.metering.batches) <= 5
    assert max(peer.metering.batches) <= 512


async def test_a_question_metering_refuses_fails_alone(decider: Decider) -> None:
    good, bad = await asyncio.gather(
        decider.decide(ask("a")), decider.decide(ask("b", plan="unknown")), return_exceptions=True
    )

    assert isinstance(good, metering_pb2.DecideResponse)
    assert isinstance(bad, DecisionRefused)
    assert bad.reason == "PLAN_UNKNOWN"


async def test_when_metering_ends_the_stream_the_next_one_goes_on(
    peer: Peer, decider: Decider
) -> None:
    peer.metering.end_after = 1

    for number in range(10):
        answer = await decider.decide(ask(str(number)))
        assert answer is not None
        assert answer.decision_id == str(number)


async def test_a_stalled_metering_is_given_up_and_found_again(peer: Peer, decider: Decider) -> None:
    peer.metering.gate.clear()
    async with asyncio.timeout(1):
        assert await decider.decide(ask("a")) is None
        assert await decider.decide(ask("b")) is None

    peer.metering.gate.set()
    await until_reachable(decider, reachable=True)

    assert await decider.decide(ask("c")) is not None


async def test_while_metering_is_away_answers_come_at_once_and_then_it_is_back(
    peer: Peer, decider: Decider
) -> None:
    await peer.stop()
    await until_reachable(decider, reachable=False)
    async with asyncio.timeout(1):
        assert await asyncio.gather(*(decider.decide(ask("a")) for _ in range(100))) == [None] * 100

    await peer.start()
    await until_reachable(decider, reachable=True)

    assert await decider.decide(ask("b")) is not None


async def test_a_question_that_ends_every_stream_is_not_asked_for_ever(
    peer: Peer, decider: Decider
) -> None:
    async with asyncio.timeout(5):
        assert await decider.decide(ask("poison")) is None
        await until_reachable(decider, reachable=True)
        assert await decider.decide(ask("a")) is not None

    assert peer.metering.batches == [1, 1, 1]
