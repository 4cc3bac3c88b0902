"""Finds what may identify a patient, so that a question that holds it goes no further.

Patterns, not certainty: a name alone cannot be told from other words. Better a question too many
is declined with what to leave out than one kept that should not have been sent.
"""

import re

from assistant.questions import plain

_DATE = (
    r"(?:\d{1,4}[-/. ]\d{1,2}[-/. ]\d{2,4}"
    r"|\d{1,2}\s+[a-z]{3,9}\.?,?\s+\d{4}"
    r"|[a-z]{3,9}\.?\s+\d{1,2},?\s+\d{4})"
)
# Nobody reports with ICD-10-CM what was done before it came into use in October 2015.
_LONG_AGO = r"(?:19\d{2}|200\d|201[0-4])"
_MBI_LETTER = "[ac-hjkmnp-rt-y]"
_MBI = (
    rf"[1-9]{_MBI_LETTER}(?:{_MBI_LETTER}|\d)\d-?{_MBI_LETTER}(?:{_MBI_LETTER}|\d)\d-?"
    rf"{_MBI_LETTER}{{2}}\d{{2}}"
)

_KINDS = (
    ("an e-mail address", r"[^\s@<>]+@[^\s@<>]+\.[a-z]{2,}"),
    (
        "a Social Security number",
        r"(?<![\d-])\d{3}[-. ]\d{2}[-. ]\d{4}(?![\d-])|(?<!\d)\d{9}(?!\d)",
    ),
    ("a Social Security number", r"\b(?:ssn|social\s+security)\b\D{0,20}\d{4,9}"),
    ("a Medicare Beneficiary Identifier", rf"(?<![a-z0-9]){_MBI}(?![a-z0-9])"),
    (
        "a medical record number",
        r"\b(?:mrn|(?:medical\s+record|chart|patient|member|account|policy)\s*"
        r"(?:id|no|num|number|nr|#))\b[\s.:#=]*(?:is\s+)?[a-z]{0,4}-?\d{3,}",
    ),
    (
        "a date of birth",
        rf"\b(?:d\.?o\.?b\.?|date\s+of\s+birth|birth\s?date|birthday|born)\b\W*(?:\w+\W+){{0,2}}?"
        rf"(?:{_DATE}|(?:19|20)\d{{2}})",
    ),
    (
        "a date of birth",
        rf"(?<!\d)(?:{_LONG_AGO}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]{_LONG_AGO})(?!\d)",
    ),
    (
        "a phone number",
        r"(?<!\d)(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\d{3}[-. ]?)\d{3}[-. ]?\d{4}(?!\d)"
        r"|(?<!\d)\+\d{1,3}(?:[-. ]?\d){7,12}(?!\d)",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE | re.ASCII)) for kind, pattern in _KINDS)


def found(text: str) -> str | None:
    """What *text* seems to hold, for people ("a date of birth"); None when nothing was found."""
    text = plain(text)
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text)), None)
