"""Addresses of code pages: which code system and code a path means, before anyone is asked."""

import re
from dataclasses import dataclass
from datetime import date

CPT = "cpt"
SYSTEMS = {
    "icd-10-cm": "ICD-10-CM",
    "icd-10-pcs": "ICD-10-PCS",
    "hcpcs": "HCPCS Level II",
    CPT: "CPT",
}
"""Code systems that have addresses, loaded or not, by key."""

_BY_SPELLING = {key.replace("-", ""): key for key in SYSTEMS} | {"hcpcslevelii": "hcpcs"}
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z. -]{0,31}")
# In books and on pages a range is printed with another dash, which people copy.
_RANGE = re.compile(r"([0-9A-Z][0-9A-Z.]{2,9}) ?[-–] ?([0-9A-Z][0-9A-Z.]{2,9})")
# The first characters of an ICD-10-PCS code, fewer than all seven.
_PREFIX = re.compile(r"[0-9A-Z]{1,6}")
_CPT = re.compile(r"[0-9]{4}[0-9AFMTU]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """A code page's address: *system* is canonical, *code* as it was spelled."""

    system: str
    code: str


def system_of(spelling: str) -> str | None:
    """The system meant by *spelling* (``ICD-10-CM``, ``icd10cm``), if any."""
    if spelling in SYSTEMS:
        return spelling
    if len(spelling) > 20:
        return None
    return _BY_SPELLING.get(re.sub(r"[-_ ]", "", spelling.casefold()))


def is_code_shaped(text: str) -> bool:
    """Whether *text* could be the spelling of a code in any system."""
    return _CODE.fullmatch(text) is not None


def range_meant(text: str) -> str | None:
    """The range that *text* spells ("e08–e13/"), as published ("E08-E13"); None for all else."""
    found = _RANGE.fullmatch(text.rstrip("/").upper())
    return f"{found[1]}-{found[2]}" if found else None


def place_meant(system: str, text: str) -> str | None:
    """The place of the hierarchy of *system* that *text* spells, as published; None for all else.

    It is a range; of ICD-10-PCS also what codes begin with ("0dt/" means "0DT"), and of HCPCS a
    letter stands for its range ("j" means "J0000-J9999").
    """
    if (span := range_meant(text)) is not None:
        return span
    start = text.rstrip("/").upper()
    if system == "icd-10-pcs" and _PREFIX.fullmatch(start):
        return start
    if system == "hcpcs" and len(start) == 1 and start.isascii() and start.isalpha():
        return f"{start}0000-{start}9999"
    return None


def is_cpt_form(text: str) -> bool:
    """Whether *text* has the form of a CPT code: four digits and a digit or a category's letter."""
    return _CPT.fullmatch(text) is not None


def path_of(system: str, code: str) -> str:
    """The canonical path of a code page."""
    return f"/{system}/{code}"


def parse_date_of_service(text: str) -> date:
    """Read ``on``.

    Raises:
        ValueError: with a message for the person who wrote it.
    """
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            "The date of service must be a calendar date such as 2026-04-01."
        ) from None
