"""What is known of a claim's codes on its day, as plain values for the rules to judge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from lookup.claims.claim import Claim
from lookup.facts import Code, Release
from lookup.hcpcs.facts import Companionship
from lookup.icd10cm.facts import Node, Note
from lookup.icd10cm.relations import EditorFlags
from lookup.systems import CPT, HCPCS, ICD_10_CM


class Need(StrEnum):
    """What a rule may need; what is missing of it is said in its stead."""

    DIAGNOSES = "diagnoses"
    EDITOR = "diagnosis flags of the outpatient code editor"
    AGE = "age"
    PROCEDURES = "procedures"
    OUTPATIENT = "outpatient code editor"
    PAIRS = "NCCI pairs"
    UNITS = "MUE"
    MODIFIERS = "modifiers"


@dataclass(frozen=True, slots=True)
class DiagnosisFacts:
    """A diagnosis and its place in the tabular list; *chain* runs from its chapter down to it.

    *children* are the codes right below it, none where it can be reported as it stands. *flags*
    is None where the outpatient code editor sets none; a code that is not *in_editor* is not in
    its table at all, so that nothing is known.
    """

    node: Node
    chain: tuple[Node, ...]
    children: tuple[Node, ...]
    flags: EditorFlags | None
    in_editor: bool


@dataclass(frozen=True, slots=True)
class StemFacts:
    """The code that a spelling which is none begins with, and those made by 7th characters.

    Without *variants* the code takes no 7th character.
    """

    node: Node
    variants: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    """The days outside which a service meets an edit of the outpatient code editor."""

    edit: int
    name: str
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """A medically unlikely edit (MUE): value and adjudication indicator (MAI) 1, 2 or 3."""

    units: int
    indicator: int
    rationale: str
    source_id: str


@dataclass(frozen=True, slots=True)
class AddOn:
    """A list of *primaries*, beside one of which a code is reported; *withheld* are left out."""

    kind: Companionship
    primaries: frozenset[str]
    withheld: int
    source_id: str


@dataclass(frozen=True, slots=True)
class ProcedureFacts:
    """What is said of a procedure code; ages in years, None where the editor says nothing.

    *contractor_add_on* is the source that calls it an add-on of type II, "" for none.
    """

    ages: tuple[int, int] | None = None
    approval: Approval | None = None
    limit: UnitLimit | None = None
    add_ons: tuple[AddOn, ...] = ()
    contractor_add_on: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line: the code as the *release* of the day has it.

    *release* is None where none covers the day, or where codes of this kind are not held at all:
    then *withheld* says why. *listed* are the days on which the code is valid in what is loaded.
    *complete* says that a code which the release does not list does not exist.
    """

    number: int
    system: str
    key: str
    units: int
    modifiers: tuple[str, ...]
    withheld: str = ""
    release: Release | None = None
    code: Code | None = None
    complete: bool = True
    listed: tuple[Days, ...] = ()
    near: tuple[Code, ...] = ()
    also_in: tuple[str, ...] = ()
    diagnosis: DiagnosisFacts | None = None
    stem: StemFacts | None = None
    procedure: ProcedureFacts | None = None

    @property
    def label(self) -> str:
        """The code for people; what spells none is not repeated."""
        if self.code is not None:
            return self.code.code
        if self.withheld or not (self.key.isascii() and self.key.isalnum()) or len(self.key) > 12:
            return f"The code on line {self.number + 1}"
        if self.system == ICD_10_CM and len(self.key) > 3:
            return f"{self.key[:3]}.{self.key[3:]}"
        return self.key

    @property
    def is_procedure(self) -> bool:
        """Whether it is a HCPCS code of either level."""
        return self.system in (HCPCS, CPT)


@dataclass(frozen=True, slots=True)
class NamedRun:
    """Nodes that a line of a note names: those from *first_id* to *last_id* that qualify."""

    line: int
    first_id: int
    last_id: int
    qualifier: str


@dataclass(frozen=True, slots=True)
class HeldNote:
    """A note that holds for some diagnosis of the claim, and what it names."""

    owner: Node
    note: Note
    runs: tuple[NamedRun, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """An NCCI pair in force: *second* (column 2) is not paid beside *first* (column 1).

    *modifier* is the indicator as the table has it: "yes" or "no", officially "0", "1" or "9".
    *since_or_earlier* says that the table knows no more than that it held by then.
    """

    first: str
    second: str
    table: str
    effective: date
    since_or_earlier: bool
    modifier: str
    rationale: str
    source_id: str


@dataclass(frozen=True, slots=True)
class ModifierFacts:
    """A Level II modifier: whether it is valid on the day, else the days on which it is."""

    valid: bool
    ncci: bool
    listed: tuple[Days, ...]


@dataclass(frozen=True, slots=True)
class ModifierList:
    """The list that modifiers are looked up in; *for_all* claims or for hospital outpatient's."""

    name: str
    for_all: bool
    source_id: str


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """All that the rules judge by.

    *missing* has for each need that is not met why; *unread* for each code system.
    *begins_by* is the first day of what is loaded of HCPCS: what holds then may be older.
    *associations* says that it is known which Level II modifiers are NCCI-associated.
    """

    claim: Claim
    lines: tuple[LineFacts, ...]
    missing: Mapping[Need, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    begins_by: date = date.min
    notes: tuple[HeldNote, ...] = ()
    pairs: tuple[Pair, ...] = ()
    modifiers: Mapping[str, ModifierFacts] = field(default_factory=dict)
    modifier_list: ModifierList | None = None
    associations: bool = False
    modifier_conflicts: Mapping[frozenset[str], str] = field(default_factory=dict)

    @property
    def diagnoses(self) -> list[tuple[LineFacts, DiagnosisFacts]]:
        """Lines whose diagnosis is in the release, in order."""
        return [(line, line.diagnosis) for line in self.lines if line.diagnosis is not None]

    @property
    def procedures(self) -> list[tuple[LineFacts, ProcedureFacts]]:
        """Lines whose procedure code is in the release, in order."""
        return [(line, line.procedure) for line in self.lines if line.procedure is not None]

    @property
    def withheld(self) -> dict[str, list[LineFacts]]:
        """Lines with codes that are not held at all, by why."""
        withheld: dict[str, list[LineFacts]] = {}
        for line in self.lines:
            if line.withheld:
                withheld.setdefault(line.withheld, []).append(line)
        return withheld

    def of_system(self, *systems: str) -> list[LineFacts]:
        """The lines of these code systems."""
        return [line for line in self.lines if line.system in systems]


def numbers(lines: Iterable[LineFacts]) -> tuple[int, ...]:
    """The lines' numbers in order, each once."""
    return tuple(sorted({line.number for line in lines}))


def line_names(lines: Iterable[LineFacts]) -> str:
    """ "line 2", "lines 1, 3 and 4": counted from 1, as people do."""
    counted = [str(number + 1) for number in numbers(lines)]
    if len(counted) == 1:
        return f"line {counted[0]}"
    return f"lines {', '.join(counted[:-1])} and {counted[-1]}"


def joined_days(days: Iterable[Days]) -> tuple[Days, ...]:
    """*days* in order of time, those that overlap or follow one another made one."""
    found: list[Days] = []
    for stretch in sorted(days, key=lambda one: (one.first, one.last)):
        if found and stretch.first <= found[-1].last + timedelta(days=1):
            found[-1] = Days(found[-1].first, max(found[-1].last, stretch.last))
        else:
            found.append(stretch)
    return tuple(found)
