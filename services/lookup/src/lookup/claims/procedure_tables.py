"""Reads what the catalog says of procedure codes on a day, for those of one claim at a time."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from lookup.claims.claim import OLDEST
from lookup.claims.facts import (
    AddOn,
    Approval,
    Days,
    ModifierFacts,
    Pair,
    ProcedureFacts,
    UnitLimit,
    joined_days,
)
from lookup.hcpcs.facts import ADD_ONS, Claims, Companionship, DetailKind, Fact
from lookup.store import marks

_HELD: Final = "effective <= ? AND expires >= ?"
_PACKAGED: Final = ("yes", "no")
_PAIR_FACTS: Final = {
    Claims.HOSPITAL: Fact.HOSPITAL_PAIRS,
    Claims.PRACTITIONER: Fact.PRACTITIONER_PAIRS,
}
_PAIR_TABLES: Final = {
    Claims.HOSPITAL: "NCCI hospital outpatient table",
    Claims.PRACTITIONER: "NCCI practitioner table",
}
_NCCI_FLAG: Final = "ncci"


class ProcedureTables:
    """Edits of HCPCS codes as they stand on one day; used by one thread at a time."""

    def __init__(self, catalog: sqlite3.Connection, on: date) -> None:
        self._db = catalog
        self._on = on
        self._day = on.isoformat()
        self.loaded = self._read_loaded()
        """What is loaded for the day, with its sources."""

    def procedures(self, keys: Sequence[str], claims: Claims | None) -> dict[str, ProcedureFacts]:
        """What is said of each of *keys*; units from the table for *claims*."""
        found = {key: ProcedureFacts() for key in keys}
        for key, low, high, edit, name, approved, ended, source_id in self._statuses(keys):
            approval = None
            if edit:
                approval = Approval(edit, name or "", _date(approved), _date(ended))
            found[key] = replace(
                found[key],
                ages=None if (low, high) == (0, OLDEST) else (low, high),
                approval=approval,
                source_id=source_id,
            )
        for key, add_ons in self._add_ons(keys).items():
            found[key] = replace(found[key], add_ons=tuple(add_ons))
        for key, source_id in self._contractor_add_ons(keys):
            found[key] = replace(found[key], contractor_add_on=source_id)
        if claims is not None:
            for key, *limit in self._limits(keys, claims):
                found[key] = replace(found[key], limit=UnitLimit(*limit))
        return found

    def days_in_file(self, keys: Sequence[str]) -> dict[str, Days]:
        """From when to when CMS's file of the quarter says that codes may be used, by key."""
        rows = self._db.execute(
            "SELECT code_key, added, ended, expires FROM hcpcs_records "  # noqa: S608
            f"WHERE modifier = 0 AND code_key IN ({marks(keys)}) AND {_HELD}",
            (*keys, self._day, self._day),
        )
        return {
            key: Days(date.fromisoformat(added), date.fromisoformat(ended or expires))
            for key, added, ended, expires in rows
        }

    def pairs(self, keys: Sequence[str], claims: Claims, begins_by: date) -> tuple[Pair, ...]:
        """NCCI pairs among *keys* in the table for *claims*; official ones stand in for others."""
        rows = self._db.execute(
            "SELECT first, second, effective, modifier, rationale, source_id FROM hcpcs_pairs "  # noqa: S608
            f"WHERE first IN ({marks(keys)}) AND second IN ({marks(keys)}) AND claims = ? "
            "AND effective <= ? AND (expires = '' OR expires >= ?) "
            "ORDER BY first, second, effective",
            (*keys, *keys, claims, self._day, self._day),
        ).fetchall()
        official = self.loaded.get(_PAIR_FACTS[claims])
        pairs = []
        for first, second, effective, modifier, rationale, source_id in rows:
            packaged = modifier in _PACKAGED
            if (packaged and official) or (not packaged and source_id not in (official or ())):
                continue
            since = date.fromisoformat(effective)
            earlier = packaged and since == begins_by
            pairs.append(
                Pair(
                    *(first, second, _PAIR_TABLES[claims], since, earlier),
                    *(modifier, rationale, source_id),
                )
            )
        return tuple(pairs)

    def modifiers(self, modifiers: Sequence[str]) -> dict[str, ModifierFacts]:
        """What the outpatient code editor and CMS's files say of Level II modifiers."""
        days: dict[str, list[Days]] = {modifier: [] for modifier in modifiers}
        associated: set[str] = set()
        for modifier, first, last, flags in self._db.execute(
            "SELECT modifier, effective, expires, flags FROM hcpcs_modifiers "  # noqa: S608
            f"WHERE modifier IN ({marks(modifiers)}) ORDER BY modifier, effective",
            modifiers,
        ):
            stretch = Days(date.fromisoformat(first), date.fromisoformat(last))
            days[modifier].append(stretch)
            if _NCCI_FLAG in flags.split() and self._covered(stretch):
                associated.add(modifier)
        for modifier, added, ended, expires in self._db.execute(
            "SELECT code_key, added, ended, expires FROM hcpcs_records "  # noqa: S608
            f"WHERE modifier = 1 AND code_key IN ({marks(modifiers)}) "
            "ORDER BY code_key, effective",
            modifiers,
        ):
            days[modifier].append(
                Days(date.fromisoformat(added), date.fromisoformat(ended or expires))
            )
        return {
            modifier: ModifierFacts(
                valid=any(self._covered(stretch) for stretch in of),
                ncci=modifier in associated,
                listed=joined_days(of),
            )
            for modifier, of in days.items()
        }

    def modifier_conflicts(self) -> dict[frozenset[str], str]:
        """Modifiers that may not stand on one line, with the source that says so."""
        rows = self._db.execute(
            f"SELECT modifier, other, source_id FROM hcpcs_modifier_conflicts WHERE {_HELD} "  # noqa: S608
            "ORDER BY modifier, other",
            (self._day, self._day),
        )
        return {frozenset((modifier, other)): source_id for modifier, other, source_id in rows}

    def _covered(self, days: Days) -> bool:
        return days.first <= self._on <= days.last

    def _read_loaded(self) -> dict[Fact, tuple[str, ...]]:
        rows = self._db.execute(
            f"SELECT fact, source_id FROM hcpcs_loaded WHERE {_HELD} ORDER BY fact, source_id",  # noqa: S608
            (self._day, self._day),
        )
        loaded: dict[Fact, tuple[str, ...]] = {}
        for fact, source_id in rows:
            loaded[Fact(fact)] = (*loaded.get(Fact(fact), ()), source_id)
        return loaded

    def _statuses(self, keys: Sequence[str]) -> sqlite3.Cursor:
        return self._db.execute(
            "SELECT s.code_key, s.low_age, s.high_age, s.approval_edit, e.name, s.approved, "  # noqa: S608
            "s.ended, s.source_id FROM hcpcs_statuses s LEFT JOIN hcpcs_edits e "
            "ON e.number = s.approval_edit AND e.effective <= ? AND e.expires >= ? "
            f"WHERE s.code_key IN ({marks(keys)}) AND s.effective <= ? AND s.expires >= ?",
            (self._day, self._day, *keys, self._day, self._day),
        )

    def _add_ons(self, keys: Sequence[str]) -> dict[str, list[AddOn]]:
        kinds = [kind.value for kind in ADD_ONS]
        primaries: dict[tuple[str, Companionship], set[str]] = {}
        sources: dict[tuple[str, Companionship], str] = {}
        for key, kind, other, source_id in self._db.execute(
            "SELECT code_key, kind, other_key, source_id FROM hcpcs_companions "  # noqa: S608
            f"WHERE code_key IN ({marks(keys)}) AND kind IN ({marks(kinds)}) AND {_HELD}",
            (*keys, *kinds, self._day, self._day),
        ):
            primaries.setdefault((key, Companionship(kind)), set()).add(other)
            sources[key, Companionship(kind)] = source_id
        relations = {f"{kind}/1": kind for kind in ADD_ONS}
        withheld: dict[tuple[str, Companionship], int] = {}
        for key, relation, count, source_id in self._db.execute(
            "SELECT code_key, relation, row_count, source_id FROM hcpcs_withheld "  # noqa: S608
            f"WHERE code_key IN ({marks(keys)}) AND relation IN ({marks(list(relations))}) "
            f"AND {_HELD}",
            (*keys, *relations, self._day, self._day),
        ):
            withheld[key, relations[relation]] = count
            sources[key, relations[relation]] = source_id
        found: dict[str, list[AddOn]] = {}
        for of in sorted(sources, key=lambda pair: (pair[0], ADD_ONS.index(pair[1]))):
            add_on = AddOn(
                of[1], frozenset(primaries.get(of, ())), withheld.get(of, 0), sources[of]
            )
            found.setdefault(of[0], []).append(add_on)
        return found

    def _contractor_add_ons(self, keys: Sequence[str]) -> sqlite3.Cursor:
        return self._db.execute(
            f"SELECT code_key, source_id FROM hcpcs_details WHERE code_key IN ({marks(keys)}) "  # noqa: S608
            f"AND kind = ? AND {_HELD}",
            (*keys, DetailKind.ADD_ON_2.value, self._day, self._day),
        )

    def _limits(self, keys: Sequence[str], claims: Claims) -> sqlite3.Cursor:
        return self._db.execute(
            "SELECT code_key, units, indicator, rationale, source_id FROM hcpcs_units "  # noqa: S608
            f"WHERE code_key IN ({marks(keys)}) AND claims = ? AND {_HELD}",
            (*keys, claims.value, self._day, self._day),
        )


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
