"""The parts that make ICD-10-CM, from the installed packages and official files."""

from collections.abc import Callable, Mapping, Sequence
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
from lookup.build.official.icd_release import effective_date
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.recognise import Kind
from lookup.build.part import Part

_FIRST_LINE: Final = b"00001 A00"
"""How the order file of ICD-10-CM begins; that of ICD-10-PCS begins with 001."""
_INDEX: Final = b"<ICD10CM.index"


def tabular_lists(
    found: Mapping[Kind, Sequence[OfficialFile]], warn: Callable[[str], None] | None = None
) -> Part:
    """The tabular lists: the installed one and those *found*, each checked by its order file.

    An order file alone makes no release: it has no notes. One without its list is told to *warn*.

    Raises:
        SourceError: when the package is missing, a release is not known, or two files are of
            the same one.
    """
    orders = [file for file in found.get(Kind.ORDER_FILE, ()) if _FIRST_LINE in file.head[:16]]
    releases = [
        checked_by(installed(), orders),
        *official(found.get(Kind.TABULAR, ()), orders),
    ]
    held = {release.effective for release in releases}
    for file in orders:
        day = effective_date(file)
        if day not in held and warn is not None:
            warn(
                f"{file.name}: no tabular list of ICD-10-CM {day:%B %Y} is loaded, which it could "
                "check; add the tabular list in XML of the same release"
            )
    return TabularLists(releases)


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
