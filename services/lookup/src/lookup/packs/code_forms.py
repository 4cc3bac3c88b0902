"""Whether a code is one an editor may write about, by its form alone."""

import re
from typing import Final

SYSTEMS: Final = ("icd-10-cm", "icd-10-pcs", "hcpcs")
"""Systems that editors may write about."""

_FORMS: Final = {
    "icd-10-cm": (
        re.compile(r"[A-Z](?:[0-9][0-9A-Z]|[A-Z][0-9])(?:\.[0-9A-Z]{1,4})?", re.ASCII),
        "a letter and two characters, then a dot and up to four more, like E11.9",
    ),
    "icd-10-pcs": (
        re.compile(r"[0-9A-HJ-NP-Z]{7}", re.ASCII),
        "seven capitals or digits without I and O, like 0DTJ4ZZ",
    ),
    "hcpcs": (
        re.compile(r"[A-CE-V][0-9]{4}", re.ASCII),
        "a letter and four digits, like A0427",
    ),
}
_CPT = re.compile(r"[0-9]{5}|[0-9]{4}[A-Z]", re.ASCII)
_CDT = re.compile(r"D[0-9]{4}", re.ASCII)
# A figure of five digits is also what a thousands comma, a decimal point or a dash is a part of.
_LICENSED_IN_TEXT = re.compile(
    r"(?<![\w.,$-])(?:[0-9]{5}|[0-9]{4}[FTUMA]|D[0-9]{4})(?![\w$-]|[.,][0-9])", re.ASCII
)


def system_fault(system: str) -> str | None:
    """Why editors may not write about *system*; None when they may."""
    if system in SYSTEMS:
        return None
    if system == "cpt":
        return "CPT is licensed content, which no pack may hold; take this file out of the pack"
    return f"there is no system “{system}”; write {', '.join(SYSTEMS[:-1])} or {SYSTEMS[-1]}"


def code_fault(system: str, code: str) -> str | None:
    """Why *code* is no code of *system*, one of `SYSTEMS`; None when it has the form."""
    pattern, form = _FORMS[system]
    if pattern.fullmatch(code):
        return None
    if system == "hcpcs" and _CDT.fullmatch(code):
        return f"{code} is a dental (CDT) code, licensed content; take this file out of the pack"
    if system == "hcpcs" and _CPT.fullmatch(code):
        return (
            f"{code} has the form of a CPT code, licensed content; take this file out of the pack"
        )
    return f"“{code}” is no {system} code; write {form}"


def licensed_codes(text: str) -> list[str]:
    """What in *text* has the form of a CPT or CDT code."""
    return _LICENSED_IN_TEXT.findall(text)
