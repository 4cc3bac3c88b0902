"""``make run`` as a person meets it: it serves, it stops, it says what is wrong."""

import asyncio
import os
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from deploy.local.addresses import read_addresses
from deploy.local.clean import clean
from deploy.local.settings import ROOT
from deploy.local.topology import PARTS
from tests.local.runner_process import RunnerProcess, all_free, all_gone


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        code: int = answer.status
        return code


async def test_it_serves_and_ctrl_c_leaves_no_process_and_no_open_port(
    runner: RunnerProcess,
) -> None:
    await runner.start()
    await runner.until("ready in")
    site = f"http://localhost:{runner.port}"
    assert await asyncio.to_thread(status_of, f"{site}/") == 200
    table = "".join(runner.lines)
    addresses = read_addresses(runner.state)
    assert site in table
    assert addresses["nats"] in table
    assert addresses["gateway"] == site
    assert {"postgres", "redis", "lookup", "metering", "metering metrics"} <= addresses.keys()
    ports, processes = runner.ports(), runner.descendants()
    assert {"nats-server", "postgres"} <= set(processes.values())
    assert not any(map(all_free, [[port] for port in ports]))

    runner.signal_group(signal.SIGINT)
    assert await runner.ended() == (0, "")
    assert all_free(ports)
    await all_gone(processes)
    assert read_addresses(runner.state) == {}


async def test_ctrl_c_during_the_start_leaves_nothing(runner: RunnerProcess) -> None:
    await runner.start()
    await runner.until("stream GATEWAY created")
    processes = runner.descendants()
    runner.signal_group(signal.SIGINT)
    assert await runner.ended() == (0, "")
    await all_gone(processes)


async def test_a_killed_runner_leaves_no_orphans_and_its_data_can_be_served_again(
    runner: RunnerProcess,
) -> None:
    await runner.start()
    await runner.until("ready in")
    ports, processes = runner.ports(), runner.descendants()
    await runner.kill()
    await all_gone(processes)
    assert all_free(ports)

    await runner.start()
    await runner.until("ready in")
    runner.signal_group(signal.SIGTERM)
    assert await runner.ended() == (0, "")


@pytest.mark.parametrize("name, command", [("nats", "nats.conf"), ("metering", "-m metering")])
async def test_a_part_that_dies_ends_the_run_and_is_named(
    runner: RunnerProcess, name: str, command: str
) -> None:
    await runner.start()
    await runner.until("ready in")
    processes = runner.descendants()
    os.kill(runner.process_of(command), signal.SIGKILL)
    code, error = await runner.ended()
    assert code == 1
    assert error.startswith(f"local: {name} died: ")
    assert "killed by SIGKILL" in error
    assert error.count("\n") == 1
    await all_gone(processes)


async def test_a_taken_port_is_found_before_anything_starts(runner: RunnerProcess) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", runner.port))
        other.listen(1)
        code, error = await runner.run()
    assert code == 1
    assert error == (
        f"local: port {runner.port} is taken; stop what uses it or run "
        f"PORT={runner.port + 1} make run\n"
    )
    assert runner.lines == []


@pytest.mark.parametrize(
    "variable, value, words",
    [
        ("PORT", "garbage", "PORT is 'garbage'; set it to a port from 1 to 65535"),
        ("NATS_PORT", "70000", "NATS_PORT is '70000'; set it to a port from 1 to 65535"),
        ("REDIS_URL", "localhost", "REDIS_URL is no address of the form redis://"),
        ("NATS_URL", "nats://127.0.0.1:1", "nats: nothing answers at its address; start it, or"),
        ("METERING_PLANS_FILE", "/nowhere/plans.yaml", "metering did not start: "),
    ],
)
async def test_a_wrong_setting_is_one_line_and_leaves_nothing(
    tmp_path: Path, variable: str, value: str, words: str
) -> None:
    runner = RunnerProcess(tmp_path / "state", **{variable: value})
    code, error = await runner.run()
    assert code == 1
    assert error.startswith(f"local: {words}")
    assert error.count("\n") == 1
    assert "ready in" not in "".join(runner.lines)


async def test_a_bad_plan_file_is_explained_in_the_words_of_metering(tmp_path: Path) -> None:
    plans = tmp_path / "plans.yaml"
    plans.write_text("plans: {}\n")
    runner = RunnerProcess(tmp_path / "state", METERING_PLANS_FILE=str(plans))
    code, error = await runner.run()
    assert code == 1
    assert error.startswith("local: metering did not start: ")
    assert str(plans) in error
    assert "exit 1" in error
    assert error.count("\n") == 1


async def test_a_second_run_on_the_same_data_is_refused_and_so_is_cleaning(
    runner: RunnerProcess,
) -> None:
    await runner.start()
    await runner.until("stream GATEWAY created")
    second = RunnerProcess(runner.state)
    code, error = await second.run()
    assert code == 1
    assert error.startswith(f"local: another make run serves from {runner.state}; stop it first")
    with pytest.raises(BlockingIOError):
        clean(runner.state)
    await runner.until("ready in")
    runner.signal_group(signal.SIGINT)
    assert await runner.ended() == (0, "")
    clean(runner.state)
    assert not runner.state.exists()


def test_every_service_with_a_start_of_its_own_is_a_part() -> None:
    services = {file.parent.name for file in ROOT.glob("services/*/src/*/serve.py")}
    assert services <= set(PARTS)
