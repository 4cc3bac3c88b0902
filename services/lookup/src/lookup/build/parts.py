"""What a catalog is built of: the installed packages, and official files before them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from lookup.build import ioce
from lookup.build.cpt.part import CptDescriptors
from lookup.build.editors_texts import EditorsTexts
from lookup.build.hcpcs.part import HcpcsLevelII
from lookup.build.icd10cm.parts import diagnosis_relations, tabular_lists
from lookup.build.icd10pcs import coder_database
from lookup.build.icd10pcs.official_index import OfficialIndex, is_procedure_index, read_index
from lookup.build.icd10pcs.part import OfficialList, OfficialMapping, ProcedureCodes
from lookup.build.ms_drg_part import MsDrgs
from lookup.build.newest_mappings import Mapping, newest_mappings
from lookup.build.official import order_file
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.recognise import Findings, Kind
from lookup.build.part import Part
from lookup.cpt.record import recorded
from lookup.packs.published import published
from lookup.systems import ICD_10_CM, ICD_10_PCS

type Warn = Callable[[str], None]


def parts_of(catalog_dir: Path, findings: Findings, site: str, warn: Warn) -> list[Part]:
    """The parts of a catalog for *catalog_dir*, in the order in which they are written.

    What is passed over is told to *warn*.

    Raises:
        SourceError: when a package is missing or a file may not be read.
        DamagedRecord: when the record of the CPT licence cannot be read.
    """
    official = _by_kind(findings)
    licence = recorded(catalog_dir)
    mappings = newest_mappings(official[Kind.GEM], warn)
    official[Kind.GEM] = [one.file for one in mappings if one.concerns(ICD_10_CM)]
    lists = tabular_lists(official, warn)
    procedures = _procedure_codes(official, mappings, warn)
    relations = diagnosis_relations(official)
    descriptors = CptDescriptors(licence, official[Kind.CPT_DESCRIPTORS])
    hcpcs = HcpcsLevelII(ioce.installed(), findings.recognised, licensed=licence is not None)
    for passed_over in hcpcs.passed_over:
        warn(passed_over)
    return [
        lists,
        procedures,
        hcpcs,
        MsDrgs(),
        *relations,
        descriptors,
        EditorsTexts(published(catalog_dir), site, warn),
    ]


def _procedure_codes(
    official: dict[Kind, list[OfficialFile]], mappings: Sequence[Mapping], warn: Warn
) -> Part:
    lists = [OfficialList(file, order_file.read(file)) for file in official[Kind.ORDER_FILE]]
    return ProcedureCodes(
        [one for one in lists if one.order.system == ICD_10_PCS],
        [OfficialMapping(one.file, one.gem) for one in mappings if one.concerns(ICD_10_PCS)],
        _procedure_index(official[Kind.INDEX_XML], warn),
    )


def _procedure_index(files: Sequence[OfficialFile], warn: Warn) -> OfficialIndex | None:
    """The newest index of ICD-10-PCS in *files*; None when the packaged one is newer."""
    read = [read_index(file) for file in files if is_procedure_index(file)]
    read.sort(key=lambda one: (one.year, one.file.name), reverse=True)
    if len(read) > 1 and read[0].year == read[1].year:
        raise read[0].file.fault(
            None, f"is of the same year as {read[1].file.name}; keep one of them"
        )
    newest = read[0] if read and read[0].year >= coder_database.EFFECTIVE.year else None
    for one in read:
        if one is not newest:
            held = newest.year if newest else coder_database.EFFECTIVE.year
            warn(f"{one.file.name}: it is the index of {one.year}, and one of {held} is held")
    return newest


def _by_kind(findings: Findings) -> dict[Kind, list[OfficialFile]]:
    found: dict[Kind, list[OfficialFile]] = {kind: [] for kind in Kind}
    for recognised in findings.recognised:
        found[recognised.kind].append(recognised.file)
    return found
