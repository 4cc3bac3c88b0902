"""Reads HCPCS Level II out of a catalog."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from lookup.facts import Code, Release
from lookup.hcpcs.changes import changes_of
from lookup.hcpcs.facts import (
    Claims,
    Companion,
    Companionship,
    Detail,
    DetailKind,
    Edit,
    Fact,
    Locality,
    Modifier,
    Pair,
    Policy,
    Rate,
    Record,
    RelativeValue,
    Status,
    UnitEdit,
)
from lookup.hcpcs.headings import Heading, block_of, heading_of
from lookup.hcpcs.page_facts import Indicators, PageFacts
from lookup.store import CODE_COLUMNS, code_of_row, marks, stretches_of
from lookup.systems import HCPCS

_HELD: Final = "effective <= ? AND expires >= ?"
_RECORD: Final = (
    "code_key, effective, expires, long_text, short_text, coverage, action, added, "
    "action_effective, ended, betos, multiple_pricing, statute, asc_group, asc_effective, lists, "
    "withheld, source_id"
)
_MOST_SIBLINGS: Final = 40
_NUMBERS: Final = (
    *("work", "non_facility_pe", "facility_pe", "malpractice"),
    *("non_facility_total", "facility_total", "conversion_factor"),
)


class HcpcsStore:
    """HCPCS Level II and what is known of its codes; one thread at a time."""

    def __init__(self, catalog: sqlite3.Connection) -> None:
        self._db = catalog

    def page_facts(self, code: Code, release: Release) -> PageFacts:
        """Everything the page of *code* is made of."""
        key, day = code.code, release.effective.isoformat()
        loaded = self._loaded(day)
        stretches = stretches_of(self._db, HCPCS, key)
        statuses = self._statuses(key)
        status = next((s for s in statuses if s.effective <= release.effective <= s.expires), None)
        records = self._records(key)
        record, older = _described(records, code, release)
        companions = self._companions(key, day)
        pairs = self._pairs(key, release, loaded)
        heading = self._heading(key)
        siblings = self.codes_between(release, heading.first, heading.last)
        if len(siblings) > _MOST_SIBLINGS + 1:
            siblings = _nearest(siblings, key)
        named = {code for pair in pairs for code in (pair.first, pair.second)}
        named.update(code for c in companions for code in (c.code, c.other))
        named.update(record.cross_references if record else ())
        modifiers = self._modifiers(day)
        return PageFacts(
            code=code,
            release=release,
            stretches=tuple(stretches),
            begins_by=self._begins_by(),
            source_id=loaded.get(Fact.OUTPATIENT, ""),
            status=status,
            indicators=self._indicators(status, day) if status else None,
            statuses=tuple(statuses),
            rates=self._rates(statuses),
            edits=self._edits(day),
            record=record,
            older=older,
            records=tuple(records),
            pairs=pairs,
            companions=companions,
            details=self._details(key, day),
            withheld=self._withheld(key, day),
            modifiers=modifiers,
            modifier_texts=self._modifier_texts(day),
            modifier_conflicts=self._modifier_conflicts(day),
            units=self._units(key, day),
            values=self._values(key, day),
            localities=self._localities(day) if Fact.VALUES in loaded else (),
            policies=self._policies(key),
            loaded=loaded,
            changes=changes_of(stretches, statuses, records, self._begins_by()),
            heading=heading,
            siblings=tuple(other for other in siblings if other.code != key),
            previous=self._neighbour(release, key, "<", "DESC"),
            following=self._neighbour(release, key, ">", "ASC"),
            named=self.descriptors(release, sorted(named - {key})),
        )

    def codes_between(self, release: Release, first: str, last: str) -> list[Code]:
        """The codes of *release* from *first* to *last*, in order, each with its descriptor."""
        rows = self._db.execute(
            f"SELECT {CODE_COLUMNS} FROM codes WHERE system = ? "  # noqa: S608
            f"AND code_key >= ? AND code_key <= ? AND {_HELD} ORDER BY code_key",
            (HCPCS, first, last, *_on(release)),
        )
        return [code_of_row(HCPCS, row) for row in rows]

    def descriptors(self, release: Release, keys: Sequence[str]) -> dict[str, str]:
        """How those of *keys* read that *release* holds."""
        rows = self._db.execute(
            f"SELECT code, title FROM codes WHERE system = ? AND code_key IN ({marks(keys)}) "  # noqa: S608
            f"AND {_HELD}",
            (HCPCS, *keys, *_on(release)),
        )
        return dict(rows.fetchall())

    def long_texts(self, release: Release, keys: Sequence[str]) -> dict[str, str]:
        """The long descriptions that may be shown for those of *keys* that *release* holds.

        That is the one of the same quarter or, where the short text has not changed since, an
        earlier one.
        """
        rows = self._db.execute(
            "SELECT r.code_key, r.long_text FROM hcpcs_records r JOIN codes c "  # noqa: S608
            "ON c.system = ? AND c.code_key = r.code_key AND c.effective <= ? AND c.expires >= ? "
            f"WHERE r.modifier = 0 AND r.code_key IN ({marks(keys)}) AND r.effective <= ? "
            "AND r.expires >= c.effective ORDER BY r.code_key, r.effective",
            (HCPCS, *_on(release), *keys, release.effective.isoformat()),
        )
        return dict(rows.fetchall())

    def _heading(self, key: str) -> Heading:
        return heading_of(key) or block_of(key)

    def _loaded(self, day: str) -> dict[Fact, str]:
        rows = self._db.execute(
            f"SELECT fact, source_id FROM hcpcs_loaded WHERE {_HELD} ORDER BY fact, source_id",  # noqa: S608
            (day, day),
        )
        return {Fact(fact): source_id for fact, source_id in rows}

    def _begins_by(self) -> date:
        (first,) = self._db.execute(
            "SELECT min(effective) FROM releases WHERE system = ?", (HCPCS,)
        ).fetchone()
        return date.fromisoformat(first)

    def _statuses(self, key: str) -> list[Status]:
        rows = self._db.execute(
            "SELECT effective, expires, short_text, status, payment, apc, low_age, high_age, "
            "approval_edit, approved, ended, flags FROM hcpcs_statuses WHERE code_key = ? "
            "ORDER BY effective",
            (key,),
        )
        return [
            Status(
                effective=date.fromisoformat(row[0]),
                expires=date.fromisoformat(row[1]),
                short_text=row[2],
                status=row[3],
                payment=row[4],
                apc=row[5],
                low_age=row[6],
                high_age=row[7],
                approval_edit=row[8],
                approved=_day(row[9]),
                ended=_day(row[10]),
                flags=frozenset(row[11].split()),
            )
            for row in rows
        ]

    def _indicators(self, status: Status, day: str) -> Indicators:
        rows = self._db.execute(
            "SELECT kind, meaning FROM hcpcs_meanings WHERE ((kind = 'status' AND indicator = ?) "  # noqa: S608
            f"OR (kind = 'payment' AND indicator = ?)) AND {_HELD}",
            (status.status, str(status.payment), day, day),
        )
        meanings = dict(rows.fetchall())
        return Indicators(meanings.get("status", ""), meanings.get("payment", ""))

    def _rates(self, statuses: Iterable[Status]) -> tuple[Rate, ...]:
        apcs = sorted({status.apc for status in statuses if status.apc})
        rows = self._db.execute(
            "SELECT apc, effective, expires, status, cents FROM hcpcs_rates "  # noqa: S608
            f"WHERE apc IN ({marks(apcs)}) ORDER BY apc, effective",
            apcs,
        )
        return tuple(
            Rate(row[0], date.fromisoformat(row[1]), date.fromisoformat(row[2]), row[3], row[4])
            for row in rows
        )

    def _edits(self, day: str) -> dict[int, Edit]:
        rows = self._db.execute(
            f"SELECT number, name, disposition FROM hcpcs_edits WHERE {_HELD}",  # noqa: S608
            (day, day),
        )
        return {row[0]: Edit(*row) for row in rows}

    def _records(self, key: str) -> list[Record]:
        rows = self._db.execute(
            f"SELECT {_RECORD} FROM hcpcs_records WHERE code_key = ? AND modifier = 0 "  # noqa: S608
            "ORDER BY effective",
            (key,),
        )
        return [_record(row) for row in rows]

    def _pairs(self, key: str, release: Release, loaded: Mapping[Fact, str]) -> tuple[Pair, ...]:
        """Pairs in the quarter; official tables stand in for the package's of the same claims."""
        day = release.effective.isoformat()
        rows = self._db.execute(
            "SELECT first, second, claims, effective, expires, modifier, before_1996, rationale, "
            "source_id FROM hcpcs_pairs WHERE (first = ?1 OR second = ?1) "
            "AND ((modifier IN ('yes', 'no') AND effective <= ?2 AND expires >= ?2) "
            "OR source_id IN (SELECT source_id FROM hcpcs_loaded "
            "WHERE fact IN (?3, ?4) AND effective <= ?2 AND expires >= ?2)) "
            "ORDER BY claims, first != ?1, first, second, effective DESC",
            (key, day, Fact.HOSPITAL_PAIRS, Fact.PRACTITIONER_PAIRS),
        ).fetchall()
        official = Fact.HOSPITAL_PAIRS in loaded
        return tuple(
            Pair(
                *(row[0], row[1], Claims(row[2]), date.fromisoformat(row[3]), _day(row[4])),
                *(row[5], bool(row[6]), row[7], row[8]),
            )
            for row in rows
            if not (official and row[5] in ("yes", "no"))
        )

    def _companions(self, key: str, day: str) -> tuple[Companion, ...]:
        rows = self._db.execute(
            "SELECT kind, code_key, other_key, effective, expires, cents, apc "  # noqa: S608
            f"FROM hcpcs_companions WHERE (code_key = ? OR other_key = ?) AND {_HELD} "
            "ORDER BY kind, code_key, other_key",
            (key, key, day, day),
        )
        return tuple(
            Companion(
                kind=Companionship(row[0]),
                code=row[1],
                other=row[2],
                effective=date.fromisoformat(row[3]),
                expires=date.fromisoformat(row[4]),
                cents=row[5],
                apc=row[6],
            )
            for row in rows
        )

    def _details(self, key: str, day: str) -> tuple[Detail, ...]:
        rows = self._db.execute(
            "SELECT kind, effective, expires, value, cents FROM hcpcs_details "  # noqa: S608
            f"WHERE code_key = ? AND {_HELD} ORDER BY kind, value",
            (key, day, day),
        )
        return tuple(
            Detail(
                *(DetailKind(row[0]), date.fromisoformat(row[1]), date.fromisoformat(row[2])),
                *(row[3], row[4]),
            )
            for row in rows
        )

    def _withheld(self, key: str, day: str) -> dict[str, int]:
        rows = self._db.execute(
            f"SELECT relation, row_count FROM hcpcs_withheld WHERE code_key = ? AND {_HELD}",  # noqa: S608
            (key, day, day),
        )
        return dict(rows.fetchall())

    def _modifiers(self, day: str) -> tuple[Modifier, ...]:
        rows = self._db.execute(
            f"SELECT modifier, effective, flags FROM hcpcs_modifiers WHERE {_HELD} "  # noqa: S608
            "ORDER BY modifier",
            (day, day),
        )
        return tuple(
            Modifier(row[0], date.fromisoformat(row[1]), frozenset(row[2].split())) for row in rows
        )

    def _modifier_texts(self, day: str) -> dict[str, Record]:
        rows = self._db.execute(
            f"SELECT {_RECORD} FROM hcpcs_records WHERE modifier = 1 AND {_HELD} "  # noqa: S608
            "AND (ended = '' OR ended >= ?) ORDER BY code_key",
            (day, day, day),
        )
        return {row[0]: _record(row) for row in rows}

    def _modifier_conflicts(self, day: str) -> tuple[tuple[str, str], ...]:
        rows = self._db.execute(
            f"SELECT modifier, other FROM hcpcs_modifier_conflicts WHERE {_HELD} "  # noqa: S608
            "ORDER BY modifier, other",
            (day, day),
        )
        return tuple((row[0], row[1]) for row in rows)

    def _units(self, key: str, day: str) -> tuple[UnitEdit, ...]:
        rows = self._db.execute(
            "SELECT claims, units, indicator, indicator_text, rationale, source_id "  # noqa: S608
            f"FROM hcpcs_units WHERE code_key = ? AND {_HELD} ORDER BY claims",
            (key, day, day),
        )
        return tuple(UnitEdit(Claims(row[0]), *row[1:]) for row in rows)

    def _values(self, key: str, day: str) -> tuple[RelativeValue, ...]:
        rows = self._db.execute(
            "SELECT modifier, conversion, effective, cells, source_id FROM hcpcs_values "  # noqa: S608
            f"WHERE code_key = ? AND {_HELD} ORDER BY conversion, modifier",
            (key, day, day),
        )
        return tuple(_value(row) for row in rows)

    def _localities(self, day: str) -> tuple[Locality, ...]:
        rows = self._db.execute(
            "SELECT contractor, number, state, name, work, practice_expense, malpractice, "  # noqa: S608
            f"source_id FROM hcpcs_localities WHERE {_HELD} ORDER BY state, name, number",
            (day, day),
        )
        return tuple(
            Locality(
                contractor=row[0],
                number=row[1],
                state=row[2],
                name=row[3],
                work=Decimal(row[4]),
                practice_expense=Decimal(row[5]),
                malpractice=Decimal(row[6]),
                source_id=row[7],
            )
            for row in rows
        )

    def _policies(self, key: str) -> tuple[Policy, ...]:
        rows = self._db.execute(
            "SELECT kind, number, version, title, coverage, effective, expires, source_id "
            "FROM hcpcs_policies WHERE code_key = ? ORDER BY kind DESC, number, version",
            (key,),
        )
        return tuple(
            Policy(
                kind=row[0],
                number=row[1],
                version=row[2],
                title=row[3],
                coverage=row[4],
                effective=_day(row[5]),
                expires=_day(row[6]),
                source_id=row[7],
            )
            for row in rows
        )

    def _neighbour(self, release: Release, key: str, comparison: str, order: str) -> Code | None:
        row = self._db.execute(
            f"SELECT {CODE_COLUMNS} FROM codes WHERE system = ? AND code_key {comparison} ? "  # noqa: S608
            f"AND {_HELD} ORDER BY code_key {order} LIMIT 1",
            (HCPCS, key, *_on(release)),
        ).fetchone()
        return code_of_row(HCPCS, row) if row else None


