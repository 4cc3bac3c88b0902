"""Gathers what the catalog says of a claim's codes on its day, for the rules to judge."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from lookup.claims.claim import Claim, ClaimLine, ClaimType
from lookup.claims.companions import NOTE_KINDS
from lookup.claims.diagnosis_tables import DiagnosisTables
from lookup.claims.facts import (
    ClaimFacts,
    Days,
    DiagnosisFacts,
    LineFacts,
    ModifierList,
    Need,
    ProcedureFacts,
    StemFacts,
    joined_days,
)
from lookup.claims.modifier_forms import is_cpt_modifier
from lookup.claims.procedure_tables import ProcedureTables
from lookup.cpt.licence import is_cpt_form
from lookup.facts import Code, Release
from lookup.hcpcs.facts import Claims, Fact
from lookup.icd10cm.seventh_characters import extended_code
from lookup.icd10cm.store import TabularStore
from lookup.reader import Reader
from lookup.resolve import nearest
from lookup.spelling import code_key
from lookup.store import Store
from lookup.systems import CPT, HCPCS, ICD_10_CM, ICD_10_PCS, NAMES
from lookup.wording import day

_CATEGORY: Final = 3
_LONGEST: Final = 7
_MOST_UNKNOWN: Final = 10
"""For so many codes near ones are looked for; a claim with more has another fault."""
_DENTAL: Final = re.compile(r"D\d{4}")
_ALL_SECTIONS: Final = "*"
_PAIRS: Final = {
    ClaimType.PROFESSIONAL: Claims.PRACTITIONER,
    ClaimType.HOSPITAL_OUTPATIENT: Claims.HOSPITAL,
}
_UNITS: Final = {**_PAIRS, ClaimType.DME: Claims.SUPPLIER}
_UNIT_FACTS: Final = {
    Claims.PRACTITIONER: (Fact.PRACTITIONER_UNITS, "practitioners"),
    Claims.HOSPITAL: (Fact.HOSPITAL_UNITS, "hospital outpatients"),
    Claims.SUPPLIER: (Fact.SUPPLIER_UNITS, "suppliers of durable medical equipment"),
}


def gather(
    reader: Reader, claim: Claim, releases: Sequence[Release]
) -> tuple[ClaimFacts, tuple[Release, ...]]:
    """What is known of *claim*, which is within its bounds, and the releases that were read."""
    gathering = _Gathering(reader.store, claim, releases)
    return gathering.facts(), gathering.read()


class _Gathering:
    """One claim's facts on their way out of the catalog."""

    def __init__(self, store: Store, claim: Claim, releases: Sequence[Release]) -> None:
        self._store = store
        self._claim = claim
        self._on = claim.date_of_service
        self._held: dict[str, list[Release]] = {}
        for release in releases:
            self._held.setdefault(release.system, []).append(release)
        self._release = {
            system: release
            for system, held in self._held.items()
            for release in held
            if release.covers(self._on)
        }
        self._tabular = TabularStore(store.catalog)
        self._diagnoses = DiagnosisTables(store.catalog)
        self._procedures = ProcedureTables(store.catalog, self._on) if HCPCS in self._held else None

    def read(self) -> tuple[Release, ...]:
        """The releases of the day for the code systems on the claim."""
        used = {self._system(line) for line in self._claim.lines}
        return tuple(self._release[s] for s in NAMES if s in used and s in self._release)

    def facts(self) -> ClaimFacts:
        lines = self._with_procedures(self._with_diagnoses(tuple(self._lines())))
        facts = ClaimFacts(
            claim=self._claim,
            lines=lines,
            missing=self._missing(lines),
            unread={
                system: self._unread(system) for system in NAMES if system not in self._release
            },
            begins_by=min((r.effective for r in self._held.get(HCPCS, ())), default=date.min),
        )
        if facts.diagnoses:
            places = (node for _line, diagnosis in facts.diagnoses for node in diagnosis.chain)
            facts = replace(facts, notes=self._diagnoses.held_notes(places, NOTE_KINDS))
        return self._with_edits(facts)

    def _lines(self) -> Iterator[LineFacts]:
        unknown = 0
        for number, given in enumerate(self._claim.lines):
            line = self._line(number, given)
            if line.release is not None and line.code is None and not line.listed:
                line = self._explained(line, given, with_near=unknown < _MOST_UNKNOWN)
                unknown += 1
            yield line

    def _line(self, number: int, given: ClaimLine) -> LineFacts:
        system, key = self._system(given), code_key(given.code)
        release = self._release.get(system)
        line = LineFacts(number, system, key, given.units, given.modifiers, self._withheld(given))
        if line.withheld or release is None:
            return line
        code = self._store.code(release, key)
        line = replace(line, release=release, code=code)
        if code is None:
            stretches = self._store.stretches(system, key)
            listed = joined_days(Days(code.effective, code.expires) for code in stretches)
            return replace(line, listed=listed)
        return line

    def _explained(self, line: LineFacts, given: ClaimLine, *, with_near: bool) -> LineFacts:
        """A *line* whose code does not exist, with what it may have been meant for."""
        assert line.release is not None
        near: list[Code] = []
        if with_near:
            near = nearest(self._store, line.release, given.code)
        others = [release for s, release in self._release.items() if s != line.system]
        return replace(
            line,
            complete=line.system != ICD_10_PCS or self._is_complete(line.key),
            near=tuple(near),
            also_in=tuple(
                system
                for system in NAMES
                for release in others
                if release.system == system and self._store.code(release, line.key) is not None
            ),
            stem=self._stem(line.release, line.key) if line.system == ICD_10_CM else None,
        )

    def _stem(self, release: Release, key: str) -> StemFacts | None:
        """What *key*, which is no code, begins with, where a 7th character seems to be meant."""
        if not _CATEGORY < len(key) <= _LONGEST:
            return None
        for length in range(len(key) - 1, _CATEGORY - 1, -1):
            node = self._tabular.code(release.id, key[:length])
            if node is None:
                continue
            if key[length:-1].strip("X"):
                return None
            variants = tuple(
                child for child in self._tabular.children(node.id) if child.stem_id == node.id
            )
            made = extended_code(node.label, key[-1])
            if any(variant.label == made for variant in variants):
                return StemFacts(node, variants)
            takes_none = node.billable and node.stem_id is None
            if len(key) == _LONGEST and (variants or takes_none):
                return StemFacts(node, variants)
            return None
        return None

    def _is_complete(self, key: str) -> bool:
        """Whether the procedure lists of the day name every code of the section."""
        rows = self._store.catalog.execute(
            "SELECT complete_for FROM pcs_lists WHERE effective <= ? AND expires >= ?",
            (self._on.isoformat(), self._on.isoformat()),
        )
        sections = {section for (complete_for,) in rows for section in complete_for}
        return _ALL_SECTIONS in sections or key[:1] in sections

    def _with_diagnoses(self, lines: tuple[LineFacts, ...]) -> tuple[LineFacts, ...]:
        release = self._release.get(ICD_10_CM)
        keys = {line.key for line in lines if line.system == ICD_10_CM and line.code is not None}
        if release is None or not keys:
            return lines
        wanted = sorted(keys)
        flags = self._diagnoses.flags(wanted, self._on)
        missing = self._diagnoses.not_in_editor(release, wanted)
        found: dict[str, DiagnosisFacts] = {}
        for key in wanted:
            node = self._tabular.code(release.id, key)
            if node is None:
                continue  # Only the codes of this release are loaded, not its tabular list.
            found[key] = DiagnosisFacts(
                node=node,
                chain=tuple(self._tabular.chain(node)),
                children=() if node.billable else tuple(self._tabular.children(node.id)),
                flags=flags.get(key),
                in_editor=key not in missing,
            )
        return tuple(
            replace(line, diagnosis=found.get(line.key)) if line.system == ICD_10_CM else line
            for line in lines
        )

    def _with_procedures(self, lines: tuple[LineFacts, ...]) -> tuple[LineFacts, ...]:
        """*lines* with what is said of their procedure codes; the file of a quarter has days."""
        wanted = sorted({line.key for line in lines if line.is_procedure and line.code is not None})
        if self._procedures is None or not wanted:
            return lines
        days = self._procedures.days_in_file(wanted)
        found = self._procedures.procedures(wanted, _UNITS.get(self._claim.claim_type))
        return tuple(
            self._with_procedure(line, days, found[line.key])
            if line.is_procedure and line.code is not None
            else line
            for line in lines
        )

    def _with_procedure(
        self, line: LineFacts, days: Mapping[str, Days], facts: ProcedureFacts
    ) -> LineFacts:
        in_file = days.get(line.key)
        if in_file is not None and not in_file.first <= self._on <= in_file.last:
            return replace(line, code=None, listed=(in_file,))
        return replace(line, procedure=facts)

    def _with_edits(self, facts: ClaimFacts) -> ClaimFacts:
        """*facts* with pairs and modifiers."""
        tables = self._procedures
        if tables is None:
            return facts
        keys = sorted({line.key for line, _of in facts.procedures})
        claims = _PAIRS.get(self._claim.claim_type)
        given = sorted(
            {
                modifier
                for line in facts.lines
                if line.is_procedure
                for modifier in line.modifiers
                if not is_cpt_modifier(modifier)
            }
        )
        return replace(
            facts,
            pairs=tables.pairs(keys, claims, facts.begins_by) if claims is not None else (),
            modifiers=tables.modifiers(given),
            modifier_list=self._modifier_list(tables),
            associations=Fact.OUTPATIENT in tables.loaded,
            modifier_conflicts=tables.modifier_conflicts(),
        )

    def _modifier_list(self, tables: ProcedureTables) -> ModifierList | None:
        for fact, name in (
            (Fact.RECORD, "CMS's HCPCS file"),
            (Fact.OUTPATIENT, "the outpatient code editor"),
        ):
            if sources := tables.loaded.get(fact):
                return ModifierList(name, fact is Fact.RECORD, sources[-1])
        return None

    def _missing(self, lines: Sequence[LineFacts]) -> dict[Need, str]:
        missing = {
            need: self._unread(system)
            for need, system in ((Need.DIAGNOSES, ICD_10_CM), (Need.PROCEDURES, HCPCS))
            if system not in self._release
        }
        for line in lines:
            if line.system == ICD_10_CM and line.code is not None and line.diagnosis is None:
                missing[Need.DIAGNOSES] = (
                    f"Of {self._release[ICD_10_CM].name} the codes are loaded, the tabular list is "
                    "not."
                )
        on = day(self._on)
        if ICD_10_CM in self._held and not self._diagnoses.editor_loaded(self._on):
            missing[Need.EDITOR] = (
                f"The outpatient code editor's diagnosis flags are not loaded for {on}."
            )
        if self._claim.patient_age is None:
            missing[Need.AGE] = "The patient's age is not given."
        loaded = self._procedures.loaded if self._procedures is not None else {}
        claims = _PAIRS.get(self._claim.claim_type)
        if claims is Claims.HOSPITAL and not {Fact.HOSPITAL_PAIRS, Fact.OUTPATIENT} & set(loaded):
            missing[Need.PAIRS] = f"NCCI pairs for hospital outpatients are not loaded for {on}."
        if claims is Claims.PRACTITIONER and Fact.PRACTITIONER_PAIRS not in loaded:
            missing[Need.PAIRS] = (
                f"The NCCI practitioner table is not loaded for {on}; the hospital outpatient "
                "table is not for such claims."
            )
        units = _UNITS.get(self._claim.claim_type)
        if units is not None and _UNIT_FACTS[units][0] not in loaded:
            missing[Need.UNITS] = f"MUE not loaded: the table for {_UNIT_FACTS[units][1]} on {on}."
        if Fact.OUTPATIENT not in loaded:
            missing[Need.OUTPATIENT] = f"The outpatient code editor is not loaded for {on}."
        if not {Fact.OUTPATIENT, Fact.RECORD} & set(loaded):
            missing[Need.MODIFIERS] = f"Modifiers are not loaded for {on}."
        return missing

    def _unread(self, system: str) -> str:
        """Why no release of *system* answers."""
        held = self._held.get(system)
        if not held:
            return f"{NAMES[system]} is not loaded."
        first = day(min(release.effective for release in held))
        last = day(max(release.expires for release in held))
        return (
            f"{NAMES[system]} is not known for {day(self._on)}: what is loaded is for "
            f"{first} to {last}."
        )

    def _system(self, line: ClaimLine) -> str:
        """The code system that a line's code belongs to: HCPCS has CPT as its first level."""
        if line.system not in (HCPCS, CPT):
            return line.system
        return CPT if is_cpt_form(code_key(line.code)) else HCPCS

    def _withheld(self, line: ClaimLine) -> str:
        if self._system(line) == CPT and CPT not in self._held:
            return "CPT is not loaded"
        if line.system in (HCPCS, CPT) and _DENTAL.fullmatch(code_key(line.code)):
            return "Dental codes (CDT) are not loaded"
        return ""
