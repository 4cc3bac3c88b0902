"""Packs written for a test."""

from collections.abc import Iterable
from pathlib import Path

HEAD = {
    "system": "icd-10-cm",
    "code": "E11.9",
    "section": "common_language",
    "author": "A. Writer",
    "reviewed_on": "2026-11-25",
    "status": "published",
}
BODY = (
    "Sugar stays too high in the blood of a person who has this illness, because the body does "
    "not answer well to the hormone that moves it into the cells, and the record tells of no "
    "harm that it has done so far."
)


def text(body: str = BODY, without: Iterable[str] = (), **keys: str) -> str:
    """The content of a file: the usual head but for *keys* and *without*, and *body*."""
    head = {key: value for key, value in (HEAD | keys).items() if key not in without}
    lines = "".join(f"{key}: {value}\n" for key, value in head.items())
    return f"---\n{lines}---\n{body}\n"


def pack(folder: Path, **files: str) -> Path:
    """A new pack in *folder* of the given files, named without their ending."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.md").write_text(content, encoding="utf-8")
    return folder
