"""Tells the person at the terminal how far a reading of the ledger is."""

import sys
import time
from typing import TextIO


class Progress:
    """One line that is rewritten on a terminal, a plain line for each step elsewhere.

    On standard error, so that what a command finds can be piped.
    """

    _WIDTH = 24
    _EVERY_SECONDS = 0.1

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._began = time.perf_counter()
        self._step = ""
        self._step_began = self._began
        self._told_at = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """*done* of *total*, of what the step *what* names, are done."""
        now = time.perf_counter()
        if what != self._step:
            self._step, self._step_began, self._told_at = what, now, 0.0
            if not self._live:
                self._write(f"{what}: {total:,}\n")
        if not self._live or (now < self._told_at + self._EVERY_SECONDS and done < total):
            return
        self._told_at = now
        filled = self._WIDTH * done // max(1, total)
        bar = "█" * filled + "░" * (self._WIDTH - filled)
        rate = done / max(0.001, now - self._step_began)
        self._write(f"\r\x1b[K{bar} {what}: {done:,} of {total:,}, {rate:,.0f} a second")

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
