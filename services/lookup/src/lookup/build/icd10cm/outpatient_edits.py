"""Flags of diagnoses in the Integrated Outpatient Code Editor (I/OCE), dated by quarter.

The editor's table has a field for sex too, but no code in it is bound to one: nothing is
claimed of it here.
"""

from datetime import date
from typing import Final

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.icd10cm.relation_part import RelationPart, record_source
from lookup.build.ioce import LICENCE, IocePackage, Row
from lookup.build.part import Read
from lookup.facts import Source
from lookup.icd10cm.relations import Kind
from lookup.systems import ICD_10_CM

_TABLE: Final = "data_dx10"
_ANY_AGE: Final = (0, 124)
_FLAGS: Final = ("manifestation", "unacceptable_pdx", "external_cause", "mental_health")


class OutpatientEdits(RelationPart):
    """The diagnosis table of the I/OCE in *package*."""

    name = "I/OCE diagnosis flags"

    def __init__(self, package: IocePackage) -> None:
        self._package = package
        # Its first quarter; which is its last is known only when it is open.
        self.effective = date(2019, 7, 1)

    def reads(self) -> list[Read]:
        """The package's file."""
        return [Read("I/OCE diagnosis flags", self._package.sha256)]

    def write(self, writer: CatalogWriter) -> None:
        """Write the codes with flags, and those that can be reported but are not in the table."""
        with self._package.opened() as tables:
            rows = list(tables.rows(_TABLE))
            begin, end = tables.quarters[0].effective, tables.quarters[-1].expires
            newest = tables.quarters[-1]
        source_id = record_source(
            writer,
            Kind.EDITOR,
            Source(
                id="ioce-diagnoses",
                name="Integrated Outpatient Code Editor (I/OCE), diagnosis table",
                release=f"{newest.effective:%B %Y}",
                published="",
                effective=newest.effective.isoformat(),
                licence=LICENCE,
                origin=self._package.origin,
            ),
            begin,
            end,
        )
        flagged = [row for row in rows if _says_something(row)]
        writer.connection.executemany(
            "INSERT INTO editor_flags VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    *(row.key[0], row.effective.isoformat(), row.expires.isoformat()),
                    *(row.flag("manifestation"), row.flag("unacceptable_pdx"), _exempt(row)),
                    *(row.flag("external_cause"), row.flag("mental_health")),
                    *(row.flag("code_first"), row.number("lo_age"), row.number("hi_age")),
                    source_id,
                )
                for row in flagged
            ),
        )
        writer.relation(ICD_10_CM, "I/OCE diagnosis flags", source_id, len(flagged))
        _write_gaps(writer, rows, source_id)


def _says_something(row: Row) -> bool:
    ages = row.number("lo_age"), row.number("hi_age")
    return row.flag("code_first") or ages != _ANY_AGE or any(row.flag(name) for name in _FLAGS)


def _exempt(row: Row) -> str:
    """Where the editor does not raise its edit for unacceptable principal diagnoses."""
    if not row.flag("unacceptable_pdx_exclusion"):
        return ""
    return "outpatient" if row.flag("unacceptable_pdx_exclusion_ignored") else "all"


def _write_gaps(writer: CatalogWriter, rows: list[Row], source_id: str) -> None:
    releases = writer.connection.execute(
        "SELECT release_id, effective FROM releases WHERE system = ? ORDER BY effective",
        (ICD_10_CM,),
    ).fetchall()
    for release_id, effective in releases:
        day = date.fromisoformat(effective)
        listed = {row.key[0] for row in rows if row.effective <= day <= row.expires}
        writer.connection.executemany(
            "INSERT INTO editor_gaps VALUES (?, ?, ?)",
            (
                (release_id, key, source_id)
                for (key,) in writer.connection.execute(
                    "SELECT code_key FROM nodes WHERE billable = 1 AND release_id = ? "
                    "ORDER BY code_key",
                    (release_id,),
                ).fetchall()
                if key not in listed
            ),
        )
