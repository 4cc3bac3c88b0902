"""What other publications say of an ICD-10-CM code, as plain values.

Each comes from a source and a release of its own, which need not be that of the code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lookup.ms_drg.facts import GrouperVersion, MsDrg


class Kind(StrEnum):
    """Kinds of facts that are loaded, or not, each for itself."""

    GEM_TO_ICD9 = "gem_to_icd9"
    GEM_FROM_ICD9 = "gem_from_icd9"
    CCSR = "ccsr"
    CHRONIC = "chronic"
    HCC = "hcc"
    MS_DRG = "ms_drg"
    EDITOR = "editor"
    NCD = "ncd"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """A source of one kind of facts and the days it is for, both included."""

    source_id: str
    name: str
    release: str
    effective: date
    expires: date

    def covers(self, day: date) -> bool:
        """Whether it says what holds on *day*."""
        return self.effective <= day <= self.expires

    def lists_no(self, what: str) -> str:
        """That it was searched and lists none of *what*."""
        return f"The {self.release} release of {self.name} was searched; it lists no {what}."


@dataclass(frozen=True, slots=True)
class GemLine:
    """A line of a General Equivalence Mapping; codes with their dots.

    *target* is empty where there is no equivalent. In a combination one code of each choice
    list of a scenario is needed, together.
    """

    source: str
    target: str
    approximate: bool
    no_map: bool
    combination: bool
    scenario: int
    choice_list: int
    source_id: str


@dataclass(frozen=True, slots=True)
class HccMapping:
    """An HCC to which a risk adjustment model maps the code.

    *drops* are HCCs of the model that do not count beside this one.
    """

    model: str
    hcc: int
    label: str
    drops: tuple[int, ...]
    source_id: str


@dataclass(frozen=True, slots=True)
class HccEdit:
    """Where age or sex changes the HCC of the code; *hcc* None when it then has none.

    With both ages set it holds outside them: up to *to_age* and from *from_age* on.
    """

    model: str
    kind: str
    sex: str
    from_age: int | None
    to_age: int | None
    hcc: int | None
    source_id: str


@dataclass(frozen=True, slots=True)
class CodeRun:
    """Codes that follow one another in the tabular list, as labels; one code where both are."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class SeverityLevel:
    """The code as a secondary diagnosis: CC or MCC, and when it does not count."""

    level: str
    collection: str
    excluded_by: tuple[CodeRun, ...]
    """Principal diagnoses beside which it does not count."""
    excluded_by_count: int
    hospital_acquired: str
    only_if_alive: bool
    not_in: tuple[str, ...]
    """MS-DRGs in which it does not count."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """The code in one version of the MS-DRG grouper.

    *drgs* are those to which it leads as principal diagnosis without an operating-room
    procedure; *severity* is None where it is neither CC nor MCC.
    """

    version: GrouperVersion
    drgs: tuple[MsDrg, ...]
    mdcs: tuple[str, ...]
    severity: SeverityLevel | None
    source_id: str


@dataclass(frozen=True, slots=True)
class EditorFlags:
    """What the outpatient code editor knows of the code from *effective* to *expires*."""

    effective: date
    expires: date
    manifestation: bool
    unacceptable: bool
    exempt: str
    """Where the edit for unacceptable ones is not raised: "", "outpatient" (but on bill types
    12x, 22x and 81x) or "all"."""
    external_cause: bool
    mental_health: bool
    code_first: bool
    low_age: int
    high_age: int
    source_id: str


@dataclass(frozen=True, slots=True)
class NamingPolicy:
    """A version of a national coverage determination whose text names the code."""

    policy: int
    version: int
    section: str
    title: str
    coverage: str
    effective: date
    terminated: date | None
    source_id: str


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """An entry of the Alphabetic Index or its tables that points at the code."""

    entry: str
    manifestation: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Relations:
    """All of them for one code.

    *loaded* has the kinds that are loaded for the release's first day. Titles are those of the
    codes in mappings, by code as printed; an ICD-10-CM code without one is not in the release.
    """

    loaded: Mapping[Kind, LoadedSource]
    to_icd9: tuple[GemLine, ...]
    from_icd9: tuple[GemLine, ...]
    icd9_titles: Mapping[str, str]
    icd10_titles: Mapping[str, str]
    ccsr: str
    chronic: int | None
    hcc_models: tuple[str, ...]
    """The risk adjustment models that are loaded."""
    hccs: tuple[HccMapping, ...]
    hcc_edits: tuple[HccEdit, ...]
    grouping: Grouping | None
    editor: tuple[EditorFlags, ...]
    editor_lists_it: bool
    policies: tuple[NamingPolicy, ...]
    index: tuple[IndexEntry, ...]
