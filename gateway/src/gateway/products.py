"""The site's products and the addresses that are kept for what is not open yet."""

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
ACTIONS_NOT_OPEN = frozenset({"claim_check", "consult"})


def examples_for(system: str, code: str) -> tuple[str, ...]:
    """Questions that CasePilot answers today, about *code* or, when that is empty, about any."""
    asked = code or "E11.9"
    examples = (f"What is {asked}?", f"Is {asked} billable?")
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
    "claim-check": NotOpenYet(
        "Claim check",
        "The claim check will take codes, units, modifiers and a date and name the edits they "
        "meet.",
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
