"""The nine sections of a page, in reading order."""

from typing import Final

from lookup.icd10pcs.facts import PageFacts
from lookup.icd10pcs.sections import (
    axes,
    common_language,
    crosswalks,
    guidelines,
    history_and_related,
    medicare_coverage,
    official_description,
    payment,
    related_procedures,
)
from lookup.nine_sections import Sections

SECTIONS: Final[Sections[PageFacts]] = {
    "official_description": official_description.section,
    "common_language": common_language.section,
    "guidelines": guidelines.section,
    "modifiers": axes.section,
    "ncci_edits": related_procedures.section,
    "crosswalks": crosswalks.section,
    "payment": payment.section,
    "medicare_coverage": medicare_coverage.section,
    "history_and_related": history_and_related.section,
}
