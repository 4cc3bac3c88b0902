"""The bad network is as bad as it says, and good again afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from deploy.local.ports import free_port
from tests.chaos.tcp_proxy import TcpProxy, Weather

type _Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
type _Connect = Callable[[], Awaitable[_Ends]]


@pytest.fixture
async def proxy() -> AsyncIterator[TcpProxy]:
    """Before a server that sends back what it gets."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(100):
                writer.write(piece)
        writer.transport.abort()

    port = free_port()
    server = await asyncio.start_server(echo, "127.0.0.1", port)
    proxy = TcpProxy(port, late_seconds=0.2)
    await proxy.start()
    yield proxy
    await proxy.stop()
    server.close()
    await asyncio.sleep(0.01)


@pytest.fixture
async def connect(proxy: TcpProxy) -> AsyncIterator[_Connect]:
    """Connects through the proxy."""
    made: list[_Ends] = []

    async def connected() -> _Ends:
        made.append(await asyncio.open_connection("127.0.0.1", proxy.port))
        return made[-1]

    yield connected
    for _, writer in made:
        writer.transport.abort()
    # What is aborted closes in the loop's next round.
    await asyncio.sleep(0.01)


async def echoed(ends: _Ends, words: bytes, seconds: float = 10.0) -> bytes:
    reader, writer = ends
    writer.write(words)
    async with asyncio.timeout(seconds):
        return await reader.readexactly(len(words))


async def test_in_clear_weather_everything_passes(connect: _Connect) -> None:
    ends = await connect()
    assert await echoed(ends, b"hello") == b"hello"


async def test_a_cut_resets_what_stands_and_what_comes(proxy: TcpProxy, connect: _Connect) -> None:
    ends = await connect()
    await echoed(ends, b"hello")
    await proxy.turn(Weather.CUT)
    for each in (ends, await connect()):
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await echoed(each, b"again")
    await proxy.turn(Weather.CLEAR)
    ends = await connect()
    assert await echoed(ends, b"hello") == b"hello"


async def test_a_slow_link_is_late_in_both_directions(proxy: TcpProxy, connect: _Connect) -> None:
    ends = await connect()
    await proxy.turn(Weather.SLOW)
    with pytest.raises(TimeoutError):
        await echoed(ends, b"hello", 0.3)
    assert await ends[0].readexactly(5) == b"hello"


async def test_a_black_hole_holds_back_what_then_comes_late(
    proxy: TcpProxy, connect: _Connect
) -> None:
    ends = await connect()
    await proxy.turn(Weather.BLACK_HOLE)
    with pytest.raises(TimeoutError):
        await echoed(ends, b"hello", 0.1)
    await proxy.turn(Weather.CLEAR)
    assert await ends[0].readexactly(5) == b"hello"


async def test_a_trap_swallows_what_it_waits_for(proxy: TcpProxy, connect: _Connect) -> None:
    ends = await connect()
    proxy.trap(b"XDEL")
    assert await echoed(ends, b"XADD") == b"XADD"
    assert not proxy.trapped.is_set()
    with pytest.raises(TimeoutError):
        await echoed(ends, b"XDEL", 0.1)
    assert proxy.trapped.is_set()
    await proxy.turn(Weather.CLEAR)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await ends[0].readexactly(1)
    ends = await connect()
    assert await echoed(ends, b"hello") == b"hello"
