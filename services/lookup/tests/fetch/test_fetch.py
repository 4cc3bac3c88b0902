"""Files come whole and as they are listed, or what was there stays."""

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lookup.fetch.command import fetch_command
from lookup.fetch.download import Limits
from services.lookup.tests.fetch.conftest import CONTENT, IMPATIENT, QUICK, WHOLE, Fetching
from services.lookup.tests.fetch.publisher import (
    Publisher,
    chunked,
    cut,
    ends_by_closing,
    nonsense,
    redirect,
    says_length,
    stall,
    status,
    trickles,
    with_headers,
)

SHA256 = hashlib.sha256(CONTENT).hexdigest()
NEW = b"a newer release\n" * 500


def test_a_file_comes_whole_and_nothing_else_stays(fetch: Fetching) -> None:
    assert fetch(size=len(CONTENT), sha256=SHA256) == 0
    assert fetch.path.read_bytes() == CONTENT
    assert fetch.names() == WHOLE
    lines = fetch.said.splitlines()
    assert lines[:2] == ["[1/1] file.txt", "file.txt: fetched, 132.0 kB"]
    assert lines[2].startswith(f"{fetch.folder}: 1 fetched, 0 unchanged, 0 failed (")


def test_a_file_in_chunks_comes_whole(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.append(chunked)
    assert fetch() == 0
    assert fetch.path.read_bytes() == CONTENT


def test_what_has_not_changed_is_not_sent_again(fetch: Fetching, publisher: Publisher) -> None:
    fetch()
    before = fetch.path.stat()
    assert fetch() == 0
    assert "file.txt: unchanged" in fetch.said
    assert publisher.asked[1]["If-None-Match"] == '"v1"'
    assert publisher.asked[1]["If-Modified-Since"] == publisher.last_modified
    assert fetch.path.stat() == before


def test_a_server_without_tags_is_asked_by_date(fetch: Fetching, publisher: Publisher) -> None:
    publisher.etag = None
    fetch()
    assert fetch() == 0
    assert "file.txt: unchanged" in fetch.said
    assert publisher.asked[1]["If-None-Match"] is None


def test_what_has_changed_replaces_the_file(fetch: Fetching, publisher: Publisher) -> None:
    fetch()
    publisher.content, publisher.etag = NEW, '"v2"'
    assert fetch() == 0
    assert fetch.path.read_bytes() == NEW
    assert fetch() == 0
    assert publisher.asked[2]["If-None-Match"] == '"v2"'


def test_the_same_content_under_a_new_tag_is_unchanged(
    fetch: Fetching, publisher: Publisher
) -> None:
    fetch()
    before = fetch.path.stat()
    publisher.etag = '"v2"'
    assert fetch() == 0
    assert "file.txt: unchanged" in fetch.said
    assert fetch.path.stat() == before
    assert fetch.names() == WHOLE
    fetch()
    assert publisher.asked[2]["If-None-Match"] == '"v2"'


def test_a_file_that_was_altered_is_fetched_anew(fetch: Fetching, publisher: Publisher) -> None:
    fetch()
    fetch.path.write_bytes(b"altered")
    assert fetch() == 0
    assert publisher.asked[1]["If-None-Match"] is None
    assert fetch.path.read_bytes() == CONTENT


def test_a_file_from_another_address_is_not_taken_for_this_one(
    fetch: Fetching, publisher: Publisher
) -> None:
    fetch()
    fetch(url=publisher.url("elsewhere"))
    assert publisher.asked[1]["If-None-Match"] is None


@pytest.mark.parametrize("note", [b"", b"{", b'{"url": 3}', b"\xff", b'{"etag": "a\\nb"}'])
def test_a_note_that_makes_no_sense_is_not_believed(
    fetch: Fetching, publisher: Publisher, note: bytes
) -> None:
    fetch()
    (fetch.folder / ".file.txt.fetched").write_bytes(note)
    assert fetch() == 0
    assert publisher.asked[1]["If-None-Match"] is None
    assert fetch.path.read_bytes() == CONTENT


def test_a_file_that_has_the_listed_digest_is_not_asked_for(
    fetch: Fetching, publisher: Publisher
) -> None:
    fetch()
    assert fetch(sha256=SHA256.upper()) == 0
    assert len(publisher.asked) == 1


def test_a_file_that_is_no_longer_as_listed_is_not_taken_for_unchanged(
    fetch: Fetching, publisher: Publisher
) -> None:
    fetch()
    publisher.content = NEW  # under the old tag
    assert fetch(sha256=hashlib.sha256(NEW).hexdigest()) == 0
    assert fetch.path.read_bytes() == NEW


def test_a_digest_that_is_not_the_listed_one_leaves_what_was_there(
    fetch: Fetching, publisher: Publisher
) -> None:
    fetch()
    publisher.content, publisher.etag = NEW, '"v2"'
    assert fetch(sha256="0" * 64) == 1
    assert f"what came has SHA-256 {hashlib.sha256(NEW).hexdigest()}" in fetch.failure
    assert fetch.path.read_bytes() == CONTENT
    assert fetch.names() == WHOLE


@pytest.mark.parametrize("said", [len(CONTENT), len(CONTENT) + 5])
def test_a_size_that_is_not_the_listed_one_is_refused_before_it_is_read(
    fetch: Fetching, publisher: Publisher, said: int
) -> None:
    publisher.script.append(says_length(said))
    assert fetch(size=10) == 1
    assert f"the server has {said:,} bytes and 10 are listed" in fetch.failure
    assert fetch.names() == {".lock"}


@pytest.mark.parametrize(
    ("size", "fault"),
    [(len(CONTENT) + 1, "bytes came and"), (len(CONTENT) - 1, "it is larger than the")],
)
def test_a_size_that_only_shows_at_the_end_is_refused_too(
    fetch: Fetching, publisher: Publisher, size: int, fault: str
) -> None:
    publisher.script.append(chunked)
    assert fetch(size=size) == 1
    assert fault in fetch.failure
    assert fetch.names() == {".lock"}


@pytest.mark.parametrize("behaviour", [stall(0), chunked])
def test_a_file_without_end_is_bounded(
    fetch: Fetching, publisher: Publisher, behaviour: object
) -> None:
    assert callable(behaviour)
    publisher.script.append(behaviour)
    assert fetch(limits=_limits(file_bytes=50_000)) == 1
    assert "it is larger than 50.0 kB; if that is right, list its size" in fetch.failure
    assert fetch.names() == {".lock"}
    assert len(publisher.asked) == 1


def test_a_listed_size_lifts_the_bound(fetch: Fetching) -> None:
    assert fetch(limits=_limits(file_bytes=50_000), size=len(CONTENT)) == 0


def test_a_server_that_says_too_short_a_length_does_not_pass_half_a_zip_for_a_whole_one(
    fetch: Fetching, publisher: Publisher
) -> None:
    fetch()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("file.txt", CONTENT)
    publisher.content, publisher.etag = packed.getvalue(), '"v2"'
    publisher.script.append(says_length(len(publisher.content) // 2))
    assert fetch() == 1
    assert "the beginning of a zip without its end" in fetch.failure
    assert fetch.path.read_bytes() == CONTENT
    assert fetch() == 0
    assert fetch.path.read_bytes() == packed.getvalue()


def test_a_server_that_says_too_great_a_length_is_not_believed(
    fetch: Fetching, publisher: Publisher
) -> None:
    publisher.script.extend([says_length(len(CONTENT) + 5)] * 3)
    assert fetch() == 1
    assert "the connection was cut after 132,000 bytes of 132,005" in fetch.failure
    assert not fetch.path.exists()


def test_content_that_just_ends_is_taken_only_with_something_to_check_it_by(
    fetch: Fetching, publisher: Publisher
) -> None:
    publisher.script.append(ends_by_closing)
    assert fetch() == 1
    assert "a cut one would look whole; list its size or sha256" in fetch.failure
    publisher.script.append(ends_by_closing)
    assert fetch(sha256=SHA256) == 0


def test_an_empty_answer_does_not_replace_a_file(fetch: Fetching, publisher: Publisher) -> None:
    fetch()
    publisher.content, publisher.etag = b"", '"v2"'
    assert fetch() == 1
    assert "what came is empty" in fetch.failure
    assert fetch.path.read_bytes() == CONTENT


def test_a_web_page_is_not_taken_for_the_file(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.append(with_headers(Content_Type="text/html; charset=utf-8"))
    assert fetch() == 1
    assert "a web page came in its place" in fetch.failure
    assert fetch.names() == {".lock"}


def test_content_in_an_encoding_is_refused(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.append(with_headers(Content_Encoding="gzip"))
    assert fetch() == 1
    assert "the server encodes it" in fetch.failure
    assert publisher.asked[0]["Accept-Encoding"] == "identity"


def test_a_stalled_server_is_given_up_and_what_was_there_stays(
    fetch: Fetching, publisher: Publisher
) -> None:
    fetch()
    publisher.content, publisher.etag = NEW, '"v2"'
    publisher.script.append(stall(0))
    assert fetch(limits=IMPATIENT) == 1
    assert "not fetched: nothing arrived for 0.2 s; the one of 20" in fetch.failure
    assert fetch.failure.endswith(" stays")
    assert fetch.path.read_bytes() == CONTENT


def test_a_server_that_trickles_is_given_up(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.append(trickles)
    assert fetch(limits=_limits(file_seconds=0.3)) == 1
    assert "it took longer than 0.3 s in all" in fetch.failure


def test_no_server_at_all_is_told_and_what_was_there_stays(fetch: Fetching) -> None:
    fetch()
    assert fetch(url="http://127.0.0.1:1/file.txt") == 1
    assert "not fetched: no connection: " in fetch.failure
    assert fetch.failure.endswith(" stays")
    assert fetch.path.read_bytes() == CONTENT


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(
    fetch: Fetching, publisher: Publisher, code: int
) -> None:
    publisher.script.append(status(code))
    assert fetch() == 0
    publisher.script.extend([status(code)] * 3)
    assert fetch() == 1
    assert f"the server answers {code} " in fetch.failure
    assert fetch.path.read_bytes() == CONTENT
    assert len(publisher.asked) == 5


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (401, "refuses it (401 Unauthorized)"),
        (403, "download it in a browser"),
        (404, "no such file (404 Not Found)"),
        (410, "look for its new address"),
        (429, "answers 429 Too Many Requests"),
        (204, "answers 204 No Content"),
        (299, "answers 299"),
        (304, "answers 304 Not Modified"),
        (416, "answers 416 "),
    ],
)
def test_a_server_that_refuses_is_not_asked_again(
    fetch: Fetching, publisher: Publisher, code: int, what: str
) -> None:
    publisher.script.append(status(code))
    assert fetch() == 1
    assert what in fetch.failure
    assert fetch.failure.endswith("; there is no earlier one")
    assert len(publisher.asked) == 1


def test_what_is_no_web_server_is_told_without_its_control_characters(
    fetch: Fetching, publisher: Publisher
) -> None:
    publisher.script.extend([nonsense] * 3)
    assert fetch() == 1
    assert "not fetched: the server's answer makes no sense: " in fetch.failure
    assert "\x1b" not in fetch.said


def test_redirects_are_followed(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.extend([redirect("/b"), redirect(publisher.url("c"))])
    assert fetch() == 0
    assert fetch.path.read_bytes() == CONTENT


def test_a_redirect_in_a_loop_is_left(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.extend([redirect("/file.txt")] * 20)
    assert fetch() == 1
    assert "it was redirected more than 5 times" in fetch.failure
    assert len(publisher.asked) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://a:b@127.0.0.1/", ""]
)
def test_a_redirect_to_elsewhere_than_the_web_is_refused(
    fetch: Fetching, publisher: Publisher, location: str
) -> None:
    publisher.script.append(redirect(location))
    assert fetch() == 1
    assert "redirects to what is no http or https address" in fetch.failure


def test_a_redirect_to_what_is_no_address_is_told(fetch: Fetching, publisher: Publisher) -> None:
    publisher.script.extend([redirect("http://127.0.0.1:port/")] * 3)
    assert fetch() == 1
    assert "the server's answer makes no sense: Invalid URL" in fetch.failure


def test_one_failure_does_not_keep_the_others_from_coming(
    fetch: Fetching, publisher: Publisher
) -> None:
    publisher.script.append(status(404))
    url = publisher.url()
    fetch.write_list(f"file: a.txt, url: {url}", f"file: b.txt, url: {url}")
    assert fetch.run() == 1
    assert fetch.failure.startswith("lookup: a.txt: ")
    assert (fetch.folder / "b.txt").read_bytes() == CONTENT
    assert f"{fetch.folder}: 1 fetched, 0 unchanged, 1 failed (" in fetch.said


def test_a_folder_in_the_place_of_a_file_is_named(fetch: Fetching) -> None:
    fetch.path.mkdir(parents=True)
    assert fetch() == 1
    assert f"file.txt: not fetched: {fetch.path}: Is a directory" in fetch.failure


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_written_through(
    fetch: Fetching, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"not to be touched")
    fetch.folder.mkdir()
    fetch.path.symlink_to(other)
    assert fetch() == 0
    assert other.read_bytes() == b"not to be touched"
    assert fetch.path.read_bytes() == CONTENT
    assert not fetch.path.is_symlink()


def test_a_folder_that_cannot_be_made_is_named(
    fetch: Fetching, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    fetch.write_list("file: a.txt, url: https://example.org/a.txt")
    assert fetch_command(fetch.list, tmp_path / "file") == 1
    assert f"lookup: nothing fetched: [Errno 17] File exists: '{tmp_path / 'file'}'" in (
        capsys.readouterr().err
    )


def test_a_proxy_that_makes_no_sense_is_told(
    fetch: Fetching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "gopher://proxy")
    assert fetch() == 1
    assert "mend the proxy or certificates" in fetch.failure


def test_a_cut_file_never_replaces_a_whole_one(fetch: Fetching, publisher: Publisher) -> None:
    fetch()
    publisher.content, publisher.etag = NEW, '"v2"'
    publisher.script.extend([cut(100), status(404)])
    assert fetch() == 1
    assert fetch.path.read_bytes() == CONTENT
    assert fetch.failure.endswith("stays; the next fetch goes on after 100 bytes")


def _limits(**changed: Any) -> Limits:
    return replace(QUICK, **changed)
