"""A text of a content pack, and what can be wrong with one."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

SECTIONS: Final = ("common_language",)
"""Keys of the sections that editors may write."""

BULLET: Final = "• "
"""How a paragraph begins that is a point of a list."""


class Status(Enum):
    """How far a text has come; only what is published is served."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class PackText:
    """What editors say in one section about one code.

    *code* is spelled as its system prints it, *paragraphs* are plain text, *file* is
    "<pack>/<file name>" and *line* where in it the code is named.
    """

    system: str
    code: str
    section: str
    author: str
    reviewed_on: date
    status: Status
    paragraphs: tuple[str, ...]
    file: str
    line: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is about: system, code, section."""
        return self.system, self.code, self.section


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, where (lines count from 1) and what to do about it."""

    file: str
    line: int | None
    what: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.what}"


def digest(texts: Sequence[PackText]) -> str:
    """Hexadecimal SHA-256 of all that *texts* say, the same for the same texts in any order."""
    told = sorted(
        [
            *text.key,
            *(text.author, text.reviewed_on.isoformat(), text.status.value, text.file),
            *text.paragraphs,
        ]
        for text in texts
    )
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
