"""Parts of a platform, taken away and brought back one by one."""

import asyncio
import os
import stat
from pathlib import Path

import asyncpg
import nats
import pytest

from deploy.local.platform import Platform, PlatformFailed
from deploy.local.ports import is_free
from deploy.local.probes import NotReady, nats_answers, redis_answers
from deploy.local.settings import LocalSettings
from tests.support.catalogs import WHOLE_CATALOG
from tests.support.platform import running_platform


async def ask_redis(platform: Platform, command: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", platform.port("redis"))
    writer.write(f"{command}\r\n".encode())
    answer = (await reader.readline()).decode().strip()
    if answer.startswith("$"):
        answer = (await reader.readline()).decode().strip()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_what_is_wanted_is_run_with_what_it_needs_and_nothing_else(tmp_path: Path) -> None:
    async with running_platform(tmp_path, ["metering"]) as platform:
        assert set(platform.addresses()) == {"nats", "redis", "metering", "metering metrics"}
        ports = [platform.port(name) for name in ("nats", "redis", "metering")]
        assert not any(is_free("127.0.0.1", port) for port in ports)
    assert all(is_free("127.0.0.1", port) for port in ports)


@pytest.mark.parametrize("how", ["restart", "kill", "everything"])
async def test_a_part_comes_back_with_its_port_and_its_data(tmp_path: Path, how: str) -> None:
    parts = ["streams", "redis", "postgres"]
    async with running_platform(tmp_path, parts) as platform:
        addresses = platform.addresses()
        client = await nats.connect(addresses["nats"])
        await client.jetstream().publish("codingahead.gateway.v1.page_viewed", b"kept")
        await client.close()
        assert await ask_redis(platform, "SET kept yes") == "+OK"
        connection = await asyncpg.connect(addresses["postgres"])
        await connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        await connection.close()

        if how == "everything":
            await platform.stop()
            await platform.start()
        else:
            for name in ("nats", "redis", "postgres"):
                if how == "kill":
                    await platform.kill(name)
                    assert is_free("127.0.0.1", platform.port(name))
                    await platform.start_part(name)
                else:
                    await platform.restart(name)

        assert platform.addresses() == addresses
        client = await nats.connect(addresses["nats"])
        assert (await client.jetstream().get_msg("GATEWAY", 1)).data == b"kept"
        await client.close()
        assert await ask_redis(platform, "GET kept") == "yes"
        connection = await asyncpg.connect(addresses["postgres"])
        assert await connection.fetchval("SELECT one FROM kept") == 1
        await connection.close()


@pytest.mark.parametrize("name, probe", [("nats", nats_answers), ("redis", redis_answers)])
async def test_a_stalled_part_answers_nothing_until_it_is_resumed(
    tmp_path: Path, name: str, probe: type
) -> None:
    async with running_platform(tmp_path, [name]) as platform:
        answers = probe(platform.port(name))
        platform.stall(name)
        with pytest.raises(NotReady, match="does not answer"):
            await answers()
        platform.resume(name)
        await answers()


async def test_a_stalled_part_is_stopped_all_the_same(tmp_path: Path) -> None:
    async with running_platform(tmp_path, ["redis"]) as platform:
        port = platform.port("redis")
        platform.stall("redis")
    assert is_free("127.0.0.1", port)


async def test_a_stop_that_takes_long_can_be_cut_short(tmp_path: Path) -> None:
    platform = Platform(
        LocalSettings(tmp_path / "state"),
        lambda _name, _line: None,
        parts=["metering"],
        environment={**os.environ, **WHOLE_CATALOG, "METERING_DRAIN_WAIT_SECONDS": "60"},
        grace=300.0,
    )
    await platform.start()
    stopping = asyncio.create_task(platform.stop())
    async with asyncio.timeout(30):
        while not any("draining" in line for line in platform.logs("metering")):
            await asyncio.sleep(0.02)
        platform.kill_all()
        await stopping


async def test_a_start_that_fails_stops_what_had_started(tmp_path: Path) -> None:
    ports: list[int] = []
    platform = Platform(
        LocalSettings(tmp_path / "state"),
        lambda _name, _line: None,
        parts=["metering"],
        environment={**os.environ, **WHOLE_CATALOG, "METERING_PLANS_FILE": "/nowhere.yaml"},
    )
    with pytest.raises(PlatformFailed, match=r"^metering did not start: .*/nowhere.yaml"):
        await platform.start()
    ports = [platform.port(name) for name in ("nats", "redis", "metering")]
    assert all(is_free("127.0.0.1", port) for port in ports)


async def test_servers_that_run_already_are_used_and_none_started(tmp_path: Path) -> None:
    async with running_platform(tmp_path / "first", ["streams", "redis"]) as theirs:
        servers = {"NATS_URL": theirs.address("nats"), "REDIS_URL": theirs.address("redis")}
        ours = Platform(
            LocalSettings(tmp_path / "second", {}, servers),
            lambda _name, _line: None,
            parts=["metering"],
        )
        await ours.start()
        try:
            assert ours.address("nats") == theirs.address("nats")
            assert ours.address("redis") == theirs.address("redis")
            assert not (tmp_path / "second" / "nats").exists()
            assert not (tmp_path / "second" / "redis").exists()
        finally:
            await ours.stop()
        theirs.check()


async def test_keys_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    async with running_platform(tmp_path, ["nats"]) as platform:
        first = dict(platform.keys)
        for name in ("keys.env", "addresses.json", "lock"):
            mode = (tmp_path / "platform" / name).stat().st_mode
            assert stat.S_IMODE(mode) == 0o600, name
    async with running_platform(tmp_path, ["nats"]) as platform:
        assert platform.keys == first


async def test_the_database_takes_no_other_password(tmp_path: Path) -> None:
    async with running_platform(tmp_path, ["postgres"]) as platform:
        password = platform.keys["POSTGRES_PASSWORD"]
        wrong = platform.address("postgres").replace(password, "guess")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(wrong)


async def test_a_number_left_by_a_killed_postgres_does_not_keep_it_from_starting(
    tmp_path: Path,
) -> None:
    async with running_platform(tmp_path, ["postgres"]) as platform:
        await platform.kill("postgres")
        note = tmp_path / "platform" / "postgres" / "postmaster.pid"
        lines = note.read_text().splitlines()
        # As after a reboot: another process of ours has its number.
        note.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
        await platform.start_part("postgres")
