"""The nine sections of a page, in reading order."""

from typing import Final

from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.sections import (
    common_language,
    crosswalks,
    excludes_and_companions,
    guidelines,
    history_and_related,
    medicare_coverage,
    modifiers,
    official_description,
    payment,
)
from lookup.nine_sections import Sections

SECTIONS: Final[Sections[PageFacts]] = {
    "official_description": official_description.section,
    "common_language": common_language.section,
    "guidelines": guidelines.section,
    "modifiers": modifiers.section,
    "ncci_edits": excludes_and_companions.section,
    "crosswalks": crosswalks.section,
    "payment": payment.section,
    "medicare_coverage": medicare_coverage.section,
    "history_and_related": history_and_related.section,
}
