"""Writes what official files say of codes: units, pairs, relative values, localities, policies."""

import json
import re
import sqlite3
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from lookup.build.hcpcs.gate import Gate, is_level_ii
from lookup.build.hcpcs.official_files import Loaded, OfficialFiles, quarter_end
from lookup.build.hcpcs.outpatient import insert
from lookup.build.official.mue import UnitEdits, UnitTable
from lookup.build.official.policies import LocalPolicies, NationalPolicies
from lookup.build.official.pprrvu import FeeSchedule, RelativeValue
from lookup.build.official.ptp import PairEdits, PairTable
from lookup.hcpcs.facts import Claims, Fact

OFFICIAL_PAIRS = "official pairs"
_OPEN: Final = date(9999, 12, 31)
_UNITS: Final = {
    UnitTable.PRACTITIONER: (Claims.PRACTITIONER, Fact.PRACTITIONER_UNITS),
    UnitTable.OUTPATIENT_HOSPITAL: (Claims.HOSPITAL, Fact.HOSPITAL_UNITS),
    UnitTable.DME_SUPPLIER: (Claims.SUPPLIER, Fact.SUPPLIER_UNITS),
}
_PAIRS: Final = {
    PairTable.PRACTITIONER: (Claims.PRACTITIONER, Fact.PRACTITIONER_PAIRS),
    PairTable.OUTPATIENT_HOSPITAL: (Claims.HOSPITAL, Fact.HOSPITAL_PAIRS),
}
_COVERAGE_LEVELS: Final = {"1": "covered", "2": "covered with restrictions", "3": "not covered"}
_CODE_IN_TEXT: Final = re.compile(r"\b[A-CE-V]\d{4}\b")
_CELLS: Final = (
    *("status", "work", "non_facility_pe", "facility_pe", "malpractice"),
    *("non_facility_total", "facility_total", "non_facility_na", "facility_na"),
    *("conversion_factor", "pctc", "global_days", "multiple_procedure", "bilateral"),
    *("assistant", "co_surgeon", "team", "supervision"),
)


