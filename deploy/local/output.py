"""What a person sees of a running platform."""

import re
import sys
from collections.abc import Callable, Mapping
from typing import TextIO

from deploy.local.topology import PARTS

_COLOURS = (36, 35, 34, 33, 32, 96, 95, 94, 93, 92)
_PASSWORD = re.compile(r"(?<=:)[^:/@]+(?=@)")
_WIDTH = max(len(name) for name in PARTS)


class Output:
    """Lines of all parts, each behind its part's name, coloured on a terminal."""

    def __init__(self, stream: TextIO, gone: Callable[[], None]) -> None:
        """*gone* is called when nobody reads *stream* any longer."""
        self._stream = stream
        self._gone = gone
        self._in_colour = stream.isatty()

    def line(self, name: str, text: str) -> None:
        """Show a line that the part *name* wrote."""
        prefix = f"{name:<{_WIDTH}} │ "
        if self._in_colour:
            colour = _COLOURS[PARTS.index(name) % len(_COLOURS)] if name in PARTS else 37
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        self._write(f"{prefix}{text}\n")

    def say(self, text: str) -> None:
        """Show a line of the runner's own."""
        self._write(f"{text}\n")

    def table(self, addresses: Mapping[str, str]) -> None:
        """Show where everything is."""
        # Imported here: what cleans up after a set-up that broke off finds no packages.
        from rich.console import Console
        from rich.table import Table

        table = Table("part", "address", "metrics", title_justify="left")
        for name, address in addresses.items():
            if not name.endswith(" metrics"):
                metrics = addresses.get(f"{name} metrics", "")
                table.add_row(name, _PASSWORD.sub("…", address), metrics)
        # Addresses are for copying: they are never cut to a terminal's width.
        console = Console(file=self._stream, width=max(_table_width(addresses), 60))
        try:
            console.print(table)
            self._stream.flush()
        except OSError:
            # A pipe that nobody reads, or a terminal that was closed.
            self._gone()

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            # A pipe that nobody reads, or a terminal that was closed.
            self._gone()


def error(text: str) -> None:
    """Say on standard error, in one line, what went wrong."""
    sys.stderr.write(f"local: {' '.join(text.split())}\n")


def _table_width(addresses: Mapping[str, str]) -> int:
    return 40 + 2 * max((len(address) for address in addresses.values()), default=0)