def _described(
    records: Sequence[Record], code: Code, release: Release
) -> tuple[Record | None, Record | None]:
    """The record of the quarter, or an earlier one since which the short text is the same."""
    day = release.effective
    record = next((r for r in records if r.effective <= day <= r.expires), None)
    if record is not None:
        return record, None
    earlier = [r for r in records if r.effective < day and r.expires >= code.effective]
    return None, earlier[-1] if earlier else None


def _nearest(codes: Sequence[Code], key: str) -> list[Code]:
    """Those of *codes* around *key*."""
    place = next(place for place, code in enumerate(codes) if code.code >= key)
    first = max(0, min(place - _MOST_SIBLINGS // 2, len(codes) - _MOST_SIBLINGS - 1))
    return list(codes[first : first + _MOST_SIBLINGS + 1])


def _on(release: Release) -> tuple[str, str]:
    day = release.effective.isoformat()
    return day, day


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _record(row: Sequence[str]) -> Record:
    lists = json.loads(row[15])
    return Record(
        code=row[0],
        effective=date.fromisoformat(row[1]),
        expires=date.fromisoformat(row[2]),
        long_text=row[3],
        short_text=row[4],
        coverage=row[5],
        action=row[6],
        added=date.fromisoformat(row[7]),
        action_effective=_day(row[8]),
        ended=_day(row[9]),
        betos=row[10],
        multiple_pricing=row[11],
        statute=row[12],
        asc_group=row[13],
        asc_effective=_day(row[14]),
        pricing=tuple(lists["pricing"]),
        coverage_issues=tuple(lists["coverage_issues"]),
        carriers_manual=tuple(lists["carriers_manual"]),
        laboratory=tuple(lists["laboratory"]),
        cross_references=tuple(lists["cross_references"]),
        types_of_service=tuple(lists["types_of_service"]),
        withheld=int(row[16]),
        source_id=row[17],
    )


def _value(row: Sequence[str]) -> RelativeValue:
    cells = json.loads(row[3])
    for name in _NUMBERS:
        cells[name] = None if cells[name] is None else Decimal(cells[name])
    return RelativeValue(
        modifier=row[0],
        conversion=row[1],
        effective=date.fromisoformat(row[2]),
        source_id=row[4],
        **cells,
    )
