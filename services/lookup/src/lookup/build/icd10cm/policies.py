"""National coverage determinations that name diagnoses, from official exports.

A determination names ICD-10-CM codes in its text, if at all; the lists of covered diagnoses
stand in other publications. The export of local determinations names procedure codes only.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.icd10cm.relation_part import RelationPart, record_source
from lookup.build.official import policies
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.policies import NationalDetermination, NationalPolicies
from lookup.build.part import Read
from lookup.facts import Source
from lookup.icd10cm.relations import Kind
from lookup.icd10cm.spelling import CATEGORY
from lookup.spelling import code_key
from lookup.systems import ICD_10_CM

# With its dot: "A53" alone may as well be a form, a room or a procedure code.
_CODE: Final = re.compile(rf"(?<![0-9A-Za-z.]){CATEGORY}\.[0-9A-Z]{{1,4}}(?![0-9A-Za-z])")
_LEVELS: Final = {"1": "full coverage", "2": "restricted coverage", "3": "no coverage"}
_LICENCE: Final = (
    "Published by the U.S. Centers for Medicare & Medicaid Services in the Medicare Coverage "
    "Database, in the public domain."
)


class DiagnosisPolicies(RelationPart):
    """What official exports of coverage policies say of diagnoses."""

    name = "coverage policies that name diagnoses"

    def __init__(self, files: Sequence[OfficialFile]) -> None:
        self._files = sorted(files, key=lambda file: file.name)
        self.effective = date.min

    def reads(self) -> list[Read]:
        """The exports."""
        return [Read(file.name, file.sha256) for file in self._files]

    def write(self, writer: CatalogWriter) -> None:
        """Write what the newest export of national determinations names."""
        exports = [
            (export, file)
            for file in self._files
            if isinstance(export := policies.read(file), NationalPolicies)
        ]
        if not exports:
            return
        export, file = max(exports, key=lambda found: found[0].as_of)
        source_id = record_source(
            writer,
            Kind.NCD,
            Source(
                id="ncd-diagnoses",
                name="Medicare national coverage determinations",
                release=f"{export.as_of:%B} {export.as_of.day}, {export.as_of.year}",
                published=export.as_of.isoformat(),
                effective="",
                licence=_LICENCE,
                origin=f"{file.name}, SHA-256 {file.sha256}",
            ),
        )
        known = {
            key
            for (key,) in writer.connection.execute(
                "SELECT DISTINCT code_key FROM codes WHERE system = ?", (ICD_10_CM,)
            )
        }
        rows = sorted(
            (
                *(key, of.number, of.version, of.section, of.title),
                *(_LEVELS.get(of.coverage_level, ""), of.effective.isoformat()),
                *(of.termination.isoformat() if of.termination else "", source_id),
            )
            for of in export.determinations
            for key in _named(of)
            if key in known
        )
        writer.connection.executemany(
            "INSERT INTO diagnosis_policies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
        )
        writer.relation(ICD_10_CM, "Diagnoses named in NCDs", source_id, len(rows))


def _named(of: NationalDetermination) -> Iterator[str]:
    texts = (of.description, of.indications, of.cross_references, of.other_text)
    yield from dict.fromkeys(code_key(match[0]) for text in texts for match in _CODE.finditer(text))
