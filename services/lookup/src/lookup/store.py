"""Reads a finished catalog. Immutable files, opened read-only and memory-mapped."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from lookup.facts import Code, EditorsText, Relation, Release, Source
from lookup.pointer import CATALOG_FILE
from lookup.schema import VERSION

_MAPPED_BYTES = 1 << 30
CODE_COLUMNS: Final = "code, title, billable, effective, expires, source_id"
"""What :func:`code_of_row` reads, of the table ``codes``."""
_SOURCE = "source_id, name, release, published, effective, licence, origin"
_HOLDS = "system = ? AND effective <= ? AND expires >= ?"


class UnreadableCatalog(Exception):  # noqa: N818 - it says what is wrong with the files
    """The files of a catalog are missing, damaged or of another schema; says which and why."""


def open_read_only(path: Path) -> sqlite3.Connection:
    """A connection to a file that never changes.

    Raises:
        UnreadableCatalog: when it cannot be read or has another schema.
    """
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro&immutable=1",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
        connection.execute("PRAGMA query_only = ON")
        row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise UnreadableCatalog(f"{path}: {error}") from None
    if row is None or row[0] != str(VERSION):
        connection.close()
        found = row[0] if row else "none"
        raise UnreadableCatalog(
            f"{path}: schema {found}, this program reads {VERSION}; run `lookup catalog build`"
        )
    return connection


def check_whole(connection: sqlite3.Connection, path: Path, catalog_id: str) -> None:
    """See that every page of a file can be read and that it belongs to the catalog named.

    Raises:
        UnreadableCatalog: when that is not so.
    """
    try:
        (fault,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        row = connection.execute("SELECT value FROM meta WHERE key = 'catalog_id'").fetchone()
    except sqlite3.Error as error:
        raise UnreadableCatalog(f"{path}: {error}") from None
    if fault != "ok":
        raise UnreadableCatalog(f"{path}: damaged: {' '.join(fault.split())}")
    if row is None or row[0] != catalog_id:
        raise UnreadableCatalog(
            f"{path}: belongs to catalog {row[0] if row else 'unknown'}, not {catalog_id}"
        )


class Store:
    """One connection to one catalog; used by one thread at a time."""

    def __init__(self, place: Path, catalog: sqlite3.Connection) -> None:
        self._place = place
        self.catalog = catalog

    @classmethod
    def open(cls, place: Path) -> Self:
        """Open the catalog in the folder *place*.

        Raises:
            UnreadableCatalog: when its file is missing, damaged or of another schema.
        """
        return cls(place, open_read_only(place / CATALOG_FILE))

    def check(self, catalog_id: str) -> None:
        """See that the file is whole and that of *catalog_id*; takes a fraction of a second.

        Raises:
            UnreadableCatalog: when that is not so.
        """
        check_whole(self.catalog, self._place / CATALOG_FILE, catalog_id)

    def close(self) -> None:
        """Give the file back."""
        self.catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def search_id(self) -> str:
        """The id of the search index that belongs to this catalog."""
        row = self.catalog.execute("SELECT value FROM meta WHERE key = 'search_id'").fetchone()
        return str(row[0]) if row else ""

    def releases(self) -> list[Release]:
        """The releases held, newest first within each system."""
        rows = self.catalog.execute(
            "SELECT release_id, system, name, effective, expires, code_count, billable_count, "
            "source_id FROM releases ORDER BY system, effective DESC"
        )
        return [
            Release(
                *(row[0], row[1], row[2], date.fromisoformat(row[3]), date.fromisoformat(row[4])),
                *(row[5], row[6], row[7]),
            )
            for row in rows
        ]

    def source(self, source_id: str) -> Source:
        """The source with this id."""
        row = self.catalog.execute(
            f"SELECT {_SOURCE} FROM sources WHERE source_id = ?",  # noqa: S608
            (source_id,),
        ).fetchone()
        return Source(*row)

    def sources(self) -> list[Source]:
        """Everything the catalog was read from."""
        rows = self.catalog.execute(f"SELECT {_SOURCE} FROM sources ORDER BY source_id")  # noqa: S608
        return [Source(*row) for row in rows]

    def relations(self) -> list[Relation]:
        """What is loaded beside the codes, by code set."""
        rows = self.catalog.execute(
            "SELECT name, system, rows_held, rows_withheld, source_id FROM relations "
            "ORDER BY system, name, source_id"
        )
        return [Relation(*row) for row in rows]

    def editors_text(self, system: str, key: str, section: str) -> EditorsText | None:
        """What the site's editors wrote for a section of this code, if they did."""
        row = self.catalog.execute(
            "SELECT author, reviewed_on, paragraphs, source_id FROM editors_texts "
            "WHERE system = ? AND code_key = ? AND section = ?",
            (system, key, section),
        ).fetchone()
        if row is None:
            return None
        author, reviewed_on, paragraphs, source_id = row
        return EditorsText(
            author, date.fromisoformat(reviewed_on), tuple(json.loads(paragraphs)), source_id
        )

    def codes_changed_on(self, release: Release) -> Iterator[list[Code]]:
        """All stretches of each code of which one begins with *release* or ends before it."""
        begins = release.effective.isoformat()
        ended = (release.effective - timedelta(days=1)).isoformat()
        rows = self.catalog.execute(
            f"SELECT code_key, {CODE_COLUMNS} FROM codes WHERE system = ?1 AND code_key IN ("  # noqa: S608
            "SELECT code_key FROM codes "
            "WHERE system = ?1 AND (effective = ?2 OR expires = ?3)) "
            "ORDER BY code_key, effective",
            (release.system, begins, ended),
        )
        for _key, of in groupby(rows, key=itemgetter(0)):
            yield [code_of_row(release.system, row[1:]) for row in of]

    def code(self, release: Release, key: str) -> Code | None:
        """The code with this key ("E119") as *release* has it."""
        row = self.catalog.execute(
            f"SELECT {CODE_COLUMNS} FROM codes WHERE code_key = ? AND {_HOLDS}",  # noqa: S608
            (key, *_on(release)),
        ).fetchone()
        return code_of_row(release.system, row) if row else None

    def codes(self, release: Release, keys: Sequence[str]) -> list[Code]:
        """Those of *keys* that are codes in *release*, in the order of *keys*."""
        rows = self.catalog.execute(
            f"SELECT code_key, {CODE_COLUMNS} FROM codes "  # noqa: S608
            f"WHERE code_key IN ({marks(keys)}) AND {_HOLDS}",
            (*keys, *_on(release)),
        )
        found = {row[0]: code_of_row(release.system, row[1:]) for row in rows}
        return [found[key] for key in keys if key in found]

    def stretches(self, system: str, key: str) -> list[Code]:
        """How the code with this key reads and read, oldest first; empty when it never was one.

        Stretches that do not follow one another leave a gap in which the code was not valid.
        """
        return stretches_of(self.catalog, system, key)

    def keys_starting(self, release: Release, prefix: str, limit: int) -> list[str]:
        """Keys that start with *prefix*, in order."""
        rows = self.catalog.execute(
            "SELECT code_key FROM codes WHERE code_key >= ? AND code_key < ? "  # noqa: S608
            f"AND {_HOLDS} ORDER BY code_key LIMIT ?",
            (prefix, prefix + "\x7f", *_on(release), limit),
        )
        return [row[0] for row in rows]

    def keys_among(self, release: Release, keys: Sequence[str]) -> set[str]:
        """Which of *keys* are codes."""
        rows = self.catalog.execute(
            f"SELECT code_key FROM codes WHERE code_key IN ({marks(keys)}) AND {_HOLDS}",  # noqa: S608
            (*keys, *_on(release)),
        )
        return {row[0] for row in rows}

    def count_starting(self, release: Release, prefix: str) -> int:
        """How many codes have keys that start with *prefix*."""
        row = self.catalog.execute(
            f"SELECT count(*) FROM codes WHERE code_key >= ? AND code_key < ? AND {_HOLDS}",  # noqa: S608
            (prefix, prefix + "\x7f", *_on(release)),
        ).fetchone()
        return int(row[0])


def marks(values: Sequence[object]) -> str:
    """Placeholders for *values* in a statement."""
    return ",".join("?" * len(values))


def _on(release: Release) -> tuple[str, str, str]:
    day = release.effective.isoformat()
    return release.system, day, day


def stretches_of(catalog: sqlite3.Connection, system: str, key: str) -> list[Code]:
    """All stretches of a code, as :meth:`Store.stretches` tells them."""
    rows = catalog.execute(
        f"SELECT {CODE_COLUMNS} FROM codes "  # noqa: S608
        "WHERE system = ? AND code_key = ? ORDER BY effective",
        (system, key),
    )
    return [code_of_row(system, row) for row in rows]


def code_of_row(system: str, row: Sequence[str | int]) -> Code:
    """The code of *system* in a row of :data:`CODE_COLUMNS`."""
    code, title, billable, effective, expires, source_id = row
    return Code(
        system,
        str(code),
        str(title),
        bool(billable),
        date.fromisoformat(str(effective)),
        date.fromisoformat(str(expires)),
        str(source_id),
    )
