"""Why a catalog could not be built."""

from pathlib import Path


class SourceError(Exception):
    """A source is missing, truncated or says what cannot be right.

    The message names the file and, where there is one, the line, and what to do.
    """

    def __init__(self, file: Path | str, line: int | None, fault: str) -> None:
        where = f"{file}:{line}" if line else f"{file}"
        super().__init__(f"{where}: {fault}")
