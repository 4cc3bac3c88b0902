"""Composes a description for lay readers from what the classification itself says.

Nothing is claimed that the title, the hierarchy, the inclusion terms or the 7th character do
not say; words that recur in titles are put plainly.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lookup.icd10cm.facts import Extension, Node, NodeKind
from lookup.icd10cm.plain_words import plainly
from lookup.wording import counted, listed

_TERMS_SHOWN = 6
_BESIDE_SHOWN = 2
_CHAPTERS = {
    "1": "names an infection or infestation",
    "2": "names a growth or tumor, or a cancer of blood or lymph",
    "3": "names a disorder of the blood or of the body's defenses",
    "4": "names a disorder of glands, nutrition or metabolism",
    "5": "names a mental, behavioral or developmental condition",
    "6": "names a disorder of the nervous system",
    "7": "names a disorder of the eye or the parts around it",
    "8": "names a disorder of the ear",
    "9": "names a disorder of the heart or the blood vessels",
    "10": "names a disorder of the airways or lungs",
    "11": "names a disorder of the mouth, the belly or the bowel",
    "12": "names a disorder of the skin",
    "13": "names a disorder of bones, joints or muscles",
    "14": "names a disorder of the urinary or reproductive organs",
    "15": "belongs to pregnancy, childbirth or the weeks after it",
    "16": "names a condition that began before, at or soon after birth",
    "17": "names a condition with which a person is born",
    "18": "names a symptom or finding",
    "19": "names an injury, a poisoning or another harm from outside",
    "20": "tells how an injury or other harm came about",
    "21": "records a circumstance or a reason for care, not a disease",
    "22": "is one of the codes kept for special purposes",
}
"""What the codes of each chapter do, in plain words."""
_UNSPECIFIED_END = re.compile(r",? unspecified$", re.IGNORECASE)
_UNSPECIFIED_START = re.compile(r"^unspecified (?!behavior)", re.IGNORECASE)
_OTHER_SPECIFIED = re.compile(r"^other specified ", re.IGNORECASE)
_OTHER = re.compile(r"^other ", re.IGNORECASE)
_ELSEWHERE = re.compile(r",? not elsewhere classified$", re.IGNORECASE)
_IN_OTHERS = re.compile(r" in (?:other )?diseases classified elsewhere\b", re.IGNORECASE)
_SEQUELA = re.compile(r"\bsequelae?\b", re.IGNORECASE)
_OPEN = re.compile(r"(?<!not applicable or )\bunspecified\b", re.IGNORECASE)
_ENCOUNTERS = (
    (
        "initial encounter",
        "“Initial encounter” covers the whole time of active treatment, also by another provider",
    ),
    (
        "subsequent encounter",
        "“Subsequent encounter” is for care after active treatment, while it heals",
    ),
    (
        "sequela",
        "A sequela is what remains, or comes later, when the illness or injury itself is over",
    ),
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a code: what holds it, outermost first, and what is beside and below."""

    chain: Sequence[Node]
    siblings: Sequence[Node]
    children: Sequence[Node]


def compose(
    node: Node,
    stem: Node,
    around: Surroundings,
    terms: Sequence[str],
    extension: Extension | None,
) -> list[str]:
    """Paragraphs about *node*, which is made of *stem* where it has a 7th character.

    *terms* are the inclusion terms that hold for it, *extension* its 7th character.
    """
    paragraphs = (
        f"{_opening(node, stem, around)} {_plain(stem)}".strip(),
        f"{_terms(terms)} {_beside(node, stem, around)}".strip(),
        _seventh(node, extension),
        _where(stem, around.chain),
    )
    return [paragraph for paragraph in paragraphs if paragraph]


