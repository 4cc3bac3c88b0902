"""The seven axes of ICD-10-PCS: what each character of a code says, section by section.

What the fourth to seventh characters mean depends on the section: the fifth is the approach in
most of them, the duration in 5 and 6, the contrast in B. The names are those of the tables that
CMS publishes.
"""

from typing import Final

LENGTH: Final = 7
TABLE_LENGTH: Final = 3
"""Characters that name a table: section, body system, root operation."""

SECTIONS: Final = {
    "0": "Medical and Surgical",
    "1": "Obstetrics",
    "2": "Placement",
    "3": "Administration",
    "4": "Measurement and Monitoring",
    "5": "Extracorporeal or Systemic Assistance and Performance",
    "6": "Extracorporeal or Systemic Therapies",
    "7": "Osteopathic",
    "8": "Other Procedures",
    "9": "Chiropractic",
    "B": "Imaging",
    "C": "Nuclear Medicine",
    "D": "Radiation Therapy",
    "F": "Physical Rehabilitation and Diagnostic Audiology",
    "G": "Mental Health",
    "H": "Substance Abuse Treatment",
    "X": "New Technology",
}

_SURGICAL: Final = ("Body Part", "Approach", "Device", "Qualifier")
_HANDS: Final = ("Body Region", "Approach", "Method", "Qualifier")
_OPERATION: Final = ("Section", "Body System", "Root Operation")
_TYPE: Final = ("Section", "Body System", "Type")

AXES: Final = {
    "0": (*_OPERATION, *_SURGICAL),
    "1": (*_OPERATION, *_SURGICAL),
    "2": (*_OPERATION, "Body Region", "Approach", "Device", "Qualifier"),
    "3": (*_OPERATION, "Body System / Region", "Approach", "Substance", "Qualifier"),
    "4": (*_OPERATION, "Body System", "Approach", "Function / Device", "Qualifier"),
    "5": (*_OPERATION, "Body System", "Duration", "Function", "Qualifier"),
    "6": (*_OPERATION, "Body System", "Duration", "Qualifier", "Qualifier"),
    "7": (*_OPERATION, *_HANDS),
    "8": (*_OPERATION, *_HANDS),
    "9": (*_OPERATION, *_HANDS),
    "B": (*_TYPE, "Body Part", "Contrast", "Qualifier", "Qualifier"),
    "C": (*_TYPE, "Body Part", "Radionuclide", "Qualifier", "Qualifier"),
    "D": (
        *("Section", "Body System", "Modality"),
        *("Treatment Site", "Modality Qualifier", "Isotope", "Qualifier"),
    ),
    "F": (
        *("Section", "Section Qualifier", "Type"),
        *("Body System / Region", "Type Qualifier", "Equipment", "Qualifier"),
    ),
    "G": (*_TYPE, "Qualifier", "Qualifier", "Qualifier", "Qualifier"),
    "H": (*_TYPE, "Qualifier", "Qualifier", "Qualifier", "Qualifier"),
    "X": (*_OPERATION, "Body Part", "Approach", "Device / Substance / Technology", "Qualifier"),
}
"""Names of the seven axes by section."""

_ORDINALS: Final = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh")


def axis_name(section: str, position: int) -> str:
    """What the character at *position*, counted from 1, says in *section*."""
    return AXES[section][position - 1]


def is_approach(section: str, position: int) -> bool:
    """Whether the character at *position* is an approach."""
    return axis_name(section, position) == "Approach"


def ordinal(position: int) -> str:
    """ "First" to "Seventh"."""
    return _ORDINALS[position - 1]
