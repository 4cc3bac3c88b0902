"""Composes a description for lay readers from what the short description itself says.

Abbreviations are spelled out and the group of codes is named. Nothing is claimed about units,
doses or coverage that the description does not say.
"""

import re
from typing import Final

from lookup.facts import Code
from lookup.hcpcs.expansion import expand
from lookup.hcpcs.families import FAMILIES
from lookup.hcpcs.headings import Heading

_COUNTED: Final = re.compile(
    r"\b(?:per|each) (?:\d[\d.,]* )?(?:square centimeter|cubic centimeter|mg|ml|mcg|cc|g|minute"
    r"|minutes|hour|hours|day|days|week|month|session|visit|unit|box|pair|ounce|yard|mile|trip|dose"
    r"|international unit|international units|diem|service|lens|encounter)s?\b"
)
_GLOSSES: Final = (
    (
        r"\bnot otherwise (?:specified|classified)\b|^unclassified\b|^unlisted\b",
        "It stands for what has no code of its own; the record must say what it was.",
    ),
    (
        r"\bbiosimilar\b",
        "A biosimilar is a biological drug that is highly similar to one already approved.",
    ),
    (r"\bpercutaneous", "“Percutaneous” means through the skin, without open surgery."),
    (r"\bprefabricated\b", "“Prefabricated” means made beforehand, not for one patient."),
    (
        r"\bcustom fabricated\b|\bcustom made\b",
        "“Custom fabricated” means made for one patient.",
    ),
    (r"\boff the shelf\b", "“Off the shelf” means that little or no fitting is needed."),
    (r"\bintraoperative", "“Intraoperative” means during the operation."),
    (r"\bpostoperative", "“Postoperative” means after the operation."),
    (r"\bbilateral\b", "“Bilateral” means on both sides."),
    (r"\bunilateral\b", "“Unilateral” means on one side."),
    (r"\bautologous\b", "“Autologous” means from the patient's own body."),
    (r"\bintravenous", "“Intravenous” means into a vein."),
    (r"\bsubcutaneous", "“Subcutaneous” means under the skin."),
    (r"\bintravitreal", "“Intravitreal” means into the eye."),
)


def compose(code: Code, heading: Heading) -> list[str]:
    """Paragraphs about *code*, which stands under *heading* and has the short text as title."""
    family = FAMILIES[code.code[0]]
    spelled = expand(code.code, code.title)
    said = [f"{code.code} stands for {heading.thing or family.thing}: {spelled}."]
    if counted := _COUNTED.search(spelled):
        said.append(f"Its description counts it {counted[0]}.")
    said.extend(gloss for pattern, gloss in _GLOSSES if re.search(pattern, spelled, re.IGNORECASE))
    return [" ".join(said), f"{_where(code.code, heading)} {family.users}"]


def _where(code: str, heading: Heading) -> str:
    family = FAMILIES[code[0]]
    group = f"“{family.title}”"
    if not heading.title:
        return f"It is one of the {family.letter} codes, {group}."
    return (
        f"It is listed with {heading.span}, “{heading.title}”, among the {family.letter} codes, "
        f"{group}."
    )
