"""The code systems questions may be about, and how their codes look in a text."""

import re
from typing import Final

ICD_10_CM: Final = "icd-10-cm"
ICD_10_PCS: Final = "icd-10-pcs"
HCPCS: Final = "hcpcs"
CPT: Final = "cpt"

NAMES: Final = {
    ICD_10_CM: "ICD-10-CM",
    ICD_10_PCS: "ICD-10-PCS",
    HCPCS: "HCPCS Level II",
    CPT: "CPT",
}
"""Key to name."""

_CATEGORY = r"[A-Z](?:[0-9][0-9A-Z]|[A-Z][0-9])"
DOTTED: Final = re.compile(rf"{_CATEGORY}\.[0-9A-Z]{{1,4}}")
"""An ICD-10-CM code with its dot, as published."""

# In the order in which they are looked for: many an undotted ICD-10-CM code has the form of
# another system's, so which one is meant is found by look-up, never by form alone.
_FORMS = (
    (ICD_10_CM, re.compile(rf"{_CATEGORY}(?:\.?[0-9A-Z]{{1,4}})?")),
    (ICD_10_PCS, re.compile(r"(?=[^0-9]*[0-9][^0-9]*[0-9])[0-9BCDFGHX][0-9A-HJ-NP-Z]{6}")),
    (HCPCS, re.compile(r"[A-Z][0-9]{4}")),
    (CPT, re.compile(r"[0-9]{5}|[0-9]{4}[A-Z]")),
)


def systems_of(spelling: str) -> tuple[str, ...]:
    """The systems that *spelling*, in capitals, has the form of; empty when it is no code."""
    return tuple(system for system, form in _FORMS if form.fullmatch(spelling))
