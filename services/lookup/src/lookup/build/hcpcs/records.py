"""Writes the records of CMS's HCPCS files, and says which codes they hold in a quarter."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from lookup.build.hcpcs.gate import Gate
from lookup.build.hcpcs.official_files import Loaded, quarter_end
from lookup.build.hcpcs.outpatient import insert
from lookup.build.official.hcpcs_record import HcpcsFile, HcpcsRecord
from lookup.cpt.licence import is_cpt_form
from lookup.hcpcs.facts import Fact


@dataclass(frozen=True, slots=True)
class OfficialQuarter:
    """A quarter of which the HCPCS file is loaded: its Level II codes, ended ones included."""

    effective: date
    expires: date
    source_id: str
    records: dict[str, HcpcsRecord]

    def holds(self, code: str) -> bool | None:
        """Whether *code* may be used in the quarter; None when the file does not know it."""
        record = self.records.get(code)
        if record is None:
            return None
        ended = record.terminated
        return record.added <= self.expires and (ended is None or ended >= self.effective)


def official_quarters(files: Sequence[Loaded[HcpcsFile]]) -> list[OfficialQuarter]:
    """The quarters of *files*, oldest first."""
    return [
        OfficialQuarter(
            loaded.content.effective,
            quarter_end(loaded.content.effective),
            loaded.source_id,
            {record.code: record for record in loaded.content.records if not record.modifier},
        )
        for loaded in files
    ]


def write_records(
    connection: sqlite3.Connection, files: Sequence[Loaded[HcpcsFile]], gate: Gate
) -> list[tuple[str, int, int]]:
    """Write all Level II records; each file's source, how many it has and how many are withheld."""
    rows: list[tuple[object, ...]] = []
    counts = []
    for loaded in files:
        effective = loaded.content.effective
        expires = quarter_end(effective)
        insert(
            connection,
            "hcpcs_loaded",
            [(Fact.RECORD, effective.isoformat(), expires.isoformat(), loaded.source_id)],
        )
        rows.extend(
            _row(record, effective, expires, loaded.source_id, gate)
            for record in loaded.content.records
        )
        content = loaded.content
        counts.append((loaded.source_id, len(content.records), len(content.licensed)))
    rows.sort(key=itemgetter(0, 1, 2))
    insert(connection, "hcpcs_records", _joined(rows))
    return counts


def _row(
    record: HcpcsRecord, effective: date, expires: date, source_id: str, gate: Gate
) -> tuple[object, ...]:
    references = [
        code for code in record.cross_references if gate.keeps(code) or not is_cpt_form(code)
    ]
    lists = {
        "pricing": record.pricing,
        "coverage_issues": record.coverage_issues,
        "carriers_manual": record.carriers_manual,
        "laboratory": record.lab_certifications,
        "cross_references": references,
        "types_of_service": record.types_of_service,
    }
    return (
        *(record.code, int(record.modifier), effective.isoformat(), expires.isoformat()),
        *(gate.text(record.long_text), gate.text(record.short_text)),
        *(record.coverage, record.action, record.added.isoformat()),
        *(_iso(record.action_effective), _iso(record.terminated), record.betos),
        *(record.multiple_pricing, record.statute, record.asc_group, _iso(record.asc_effective)),
        *(json.dumps(lists, separators=(",", ":")), len(record.cross_references) - len(references)),
        source_id,
    )


def _joined(rows: Sequence[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """*rows* with those of quarters that follow one another and say the same made one."""
    for _key, of in groupby(rows, key=itemgetter(0, 1)):
        last: tuple[object, ...] | None = None
        for row in of:
            if last is not None:
                alike = last[4:-1] == row[4:-1]
                if alike and _day_after(str(last[3])) == row[2]:
                    last = (*last[:3], *row[3:])
                    continue
                yield last
            last = row
        if last is not None:
            yield last


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
