"""A new SQLite file of which the same input makes the same bytes."""

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self


class ReproducibleDatabase:
    """A file written without journal or timestamps, and ordered by its content at the end."""

    def __init__(self, path: Path, tables: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = OFF")
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.executescript(tables)
        self.connection.execute("BEGIN")

    def finish(self, meta: dict[str, str]) -> None:
        """Record *meta* and order the pages by their content."""
        self.connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
        self.connection.execute("COMMIT")
        self.connection.execute("ANALYZE")
        self.connection.execute("VACUUM")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.connection.close()
