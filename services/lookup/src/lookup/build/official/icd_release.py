"""When a release of ICD-10-CM or ICD-10-PCS takes effect; its files do not say it themselves."""

from datetime import date
from typing import Final

from lookup.build.official.named_release import named_release
from lookup.build.official.official_file import OfficialFile

_RELEASE_MONTHS: Final = (1, 4, 10)


def effective_date(file: OfficialFile) -> date:
    """First day of the release that *file* belongs to, told from its name or its archive's.

    "icd10cm_order_2026.txt" is fiscal year 2026, which begins on 1 October 2025. Updates name
    their month and the calendar year: "icd10cm-order-April-1-2026.txt".

    Raises:
        SourceError: when the names say no year, or a month in which nothing is released.
    """
    named = named_release(file.name)
    if named is None:
        raise file.fault(
            None,
            "its release is not known: the file does not contain it, and neither its name nor "
            'its archive\'s states one year; name it as its publisher does, "..._2026.txt" or '
            '"...-April-1-2026.txt"',
        )
    if named.month is None:
        return date(named.year - 1, 10, 1)
    if named.month not in _RELEASE_MONTHS:
        raise file.fault(
            None,
            "its name says a month in which ICD-10 is not released; releases come in October, "
            "updates in January and April",
        )
    return date(named.year, named.month, 1)
