"""A list of files says what it means, or is refused with line, key and what to write."""

from pathlib import Path

import pytest

from lookup.build.errors import SourceError
from lookup.fetch.command import fetch_command
from lookup.fetch.sources import ListedFile, load_sources

ENTRY = "sources:\n  - file: a.zip\n    url: https://example.org/a.zip\n"
SHA256 = "0123456789" * 6 + "0123"
SHIPPED = Path(__file__).parents[4] / "deploy" / "sources.yaml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sources.yaml"


def test_files_are_read_in_their_order(path: Path) -> None:
    path.write_text(
        f"{ENTRY}    size: 1_234\n    sha256: {SHA256}\n"
        "  - {url: 'http://127.0.0.1:8080/b', file: b.txt}\n"
    )
    assert load_sources(path) == (
        ListedFile("a.zip", "https://example.org/a.zip", 1234, SHA256),
        ListedFile("b.txt", "http://127.0.0.1:8080/b"),
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "sources:\n", "sources: []\n", "{}\n"])
def test_a_list_of_nothing_is_fine_and_says_what_to_do(
    path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path.write_text(text)
    assert fetch_command(path, path.parent / "official") == 0
    assert capsys.readouterr().err == (
        f"{path} lists no files; add the addresses of those you want, as shown there\n"
    )
    assert not (path.parent / "official").exists()


def test_the_list_that_ships_names_no_address() -> None:
    assert load_sources(SHIPPED) == ()


def test_the_example_in_the_list_that_ships_can_be_read(path: Path) -> None:
    lines = SHIPPED.read_text().splitlines()
    start = lines.index("#   sources:")
    path.write_text("\n".join(line.removeprefix("#   ") for line in lines[start : start + 5]))
    (file,) = load_sources(path)
    assert (file.file, file.size) == ("hcpcs-2026-q2.zip", 1234567)
    assert file.sha256 is not None


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("sources: [", 1, "is no YAML"),
        ("a: b: c", 1, "is no YAML"),
        ("sources: []\n---\nsources: []\n", 2, "is no YAML"),
        ("- file: a", 1, "the list: must be keys and values; write `sources: …`"),
        ("files: []", 1, "the list: there is no such key; there are sources"),
        ("sources: []\nsources: []", 2, "the list.sources: is written twice; keep one"),
        ("sources: a.zip", 1, "sources: must be a list; begin each file with `- file:`"),
        ("sources:\n  -\n", 2, "sources[0]: must be keys and values; write `file: …`"),
        ("sources:\n  - a.zip\n", 2, "sources[0]: must be keys and values; write `file: …`"),
        ("sources:\n  - file: a.zip\n", 2, "sources[0].url: is missing; write `url: …`"),
        ("sources:\n  - url: https://a.b/c\n", 2, "sources[0].file: is missing"),
        (ENTRY + "    md5: 1\n", 4, "there are file, url, size, sha256"),
        (ENTRY + "    ? [a]\n    : 1\n", 4, "there is no such key"),
        (ENTRY + "    url: https://b.c\n", 4, "sources[0].url: is written twice; keep one"),
        (ENTRY + "    size: 1.5 MB\n", 4, "sources[0].size: write a number of bytes"),
        (ENTRY + "    size: 0\n", 4, "sources[0].size: write a number of bytes"),
        (ENTRY + "    size: [1]\n", 4, "sources[0].size: write a number of bytes"),
        (ENTRY + f"    sha256: {SHA256[1:]}\n", 4, "sources[0].sha256: write 64 hexadecimal"),
        (ENTRY + ENTRY[9:].replace("a.zip", "A.zip"), 4, "sources[1].file: A.zip is listed twice"),
    ],
)
def test_a_wrong_list_is_refused_with_line_and_key(
    path: Path, text: str, line: int, fault: str
) -> None:
    path.write_text(text)
    with pytest.raises(SourceError) as refused:
        load_sources(path)
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert fault in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        *("../a.zip", "/etc/passwd", "a/b.zip", "..", ".", ".a.zip", ".a.zip.part", "a\\b.zip"),
        *("", "a b.zip", "'a\\n.zip'", '"a\\0.zip"', "-a.zip", "é.zip", "a" * 101, "[a]"),
    ],
)
def test_a_name_that_could_lead_out_of_the_folder_is_refused(path: Path, name: str) -> None:
    path.write_text(ENTRY.replace("file: a.zip", f"file: {name}"))
    with pytest.raises(SourceError, match=r"sources\[0\]\.file: write a plain file name"):
        load_sources(path)


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/a", "file:///etc/passwd", "example.org/a.zip", "https:///a.zip"),
        *("https://user:word@example.org/a", "https://a.b:port/", "''", "[a]"),
        '"https://example.org/\\x1b"',
    ],
)
def test_an_address_that_is_not_of_the_web_is_refused(path: Path, url: str) -> None:
    path.write_text(ENTRY.replace("https://example.org/a.zip", url))
    with pytest.raises(SourceError, match=r"sources\.yaml:3: sources\[0\]\.url: .*write "):
        load_sources(path)


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"sources: \xff", "is not UTF-8"), (b"sources: \x00", "is no YAML"), (None, "No such file")],
)
def test_a_list_that_cannot_be_read_is_told_in_one_line(
    path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, fault: str
) -> None:
    if content is not None:
        path.write_bytes(content)
    assert fetch_command(path, path.parent / "official") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"lookup: nothing fetched: {path}")
    assert fault in line
