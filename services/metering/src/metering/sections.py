"""The nine sections of a code page, as plans name them."""

PUBLIC = ("official_description", "common_language")
"""Open to everybody, counted or not."""

GATED = (
    "guidelines",
    "modifiers",
    "ncci_edits",
    "crosswalks",
    "payment",
    "medicare_coverage",
    "history_and_related",
)

ALL = (*PUBLIC, *GATED)
"""In reading order."""
