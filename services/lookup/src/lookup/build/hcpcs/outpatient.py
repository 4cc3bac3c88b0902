"""Writes what the outpatient code editor says of codes: status, rate, edits, pairs, add-ons."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from lookup.build.hcpcs.gate import Gate, is_level_ii, is_level_ii_modifier
from lookup.build.hcpcs.timeline import Timeline, Withheld
from lookup.build.ioce import IoceTables, Row
from lookup.hcpcs.facts import Claims, Companionship, DetailKind, Status

PAIRS = "NCCI pairs"
_NO_APC: Final = "00000"
_COMPANIONS: Final = {
    "map_addon_type1": Companionship.ADD_ON_1,
    "map_addon_type3": Companionship.ADD_ON_3,
    "map_addon_covid_lab": Companionship.ADD_ON_COVID,
    "map_addon_drug_admin": Companionship.ADD_ON_DRUG,
    "map_addon_remote_mental_health": Companionship.ADD_ON_MENTAL,
    "map_addon_saas": Companionship.ADD_ON_SOFTWARE,
    "map_addon_ph": Companionship.ADD_ON_PARTIAL,
    "map_device_procedure": Companionship.DEVICE,
    "map_capc": Companionship.COMPLEXITY,
    "map_fqhc_visit": Companionship.VISIT,
}
_OFFSET_LIST: Final = "1"
_TERMINATED_LIST: Final = "5"
_BLANKS: Final = re.compile(r"\s+")
# Flags that say how pairs are stored, or that every code has or lacks by its status indicator.
_UNUSED_FLAGS: Final = frozenset({"ncci_code1", "ncci_code2", "sex"})


class Outpatient:
    """The tables of the outpatient code editor on their way into the catalog.

    *counts* has, for each relation, how many rows were kept and how many withheld.
    """

    def __init__(self, tables: IoceTables, gate: Gate, connection: sqlite3.Connection) -> None:
        self._tables = tables
        self._gate = gate
        self._connection = connection
        self._timeline = Timeline(tables.quarters)
        self._withheld = Withheld(self._timeline)
        self.counts: dict[str, tuple[int, int]] = {}

    def write(self, statuses: dict[str, list[Status]]) -> None:
        """Everything; *statuses* by code, as read by `read_statuses`."""
        self._write_statuses(statuses)
        self._write_meanings()
        self._write_rates(statuses)
        self._write_edits()
        self._write_companions()
        self._write_details()
        self._write_modifiers()
        self._write_pairs()
        self._insert(
            "hcpcs_withheld",
            (
                (code, relation, *span.days, count, span.source_id)
                for code, relation, span, count in self._withheld.rows()
            ),
        )

    def _write_statuses(self, statuses: dict[str, list[Status]]) -> None:
        rows = []
        for code in sorted(statuses):
            for status in statuses[code]:
                span = self._timeline.span(status.effective, status.expires)
                rows.append(
                    (
                        *(code, *span.days),
                        *(status.short_text, status.status, status.payment, status.apc),
                        *(status.low_age, status.high_age, status.approval_edit),
                        *(_iso(status.approved), _iso(status.ended)),
                        *(" ".join(sorted(status.flags)), span.source_id),
                    )
                )
        self._insert("hcpcs_statuses", rows)
        self.counts["Status, payment and APC assignments"] = (len(rows), 0)

    def _write_meanings(self) -> None:
        self._insert(
            "hcpcs_meanings",
            (
                (kind, row.key[0], *self._span(row), _plain(row.text("description")), self._id(row))
                for kind, table in (
                    ("payment", "data_payment_indicator"),
                    ("status", "data_status_indicator"),
                )
                for row in self._tables.rows(table)
            ),
        )

    def _write_rates(self, statuses: dict[str, list[Status]]) -> None:
        used = {status.apc for of in statuses.values() for status in of}
        rows = [
            (
                *(row.key[0][1:], *self._span(row), row.text("status_indicator")),
                *(row.number("apc_payment"), self._id(row)),
            )
            for row in self._tables.rows("data_apc")
            if row.key[0].startswith("0") and row.key[0][1:] in used
        ]
        self._insert("hcpcs_rates", rows)
        self.counts["APC rates by quarter"] = (len(rows), 0)

    def _write_edits(self) -> None:
        dispositions = {
            row.key[0]: row.text("name") for row in self._tables.rows("dsc_edit_disposition")
        }
        rows = [
            (
                *(int(row.key[0]), *self._span(row), self._gate.text(_plain(row.text("name")))),
                *(dispositions[str(row.number("disposition_id"))], self._id(row)),
            )
            for row in self._tables.rows("dsc_edit")
        ]
        self._insert("hcpcs_edits", rows)
        self.counts["Edits of the outpatient code editor"] = (len(rows), 0)

    def _write_companions(self) -> None:
        kept: list[tuple[object, ...]] = []
        withheld = 0
        for table, kind in _COMPANIONS.items():
            for row in self._tables.rows(table):
                apc = row.text("apc")[1:] if kind is Companionship.COMPLEXITY else ""
                withheld += self._companion(kept, row, kind, row.key[0], row.key[1], None, apc)
        for row in self._tables.rows("offset_codepair"):
            if row.key[0] == _OFFSET_LIST:
                kind = Companionship.OFFSET
                cents = row.number("amount")
                withheld += self._companion(kept, row, kind, row.key[1], row.key[2], cents, "")
        self._insert("hcpcs_companions", kept)
        self.counts["Add-on, device and visit pairs"] = (len(kept), withheld)

    def _companion(
        self,
        kept: list[tuple[object, ...]],
        row: Row,
        kind: Companionship,
        first: str,
        second: str,
        cents: int | None,
        apc: str,
    ) -> int:
        """Keep the row or count it for its Level II side; how many were left out, 0 or 1."""
        if self._gate.keeps(first) and self._gate.keeps(second):
            kept.append((kind, first, second, *self._span(row), cents, apc, self._id(row)))
            return 0
        return self._leave_out(kind, first, second, row.effective, row.expires)

    def _leave_out(
        self, relation: str, first: str, second: str, effective: date, expires: date
    ) -> int:
        """Count a row for its Level II side; 0 where it has none, and so is nobody's here."""
        if is_level_ii(first):
            self._withheld.add(first, f"{relation}/1", effective, expires)
        elif is_level_ii(second):
            self._withheld.add(second, f"{relation}/2", effective, expires)
        else:
            return 0
        return 1

    def _write_details(self) -> None:
        rows: list[tuple[object, ...]] = []

        def add(row: Row, kind: DetailKind, code: str, value: str, cents: int | None) -> None:
            if self._gate.keeps(code):
                rows.append((kind, code, *self._span(row), value, cents, self._id(row)))

        for row in self._tables.rows("map_addon_type2"):
            add(row, DetailKind.ADD_ON_2, row.key[0], "", None)
        for row in self._tables.rows("map_composite"):
            add(row, DetailKind.COMPOSITE, row.key[0], row.text("composite_apc")[1:], None)
        for row in self._tables.rows("map_s603_override"):
            add(row, DetailKind.OFF_CAMPUS, row.key[0], row.text("apc")[1:], None)
        for row in self._tables.rows("offset_hcpcs"):
            if row.key[0] == _TERMINATED_LIST:
                add(row, DetailKind.DEVICE_OFFSET, row.key[1], "", row.number("amount"))
        for row in self._tables.rows("data_nonopioid_passthrough"):
            kind, cents = DetailKind.PAIN_RELIEF_CAP, row.number("cap_amount")
            add(row, kind, row.key[0], "device" if row.flag("cap_device") else "", cents)
        for row in self._tables.rows("map_conflict_rhc"):
            add(row, DetailKind.RURAL_CONFLICT, row.key[0], row.key[1], None)
        self._insert("hcpcs_details", rows)
        self.counts["Composites, offsets and caps"] = (len(rows), 0)

    def _write_modifiers(self) -> None:
        rows = [
            (row.key[0], *self._span(row), " ".join(_flags(row)), self._id(row))
            for row in self._tables.rows("data_modifier")
            if is_level_ii_modifier(row.key[0])
        ]
        self._insert("hcpcs_modifiers", rows)
        self._insert(
            "hcpcs_modifier_conflicts",
            (
                (*row.key, *self._span(row), self._id(row))
                for row in self._tables.rows("map_modifier_conflict")
                if all(is_level_ii_modifier(modifier) for modifier in row.key)
            ),
        )
        self.counts["Level II modifiers, without text"] = (len(rows), 0)

    def _write_pairs(self) -> None:
        kept = withheld = 0

        def rows() -> Iterator[tuple[object, ...]]:
            nonlocal kept, withheld
            keeps = self._gate.keeps
            for pair in self._tables.pairs():
                if keeps(pair.first) and keeps(pair.second):
                    kept += 1
                    span = self._timeline.span(pair.effective, pair.expires)
                    yield (
                        *(pair.first, pair.second, Claims.HOSPITAL, *span.days),
                        *("yes" if pair.may else "no", 0, "", span.source_id),
                    )
                else:
                    withheld += self._leave_out(
                        PAIRS, pair.first, pair.second, pair.effective, pair.expires
                    )

        self._insert("hcpcs_pairs", rows())
        self.counts["NCCI procedure-to-procedure pairs, hospital outpatient"] = (kept, withheld)

    def _span(self, row: Row) -> tuple[str, str]:
        return self._timeline.span(row.effective, row.expires).days

    def _id(self, row: Row) -> str:
        return self._timeline.span(row.effective, row.expires).source_id

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        insert(self._connection, table, rows)


