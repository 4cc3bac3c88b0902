"""A new catalog is taken up while running, a damaged one is not, and none is no crash."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import grpc
import pytest
from grpc import aio

from codingahead.lookup.v1 import lookup_pb2 as pb
from lookup.live_catalog import LiveCatalog
from lookup.pointer import CATALOG_FILE, SEARCH_FOLDER, CatalogFolder
from lookup.reader import Reader
from lookup.served_catalog import ServedCatalog
from servicekit.errors import from_rpc_error
from servicekit.health import Readiness
from services.lookup.tests.events_reader import read_published
from services.lookup.tests.lookup_process import LookupProcess
from services.lookup.tests.other_catalogs import add_copy, add_damaged
from tests.support.nats_server import NatsServer

SECOND, THIRD = "20990101-00000000000000bb", "20990101-00000000000000cc"
E11_9 = pb.ResolveCodeRequest(system="icd-10-cm", text="E11.9")


@pytest.fixture
async def process(catalogs: CatalogFolder, nats_server: NatsServer) -> AsyncIterator[LookupProcess]:
    """A lookup process in a folder of its own, not started."""
    process = LookupProcess(catalogs.path, nats_server.url)
    yield process
    await process.kill()


async def display_of(process: LookupProcess) -> str:
    answer = await process.stub.ResolveCode(E11_9, timeout=2)
    return answer.code.display


async def test_a_new_catalog_is_taken_up_without_a_restart(
    process: LookupProcess, catalogs: CatalogFolder, nats_server: NatsServer
) -> None:
    await process.start()
    first = catalogs.current()
    assert await display_of(process) == "Type 2 diabetes mellitus without complications"
    add_copy(catalogs, SECOND)
    catalogs.switch(SECOND)
    async with asyncio.timeout(10):
        while await display_of(process) != SECOND:
            await asyncio.sleep(0.02)
    assert (await process.stub.GetCatalog(pb.GetCatalogRequest(), timeout=2)).catalog_id == SECOND
    published = await read_published(nats_server.url, 2)
    assert [event.catalog_id for event in published] == [first, SECOND]
    assert [list(event.release_ids) for event in published] == [["icd-10-cm-2026-04"]] * 2
    assert await process.stop() == 0


async def test_no_call_fails_while_catalogs_are_switched(
    process: LookupProcess, catalogs: CatalogFolder
) -> None:
    await process.start()
    add_copy(catalogs, SECOND)
    add_copy(catalogs, THIRD)
    switched = asyncio.Event()
    seen: set[str] = set()

    async def ask() -> None:
        page = pb.GetCodePageRequest(system="icd-10-cm", code="E11.9")
        while not switched.is_set():
            answer = await process.stub.GetCodePage(page, timeout=5)
            # Each answer comes from one catalog whole.
            assert (answer.page.code.display == answer.catalog_id) == (
                answer.catalog_id in (SECOND, THIRD)
            )
            seen.add(answer.catalog_id)

    callers = [asyncio.create_task(ask()) for _ in range(8)]
    for catalog_id in (SECOND, THIRD, SECOND):
        mark = len(process.lines)
        catalogs.switch(catalog_id)
        await process.logged("catalog_taken", after=mark)
    switched.set()
    await asyncio.gather(*callers)
    assert {SECOND, THIRD} <= seen


async def test_a_damaged_catalog_leaves_the_old_one_serving(
    process: LookupProcess, catalogs: CatalogFolder
) -> None:
    await process.start()
    first = catalogs.current()
    add_damaged(catalogs, SECOND)
    catalogs.switch(SECOND)
    line = await process.logged("catalog_refused")
    assert (line["catalog"], line["serving"]) == (SECOND, first)
    assert f"{SEARCH_FOLDER}/" in line["why"]
    assert (await process.stub.GetCatalog(pb.GetCatalogRequest(), timeout=2)).catalog_id == first
    assert '"status": "ready"' in await process.get("/readyz")
    assert first is not None
    mark = len(process.lines)
    add_copy(catalogs, THIRD, of=first)
    catalogs.switch(THIRD)
    assert (await process.logged("catalog_taken", after=mark))["catalog"] == THIRD


async def test_without_a_catalog_it_runs_and_says_what_to_do(
    nats_server: NatsServer, built_catalog: Path, tmp_path: Path
) -> None:
    folder = CatalogFolder(tmp_path / "nothing-yet")
    process = LookupProcess(folder.path, nats_server.url)
    try:
        await process.start(until="listening")
        for call in (
            process.stub.ResolveCode(E11_9, timeout=2),
            process.stub.GetCatalog(pb.GetCatalogRequest(), timeout=2),
            process.stub.Search(pb.SearchRequest(query="x"), timeout=2),
        ):
            with pytest.raises(aio.AioRpcError) as raised:
                await call
            error = from_rpc_error(raised.value)
            assert (error.code, error.reason) == (
                grpc.StatusCode.UNAVAILABLE,
                "CATALOG_NOT_LOADED",
            )
            assert "lookup catalog build" in error.message
        ready = await process.get("/readyz")
        assert "not ready" in ready
        assert "lookup catalog build" in ready
        folder.path.mkdir()
        folder.place(built_catalog.name).symlink_to(built_catalog)
        folder.switch(built_catalog.name)
        await process.logged("ready")
        assert (await display_of(process)).startswith("Type 2 diabetes")
    finally:
        await process.kill()


async def test_a_damaged_first_catalog_is_named_in_the_readiness(
    process: LookupProcess, catalogs: CatalogFolder
) -> None:
    current = catalogs.current()
    assert current is not None
    file = catalogs.place(current) / CATALOG_FILE
    file.chmod(0o644)
    file.write_bytes(b"")
    await process.start(until="catalog_refused")
    assert CATALOG_FILE in await process.get("/readyz")


async def test_the_bus_may_be_away(process: LookupProcess, nats_server: NatsServer) -> None:
    await nats_server.stop()
    await process.start()
    assert (await display_of(process)).startswith("Type 2 diabetes")
    await nats_server.start()
    (event,) = await read_published(nats_server.url, 1)
    assert event.release_ids == ["icd-10-cm-2026-04"]


async def test_what_is_being_read_is_finished_on_the_old_catalog(catalogs: CatalogFolder) -> None:
    taken: asyncio.Queue[str] = asyncio.Queue()

    def note(catalog: ServedCatalog) -> None:
        taken.put_nowait(catalog.id)

    live = LiveCatalog(catalogs, 1, Readiness(), note)
    watching = asyncio.create_task(live.watch())
    try:
        first = await asyncio.wait_for(taken.get(), 10)
        old = live.catalog
        assert old is not None
        go_on = threading.Event()

        (release,) = old.releases

        def slow(reader: Reader) -> str:
            go_on.wait(20)
            code = reader.store.code(release, "E119")
            return code.title if code else ""

        reads = [asyncio.ensure_future(old.read(slow)) for _ in range(3)]
        add_copy(catalogs, SECOND)
        catalogs.switch(SECOND)
        assert await asyncio.wait_for(taken.get(), 10) == SECOND
        assert live.catalog is not None
        assert live.catalog.id == SECOND != first
        assert not any(read.done() for read in reads)
        go_on.set()
        titles = await asyncio.gather(*reads)
        assert titles == ["Type 2 diabetes mellitus without complications"] * 3
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await live.close()
    with pytest.raises(RuntimeError):
        await old.read(slow)


async def test_a_catalog_mended_in_place_is_taken_up(
    catalogs: CatalogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookup.live_catalog._RETRY_SECONDS", 0.5)
    current = catalogs.current()
    assert current is not None
    file = catalogs.place(current) / CATALOG_FILE
    whole = file.read_bytes()
    file.unlink()
    readiness = Readiness()
    live = LiveCatalog(catalogs, 1, readiness, lambda _catalog: None)
    watching = asyncio.create_task(live.watch())
    try:
        async with asyncio.timeout(10):
            while "unable to open" not in readiness.report()["catalog"]:
                await asyncio.sleep(0.02)
            file.write_bytes(whole)
            while not readiness.ready:
                await asyncio.sleep(0.02)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await live.close()
