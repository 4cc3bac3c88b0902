import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lookup.fetch.command import fetch_command
from lookup.fetch.download import Limits
from services.lookup.tests.fetch.publisher import Publisher

CONTENT = "".join(f"{number:05} a line of an invented file\n" for number in range(4000)).encode()

QUICK = Limits(connect_seconds=10, read_seconds=10, tries=3, pause_seconds=0)
IMPATIENT = Limits(connect_seconds=10, read_seconds=0.2, tries=1, pause_seconds=0)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher(CONTENT) as publisher:
        yield publisher


@dataclass
class Fetching:
    """A list, a folder, and the command between them."""

    publisher: Publisher
    list: Path
    folder: Path
    capsys: pytest.CaptureFixture[str]
    said: str = ""
    """What the last fetch wrote to standard error."""

    def write_list(self, *entries: str) -> None:
        self.list.write_text("sources:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries))

    def __call__(self, *, limits: Limits = QUICK, **listed: str | int) -> int:
        """Fetch file.txt with what else is *listed* of it; answers the exit code."""
        listed = {"file": "file.txt", "url": self.publisher.url(), **listed}
        self.write_list(", ".join(f"{key}: {value}" for key, value in listed.items()))
        return self.run(limits)

    def run(self, limits: Limits = QUICK) -> int:
        code = fetch_command(self.list, self.folder, limits)
        out, self.said = self.capsys.readouterr()
        assert out == ""
        return code

    @property
    def failure(self) -> str:
        """The one line that tells of a failure."""
        (line,) = [line for line in self.said.splitlines() if line.startswith("lookup: ")]
        return line

    @property
    def path(self) -> Path:
        return self.folder / "file.txt"

    @property
    def part(self) -> Path:
        return self.folder / ".file.txt.part"

    def names(self) -> set[str]:
        return {entry.name for entry in self.folder.iterdir()}


WHOLE = {".lock", "file.txt", ".file.txt.fetched"}
"""Names in the folder when nothing is left half done."""


@pytest.fixture
def fetch(publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Fetching:
    return Fetching(publisher, tmp_path / "sources.yaml", tmp_path / "official", capsys)
