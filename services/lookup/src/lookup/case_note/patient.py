"""What a note says of the patient that rules codes out: sex, pregnancy, being newly born."""

import re
from dataclasses import dataclass
from typing import Final, Self

from lookup.case_note.wordings import MECHANISMS, POISONINGS

_I = re.IGNORECASE
_FEMALE: Final = re.compile(
    r"\b(?:woman|female|girl|lady|she|her|mrs|ms|gravida|postmenopausal|\d{1,3}\s?(?:y/?o\s?)?f)\b",
    _I,
)
_MALE: Final = re.compile(
    r"\b(?:man|male|boy|gentleman|he|his|mr|prostate|\d{1,3}\s?(?:y/?o\s?)?m)\b", _I
)
_PREGNANT: Final = re.compile(
    r"\b(?:pregnan\w{0,4}|gravida|g\d\s?p\d\w*|gestation\w{0,2}|trimester|postpartum|puerperium"
    r"|antepartum|intrauterine|iup|in labor|eclampsia|pre-?eclampsia|cesarean|c-section"
    r"|obstetric|prenatal|lmp|miscarriage|abortion|hyperemesis|ectopic|delivery)\b",
    _I,
)
_NEWBORN: Final = re.compile(
    r"\b(?:newborn|neonat\w{0,4}|days?[- ]old|preterm|premature infant|nicu|birth weight|apgars?"
    r"|perinatal|wk[- ]old|weeks?[- ]old|stillborn)\b",
    _I,
)
_TITLED_FEMALE: Final = re.compile(
    r"\b(?:female|vulva|vagina\w*|uter\w+|ovar\w+|cervix uteri)\b", _I
)
_TITLED_MALE: Final = re.compile(r"\b(?:male|prostat\w+|testi\w+|penis|scrot\w+|balan\w+)\b", _I)
_TITLED_MATERNAL: Final = re.compile(r"\b(?:pregnancy|puerperium|childbirth|postpartum)\b", _I)
_TITLED_NEWBORN: Final = re.compile(r"\b(?:newborn|neonatal|congenital|birth injury)\b", _I)
_POISONING: Final = re.compile(r"T(?:3[6-9]|4\d|50)")
_DIABETES: Final = {
    "E08": frozenset(("due", "underlying", "secondary", "pancreatic", "pancreatitis")),
    "E09": frozenset(("drug", "steroid", "chemical", "induced", "secondary")),
    "E10": frozenset(("1", "i", "t1dm", "dm1", "iddm", "t1d", "juvenile", "autoimmune")),
    "E13": frozenset(("other", "specified", "lada", "secondary", "1.5", "mody")),
}
"""Words without which a kind of diabetes is not meant: when none is said, it is type 2."""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is said; all False when nothing is."""

    female: bool
    male: bool
    pregnant: bool
    newborn: bool

    @classmethod
    def of(cls, note: str) -> Self:
        """The patient of *note*."""
        female, male = bool(_FEMALE.search(note)), bool(_MALE.search(note))
        return cls(
            female=female and not male,
            male=male and not female,
            pregnant=bool(_PREGNANT.search(note)),
            newborn=bool(_NEWBORN.search(note)),
        )

    def may_have(self, code: str, title: str, words: frozenset[str]) -> bool:
        """Whether a diagnosis can be meant, with *words* said of it."""
        letter = code[:1]
        if letter == "O" and not self.pregnant:
            return False
        if letter == "P" and not self.newborn:
            return False
        if letter in "VWXY" and not words & MECHANISMS:
            return False
        if _POISONING.match(code) and not words & POISONINGS:
            return False
        if code[:3] in _DIABETES and not words & _DIABETES[code[:3]]:
            return False
        if self.male and _TITLED_FEMALE.search(title):
            return False
        if self.female and _TITLED_MALE.search(title) and not _TITLED_FEMALE.search(title):
            return False
        if not self.pregnant and _TITLED_MATERNAL.search(title) and "personal" not in title.lower():
            return False
        return self.newborn or not _TITLED_NEWBORN.search(title) or "congenital" in words
