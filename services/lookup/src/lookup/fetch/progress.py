"""Tells the person at the terminal which file is arriving and how much of it is there."""

import sys
import time
from typing import TextIO


def amount(size: int) -> str:
    """A number of bytes for people, "12.3 MB"."""
    if size < 1000:
        return f"{size} bytes"
    if size < 1_000_000:
        return f"{size / 1000:.1f} kB"
    return f"{size / 1_000_000:,.1f} MB"


class FetchProgress:
    """One line that is rewritten on a terminal, plain lines elsewhere, on standard error."""

    _WIDTH = 24
    _PAUSE = 0.1
    """Seconds between two rewritings of the line."""

    def __init__(self, files: int, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._files = files
        self._number = 0
        self._file = ""
        self._began = time.perf_counter()
        self._next = 0.0

    def file(self, file: str) -> None:
        """The next of the files begins."""
        self._number += 1
        self._file = file
        self._next = 0.0
        if self._live:
            self.arrived(0, None)
        else:
            self._write(f"[{self._number}/{self._files}] {file}\n")

    def arrived(self, received: int, total: int | None) -> None:
        """*received* bytes of *total* are there; None: nobody knows of how many."""
        now = time.perf_counter()
        if not self._live or (now < self._next and received != total):
            return
        self._next = now + self._PAUSE
        filled = self._WIDTH * min(received, total) // total if total else 0
        bar = "█" * filled + "░" * (self._WIDTH - filled)
        of = f" of {amount(total)}" if total else ""
        self._write(
            f"\r\x1b[K{bar} [{self._number}/{self._files}] {self._file} {amount(received)}{of}"
        )

    def tell(self, line: str) -> None:
        """A line that stays on the terminal."""
        start = "\r\x1b[K" if self._live else ""
        self._write(f"{start}{line}\n")

    def finish(self, summary: str) -> None:
        """All is done; *summary* stays on the terminal."""
        self.tell(f"{summary} ({time.perf_counter() - self._began:.1f} s)")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
