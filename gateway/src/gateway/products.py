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


CASEPILOT = Product("casepilot", "CasePilot", "Medical coding assistant", "/casepilot", open=False)
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


@dataclass(frozen=True, slots=True)
class NotOpenYet:
    """A page where something will be: its heading and what to expect."""

    title: str
    coming: str


NOT_OPEN_YET = {
    "casepilot": NotOpenYet(
        "CasePilot",
        "The medical coding assistant will answer questions about codes and the rules between "
        "them from the facts of this site, each with its source. Until then every code has its "
        "page.",
    ),
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
    "register": NotOpenYet(
        "Register a free account",
        "Accounts are not open yet. A free account will open all nine sections of a code page "
        "and five more pages every month; pages opened as a guest will stay open.",
    ),
    "login": NotOpenYet("Log in", "Accounts are not open yet, so nobody can log in."),
    "account": NotOpenYet(
        "Account", "Accounts are not open yet. Your plan and what is left of it will stand here."
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
