"""Tells the person at the terminal how far a build is."""

import sys
import time
from typing import TextIO


class Progress:
    """One line that is rewritten on a terminal, plain lines elsewhere, on standard error."""

    _WIDTH = 24

    def __init__(self, steps: int, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._steps = steps
        self._done = 0
        self._began = time.perf_counter()

    def step(self, what: str) -> None:
        """The next of the steps begins: *what* is being done."""
        if self._live:
            filled = self._WIDTH * self._done // self._steps
            bar = "█" * filled + "░" * (self._WIDTH - filled)
            self._write(f"\r\x1b[K{bar} {what}")
        else:
            self._write(f"[{self._done + 1}/{self._steps}] {what}\n")
        self._done += 1

    def finish(self, summary: str) -> None:
        """All is done; *summary* stays on the terminal."""
        start = "\r\x1b[K" if self._live else ""
        self._write(f"{start}{summary} ({time.perf_counter() - self._began:.1f} s)\n")

    def fail(self) -> None:
        """Leave the line as it is, so that an error stands below it."""
        if self._live:
            self._write("\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
