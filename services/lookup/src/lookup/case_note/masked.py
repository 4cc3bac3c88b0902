"""What in a note is no finding whatever words it has: dates, doses, vital signs, names, numbers."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from lookup.case_note.finding import Mark


class Mask(Enum):
    """Why a stretch holds no finding."""

    TIME = auto()
    MEASURE = auto()
    DOSE = auto()
    """The words right before it are a medicine."""
    PERSON = auto()
    AGE = auto()
    """A statement about the patient as a whole begins."""


_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_COUNT = (
    r"(?:\d{1,4}(?:\.\d{1,2})?(?:\s?(?:-|to|\u2013)\s?\d{1,3})?|an?|one|two|three|four|five|six|seven"
    r"|eight|nine|ten|twelve|few|several|many|couple(?: of)?|multiple)"
)
_UNIT_OF_TIME = r"(?:second|sec|minute|min|hour|hr|day|night|week|wk|month|mo|year|yr)s?"
_VITAL = (
    r"(?:bp|b/p|blood pressure|hr|heart rate|pulse|rr|resp(?:iratory)? rate|temp(?:erature)?|"
    r"t(?:max)?|sp?o2|o2\s?sats?|sats?|oxygen saturation|saturation|weight|wt|height|ht|bmi|"
    r"pain score|map|cvp|gcs|apgars?|fhr|iop|npi|acct)"
)
_LAB = (
    r"(?:wbc|rbc|hgb|hb|hemoglobin|hct|hematocrit|plts?|platelets?|na|sodium|k|potassium|cl|co2|"
    r"bicarb|bun|cr|creatinine|glucose|fsbg|bg|blood sugar|hb\s?a1c|a1c|hemoglobin a1c|ldl|hdl|"
    r"cholesterol|triglycerides|tsh|inr|pt|ptt|troponin|bnp|lactate|psa|l?v?ef|ejection fraction|"
    r"e?gfr|crp|esr|ferritin|albumin|ast|alt|alk phos|bilirubin|lipase|amylase|ck|ph|mg|ca|"
    r"calcium|magnesium|phos|uric acid|vitamin d|b12|folate|phq-?9|gad-?7|mmse|moca)"
)
_IS = r"\s{0,2}(?:is|of|was|at|:|=|~|<|>|\u2265|\u2264|up to|to)?\s{0,2}(?:of|<|>|~)?\s{0,2}"
_I = re.IGNORECASE

_MASKS: Final = (
    (Mask.PERSON, re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}")),
    (Mask.PERSON, re.compile(r"https?://\S{1,300}", _I)),
    (Mask.PERSON, re.compile(r"(?<!\d)(?:\+?1[-. ])?\(?\d{3}\)?[-. ]?\d{3}[-. ]\d{4}(?!\d)")),
    (Mask.PERSON, re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")),
    (Mask.PERSON, re.compile(r"\b(?:mrn|dob|ssn|npi)\b[\s:#]{0,3}[\w/-]{0,20}", _I)),
    (
        Mask.PERSON,
        re.compile(
            r"\b(?:Dr|Mr|Mrs|Ms|Miss|Prof|DR|MR|MRS|MS)\b\.?[ ]{1,2}[A-Z][\w'\u2019-]{1,30}"
            r"(?:[ ][A-Z][a-z'\u2019-]{1,30}\b)?"
        ),
    ),
    (
        Mask.PERSON,
        re.compile(
            r"\b[A-Z][a-z'\u2019-]{1,30}(?: [A-Z][a-z'\u2019.-]{0,30}){1,2}"
            r"(?=,? (?:is |was )?(?:an? )?\d{1,3}\b|,? (?:is|was) an? )"
        ),
    ),
    (
        Mask.PERSON,
        re.compile(r"\b[A-Z][a-z'-]{1,30}(?: [A-Z]\.?)? [A-Z][a-z'-]{1,30},? (?:MD|DO|NP|PA|RN)\b"),
    ),
    (Mask.TIME, re.compile(r"(?<![\d.])\d{1,4}[/-]\d{1,2}[/-]\d{1,4}(?![\d/])")),
    (
        Mask.TIME,
        re.compile(rf"\b(?:{_MONTHS})\.?\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?\b", _I),
    ),
    (Mask.TIME, re.compile(rf"\b(?:\d{{1,2}}\s)?(?:{_MONTHS})\.?,?\s\d{{4}}\b", _I)),
    (
        Mask.TIME,
        re.compile(r"\b(?:in\s|since\s|from\s)?(?:early\s|late\s)?(?:19|20)\d\d(?:s\b|\b)", _I),
    ),
    (Mask.TIME, re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\b)?", _I)),
    (
        Mask.AGE,
        re.compile(
            r"\b\d{1,3}[- ]?(?:years?|yrs?|y|months?|mo|weeks?|wks?|days?)[- ]?(?:old|/?o)\b"
            r"(?:[ ]?(?:[MF]\b|male|female|man|woman|boy|girl))?",
            _I,
        ),
    ),
    (Mask.AGE, re.compile(r"\b\d{1,3}\s?(?:yo|y/o|y\.o\.?)\s?[MFmf]?\b")),
    (Mask.AGE, re.compile(r"\b(?:[1-9]\d|1[01]\d)\s?[MF]\b")),
    (
        Mask.TIME,
        re.compile(
            r"\b(?:(?:for|over|since|within|in|after|during|x)\s?"
            r"(?:about\s|approximately\s|at least\s)?)?"
            r"(?:the\s)?(?:past\s|last\s|next\s|these\s)?"
            rf"{_COUNT}[\s-]{{0,2}}(?:more\s)?{_UNIT_OF_TIME}\b"
            r"(?!\s(?:of\s)?(?:gestation|pregnan))"
            r"(?:\s(?:ago|prior|earlier|now|duration))?",
            _I,
        ),
    ),
    (
        Mask.TIME,
        re.compile(
            r"\b(?:(?:for|over|in|during)\s)?(?:the\s)?(?:past|last|this|next|previous)\s"
            r"(?:few\s|several\s)?(?:second|minute|hour|day|night|week|month|year|morning|evening"
            r"|afternoon|weekend|spring|summer|fall|winter|monday|tuesday|wednesday|thursday"
            r"|friday|saturday|sunday)s?\b",
            _I,
        ),
    ),
    (Mask.TIME, re.compile(r"\b(?:since|on)\s(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", _I)),
    (
        Mask.DOSE,
        re.compile(
            r"(?<![\w.])\d{1,6}(?:[.,]\d{1,3})?(?:\s?[-/]\s?\d{1,6}(?:\.\d{1,3})?)?\s?-?"
            r"(?:mg|mcg|\u00b5g|ug|g|grams?|ml|cc|units?|iu|meq|mmol|tabs?|tablets?|caps?|capsules?"
            r"|puffs?|drops?|gtts?)\b(?:\s?/\s?(?:kg|day|ml|hr|h|min|dl|l|dose|d)\b){0,2}",
            _I,
        ),
    ),
    (
        Mask.MEASURE,
        re.compile(
            rf"\b{_VITAL}\b{_IS}\d{{1,4}}(?:[.,/]\d{{1,3}}){{0,2}}"
            r"(?:\s?(?:%|f\b|c\b|\u00b0\s?[fc]?|mmhg\b|bpm\b|kg\b|lbs?\b|cm\b|in\b))?"
            r"(?:\s?(?:on\s)?(?:ra|room air|\d{1,2}\s?l(?:pm)?(?:\s?nc)?)\b)?",
            _I,
        ),
    ),
    (
        Mask.MEASURE,
        re.compile(rf"\b{_LAB}\b{_IS}\d{{1,6}}(?:[.,/]\d{{1,3}}){{0,2}}\s?%?(?:\s?k\b)?", _I),
    ),
    (Mask.MEASURE, re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,2})?\s?/\s?\d{1,3}(?!\w)")),
    (
        Mask.MEASURE,
        re.compile(
            r"(?<![\w.])\d{1,4}(?:\.\d{1,3})?(?:\s?x\s?\d{1,4}(?:\.\d{1,2})?){0,2}\s?-?"
            r"(?:%|cm\b|mm\b|inch(?:es)?\b|kg\b|lbs?\b|pounds?\b|feet\b|foot\b|ft\b|meters?\b|bpm\b"
            r"|mmhg\b|liters?\b|lpm\b|l\b|ppd\b|packs?\b|pack[- ]years?\b|pounds\b|degrees?\b)",
            _I,
        ),
    ),
)


def masks_of(note: str) -> list[tuple[Mark, Mask]]:
    """The stretches of *note* that hold no finding, in order, without overlap."""
    found = sorted(
        (
            (Mark(*match.span()), mask)
            for mask, pattern in _MASKS
            for match in pattern.finditer(note)
        ),
        key=lambda one: (one[0].start, -one[0].end),
    )
    return list(_apart(found))


def _apart(found: list[tuple[Mark, Mask]]) -> Iterator[tuple[Mark, Mask]]:
    end = 0
    for mark, mask in found:
        if mark.start >= end:
            yield mark, mask
            end = mark.end
