"""Reads ICD-10-PCS out of a catalog."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from lookup.facts import Code, Release
from lookup.icd10pcs.axes import LENGTH, TABLE_LENGTH, is_approach
from lookup.icd10pcs.facts import (
    Axis,
    CodeList,
    Companion,
    Definition,
    DrgListing,
    Grouping,
    Guideline,
    IndexEntry,
    Listing,
    Mapping9,
)
from lookup.store import CODE_COLUMNS, code_of_row, marks
from lookup.systems import ICD_10_PCS

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""The characters there are: neither I nor O."""

_HOLDS: Final = "system = 'icd-10-pcs' AND effective <= ? AND expires >= ?"
_MOST_COMPANIONS: Final = 400


class PcsStore:
    """Tables, meanings and relations of ICD-10-PCS; one thread at a time."""

    def __init__(self, catalog: sqlite3.Connection) -> None:
        self._db = catalog

    def starting(self, release: Release, prefix: str) -> list[Code]:
        """The codes of *release* that begin with *prefix*, in order."""
        rows = self._db.execute(
            f"SELECT {CODE_COLUMNS} FROM codes "  # noqa: S608
            f"WHERE code_key >= ? AND code_key < ? AND {_HOLDS} ORDER BY code_key",
            (prefix, f"{prefix}\x7f", *_on(release)),
        )
        return [code_of_row(ICD_10_PCS, row) for row in rows]

    def codes(self, release: Release, keys: Sequence[str]) -> list[Code]:
        """Those of *keys* that are codes of *release*, in order."""
        rows = self._db.execute(
            f"SELECT {CODE_COLUMNS} FROM codes "  # noqa: S608
            f"WHERE code_key IN ({marks(keys)}) AND {_HOLDS} ORDER BY code_key",
            (*keys, *_on(release)),
        )
        return [code_of_row(ICD_10_PCS, row) for row in rows]

    def beside(self, release: Release, key: str) -> tuple[Code | None, Code | None]:
        """The codes before and after *key* in order."""
        before, after = (
            self._db.execute(
                f"SELECT {CODE_COLUMNS} FROM codes "  # noqa: S608
                f"WHERE code_key {than} ? AND {_HOLDS} ORDER BY code_key {order} LIMIT 1",
                (key, *_on(release)),
            ).fetchone()
            for than, order in (("<", "DESC"), (">", "ASC"))
        )
        return (
            code_of_row(ICD_10_PCS, before) if before else None,
            code_of_row(ICD_10_PCS, after) if after else None,
        )

    def places(self, release: Release, prefix: str) -> list[tuple[str, int]]:
        """Sections, body systems or tables right below *prefix*, with how many codes they hold."""
        rows = self._db.execute(
            "SELECT prefix, code_count FROM pcs_places WHERE release_id = ? "
            "AND prefix >= ? AND prefix < ? AND length(prefix) = ? ORDER BY prefix",
            (release.id, prefix, f"{prefix}\x7f", len(prefix) + 1),
        )
        return [(str(place), int(count)) for place, count in rows]

    def labels(self, code: str) -> dict[tuple[int, str], tuple[str, str]]:
        """Meanings, with their sources, in the table of *code*, by position and character.

        Where one of the last two characters is read in the light of the other, in that of the
        one that *code* has. A beginning of a code will do.
        """
        table = code[:TABLE_LENGTH]
        paired = [f"{table}/{character}" for character in sorted(set(code[LENGTH - 2 :]))]
        asked = [*(code[:length] for length in range(len(table) + 1)), *paired]
        rows = self._db.execute(
            "SELECT context, position, character, label, source_id FROM pcs_values "  # noqa: S608
            f"WHERE context IN ({marks(asked)}) ORDER BY context",
            asked,
        )
        found: dict[tuple[int, str], tuple[str, str]] = {}
        for context, position, character, label, source_id in rows:
            other = LENGTH - 1 if position == LENGTH else LENGTH
            if context not in paired or code[other - 1 : other] == context[-1]:
                found[position, character] = label, source_id
        return found

    def operation_labels(self, system: str) -> dict[str, str]:
        """What third characters mean below the two characters *system*."""
        rows = self._db.execute(
            "SELECT character, label FROM pcs_values WHERE context = ? AND position = ?",
            (system, TABLE_LENGTH),
        )
        return dict(rows.fetchall())

    def axes(self, code: str, fallback: str) -> tuple[Axis, ...]:
        """The characters of *code*, or of the beginning of one; *fallback* is a source."""
        labels = self.labels(code)
        definitions = self.definitions(code[0])
        found: list[Axis] = []
        for position, character in enumerate(code, 1):
            label, source_id = labels.get((position, character), (None, fallback))
            found.append(
                Axis(
                    *(code[0], position, character, label),
                    definitions.get((position, character)),
                    source_id,
                )
            )
        return tuple(found)

    def definitions(self, section: str) -> dict[tuple[int, str], Definition]:
        """Definitions in *section* by position and character.

        Approaches are defined once; sections that have the axis take those of section 0.
        """
        asked = [section]
        if is_approach(section, 5) and section != "0":
            asked.insert(0, "0")
        rows = self._db.execute(
            "SELECT section, position, character, definition, explanation, examples, source_id "  # noqa: S608
            f"FROM pcs_definitions WHERE section IN ({marks(asked)})",
            asked,
        )
        found: dict[tuple[int, str], Definition] = {}
        for of, position, character, *said in sorted(rows, key=lambda row: asked.index(row[0])):
            if of == section or position == 5:
                found[position, character] = Definition(*said)
        return found

    def listings(self, key: str) -> tuple[tuple[Listing, ...], bool]:
        """Which of the lists name this code, oldest first; and whether any describes it."""
        row = self._db.execute(
            "SELECT lists, described FROM pcs_listings WHERE code_key = ?", (key,)
        ).fetchone()
        bits, described = row or (0, 0)
        lists = self._db.execute(
            "SELECT list_id, name, effective, expires, complete_for, source_id FROM pcs_lists "
            "ORDER BY list_id"
        )
        return (
            tuple(
                Listing(
                    CodeList(
                        *(name, date.fromisoformat(effective), date.fromisoformat(expires)),
                        *(complete_for, source_id),
                    ),
                    bool(bits >> number & 1),
                )
                for number, name, effective, expires, complete_for, source_id in lists
            ),
            bool(described),
        )

    def guidelines(self, ids: Iterable[str]) -> tuple[Guideline, ...]:
        """Those of *ids* that are loaded, in the order of *ids*."""
        asked = list(ids)
        rows = self._db.execute(
            "SELECT guideline_id, title, paragraphs, source_id FROM pcs_guidelines "  # noqa: S608
            f"WHERE guideline_id IN ({marks(asked)})",
            asked,
        )
        found = {
            number: Guideline(number, title, tuple(json.loads(paragraphs)), source_id)
            for number, title, paragraphs, source_id in rows
        }
        return tuple(found[number] for number in asked if number in found)

    def index(self, code: str) -> tuple[IndexEntry, ...]:
        """Entries of the Alphabetic Index that lead to *code*, the nearest last."""
        prefixes = [code[:length] for length in range(TABLE_LENGTH, LENGTH + 1)]
        rows = self._db.execute(
            "SELECT term, prefix, source_id FROM pcs_index "  # noqa: S608
            f"WHERE prefix IN ({marks(prefixes)}) ORDER BY prefix, term",
            prefixes,
        )
        return tuple(IndexEntry(*row) for row in rows)

    def terms(self, label: str) -> tuple[str, ...]:
        """Terms of the index for which *label* is to be used."""
        rows = self._db.execute(
            "SELECT term FROM pcs_terms WHERE label = ? ORDER BY term", (label,)
        )
        return tuple(term for (term,) in rows)

    def mappings(self, key: str) -> tuple[Mapping9, ...]:
        """Lines of the General Equivalence Mappings with this code, forward ones first."""
        rows = self._db.execute(
            "SELECT forward, icd9, approximate, combination, scenario, choice_list, source_id "
            "FROM pcs_gems WHERE code_key = ? "
            "ORDER BY forward DESC, icd9, scenario, choice_list",
            (key,),
        )
        return tuple(
            Mapping9(bool(row[0]), row[1], bool(row[2]), bool(row[3]), *row[4:]) for row in rows
        )

    def mapped_directions(self) -> dict[bool, str]:
        """The directions in which mappings are loaded, forward or not, each with its source."""
        rows = self._db.execute(
            "SELECT name, source_id FROM relations WHERE system = ? AND name LIKE 'GEM %'",
            (ICD_10_PCS,),
        )
        return {name == "GEM to ICD-9-CM": source_id for name, source_id in rows}

    def companions(self, key: str, mappings: Iterable[Mapping9]) -> tuple[Companion, ...]:
        """What other choice lists offer in the combinations in which this code stands."""
        found: list[Companion] = []
        for of in mappings:
            if of.combination and not of.forward:
                rows = self._db.execute(
                    "SELECT choice_list, code_key FROM pcs_gems WHERE icd9 = ? AND scenario = ? "
                    "AND choice_list != ? AND combination = 1 AND forward = 0 "
                    "ORDER BY choice_list, code_key LIMIT ?",
                    (of.icd9, of.scenario, of.choice_list, _MOST_COMPANIONS),
                )
                found += [Companion(of.icd9, of.scenario, number, code) for number, code in rows]
        return tuple(found)

    def grouping(self, key: str, release: Release) -> Grouping | None:
        """How the grouper takes this code for discharges under *release*, if it names it."""
        row = self._db.execute(
            "SELECT g.operating_room, l.listings, g.source_id FROM pcs_groupings g "
            "JOIN pcs_drg_listings l USING (listing_id) "
            "WHERE g.code_key = ? AND g.effective <= ? AND g.expires >= ?",
            (key, *_on(release)),
        ).fetchone()
        if row is None:
            return None
        return Grouping(
            row[0],
            tuple(
                DrgListing(tuple(drgs.split("&")), heading, tuple(beside))
                for drgs, heading, beside in json.loads(row[1])
            ),
            row[2],
        )


def _on(release: Release) -> tuple[str, str]:
    day = release.effective.isoformat()
    return day, day
