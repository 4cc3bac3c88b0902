"""The parts that make ICD-10-CM, from the installed packages and official files."""

from collections.abc import Mapping, Sequence
from typing import Final

from lookup.build import ioce
from lookup.build.icd10cm.clinical_groups import ClinicalGroups
from lookup.build.icd10cm.diagnosis_drgs import DiagnosisDrgs
from lookup.build.icd10cm.equivalences import Equivalences
from lookup.build.icd10cm.index_entries import AlphabeticIndex
from lookup.build.icd10cm.outpatient_edits import OutpatientEdits
from lookup.build.icd10cm.part import TabularLists
from lookup.build.icd10cm.policies import DiagnosisPolicies
from lookup.build.icd10cm.risk_adjustment import RiskAdjustment
from lookup.build.icd10cm.source import checked_by, installed, official
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.recognise import Kind
from lookup.build.part import Part

_FIRST_LINE: Final = b"00001 A00"
"""How the order file of ICD-10-CM begins; that of ICD-10-PCS begins with 001."""
_INDEX: Final = b"<ICD10CM.index"


def tabular_lists(found: Mapping[Kind, Sequence[OfficialFile]]) -> Part:
    """The tabular lists: the installed one and those *found*, each checked by its order file.

    Raises:
        SourceError: when the package is missing or a release is not known.
    """
    orders = [file for file in found.get(Kind.ORDER_FILE, ()) if _FIRST_LINE in file.head[:16]]
    releases = official(found.get(Kind.TABULAR, ()), orders)
    return TabularLists([checked_by(installed(), orders), *releases])


def diagnosis_relations(found: Mapping[Kind, Sequence[OfficialFile]]) -> list[Part]:
    """What other publications say of the codes; to be written after `tabular_lists` and MS-DRGs.

    Raises:
        SourceError: when a package is missing.
    """
    parts: list[Part] = [
        Equivalences(found.get(Kind.GEM, ())),
        ClinicalGroups(),
        RiskAdjustment(),
        DiagnosisDrgs(),
        OutpatientEdits(ioce.installed()),
    ]
    if policies := found.get(Kind.POLICIES):
        parts.append(DiagnosisPolicies(policies))
    if indexes := [file for file in found.get(Kind.INDEX_XML, ()) if _INDEX in file.head]:
        parts.append(AlphabeticIndex(indexes))
    return parts
