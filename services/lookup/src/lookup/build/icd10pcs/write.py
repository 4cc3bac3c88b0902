"""Writes ICD-10-PCS into the catalog, the same rows for the same input."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from lookup.build.icd10pcs.coder_database import CoderDatabase
from lookup.build.icd10pcs.groupings import Grouping
from lookup.build.icd10pcs.membership import CodeList
from lookup.build.icd10pcs.official_index import OfficialIndex
from lookup.build.icd10pcs.values_in_descriptions import Value
from lookup.build.official.gem import GemEntry
from lookup.facts import Release
from lookup.icd10pcs.axes import TABLE_LENGTH


def write_lists(
    connection: sqlite3.Connection, lists: Sequence[CodeList], described: Iterable[str]
) -> None:
    """The lists, and of each code that any of them names, which."""
    ordered = list(enumerate(lists))
    connection.executemany(
        "INSERT INTO pcs_lists VALUES (?, ?, ?, ?, ?, ?)",
        (
            (
                *(number, one.name, one.effective.isoformat(), one.expires.isoformat()),
                *(one.complete_for, one.source_id),
            )
            for number, one in ordered
        ),
    )
    bits: dict[str, int] = {}
    newest: dict[str, str] = {}
    for number, one in ordered:
        for code in one.codes:
            bits[code] = bits.get(code, 0) | 1 << number
            newest[code] = one.source_id
    with_text = frozenset(described)
    connection.executemany(
        "INSERT INTO pcs_listings VALUES (?, ?, ?, ?)",
        ((code, bits[code], int(code in with_text), newest[code]) for code in sorted(bits)),
    )


def write_places(connection: sqlite3.Connection, release: Release, codes: Iterable[str]) -> None:
    """How many codes lie in each section, body system and table."""
    counts: Counter[str] = Counter()
    for code in codes:
        counts.update(code[:length] for length in range(1, TABLE_LENGTH + 1))
    connection.executemany(
        "INSERT INTO pcs_places VALUES (?, ?, ?, ?)",
        (
            (release.id, prefix, count, release.source_id)
            for prefix, count in sorted(counts.items())
        ),
    )


def write_values(connection: sqlite3.Connection, values: Mapping[str, Iterable[Value]]) -> None:
    """Meanings of characters by source; those of the first source that has one."""
    found: dict[tuple[str, int, str], tuple[str, str]] = {}
    for source_id, of in values.items():
        for value in of:
            found.setdefault(
                (value.context, value.position, value.character), (value.label, source_id)
            )
    connection.executemany(
        "INSERT INTO pcs_values VALUES (?, ?, ?, ?, ?)",
        ((*at, *said) for at, said in sorted(found.items())),
    )


def write_texts(
    connection: sqlite3.Connection, database: CoderDatabase, source_id: str, guidelines_id: str
) -> None:
    """Definitions and guidelines."""
    connection.executemany(
        "INSERT INTO pcs_definitions VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(of.section, of.position, of.character),
                *(of.definition, of.explanation, of.examples, source_id),
            )
            for of in database.definitions
        ),
    )
    connection.executemany(
        "INSERT INTO pcs_guidelines VALUES (?, ?, ?, ?, ?)",
        (
            (of.id, place, of.title, _json(of.paragraphs), guidelines_id)
            for place, of in enumerate(database.guidelines)
        ),
    )


def write_index(
    connection: sqlite3.Connection, index: CoderDatabase | OfficialIndex, source_id: str
) -> int:
    """Entries of the index and its terms for values; returns how many entries there are."""
    entries = index.entries if isinstance(index, OfficialIndex) else index.index
    connection.executemany(
        "INSERT INTO pcs_index VALUES (?, ?, ?)",
        ((entry.prefix, entry.term, source_id) for entry in entries),
    )
    connection.executemany(
        "INSERT INTO pcs_terms VALUES (?, ?, ?)",
        ((label, term, source_id) for label, terms in index.terms.items() for term in terms),
    )
    return len(entries)


def write_mappings(
    connection: sqlite3.Connection, entries: Iterable[GemEntry], source_id: str, forward: bool
) -> int:
    """Mappings of one direction; returns how many have a code of ICD-10-PCS."""
    rows = [
        (
            *(int(forward), entry.source if forward else entry.target),
            (entry.target or "") if forward else entry.source,
            *(int(entry.approximate), int(entry.combination)),
            *(entry.scenario, entry.choice_list, source_id),
        )
        for entry in entries
        if forward or entry.target
    ]
    connection.executemany("INSERT INTO pcs_gems VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return len(rows)


def write_groupings(connection: sqlite3.Connection, groupings: Iterable[Grouping]) -> int:
    """How the grouper lists codes; returns how many rows there are."""
    listings: dict[str, int] = {}
    rows: list[tuple[object, ...]] = []
    for of in groupings:
        if of.listings not in listings:
            listings[of.listings] = len(listings) + 1
            connection.execute(
                "INSERT INTO pcs_drg_listings VALUES (?, ?, ?)",
                (listings[of.listings], of.listings, of.source_id),
            )
        rows.append(
            (
                *(of.code, of.effective.isoformat(), of.expires.isoformat()),
                *(listings[of.listings], of.operating_room, of.source_id),
            )
        )
    connection.executemany("INSERT INTO pcs_groupings VALUES (?, ?, ?, ?, ?, ?)", sorted(rows))
    return len(rows)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
