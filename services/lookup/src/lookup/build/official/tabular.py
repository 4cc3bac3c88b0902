"""The ICD-10-CM tabular list in XML, as an official file. The XML is read by `tabular_xml`."""

from dataclasses import dataclass
from datetime import date

from lookup.build.icd10cm.tabular_xml import Tabular, read_tabular
from lookup.build.official.icd_release import effective_date
from lookup.build.official.official_file import OfficialFile


@dataclass(frozen=True, slots=True)
class TabularFile:
    """The list and the first day of the release it belongs to."""

    tabular: Tabular
    effective: date


def recognises(head: bytes) -> bool:
    """Whether *head* begins an ICD-10-CM tabular list."""
    return b"<ICD10CM.tabular" in head


def read(file: OfficialFile) -> TabularFile:
    """Read the whole list.

    Raises:
        SourceError: when it is damaged or cut short, when its release is not known, or when its
            name speaks of another year than the list itself.
    """
    tabular = read_tabular(file.content, file.name)
    effective = effective_date(file)
    fiscal_year = effective.year + (effective.month >= 10)
    if tabular.version != str(fiscal_year):
        raise file.fault(
            None,
            f"the list says it is version {tabular.version}, but its name speaks of fiscal year "
            f"{fiscal_year}; name it as its publisher does",
        )
    return TabularFile(tabular, effective)