def _opening(node: Node, stem: Node, around: Surroundings) -> str:
    does = _CHAPTERS.get(around.chain[0].label, "names a condition")
    opening = f"{node.label} {does}: {_said(stem)}."
    if node.billable:
        return opening
    first, last = around.children[0].label, around.children[-1].label
    joint = "and" if len(around.children) == 2 else "to"
    span = f"{first} {joint} {last}" if first != last else first
    number = counted(len(around.children), "narrower entry", "narrower entries")
    return f"{opening} It is a heading over {number}, {span}, and is not reported itself."


def _said(node: Node) -> str:
    """The title as a phrase, with what the classification's set words mean."""
    title = node.inline_title.rstrip(".")
    if match := _IN_OTHERS.search(title):
        before, after = title[: match.start()], title[match.end() :]
        return f"{before}{after}, brought about by another disease, which has a code of its own"
    if match := _ELSEWHERE.search(title):
        return f"{title[: match.start()]}, where no code elsewhere fits better"
    if match := _UNSPECIFIED_END.search(title):
        return f"{title[: match.start()]}, with no more said in the record"
    if match := _UNSPECIFIED_START.search(title):
        return f"{title[match.end() :]}, with no more said in the record"
    if match := _OTHER_SPECIFIED.search(title):
        return f"{title[match.end() :]}, of a kind that is described but has no code of its own"
    if match := _OTHER.search(title):
        return f"{title[match.end() :]}, other than what the neighboring codes name"
    return title


def _plain(node: Node) -> str:
    clauses = plainly(node.title)
    return f"In plain words: {'; '.join(clauses)}." if clauses else ""


def _terms(terms: Sequence[str]) -> str:
    if not terms:
        return ""
    shown = [f"“{term.rstrip('.')}”" for term in terms[:_TERMS_SHOWN]]
    more = len(terms) - len(shown)
    if more:
        shown.append(counted(more, "further term", "further terms"))
    return f"A record may also call it {listed(shown, 'or')}."


def _beside(node: Node, stem: Node, around: Surroundings) -> str:
    """Where an open record leaves room, which codes beside this one say more."""
    if node is not stem or not node.billable or not _OPEN.search(node.title):
        return ""
    exact = [
        other
        for other in around.siblings
        if other.stem_id is None and not _OPEN.search(other.title) and not _is_other(other)
    ]
    if not exact:
        return "“Unspecified” means that the record gives no more detail on this point."
    examples = [f"{other.label} ({other.inline_title})" for other in exact[:_BESIDE_SHOWN]]
    return (
        f"When the record says more, a more exact code may fit, such as {listed(examples, 'or')}."
    )


def _is_other(node: Node) -> bool:
    return _OTHER.search(node.title) is not None


def _seventh(node: Node, extension: Extension | None) -> str:
    if extension is None:
        return ""
    sentences = [f"Its last character, {extension.character}, adds: {extension.meaning}."]
    meaning = extension.meaning.casefold()
    sentences += [f"{told}." for word, told in _ENCOUNTERS if word in meaning]
    if "X" in node.label[:-1].rpartition(".")[2]:
        sentences.append("An X in the code only holds a place open and has no meaning.")
    return " ".join(sentences)


def _where(stem: Node, chain: Sequence[Node]) -> str:
    """The category, the nearest group and the chapter that hold it; what repeats is left out."""
    said = {stem.title.casefold()}
    category = group = chapter = ""
    for place in reversed(chain):
        title = place.title.casefold()
        if title in said:
            continue
        if place.kind is NodeKind.CATEGORY:
            category = f"{place.inline_title} ({place.label})"
        elif place.kind is NodeKind.SECTION and not group and "-" in place.label:
            # A section of one category says of it what the category itself says.
            group = f"the group “{place.title}” ({place.label})"
        elif place.kind is NodeKind.CHAPTER:
            chapter = f"chapter {place.label}, “{place.title}”"
        else:
            continue
        said.add(title)
    above = f" under {category}" if category else ""
    held = listed([f"in {place}" for place in (group, chapter) if place])
    if not above and not held:
        return ""
    return f"The classification has it{above}{',' if above and held else ''} {held}.".replace(
        " .", "."
    )
