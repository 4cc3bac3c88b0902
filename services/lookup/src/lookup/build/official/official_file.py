"""A file that a publisher ships, read from a folder or out of an archive in it."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from lookup.build.errors import SourceError

HEAD_BYTES = 64 * 1024
"""How much of a file's beginning is looked at to recognise it."""


@dataclass(frozen=True)
class OfficialFile:
    """A file's name, as shown in errors ("2026/hcpc2026.zip!HCPC2026_ANWEB.txt"), and content."""

    name: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal digest of the content."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def head(self) -> bytes:
        """The beginning, by which the layout is recognised."""
        return self.content[:HEAD_BYTES]

    def text(self, encoding: str) -> str:
        """The whole content as text, without a byte order mark.

        Raises:
            SourceError: naming the first line that is not in *encoding*.
        """
        try:
            return self.content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            raise SourceError(
                self.name,
                line,
                f"byte 0x{self.content[error.start]:02X} is not {encoding}; "
                "save the file as its publisher ships it",
            ) from None

    def fault(self, line: int | None, what: str) -> SourceError:
        """The refusal of this file at *line*, counted from 1."""
        return SourceError(self.name, line, what)