class OfficialTables:
    """Official files on their way into the catalog.

    *counts* has, for each relation and source, how many rows were kept and how many withheld.
    """

    def __init__(self, files: OfficialFiles, gate: Gate, connection: sqlite3.Connection) -> None:
        self._files = files
        self._gate = gate
        self._connection = connection
        self.counts: list[tuple[str, str, int, int]] = []

    def write(self, known: Collection[str], sections: dict[str, list[str]]) -> None:
        """Everything about the codes *known*.

        *sections* has codes by the section of the coverage manual that their records refer to.
        """
        for units in self._files.units:
            self._write_units(units)
        for pairs in self._files.pairs:
            self._write_pairs(pairs)
        for values in self._files.values:
            self._write_values(values)
        self._write_localities()
        for policies in self._files.policies:
            content = policies.content
            if isinstance(content, LocalPolicies):
                self._write_local(content, policies.source_id)
            else:
                self._write_national(content, policies.source_id, known, sections)

    def _write_units(self, loaded: Loaded[UnitEdits]) -> None:
        edits, source_id = loaded.content, loaded.source_id
        claims, fact = _UNITS[edits.table]
        days = (edits.effective.isoformat(), quarter_end(edits.effective).isoformat())
        self._is_loaded(fact, *days, source_id)
        kept = [edit for edit in edits.edits if self._gate.keeps(edit.code)]
        insert(
            self._connection,
            "hcpcs_units",
            (
                (
                    *(edit.code, claims, *days, edit.units, edit.indicator),
                    *(self._gate.text(edit.indicator_text), self._gate.text(edit.rationale)),
                    source_id,
                )
                for edit in sorted(kept, key=lambda edit: edit.code)
            ),
        )
        self._count(
            f"Medically unlikely edits, {edits.table.value.lower()}",
            *(source_id, len(kept), len(edits.edits) - len(kept)),
        )

    def _write_pairs(self, loaded: Loaded[PairEdits]) -> None:
        edits, source_id = loaded.content, loaded.source_id
        claims, fact = _PAIRS[edits.table]
        days = (edits.effective.isoformat(), quarter_end(edits.effective).isoformat())
        self._is_loaded(fact, *days, source_id)
        withheld: dict[tuple[str, str], int] = {}
        kept: list[tuple[object, ...]] = []
        left_out = 0
        for edit in edits.edits:
            first, second = edit.column1, edit.column2
            if self._gate.keeps(first) and self._gate.keeps(second):
                kept.append(
                    (
                        *(first, second, claims, edit.effective.isoformat()),
                        *(edit.deleted.isoformat() if edit.deleted else "", edit.modifier),
                        *(int(edit.before_1996), self._gate.text(edit.rationale), source_id),
                    )
                )
                continue
            for code, place in ((first, 1), (second, 2)):
                if is_level_ii(code):
                    key = (code, f"{OFFICIAL_PAIRS} {claims}/{place}")
                    withheld[key] = withheld.get(key, 0) + 1
                    left_out += 1
                    break
        insert(self._connection, "hcpcs_pairs", sorted(kept, key=str))
        # A table comes in several files: what they withhold is added up.
        self._connection.executemany(
            "INSERT INTO hcpcs_withheld VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET row_count = row_count + excluded.row_count",
            (
                (code, relation, *days, count, source_id)
                for (code, relation), count in sorted(withheld.items())
            ),
        )
        self._count(
            f"NCCI procedure-to-procedure edits, {edits.table.value}",
            *(source_id, len(kept), left_out),
        )

    def _write_values(self, loaded: Loaded[FeeSchedule]) -> None:
        schedule, source_id = loaded.content, loaded.source_id
        days = (schedule.effective.isoformat(), quarter_end(schedule.effective).isoformat())
        self._is_loaded(Fact.VALUES, *days, source_id)
        kept = [value for value in schedule.values if self._gate.keeps(value.code)]
        insert(
            self._connection,
            "hcpcs_values",
            (
                (
                    *(value.code, value.modifier, schedule.conversion.value, *days),
                    *(_cells(value), source_id),
                )
                for value in sorted(kept, key=lambda value: (value.code, value.modifier))
            ),
        )
        self._count(
            f"Relative values, {schedule.conversion.value}",
            *(source_id, len(kept), len(schedule.values) - len(kept)),
        )

    def _write_localities(self) -> None:
        for loaded in self._files.localities:
            costs, source_id = loaded.content, loaded.source_id
            days = (f"{costs.year}-01-01", f"{costs.year}-12-31")
            self._is_loaded(Fact.LOCALITIES, *days, source_id)
            insert(
                self._connection,
                "hcpcs_localities",
                (
                    (
                        *(of.contractor, of.number, *days, of.state, of.name),
                        *(str(of.work), str(of.practice_expense), str(of.malpractice), source_id),
                    )
                    for of in sorted(costs.localities, key=lambda of: (of.contractor, of.number))
                ),
            )
            self._count("Geographic practice cost indices", source_id, len(costs.localities), 0)

    def _write_local(self, policies: LocalPolicies, source_id: str) -> None:
        self._is_loaded(Fact.LOCAL_POLICIES, *_since(policies.as_of), source_id)
        named = {
            (code.code, str(code.lcd), str(code.lcd_version))
            for code in policies.codes
            if self._gate.keeps(code.code)
        }
        insert(
            self._connection,
            "hcpcs_policies",
            (
                (code, "LCD", f"L{lcd}", version, "", "", "", "", source_id)
                for code, lcd, version in sorted(named)
            ),
        )
        left_out = len(policies.codes) - sum(self._gate.keeps(c.code) for c in policies.codes)
        self._count("Local coverage determinations by code", source_id, len(named), left_out)

    def _write_national(
        self,
        policies: NationalPolicies,
        source_id: str,
        known: Collection[str],
        sections: dict[str, list[str]],
    ) -> None:
        self._is_loaded(Fact.NATIONAL_POLICIES, *_since(policies.as_of), source_id)
        rows: set[tuple[object, ...]] = set()
        for found in policies.determinations:
            text = " ".join((found.title, found.description, found.indications, found.other_text))
            codes = {code for code in _CODE_IN_TEXT.findall(text) if code in known}
            codes.update(sections.get(found.section, ()))
            kind = "NCD" if found.determination else "Coverage provision"
            for code in codes:
                rows.add(
                    (
                        *(code, kind, found.section, str(found.version)),
                        *(
                            self._gate.text(found.title),
                            _COVERAGE_LEVELS.get(found.coverage_level, ""),
                        ),
                        *(found.effective.isoformat(), _iso(found.termination), source_id),
                    )
                )
        insert(self._connection, "hcpcs_policies", sorted(rows, key=str))
        self._count("National coverage determinations by code", source_id, len(rows), 0)

    def _is_loaded(self, fact: Fact, effective: str, expires: str, source_id: str) -> None:
        insert(self._connection, "hcpcs_loaded", [(fact, effective, expires, source_id)])

    def _count(self, name: str, source_id: str, held: int, withheld: int) -> None:
        self.counts.append((name, source_id, held, withheld))


def source_rows(files: OfficialFiles) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Id, name, release, published, effective and origin of each source but the HCPCS files."""
    for units in files.units:
        yield (
            units.source_id,
            f"Medicare NCCI medically unlikely edits, {units.content.table.value.lower()}",
            *_dated(units.content.effective),
            _origin(units),
        )
    for pairs in files.pairs:
        part = f", part {pairs.content.part}" if pairs.content.part else ""
        yield (
            pairs.source_id,
            f"NCCI procedure-to-procedure edits, {pairs.content.table.value}",
            f"Version {pairs.content.version}{part}",
            "",
            pairs.content.effective.isoformat(),
            _origin(pairs),
        )
    for values in files.values:
        yield (
            values.source_id,
            "National Physician Fee Schedule Relative Value File",
            *_dated(values.content.effective),
            _origin(values),
        )
    for costs in files.localities:
        yield (
            costs.source_id,
            "Geographic Practice Cost Indices",
            *(str(costs.content.year), "", f"{costs.content.year}-01-01", _origin(costs)),
        )
    for policies in files.policies:
        national = isinstance(policies.content, NationalPolicies)
        yield (
            policies.source_id,
            f"Medicare Coverage Database, {'national' if national else 'local'} determinations",
            *(f"Export of {policies.content.as_of.isoformat()}", "", ""),
            _origin(policies),
        )


def _dated(day: date) -> tuple[str, str, str]:
    return f"{day:%B %Y}", "", day.isoformat()


def _origin[T](loaded: Loaded[T]) -> str:
    return f"{loaded.file.name}, SHA-256 {loaded.file.sha256}"


def _since(day: date) -> tuple[str, str]:
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return first.isoformat(), _OPEN.isoformat()


def _cells(value: RelativeValue) -> str:
    cells = {name: getattr(value, name) for name in _CELLS}
    return json.dumps(
        {n: str(cell) if isinstance(cell, Decimal) else cell for n, cell in cells.items()},
        separators=(",", ":"),
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