def insert(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Write *rows* into *table*, all columns in order."""
    (columns,) = connection.execute(
        "SELECT count(*) FROM pragma_table_info(?)", (table,)
    ).fetchone()
    marks = ",".join("?" * columns)
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def read_statuses(tables: IoceTables, gate: Gate) -> dict[str, list[Status]]:
    """What is said of each code that may be kept, by code and in order of time.

    Neighbouring rows that say the same of what is kept are made one. CPT codes have no text.
    """
    statuses: dict[str, list[Status]] = {}
    for row in tables.rows("data_hcpcs"):
        code = row.key[0]
        if not gate.keeps(code):
            continue
        status = _status(row, "" if not is_level_ii(code) else row.text("description"))
        of = statuses.setdefault(code, [])
        if of:
            last = of[-1]
            joined = replace(status, effective=last.effective)
            follows = last.expires + timedelta(days=1) == status.effective
            if follows and replace(last, expires=status.expires) == joined:
                of[-1] = joined
                continue
        of.append(status)
    return statuses


def _status(row: Row, text: str) -> Status:
    apc = row.text("apc")
    return Status(
        effective=row.effective,
        expires=row.expires,
        short_text=_plain(text),
        status=row.text("status_indicator"),
        payment=row.number("payment_indicator"),
        apc="" if apc == _NO_APC else apc[1:],
        low_age=row.number("lo_age"),
        high_age=row.number("hi_age"),
        approval_edit=row.number("mid_quarter_date_edit"),
        approved=_day(row.number("date_approved")),
        ended=_day(row.number("date_terminated")),
        flags=frozenset(_flags(row)) - _UNUSED_FLAGS,
    )


def _flags(row: Row) -> list[str]:
    return sorted(name for name, value in row.values.items() if value is True)


def _plain(text: str) -> str:
    """*text* with one blank where it has several or other ones."""
    return _BLANKS.sub(" ", text).strip()


def _day(number: int) -> date | None:
    if number == 0:
        return None
    return date(number // 10_000, number // 100 % 100, number % 100)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
