"""The site's products and the addresses that are kept for what is not open yet."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the site: what it is, and whether it can be used now."""

    key: str
    name: str
    what: str
    path: str
    open: bool


CASEPILOT = Product("casepilot", "CasePilot", "Medical coding assistant", "/casepilot", open=True)
PRODUCTS = (
    CASEPILOT,
    Product(
        "case-consultant",
        "CaseConsultant",
        "Instant e-mail coding consultant",
        "/case-consultant",
        open=False,
    ),
    Product("case2code", "Case2Code", "Search and code lookup tool", "/search", open=True),
    Product(
        "career-center", "CareerCenter", "Medical coding job board", "/career-center", open=False
    ),
)
"""In the order in which the header shows them."""


ACTION_NAMES = {
    "view_code": "Code pages",
    "ask_assistant": "CasePilot questions",
    "claim_check": "Claim checks",
    "consult": "Consultations",
}
"""What plans count, in words."""
ACTIONS_NOT_OPEN = frozenset({"consult"})


@dataclass(frozen=True, slots=True)
class Example:
    """What can be looked up in a code system: a code of it, and words that find some."""

    system: str
    code: str
    words: str


EXAMPLES = {
    example.system: example
    for example in (
        Example("icd-10-cm", "E11.9", "type 2 diabetes"),
        Example("icd-10-pcs", "0DTJ4ZZ", "resection of appendix"),
        Example("hcpcs", "E0601", "airway pressure device"),
    )
}
"""By code system. None of CPT: its codes are not ours to show."""


def examples_for(system: str, code: str, loaded: Collection[str] = ()) -> tuple[str, ...]:
    """Questions that CasePilot answers today, about *code* or, when that is empty, about any.

    *loaded* are the code systems there are.
    """
    asked = code or "E11.9"
    examples: tuple[str, ...] = (f"What is {asked}?", f"Is {asked} billable?")
    if not code and system == "":
        others = [it.code for key, it in EXAMPLES.items() if key in loaded and it.code != asked]
        examples = (*examples, *(f"What is {other}?" for other in others))
    if system not in ("", "icd-10-cm"):
        # What stands beside what is told by the notes of ICD-10-CM alone.
        return examples
    other = "E10.9" if asked != "E10.9" else "E11.9"
    return (*examples, f"Can I report {asked} with {other}?")


@dataclass(frozen=True, slots=True)
class NotOpenYet:
    """A page where something will be: its heading and what to expect."""

    title: str
    coming: str


NOT_OPEN_YET = {
    "case-consultant": NotOpenYet(
        "CaseConsultant",
        "The e-mail coding consultant will take a question in writing and answer by mail.",
    ),
    "career-center": NotOpenYet(
        "CareerCenter", "The job board will list openings for medical coders."
    ),
}
"""By the name in their address."""


@dataclass(frozen=True, slots=True)
class SectionOffered:
    """A section of a code's page: its usual title, what it answers, whether anybody may read it."""

    key: str
    title: str
    what: str
    public: bool = False


NINE_SECTIONS = (
    SectionOffered(
        "official_description",
        "Official Description",
        "The title as published, and whether it can be reported.",
        public=True,
    ),
    SectionOffered(
        "common_language",
        "Common Language Description",
        "What the code means, in plain words.",
        public=True,
    ),
    SectionOffered(
        "guidelines",
        "Guidelines",
        "Includes, excludes, code first: own notes and inherited ones.",
    ),
    SectionOffered("modifiers", "Modifiers", "7th characters, laterality, axes or modifiers."),
    SectionOffered("ncci_edits", "NCCI Edits", "What conflicts with the code, in both directions."),
    SectionOffered("crosswalks", "Crosswalks", "Where the code leads in other systems."),
    SectionOffered("payment", "Payment", "How the code bears on payment, if it does."),
    SectionOffered("medicare_coverage", "Medicare Coverage", "Policies that name the code."),
    SectionOffered(
        "history_and_related",
        "History, Related Codes and Compliance",
        "Where it stands and what stands beside it.",
    ),
)
"""In reading order."""


_WHAT = {section.key: section.what for section in NINE_SECTIONS}
_WHAT_OF = {
    "icd-10-cm": {
        "guidelines": "What it includes and excludes, what is coded first or in addition: its "
        "own notes and those of its category, section and chapter.",
        "modifiers": "What a 7th character or a side means here, and the code for the other side.",
        "ncci_edits": "Codes that are not reported with it, in both directions, and those that go "
        "with it.",
        "crosswalks": "Where it leads: ICD-9-CM, clinical groups (CCSR), risk adjustment (HCC), "
        "MS-DRG.",
        "payment": "Diagnoses are not priced; whether it is a complication (CC, MCC), and the DRG "
        "it leads to as principal diagnosis.",
        "medicare_coverage": "Coverage policies that name it.",
        "history_and_related": "When it was added or revised, what stands beside it, and how it "
        "may be sequenced.",
    },
    "icd-10-pcs": {
        "guidelines": "The guidelines of its section, and how several procedures are coded.",
        "modifiers": "What each of its seven characters says, and the values beside it.",
        "ncci_edits": "Why NCCI does not apply to it, and the procedures next to it.",
        "crosswalks": "Where it leads: ICD-9-CM procedures and MS-DRG.",
        "payment": "Whether it counts as an operating-room procedure, and the DRG it leads to.",
        "medicare_coverage": "Coverage policies that name it.",
        "history_and_related": "The releases that list it, and what stands beside it.",
    },
    "hcpcs": {
        "guidelines": "The claim edits and flags that apply to it.",
        "modifiers": "The indicators and modifiers that its data names.",
        "ncci_edits": "Codes it is not paid with, units of service, and add-on codes with their "
        "primaries.",
        "crosswalks": "Cross-references and its type of service.",
        "payment": "Its status under hospital outpatient payment, and the national rate.",
        "medicare_coverage": "Its Medicare flags and coverage code, each with its date.",
        "history_and_related": "The quarters that list it, and who takes it on a claim.",
    },
}


def what_answers(system: str, key: str) -> str:
    """What the section *key* of a code's page answers, in the words of its code system."""
    return _WHAT_OF.get(system, {}).get(key) or _WHAT.get(key, "")
