"""What the parts of a build write into: one catalog file, with what every code set has."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from lookup.facts import Code, Release, Source
from lookup.spelling import code_key


class CatalogWriter:
    """Writes sources, releases and codes; tables of its own each part fills by *connection*."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def source(self, source: Source) -> str:
        """Record where facts come from; returns the id to name in rows."""
        self.connection.execute(
            "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(source.id, source.name, source.release, source.published, source.effective),
                *(source.licence, source.origin),
            ),
        )
        return source.id

    def release(self, release: Release) -> None:
        """Record a release; its counts are taken from the codes when all of them are there."""
        self.connection.execute(
            "INSERT INTO releases VALUES (?, ?, ?, ?, ?, 0, 0, ?)",
            (
                *(release.id, release.system, release.name),
                *(release.effective.isoformat(), release.expires.isoformat(), release.source_id),
            ),
        )

    def codes(self, codes: Iterable[Code]) -> None:
        """Record codes. Those of one spelling must come together, in order of time."""
        self.connection.executemany(
            "INSERT INTO codes VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    *(code.system, code_key(code.code), code.code, code.title, int(code.billable)),
                    *(code.effective.isoformat(), code.expires.isoformat(), code.source_id),
                )
                for code in joined_codes(codes)
            ),
        )

    def relation(
        self, system: str, name: str, source_id: str, held: int, withheld: int = 0
    ) -> None:
        """Record how many rows of a relation were loaded, and how many a licence keeps out."""
        self.connection.execute(
            "INSERT INTO relations VALUES (?, ?, ?, ?, ?)",
            (system, name, source_id, held, withheld),
        )

    def count_codes(self) -> None:
        """Record how many codes each release has."""
        self.connection.execute(
            "UPDATE releases SET (code_count, billable_count) = ("
            "SELECT count(*), coalesce(sum(billable), 0) FROM codes c "
            "WHERE c.system = releases.system AND c.effective <= releases.effective "
            "AND c.expires >= releases.effective)"
        )


def joined_codes(codes: Iterable[Code]) -> Iterator[Code]:
    """*codes* with stretches that follow one another and read the same made one.

    A stretch keeps the source of its newest part: that is where the text was read last.
    """
    last: Code | None = None
    for code in codes:
        if last is not None:
            same = replace(code, effective=last.effective, expires=last.expires) == replace(
                last, source_id=code.source_id
            )
            if same and last.expires + timedelta(days=1) == code.effective:
                last = replace(code, effective=last.effective)
                continue
            yield last
        last = code
    if last is not None:
        yield last
