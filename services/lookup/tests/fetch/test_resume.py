"""What has arrived is gone on with, as long as it is of the same version."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from lookup.fetch.command import INTERRUPTED
from services.lookup.tests.fetch.conftest import CONTENT, IMPATIENT, QUICK, WHOLE, Fetching
from services.lookup.tests.fetch.publisher import (
    Behaviour,
    Publisher,
    cut,
    cut_chunked,
    cut_rest,
    ignores_range,
    part,
    stall,
    status,
)

ONCE = replace(QUICK, tries=1)
SIZE = len(CONTENT)
NEW = CONTENT.replace(b"invented", b"replaced")
PROGRAM = (
    "import resource, signal, sys; from pathlib import Path\n"
    "from lookup.fetch.command import fetch_command\n"
    "if len(sys.argv) > 3:\n"
    "    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)\n"
    "sys.exit(fetch_command(Path(sys.argv[1]), Path(sys.argv[2])))\n"
)


def begun(fetch: Fetching, sent: int = 1000, **listed: str | int) -> None:
    """A fetch of which *sent* bytes came."""
    fetch.publisher.script.append(cut(sent))
    assert fetch(limits=ONCE, **listed) == 1
    assert f"the connection was cut after {sent:,} bytes of {SIZE:,}; " in fetch.failure
    assert fetch.failure.endswith(f"; the next fetch goes on after {sent:,} bytes")
    assert fetch.part.stat().st_size == sent
    fetch.publisher.asked.clear()


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def program(fetch: Fetching, *more: str) -> "subprocess.Popen[str]":
    fetch.write_list(f"file: file.txt, url: {fetch.publisher.url()}")
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(fetch.list), str(fetch.folder), *more],
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_cut_fetch_goes_on_by_itself(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.extend([cut(1000), cut_rest(500)])
    assert fetch() == 0
    assert fetch.path.read_bytes() == CONTENT
    assert [asked["Range"] for asked in publisher.asked] == [None, "bytes=1000-", "bytes=1500-"]
    assert [asked["If-Range"] for asked in publisher.asked] == [None, '"v1"', '"v1"']
    assert fetch.names() == WHOLE


def test_tries_that_bring_something_new_are_not_counted(
    fetch: Fetching, publisher: Publisher
) -> None:
    publisher.script.extend([cut(1000), *[cut_rest(500)] * 9])
    assert fetch() == 0
    assert len(publisher.asked) == 11


def test_the_next_fetch_goes_on(fetch: Fetching, publisher: Publisher) -> None:
    begun(fetch)
    assert fetch(sha256=hashlib.sha256(CONTENT).hexdigest()) == 0
    assert publisher.asked[0]["Range"] == "bytes=1000-"
    assert fetch.path.read_bytes() == CONTENT
    assert fetch.names() == WHOLE


def test_after_it_went_on_it_is_asked_for_conditionally(
    fetch: Fetching, publisher: Publisher
) -> None:
    begun(fetch)
    fetch()
    assert fetch() == 0
    assert publisher.asked[1]["If-None-Match"] == '"v1"'
    assert "file.txt: unchanged" in fetch.said


def test_a_date_does_where_there_is_no_tag(fetch: Fetching, publisher: Publisher) -> None:
    publisher.etag = None
    begun(fetch)
    modified, publisher.last_modified = publisher.last_modified, None
    rest = CONTENT[1000:]
    publisher.script.append(part(f"bytes 1000-{SIZE - 1}/{SIZE}", rest))
    assert fetch() == 0
    assert publisher.asked[0]["If-Range"] == modified
    assert fetch.path.read_bytes() == CONTENT
    publisher.last_modified = modified
    fetch()
    assert publisher.asked[1]["If-Modified-Since"] == modified


def test_a_file_that_changed_midway_comes_anew(fetch: Fetching, publisher: Publisher) -> None:
    begun(fetch)
    publisher.content, publisher.etag = NEW, '"v2"'
    assert fetch() == 0
    assert publisher.asked[0]["Range"] == "bytes=1000-"
    assert fetch.path.read_bytes() == NEW


def test_a_server_that_ignores_ranges_sends_it_anew(fetch: Fetching, publisher: Publisher) -> None:
    begun(fetch)
    publisher.script.append(ignores_range)
    assert fetch() == 0
    assert fetch.path.read_bytes() == CONTENT
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        part(f"bytes 0-{SIZE - 1}/{SIZE}", CONTENT),
        part(f"bytes 999-{SIZE - 1}/{SIZE}", CONTENT[999:]),
        part(f"bytes 1000-{SIZE}/{SIZE + 1}", CONTENT[1000:] + b"!"),
        part(f"bytes 1000-{SIZE - 1}/*", CONTENT[1000:]),
        part("lines 1-2/3", b"no bytes"),
        status(416),
    ],
)
def test_a_part_that_was_not_asked_for_is_dropped_and_it_comes_anew(
    fetch: Fetching, publisher: Publisher, wrong: Behaviour
) -> None:
    begun(fetch)
    publisher.script.append(wrong)
    assert fetch() == 0
    assert publisher.asked[1]["Range"] is None
    assert fetch.path.read_bytes() == CONTENT


@pytest.mark.parametrize("tag", ['"v2"', None])
def test_a_server_that_ignores_if_range_does_not_mix_two_versions(
    fetch: Fetching, publisher: Publisher, tag: str | None
) -> None:
    begun(fetch)
    publisher.content, publisher.etag = NEW, tag
    publisher.script.append(part(f"bytes 1000-{SIZE - 1}/{SIZE}", NEW[1000:]))
    assert fetch() == 0
    assert fetch.path.read_bytes() == NEW


def test_versions_mixed_under_one_tag_are_found_out_by_the_listed_digest(
    fetch: Fetching, publisher: Publisher
) -> None:
    begun(fetch)
    publisher.content = NEW
    assert fetch(sha256=hashlib.sha256(NEW).hexdigest()) == 0
    assert [asked["Range"] for asked in publisher.asked] == ["bytes=1000-", None]
    assert fetch.path.read_bytes() == NEW


def test_a_part_that_is_longer_than_it_says_is_refused(
    fetch: Fetching, publisher: Publisher
) -> None:
    begun(fetch)
    publisher.script.append(part(f"bytes 1000-{SIZE - 1}/{SIZE}", CONTENT[1000:] + b"more"))
    assert fetch() == 1
    assert "sends more than it said" in fetch.failure
    assert fetch.names() == {".lock"}


@pytest.mark.parametrize(("etag", "modified"), [('W/"v1"', None), (None, None)])
def test_without_a_version_to_ask_by_nothing_half_is_kept(
    fetch: Fetching, publisher: Publisher, etag: str | None, modified: str | None
) -> None:
    publisher.etag, publisher.last_modified = etag, modified
    publisher.script.append(cut(1000))
    assert fetch(limits=ONCE) == 1
    assert fetch.names() == {".lock"}
    assert fetch() == 0
    assert publisher.asked[1]["Range"] is None


def test_a_date_of_the_same_second_is_no_version(fetch: Fetching, publisher: Publisher) -> None:
    publisher.etag, publisher.last_modified = None, "Fri, 01 Jan 2100 00:00:00 GMT"
    publisher.script.append(cut(1000))
    assert fetch(limits=ONCE) == 1
    assert fetch.names() == {".lock"}


def test_chunks_that_break_off_are_gone_on_with(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.append(cut_chunked(1000))
    assert fetch() == 0
    assert publisher.asked[1]["Range"] == "bytes=1000-"
    assert fetch.path.read_bytes() == CONTENT


def test_what_came_before_a_stall_is_kept(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.append(stall(1000))
    assert fetch(limits=IMPATIENT) == 1
    assert "nothing arrived for 0.2 s" in fetch.failure
    assert fetch() == 0
    assert publisher.asked[1]["Range"] == "bytes=1000-"


def test_what_lies_behind_the_last_note_is_not_believed(
    fetch: Fetching, publisher: Publisher
) -> None:
    begun(fetch)
    with fetch.part.open("ab") as file:
        file.write(b"\0" * SIZE)
    assert fetch() == 0
    assert publisher.asked[0]["Range"] == "bytes=1000-"
    assert fetch.path.read_bytes() == CONTENT


@pytest.mark.parametrize("left", [b"\0" * 1000, CONTENT[:999], b""])
def test_what_is_not_as_noted_is_dropped(
    fetch: Fetching, publisher: Publisher, left: bytes
) -> None:
    begun(fetch)
    fetch.part.write_bytes(left)
    assert fetch() == 0
    assert publisher.asked[0]["Range"] is None
    assert fetch.path.read_bytes() == CONTENT


def test_what_came_from_another_address_is_dropped(fetch: Fetching, publisher: Publisher) -> None:
    begun(fetch)
    assert fetch(url=publisher.url("elsewhere")) == 0
    assert publisher.asked[0]["Range"] is None
    assert fetch.names() == WHOLE


def test_a_killed_fetch_goes_on_from_its_last_note(fetch: Fetching, publisher: Publisher) -> None:
    publisher.content = CONTENT * 100
    sent = len(publisher.content) - 1000
    publisher.script.append(stall(sent))
    running = program(fetch)
    wait_until(lambda: fetch.part.exists() and fetch.part.stat().st_size == sent)
    running.kill()
    running.communicate()
    noted = json.loads((fetch.folder / ".file.txt.part.state").read_text())["received"]
    assert 8_000_000 <= noted < sent
    assert fetch() == 0
    assert publisher.asked[1]["Range"] == f"bytes={noted}-"
    assert fetch.path.read_bytes() == publisher.content
    assert fetch.names() == WHOLE


def test_ctrl_c_keeps_what_has_arrived(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.append(stall(1000))
    running = program(fetch)
    wait_until(lambda: fetch.part.exists() and fetch.part.stat().st_size == 1000)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == INTERRUPTED
    assert said.splitlines()[-1] == (
        "lookup: stopped; run it again and it goes on with what has arrived"
    )
    assert "Traceback" not in said
    assert fetch() == 0
    assert publisher.asked[1]["Range"] == "bytes=1000-"
    assert fetch.path.read_bytes() == CONTENT


def test_a_full_disk_is_told_and_what_was_there_stays(
    fetch: Fetching, publisher: Publisher
) -> None:
    fetch()
    publisher.content, publisher.etag = NEW, '"v2"'
    publisher.asked.clear()
    running = program(fetch, "50000")
    _, said = running.communicate(timeout=20)
    assert running.returncode == 1
    assert "Traceback" not in said
    (failure,) = [line for line in said.splitlines() if line.startswith("lookup: ")]
    assert f"file.txt: not fetched: {fetch.folder}: File too large; the one of 20" in failure
    assert failure.endswith(" stays; the next fetch goes on after 50,000 bytes")
    assert fetch.path.read_bytes() == CONTENT
    assert fetch() == 0
    assert publisher.asked[1]["Range"] == "bytes=50000-"
    assert fetch.path.read_bytes() == NEW


@pytest.mark.parametrize("limit", ["0", "50"])
def test_a_disk_that_takes_next_to_nothing_leaves_what_was_there(
    fetch: Fetching, publisher: Publisher, limit: str
) -> None:
    fetch()
    before = {path: path.read_bytes() for path in fetch.folder.iterdir()}
    publisher.content, publisher.etag = NEW, '"v2"'
    running = program(fetch, limit)
    _, said = running.communicate(timeout=20)
    assert (running.returncode, "Traceback" in said) == (1, False)
    assert {path: path.read_bytes() for path in fetch.folder.iterdir()} == before


def test_of_two_fetches_at_once_the_second_waits_and_finds_it_done(
    fetch: Fetching, publisher: Publisher, tmp_path: Path
) -> None:
    publisher.script.append(stall(1000))
    first = program(fetch)
    assert publisher.misbehaving.wait(20)
    second = program(fetch)
    assert second.stderr is not None
    assert second.stderr.readline() == (
        f"another fetch is at work in {fetch.folder}; waiting for its end\n"
    )
    assert len(publisher.asked) == 1
    publisher.released.set()
    with ThreadPoolExecutor(2) as pool:
        (_, one), (_, two) = pool.map(lambda it: it.communicate(timeout=20), (first, second))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "file.txt: fetched" in one
    assert "file.txt: unchanged" in two
    assert fetch.path.read_bytes() == CONTENT
    assert fetch.names() == WHOLE


def test_ctrl_c_ends_a_fetch_that_waits(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.append(stall(1000))
    first = program(fetch)
    assert publisher.misbehaving.wait(20)
    second = program(fetch)
    assert second.stderr is not None
    second.stderr.readline()
    os.kill(second.pid, signal.SIGINT)
    _, said = second.communicate(timeout=20)
    assert (second.returncode, "Traceback" in said) == (INTERRUPTED, False)
    publisher.released.set()
    first.communicate(timeout=20)
    assert first.returncode == 0
