"""A process as operators meet it: started, asked for its health, told to stop."""

import asyncio
import json
import re
import signal
import sys
import textwrap
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from grpc import aio

PROGRAM = """
import asyncio
import grpc
from servicekit.lifecycle import Process, run
from servicekit.settings import load_settings, ServiceSettings

async def serve(settings):
    async with Process("parcels", settings) as process:
        process.readiness.require("store")
        async def closed():
            print("closed", flush=True)
        process.on_close(closed)
        async def stream(requests, context):
            async for request in requests:
                yield request
                if process.stopping.is_set():
                    return
        async def slow(request, context):
            print("in hand", flush=True)
            await asyncio.sleep(0.5)
            return b"finished"
        def register(server):
            server.add_registered_method_handlers("tests.Parcels", {
                "Slow": grpc.unary_unary_rpc_method_handler(slow),
            })
        server = await process.serve_grpc("tests.Parcels", register)
        EXTRA
        process.readiness.up("store")
        print(server.port, process.metrics_port, flush=True)
        await process.run_until_stopped()

run(serve, load_settings(ServiceSettings))
"""


async def start(
    tmp_path: Path, extra: str = "", **environment: str
) -> tuple[asyncio.subprocess.Process, list[int]]:
    program = tmp_path / "parcels.py"
    program.write_text(textwrap.dedent(PROGRAM).replace("EXTRA", extra))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(program),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    return process, [int(port) for port in re.findall(rb"\d+", line)]


async def get(port: int, path: str) -> tuple[int, str]:
    def fetch() -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    return await asyncio.to_thread(fetch)


async def test_the_metrics_port_tells_metrics_liveness_and_readiness(tmp_path: Path) -> None:
    process, (_, metrics_port) = await start(tmp_path)

    status, body = await get(metrics_port, "/readyz")
    assert (status, json.loads(body)) == (200, {"status": "ready", "start": "up", "store": "up"})
    assert (await get(metrics_port, "/healthz"))[0] == 200
    assert "process_cpu_seconds_total" in (await get(metrics_port, "/metrics"))[1]
    assert (await get(metrics_port, "/nothing"))[0] == 404

    process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_finishes_the_call_in_hand_and_closes_what_was_opened(
    tmp_path: Path, number: signal.Signals
) -> None:
    process, (port, _) = await start(tmp_path)
    assert process.stdout is not None
    async with aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        slow: Any = channel.unary_unary("/tests.Parcels/Slow")
        answer = asyncio.ensure_future(slow(b"", timeout=5))
        assert await process.stdout.readline() == b"in hand\n"
        process.send_signal(number)

        assert await answer == b"finished"

    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert await process.stdout.read() == b"closed\n"


async def test_background_work_that_fails_ends_the_process_with_one_line(tmp_path: Path) -> None:
    extra = textwrap.dedent("""
        async def relay():
            raise RuntimeError("no more paper")
        process.background("relay", relay)
    """).replace("\n", "\n        ")
    process, _ = await start(tmp_path, extra)
    _, errors = await asyncio.wait_for(process.communicate(), 10)

    assert process.returncode == 1
    last = errors.decode().strip().splitlines()[-1]
    assert last == "parcels: relay stopped: RuntimeError: no more paper"


async def test_a_taken_port_is_named_and_nothing_is_left_running(tmp_path: Path) -> None:
    first, (port, metrics_port) = await start(tmp_path)
    for name, taken in (("PORT", port), ("METRICS_PORT", metrics_port)):
        second, _ = await start(tmp_path, **{name: str(taken)})
        _, errors = await asyncio.wait_for(second.communicate(), 10)
        assert second.returncode == 1
        assert str(taken) in errors.decode().strip().splitlines()[-1]

    first.terminate()
    await first.wait()


async def test_a_process_is_not_ready_before_it_serves(tmp_path: Path) -> None:
    early = """
        import urllib.error, urllib.request
        def asked():
            url = f"http://127.0.0.1:{process.metrics_port}/readyz"
            try:
                urllib.request.urlopen(url, timeout=5).close()
            except urllib.error.HTTPError as error:
                return error.code
            return 200
        process.readiness.up("store")
        print(await asyncio.to_thread(asked), flush=True)
    """
    process, printed = await start(tmp_path, early.strip())
    assert printed == [503]
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0
