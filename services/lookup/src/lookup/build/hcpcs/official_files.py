"""The official files about procedure codes among those recognised in a folder, read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lookup.build.errors import SourceError
from lookup.build.official import gpci, hcpcs_anweb, hcpcs_csv, mue, policies, pprrvu, ptp
from lookup.build.official.gpci import PracticeCosts
from lookup.build.official.hcpcs_record import HcpcsFile
from lookup.build.official.mue import UnitEdits
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.policies import LocalPolicies, NationalPolicies
from lookup.build.official.pprrvu import FeeSchedule
from lookup.build.official.ptp import PairEdits, PairTable
from lookup.build.official.recognise import Kind, Recognised


@dataclass(frozen=True, slots=True)
class Loaded[T]:
    """A file, what it says and the source id of what is taken from it."""

    file: OfficialFile
    content: T
    source_id: str


@dataclass(frozen=True, slots=True)
class OfficialFiles:
    """Everything official about procedure codes, each kind in order of time."""

    records: tuple[Loaded[HcpcsFile], ...] = ()
    units: tuple[Loaded[UnitEdits], ...] = ()
    pairs: tuple[Loaded[PairEdits], ...] = ()
    values: tuple[Loaded[FeeSchedule], ...] = ()
    localities: tuple[Loaded[PracticeCosts], ...] = ()
    policies: tuple[Loaded[NationalPolicies | LocalPolicies], ...] = ()
    passed_over: tuple[str, ...] = ()
    """Files that others stand in for: which, and why."""

    def files(self) -> Iterator[OfficialFile]:
        """The files themselves."""
        for group in (
            *(self.records, self.units, self.pairs),
            *(self.values, self.localities, self.policies),
        ):
            yield from (loaded.file for loaded in group)


def read_official(recognised: Sequence[Recognised]) -> OfficialFiles:
    """Read those of *recognised* that are about procedure codes; others are left alone.

    Raises:
        SourceError: when one is not whole, or two are of the same release.
    """
    of: dict[Kind, list[OfficialFile]] = {}
    for found in recognised:
        of.setdefault(found.kind, []).append(found.file)
    records, passed_over = _records(of.get(Kind.HCPCS_ANWEB, ()), of.get(Kind.HCPCS_CSV, ()))
    units = [(file, mue.read(file)) for file in of.get(Kind.MUE, ())]
    pairs = [(file, ptp.read(file)) for file in of.get(Kind.PTP, ())]
    _check_parts(pairs)
    values = [(file, pprrvu.read(file)) for file in of.get(Kind.PPRRVU, ())]
    localities = [(file, gpci.read(file)) for file in of.get(Kind.GPCI, ())]
    found_policies = [(file, policies.read(file)) for file in of.get(Kind.POLICIES, ())]
    return OfficialFiles(
        records=_loaded((f, c, f"hcpcs-file-{c.effective:%Y-%m}") for f, c in records),
        units=_loaded(
            (f, c, f"mue-{c.table.name.lower().replace('_', '-')}-{c.effective:%Y-%m}")
            for f, c in units
        ),
        pairs=_loaded(
            (
                *(f, c),
                f"ptp-{c.table.name.lower().replace('_', '-')}-{c.effective:%Y-%m}-{c.part or 0}",
            )
            for f, c in pairs
        ),
        values=_loaded(
            (f, c, f"pprrvu-{c.effective:%Y-%m}-{c.conversion.name.lower().replace('_', '-')}")
            for f, c in values
        ),
        localities=_loaded((f, c, f"gpci-{c.year}") for f, c in localities),
        policies=_loaded(
            (
                *(f, c),
                f"{'ncd' if isinstance(c, NationalPolicies) else 'lcd'}-{c.as_of.isoformat()}",
            )
            for f, c in found_policies
        ),
        passed_over=passed_over,
    )


def _records(
    texts: Sequence[OfficialFile], tables: Sequence[OfficialFile]
) -> tuple[list[tuple[OfficialFile, HcpcsFile]], tuple[str, ...]]:
    """The HCPCS files; where a quarter is there as text and as a spreadsheet, the text.

    CMS ships both in one archive, and spreadsheets change what they take for numbers and dates.
    """
    records = [(file, hcpcs_anweb.read(file)) for file in texts]
    as_text = {content.effective: file for file, content in records}
    passed_over = []
    for file in tables:
        content = hcpcs_csv.read(file)
        if twin := as_text.get(content.effective):
            passed_over.append(
                f"{file.name}: {twin.name} holds the same quarter, {content.effective:%B %Y}, as "
                "text, which is read"
            )
        else:
            records.append((file, content))
    return records, tuple(passed_over)


def _check_parts(pairs: Sequence[tuple[OfficialFile, PairEdits]]) -> None:
    """See that no file of a table is missing between others: its pairs would be denied."""
    tables: dict[tuple[PairTable, date], dict[int, OfficialFile]] = {}
    for file, content in pairs:
        if content.part is not None:
            tables.setdefault((content.table, content.effective), {})[content.part] = file
    for parts in tables.values():
        last = max(parts)
        for part in range(1, last):
            if part not in parts:
                raise parts[last].fault(
                    None,
                    f"part {part} of the table is missing beside this part {last}; put all files "
                    "of the table there",
                )


def quarter_end(day: date) -> date:
    """Last day of the quarter that *day* lies in."""
    month = (day.month - 1) // 3 * 3 + 4
    return date(day.year + month // 13, (month - 1) % 12 + 1, 1) - timedelta(days=1)


def _loaded[T](found: Iterator[tuple[OfficialFile, T, str]]) -> tuple[Loaded[T], ...]:
    by_id: dict[str, Loaded[T]] = {}
    for file, content, source_id in found:
        twin = by_id.setdefault(source_id, Loaded(file, content, source_id))
        if twin.file is not file:
            raise SourceError(
                file.name, None, f"is of the same release as {twin.file.name}; keep one of them"
            )
    return tuple(by_id[source_id] for source_id in sorted(by_id))
