"""What a catalog is built of: the installed packages, and official files before them."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from lookup.build import ioce
from lookup.build.cpt.part import CptDescriptors
from lookup.build.editors_texts import EditorsTexts
from lookup.build.hcpcs.part import HcpcsLevelII
from lookup.build.icd10cm.parts import diagnosis_relations, tabular_lists
from lookup.build.icd10pcs.part import OfficialList, OfficialMapping, ProcedureCodes
from lookup.build.ms_drg_part import MsDrgs
from lookup.build.official import gem, order_file
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.recognise import Findings, Kind
from lookup.build.part import Part
from lookup.cpt.record import recorded
from lookup.packs.published import published
from lookup.systems import ICD_10_PCS

_NOTHING: Final = Findings((), ())


def parts_of(
    catalog_dir: Path, findings: Findings, site: str, warn: Callable[[str], None]
) -> list[Part]:
    """The parts of a catalog for *catalog_dir*, in the order in which they are written.

    What is passed over is told to *warn*.

    Raises:
        SourceError: when a package is missing or a file may not be read.
        DamagedRecord: when the record of the CPT licence cannot be read.
    """
    official = _by_kind(findings)
    licence = recorded(catalog_dir)
    return [
        tabular_lists(official),
        _procedure_codes(official),
        HcpcsLevelII(ioce.installed(), findings.recognised, licensed=licence is not None),
        MsDrgs(),
        *diagnosis_relations(official),
        CptDescriptors(licence, official[Kind.CPT_DESCRIPTORS]),
        EditorsTexts(published(catalog_dir), site, warn),
    ]


def installed_icd_10_cm() -> list[Part]:
    """The parts of ICD-10-CM alone, from the installed packages.

    Raises:
        SourceError: when a package is missing or holds no release that can be dated.
    """
    nothing = _by_kind(_NOTHING)
    return [
        tabular_lists(nothing),
        MsDrgs(),
        *diagnosis_relations(nothing),
        CptDescriptors(None, []),
    ]


def _procedure_codes(official: dict[Kind, list[OfficialFile]]) -> Part:
    lists = [OfficialList(file, order_file.read(file)) for file in official[Kind.ORDER_FILE]]
    mappings = [OfficialMapping(file, gem.read(file)) for file in official[Kind.GEM]]
    return ProcedureCodes(
        [one for one in lists if one.order.system == ICD_10_PCS],
        [one for one in mappings if ICD_10_PCS in (one.gem.source_system, one.gem.target_system)],
    )


def _by_kind(findings: Findings) -> dict[Kind, list[OfficialFile]]:
    found: dict[Kind, list[OfficialFile]] = {kind: [] for kind in Kind}
    for recognised in findings.recognised:
        found[recognised.kind].append(recognised.file)
    return found
