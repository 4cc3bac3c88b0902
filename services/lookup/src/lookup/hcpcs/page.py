"""The nine sections of a page, in reading order."""

from typing import Final

from lookup.hcpcs.page_facts import PageFacts
from lookup.hcpcs.sections import (
    common_language,
    crosswalks,
    guidelines,
    history_and_related,
    medicare_coverage,
    modifiers,
    ncci_edits,
    official_description,
    payment,
)
from lookup.nine_sections import Sections

SECTIONS: Final[Sections[PageFacts]] = {
    "official_description": official_description.section,
    "common_language": common_language.section,
    "guidelines": guidelines.section,
    "modifiers": modifiers.section,
    "ncci_edits": ncci_edits.section,
    "crosswalks": crosswalks.section,
    "payment": payment.section,
    "medicare_coverage": medicare_coverage.section,
    "history_and_related": history_and_related.section,
}
