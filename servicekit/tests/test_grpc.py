"""Server and client together: errors, deadlines, retries and health as callers meet them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import REGISTRY

from servicekit import deadlines, tracing
from servicekit.errors import ServiceError, from_rpc_error, invalid
from servicekit.grpc_client import open_channel
from servicekit.grpc_server import GrpcServer
from servicekit.health import Readiness
from servicekit.settings import ServiceSettings

SERVICE = "tests.Parcels"
SETTINGS = ServiceSettings()

type Behaviour = Callable[[bytes, Any], Awaitable[bytes]]


class Peer:
    """A server whose one method does what a test says, and a channel to it."""

    def __init__(self) -> None:
        self.readiness = Readiness()
        self.server = GrpcServer("parcels", SETTINGS, self.readiness)
        self.behaviour: Behaviour
        handlers: dict[str, Any] = {
            "Send": grpc.unary_unary_rpc_method_handler(self._answer),
            "Weigh": grpc.unary_unary_rpc_method_handler(
                self._weigh, StringValue.FromString, StringValue.SerializeToString
            ),
            "WeighAll": grpc.stream_stream_rpc_method_handler(
                self._weigh_all, StringValue.FromString, StringValue.SerializeToString
            ),
        }
        self.server.server.add_registered_method_handlers(SERVICE, handlers)

    async def _answer(self, request: bytes, context: Any) -> bytes:
        return await self.behaviour(request, context)

    async def _weigh(self, request: StringValue, context: Any) -> StringValue:
        return request

    async def _weigh_all(
        self, requests: AsyncIterator[StringValue], context: Any
    ) -> AsyncIterator[StringValue]:
        async for request in requests:
            yield request


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    await peer.server.start(SERVICE)
    yield peer
    await peer.server.stop(0)


@pytest.fixture
async def channel(peer: Peer) -> AsyncIterator[aio.Channel]:
    async with open_channel(f"127.0.0.1:{peer.server.port}", SETTINGS, idempotent=[SERVICE]) as it:
        yield it


def send(channel: aio.Channel) -> Callable[..., Any]:
    call: Any = channel.unary_unary(f"/{SERVICE}/Send")
    return cast(Callable[..., Any], call)


async def failure(call: Awaitable[object]) -> ServiceError:
    with pytest.raises(aio.AioRpcError) as raised:
        await call
    return from_rpc_error(raised.value)


async def test_a_service_error_arrives_with_its_reason_and_violations(
    peer: Peer, channel: aio.Channel
) -> None:
    async def refuse(request: bytes, context: Any) -> bytes:
        raise ServiceError(
            grpc.StatusCode.NOT_FOUND, "NO_PARCEL", "No parcel é.", metadata={"id": "7"}
        )

    peer.behaviour = refuse
    error = await failure(send(channel)(b"", timeout=1))
    assert (error.code, error.reason, error.message) == (
        grpc.StatusCode.NOT_FOUND,
        "NO_PARCEL",
        "No parcel é.",
    )
    assert (error.domain, error.metadata) == ("parcels.codingahead", {"id": "7"})

    async def complain(request: bytes, context: Any) -> bytes:
        raise invalid("BAD_PARCEL", weight="must not be negative", to="must be set")

    peer.behaviour = complain
    error = await failure(send(channel)(b"", timeout=1))
    assert error.violations == {"weight": "must not be negative", "to": "must be set"}


async def test_an_unexpected_failure_tells_the_caller_nothing_of_it(
    peer: Peer, channel: aio.Channel
) -> None:
    async def stumble(request: bytes, context: Any) -> bytes:
        raise KeyError("secret")

    peer.behaviour = stumble
    error = await failure(send(channel)(b"", timeout=1))

    assert (error.code, error.reason) == (grpc.StatusCode.INTERNAL, "INTERNAL")
    assert "secret" not in error.message


async def test_bytes_that_are_no_message_are_the_callers_fault(
    peer: Peer, channel: aio.Channel
) -> None:
    weigh: Any = channel.unary_unary(f"/{SERVICE}/Weigh")
    fine = StringValue(value="7 kg").SerializeToString()
    assert await weigh(fine, timeout=1) == fine
    error = await failure(weigh(b"\xff", timeout=1))
    assert (error.code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")

    weigh_all: Any = channel.stream_stream(f"/{SERVICE}/WeighAll")
    call = weigh_all()
    await call.write(fine)
    assert await call.read() == fine
    await call.write(b"\xff")
    error = await failure(call.read())
    assert (error.code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")


async def test_a_call_without_a_deadline_is_refused_on_both_sides(
    peer: Peer, channel: aio.Channel
) -> None:
    async def answer(request: bytes, context: Any) -> bytes:
        return b"sent"

    peer.behaviour = answer
    with pytest.raises(ValueError, match="without a timeout"):
        await send(channel)(b"")

    async with aio.insecure_channel(f"127.0.0.1:{peer.server.port}") as bare:
        error = await failure(send(bare)(b""))
    assert error.reason == "DEADLINE_REQUIRED"


async def test_a_server_passes_on_what_is_left_of_the_deadline(
    peer: Peer, channel: aio.Channel
) -> None:
    left: list[float] = []

    async def look(request: bytes, context: Any) -> bytes:
        left.append(deadlines.remaining(60.0))
        return b""

    peer.behaviour = look
    await send(channel)(b"", timeout=0.5)

    # gRPC rounds a timeout up on its way, so the bound lies between "margin" and "no margin".
    assert 0 < left[0] < 0.5 - deadlines.MARGIN / 2


async def test_the_trace_goes_along(peer: Peer, channel: aio.Channel) -> None:
    seen: list[str] = []

    async def note(request: bytes, context: Any) -> bytes:
        trace = tracing.current()
        assert trace is not None
        seen.append(trace.trace_id)
        return b""

    peer.behaviour = note
    mine = tracing.begin()
    await send(channel)(b"", timeout=1)

    assert seen == [mine.trace_id]


async def test_an_idempotent_call_is_repeated_when_the_peer_was_unavailable(
    peer: Peer, channel: aio.Channel
) -> None:
    calls: list[int] = []

    async def recover(request: bytes, context: Any) -> bytes:
        calls.append(1)
        if len(calls) < 3:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")
        return b"sent"

    peer.behaviour = recover

    assert await send(channel)(b"", timeout=2) == b"sent"
    assert len(calls) == 3


async def test_health_follows_readiness(peer: Peer, channel: aio.Channel) -> None:
    health: Any = health_pb2_grpc.HealthStub(channel)
    peer.readiness.down("store", "refused")
    await peer.server.report_health(peer.readiness.ready)
    answer = await health.Check(health_pb2.HealthCheckRequest(service=SERVICE), timeout=1)
    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING

    peer.readiness.up("store")
    await peer.server.report_health(peer.readiness.ready)
    answer = await health.Check(health_pb2.HealthCheckRequest(service=SERVICE), timeout=1)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_second_server_cannot_share_the_port(peer: Peer) -> None:
    second = GrpcServer("parcels", ServiceSettings(port=peer.server.port), Readiness())

    with pytest.raises(OSError, match="is the port taken"):
        await second.start(SERVICE)


async def test_a_stop_finishes_what_has_begun_and_turns_the_rest_away(peer: Peer) -> None:
    begun: set[bytes] = set()
    first_begun = asyncio.Event()

    async def take_a_while(request: bytes, context: Any) -> bytes:
        begun.add(request)
        first_begun.set()
        await asyncio.sleep(0.05)
        return request

    async def outcome(call: Callable[..., Any], request: bytes) -> tuple[bytes, str]:
        try:
            await call(request, timeout=5)
        except aio.AioRpcError as error:
            return request, error.code().name
        return request, "OK"

    peer.behaviour = take_a_while
    async with aio.insecure_channel(f"127.0.0.1:{peer.server.port}") as bare:
        await bare.channel_ready()
        calls = [
            asyncio.create_task(outcome(send(bare), str(number).encode())) for number in range(200)
        ]
        await first_begun.wait()
        # More have been sent by now than were taken up: they wait in gRPC's queue.
        await peer.server.stop(5)
        outcomes = dict(await asyncio.gather(*calls))

    assert {request for request, code in outcomes.items() if code == "OK"} == begun
    assert set(outcomes.values()) == {"OK", "UNAVAILABLE"}


async def test_calls_are_counted_by_outcome(peer: Peer, channel: aio.Channel) -> None:
    async def wait(request: bytes, context: Any) -> bytes:
        await asyncio.sleep(0)
        return b""

    peer.behaviour = wait
    labels = {"method": f"/{SERVICE}/Send", "code": "OK"}
    before = REGISTRY.get_sample_value("grpc_server_handled_total", labels) or 0
    await send(channel)(b"", timeout=1)

    assert REGISTRY.get_sample_value("grpc_server_handled_total", labels) == before + 1
