"""Headings of case notes, and what they say of what stands below them."""

import re
from enum import Enum, auto
from typing import Final


class Section(Enum):
    """What a heading says of what follows it."""

    PLAIN = auto()
    """Nothing more: complaint, present illness, examination, assessment, plan."""
    PAST = auto()
    """It was there before."""
    FAMILY = auto()
    """Relatives have it."""
    ALLERGIES = auto()
    """The patient is allergic to it."""
    PASSED_OVER = auto()
    """No findings stand there: lists of medications, vital signs."""
    IDENTITY = auto()
    """Who, when and where, in the same line."""


_HEADINGS: Final = {
    Section.PLAIN: (
        *("assessment", "assessment and plan", "assessment & plan", "a/p", "a&p", "a", "ap"),
        *("impression", "diagnosis", "diagnoses", "final diagnosis", "discharge diagnosis"),
        *("discharge diagnoses", "admitting diagnosis", "admission diagnosis", "dx", "ddx"),
        *("preoperative diagnosis", "postoperative diagnosis", "working diagnosis"),
        *("primary diagnosis", "secondary diagnoses", "clinical impression", "final diagnoses"),
        *("principal diagnosis", "pre-op diagnosis", "post-op diagnosis", "indication"),
        *("indications", "plan", "p", "chief complaint", "cc", "reason for visit", "s", "o"),
        *("reason for consult", "reason for consultation", "history of present illness", "hpi"),
        *("present illness", "subjective", "objective", "interval history", "ros"),
        *("review of systems", "physical exam", "physical examination", "exam", "pe"),
        *("examination", "on exam", "findings", "problem list", "problems", "active problems"),
        *("active problem list", "hospital course", "course", "ed course", "conclusion"),
        *("social history", "social hx", "sh", "shx", "social", "habits", "imaging", "labs"),
        *("laboratory", "laboratory data", "results", "radiology", "x-ray", "xray", "ct", "mri"),
        *("ekg", "ecg", "procedure", "procedures", "procedure performed", "operation", "summary"),
        *("operations performed", "disposition", "follow-up", "follow up", "recommendations"),
        *("comorbidities", "current problems", "general", "mental status exam", "mse"),
        *("differential", "differential diagnosis", "complications", "injuries", "history"),
        *("gyn history", "ob history", "obstetric history", "diagnostic impression", "equipment"),
        *("chronic conditions", "background", "psych", "neuro", "skin", "heent", "cv", "resp"),
    ),
    Section.PAST: (
        *("past medical history", "pmh", "pmhx", "past history", "medical history", "past hx"),
        *("past surgical history", "psh", "pshx", "surgical history", "past medical hx"),
        *("prior medical history", "previous medical history", "past medical", "past surgical"),
        *("past psychiatric history", "psychiatric history", "pph", "prior surgeries"),
        *("past surgeries", "surgeries", "prior diagnoses", "past ocular history", "poh"),
        *("past medical/surgical history", "past obstetric history", "h/o"),
        "past medical and surgical history",
    ),
    Section.FAMILY: (
        *("family history", "fh", "fhx", "family hx", "fam hx", "family medical history"),
        "family psychiatric history",
    ),
    Section.ALLERGIES: ("allergies", "allergy", "drug allergies", "medication allergies", "all"),
    Section.PASSED_OVER: (
        *("medications", "meds", "current medications", "home medications", "home meds"),
        *("discharge medications", "current meds", "medication list", "outpatient medications"),
        *("vital signs", "vitals", "vs", "immunizations"),
    ),
    Section.IDENTITY: (
        *("name", "patient", "patient name", "pt name", "dob"),
        *("date of birth", "mrn", "date", "date of service", "dos", "phone", "tel", "address"),
        *("provider", "attending", "attending physician", "physician", "surgeon", "pcp", "age"),
        *("assistant", "anesthesia", "anesthesiologist", "insurance", "account", "sex", "fax"),
        *("referring physician", "referring provider", "email", "e-mail", "signed", "room"),
        *("electronically signed by", "dictated by", "cc to", "facility"),
    ),
}
_BY_NAME: Final = {name: section for section, names in _HEADINGS.items() for name in names}
_WORDS: Final = "|".join(
    re.escape(name).replace(r"\ ", r"[ \t]{1,3}")
    for name in sorted(_BY_NAME, key=lambda name: (-len(name), name))
)
_AT_BEGIN: Final = re.compile(
    rf"[#*_=\s]{{0,8}}(?P<name>{_WORDS})[*_]{{0,2}}[ \t]{{0,3}}"
    r"(?::[*_]{0,2}|(?:[*_=]{2,3})?\s*$|[-\u2013\u2014]\s)",
    re.IGNORECASE,
)
_WITHIN: Final = re.compile(rf"(?<![\w/])(?P<name>{_WORDS})[ \t]{{0,2}}:", re.IGNORECASE)
_SHORTEST_WITHIN = 2
_SHORTEST_PLAIN = 3
"""Names up to this length are headings only with a colon."""
_LONGEST_LINE = 200


def heading_at(text: str, start: int, end: int) -> tuple[Section, int, int, int] | None:
    """The heading with which the line ``text[start:end]`` begins.

    Its section, where its name begins and ends, and where what follows it begins.
    """
    match = _AT_BEGIN.match(text, start, min(end, start + _LONGEST_LINE))
    if match is None:
        return None
    if len(match["name"]) <= _SHORTEST_PLAIN and ":" not in match[0]:
        return None
    return _section(match["name"]), match.start("name"), match.end("name"), match.end()


def headings_within(text: str, start: int, end: int) -> list[tuple[Section, int, int, int]]:
    """Headings in the middle of a line, after the end of a sentence; the same of each."""
    return [
        (_section(match["name"]), match.start("name"), match.end("name"), match.end())
        for match in _WITHIN.finditer(text, start, end)
        if len(match["name"]) >= _SHORTEST_WITHIN
        and (match["name"][0].isupper())
        and text[: match.start()].rstrip(" \t")[-1:] in (".", ";", "!", "?", "|", "", "\n", ")")
    ]


def _section(name: str) -> Section:
    return _BY_NAME[" ".join(name.lower().split())]
