"""What the MS-DRG grouper makes of a diagnosis: as the principal one, and as a secondary one.

The lists are those of the definitions manual. A code is printed under a heading of a DRG group;
which headings put a principal diagnosis there without more is decided here, and checked in the
tests against the grouper of the package.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.icd10cm.relation_part import RelationPart
from lookup.build.ms_drg import Grouper, Listing, grouper_file, grouper_versions, read_grouper
from lookup.build.ms_drg_part import versions_wanted
from lookup.build.part import Read
from lookup.icd10cm.relations import Kind
from lookup.systems import ICD_10_CM

_ROLE_WORDS: Final = frozenset({"PDX", "PSDX", "SDX", "OR", "OF"})
_WORD: Final = re.compile(r"[A-Z]+")
_BY_DISCHARGE: Final = "Died or Transferred"


class DiagnosisDrgs(RelationPart):
    """Diagnoses in the versions of the grouper that the catalog has; comes after `MsDrgs`."""

    name = "diagnoses in MS-DRGs"

    def __init__(self) -> None:
        self.effective: date = grouper_versions()[-1].effective

    def reads(self) -> list[Read]:
        """The lists of every version, because which are wanted the releases decide."""
        files = [grouper_file(version) for version in grouper_versions()]
        return [Read(file.name, file.sha256) for file in files]

    def write(self, writer: CatalogWriter) -> None:
        """Write severities, their exclusions and the DRGs of principal diagnoses."""
        for version in versions_wanted(writer):
            grouper = read_grouper(version)
            writer.connection.execute(
                "INSERT INTO diagnosis_sources VALUES (?, ?, ?, ?)",
                (
                    *(Kind.MS_DRG.value, version.effective.isoformat()),
                    *(version.expires.isoformat(), version.source_id),
                ),
            )
            _write_severities(writer, grouper)
            _write_principals(writer, grouper)


class PrincipalDiagnoses:
    """Diagnoses of one version as principal ones."""

    def __init__(self, grouper: Grouper) -> None:
        self._grouper = grouper
        self._unlisted = _unlisted(grouper)
        self._needing_more = {
            listing.drgs
            for listings in grouper.diagnoses.values()
            for listing in listings
            if listing.heading.startswith("AND ")
        }
        # The same lists stand at thousands of codes.
        self._of = cache(self._drgs)

    def drgs(self, code: str) -> tuple[str, ...]:
        """The DRGs to which *code* leads without an operating-room procedure, ascending.

        Which of several it is depends on other diagnoses, on the discharge and on the patient.
        """
        return self._of(
            self._grouper.diagnoses.get(code, ()), self._grouper.diagnosis_mdcs.get(code, ())
        )

    def _drgs(self, listings: tuple[Listing, ...], mdcs: tuple[str, ...]) -> tuple[str, ...]:
        found: set[str] = set()
        settled = False
        for listing in listings:
            if _is_principal(listing.heading):
                not_surgical = [d for d in listing.drgs if not self._grouper.drgs[d].surgical]
                found.update(self._named(listing.heading, not_surgical))
                settled = settled or (bool(not_surgical) and listing.drgs not in self._needing_more)
        for drg in (drg for mdc in mdcs for drg in self._unlisted.get(mdc, ())):
            # Some DRGs list no diagnoses: they take what their MDC has beside the listed ones,
            # or whatever it has when the discharge is of a kind.
            if not settled or _BY_DISCHARGE in self._grouper.drgs[drg].title:
                found.add(drg)
        return tuple(sorted(found))

    def _named(self, heading: str, drgs: Sequence[str]) -> Sequence[str]:
        """Those of *drgs* whose titles have the words of *heading*; all where none has.

        "Uncomplicated peptic ulcer" stands in one group with DRGs for complicated ones.
        """
        words = [word for word in _WORD.findall(heading) if word not in _ROLE_WORDS]
        phrase = re.compile(rf"\b{' '.join(words)}\b") if words else None
        named = [d for d in drgs if phrase and phrase.search(self._grouper.drgs[d].title.upper())]
        return named or drgs


def _is_principal(heading: str) -> bool:
    """Whether a code under *heading* leads there as principal diagnosis, without another one."""
    if heading.startswith(("AND ", "WITH ")) or heading.endswith(" EXCEPT"):
        return False
    return "PDX" in heading or "PSDX" in heading or "SDX" not in heading


def _unlisted(grouper: Grouper) -> dict[str, tuple[str, ...]]:
    """By MDC the medical DRGs for which no diagnosis is listed."""
    listed = {
        drg
        for listings in grouper.diagnoses.values()
        for listing in listings
        for drg in listing.drgs
    }
    found: dict[str, list[str]] = {}
    for number, drg in grouper.drgs.items():
        if drg.medical and drg.mdc and number not in listed:
            found.setdefault(drg.mdc, []).append(number)
    return {mdc: tuple(numbers) for mdc, numbers in found.items()}


def _write_principals(writer: CatalogWriter, grouper: Grouper) -> None:
    version = grouper.version
    principals = PrincipalDiagnoses(grouper)
    rows = []
    for code in sorted({*grouper.diagnoses, *grouper.diagnosis_mdcs}):
        drgs = principals.drgs(code)
        # The manual lists a code under further MDCs too, for stays with several injuries or HIV.
        mdcs = tuple(dict.fromkeys(mdc for drg in drgs if (mdc := grouper.drgs[drg].mdc)))
        mdcs = mdcs or grouper.diagnosis_mdcs.get(code, ())
        if drgs or mdcs:
            rows.append((version.name, code, " ".join(drgs), " ".join(mdcs), version.source_id))
    writer.connection.executemany("INSERT INTO principal_drgs VALUES (?, ?, ?, ?, ?)", rows)
    writer.relation(ICD_10_CM, "MS-DRGs of principal diagnoses", version.source_id, len(rows))


def _write_severities(writer: CatalogWriter, grouper: Grouper) -> None:
    version = grouper.version
    writer.connection.executemany(
        "INSERT INTO severities VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(version.name, code, severity.level, severity.exclusions),
                *(severity.hospital_acquired, severity.only_if_alive),
                *(json.dumps(severity.not_in), version.source_id),
            )
            for code, severity in grouper.severities.items()
        ),
    )
    writer.relation(ICD_10_CM, "CC and MCC diagnoses", version.source_id, len(grouper.severities))
    order = _billable_in_order(writer, version.effective)
    writer.connection.executemany(
        "INSERT INTO severity_exclusions VALUES (?, ?, ?, ?, ?)",
        (
            (
                *(version.name, collection, json.dumps(list(_runs(codes, order)))),
                *(len(codes), version.source_id),
            )
            for collection, codes in grouper.exclusions.items()
        ),
    )
    writer.relation(
        *(ICD_10_CM, "CC exclusion collections", version.source_id, len(grouper.exclusions))
    )


def _billable_in_order(writer: CatalogWriter, day: date) -> dict[str, int]:
    """Codes that can be reported on *day* with their places in tabular order."""
    rows = writer.connection.execute(
        "SELECT n.code_key FROM nodes n JOIN releases r USING (release_id) "
        "WHERE n.billable = 1 AND r.effective <= ?1 AND r.expires >= ?1 ORDER BY n.node_id",
        (day.isoformat(),),
    )
    return {key: place for place, (key,) in enumerate(rows)}


def _runs(codes: Iterable[str], order: dict[str, int]) -> Iterator[tuple[str, str]]:
    """*codes* as runs of neighbors in the tabular list; codes that it lacks at the end."""
    placed = sorted((order[code], code) for code in codes if code in order)
    start = end = None
    last = -2
    for place, code in placed:
        if place != last + 1:
            if start is not None and end is not None:
                yield start, end
            start = code
        end, last = code, place
    if start is not None and end is not None:
        yield start, end
    yield from ((code, code) for code in sorted(set(codes) - order.keys()))
