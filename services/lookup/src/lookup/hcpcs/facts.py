"""What is known of a HCPCS Level II code."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Fact(StrEnum):
    """Kinds of facts that are loaded for a quarter, or not."""

    OUTPATIENT = "outpatient code editor"
    RECORD = "HCPCS file"
    HOSPITAL_PAIRS = "hospital pairs"
    PRACTITIONER_PAIRS = "practitioner pairs"
    HOSPITAL_UNITS = "hospital units"
    PRACTITIONER_UNITS = "practitioner units"
    SUPPLIER_UNITS = "supplier units"
    VALUES = "relative values"
    LOCALITIES = "localities"
    NATIONAL_POLICIES = "national policies"
    LOCAL_POLICIES = "local policies"


class Companionship(StrEnum):
    """Kinds of codes that go together; the first of the two is named first."""

    ADD_ON_1 = "add-on of type I and primary"
    ADD_ON_3 = "add-on of type III and primary"
    ADD_ON_COVID = "COVID-19 laboratory add-on and primary"
    ADD_ON_DRUG = "drug administration add-on and primary"
    ADD_ON_MENTAL = "remote mental health add-on and primary"
    ADD_ON_SOFTWARE = "software as a service add-on and primary"
    ADD_ON_PARTIAL = "partial hospitalization add-on and primary"
    DEVICE = "procedure and device"
    OFFSET = "pass-through device and procedure"
    COMPLEXITY = "primary and secondary service of a complexity adjustment"
    VISIT = "FQHC payment code and qualifying visit"


ADD_ONS = (
    Companionship.ADD_ON_1,
    Companionship.ADD_ON_3,
    Companionship.ADD_ON_COVID,
    Companionship.ADD_ON_DRUG,
    Companionship.ADD_ON_MENTAL,
    Companionship.ADD_ON_SOFTWARE,
    Companionship.ADD_ON_PARTIAL,
)
"""Kinds in which the first code is reported only beside the second."""


class DetailKind(StrEnum):
    """Kinds of what is said of a code alone."""

    ADD_ON_2 = "add-on of type II"
    COMPOSITE = "composite APC"
    OFF_CAMPUS = "APC off campus"
    DEVICE_OFFSET = "device offset"
    PAIN_RELIEF_CAP = "cap on pain relief"
    RURAL_CONFLICT = "modifier conflict in rural health clinics"


class Claims(StrEnum):
    """Claims that a table of edits is for."""

    HOSPITAL = "hospital"
    PRACTITIONER = "practitioner"
    SUPPLIER = "supplier"


@dataclass(frozen=True, slots=True)
class Status:
    """What the outpatient code editor says of a code from *effective* to *expires*.

    *approval_edit* is the edit that a service outside the *approved* to *ended* days meets, 0
    where no such days are set. *apc* has four digits and is empty where none is assigned.
    """

    effective: date
    expires: date
    short_text: str
    status: str
    payment: int
    apc: str
    low_age: int
    high_age: int
    approval_edit: int
    approved: date | None
    ended: date | None
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rate:
    """What an APC pays for one unit, nationally and unadjusted; 0 cents: no fixed amount."""

    apc: str
    effective: date
    expires: date
    status: str
    cents: int


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of the outpatient code editor and what happens to the claim or line."""

    number: int
    name: str
    disposition: str


@dataclass(frozen=True, slots=True)
class Pair:
    """An NCCI pair: *second* is not paid beside *first*.

    *modifier* says whether one may separate them: "yes" or "no", and in official tables "0",
    "1" or "9" (the edit is deleted). *expires* is None while in force.
    """

    first: str
    second: str
    claims: Claims
    effective: date
    expires: date | None
    modifier: str
    before_1996: bool
    rationale: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Companion:
    """Two codes that go together; *cents* and *apc* where the kind has them."""

    kind: Companionship
    code: str
    other: str
    effective: date
    expires: date
    cents: int | None
    apc: str


@dataclass(frozen=True, slots=True)
class Detail:
    """Something said of a code alone."""

    kind: DetailKind
    effective: date
    expires: date
    value: str
    cents: int | None


@dataclass(frozen=True, slots=True)
class Modifier:
    """A Level II modifier that the outpatient code editor accepts, with its flags."""

    modifier: str
    effective: date
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Record:
    """What CMS's HCPCS file of a quarter says of a code or modifier.

    *withheld* counts cross-references to CPT codes, which are left out without a licence.
    """

    code: str
    effective: date
    expires: date
    long_text: str
    short_text: str
    coverage: str
    action: str
    added: date
    action_effective: date | None
    ended: date | None
    betos: str
    multiple_pricing: str
    statute: str
    asc_group: str
    asc_effective: date | None
    pricing: tuple[str, ...]
    coverage_issues: tuple[str, ...]
    carriers_manual: tuple[str, ...]
    laboratory: tuple[str, ...]
    cross_references: tuple[str, ...]
    types_of_service: tuple[str, ...]
    withheld: int
    source_id: str


@dataclass(frozen=True, slots=True)
class UnitEdit:
    """A medically unlikely edit; *indicator* 1 counts a line, 2 and 3 a date of service."""

    claims: Claims
    units: int
    indicator: int
    indicator_text: str
    rationale: str
    source_id: str


@dataclass(frozen=True, slots=True)
class RelativeValue:
    """A row of the physician fee schedule, as published; None where it leaves a number out."""

    modifier: str
    conversion: str
    effective: date
    status: str
    work: Decimal | None
    non_facility_pe: Decimal | None
    facility_pe: Decimal | None
    malpractice: Decimal | None
    non_facility_total: Decimal | None
    facility_total: Decimal | None
    non_facility_na: bool
    facility_na: bool
    conversion_factor: Decimal | None
    pctc: str
    global_days: str
    multiple_procedure: str
    bilateral: str
    assistant: str
    co_surgeon: str
    team: str
    supervision: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Locality:
    """A Medicare payment locality and its indices."""

    contractor: str
    number: str
    state: str
    name: str
    work: Decimal
    practice_expense: Decimal
    malpractice: Decimal
    source_id: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that names the code: a national (NCD) or local (LCD) coverage determination."""

    kind: str
    number: str
    version: str
    title: str
    coverage: str
    effective: date | None
    expires: date | None
    source_id: str
