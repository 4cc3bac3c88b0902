"""Composes a description for lay readers from what the classification itself says.

Nothing is claimed that the title, the hierarchy, the inclusion terms or the 7th character do
not say; words that recur in titles are put plainly.
"""

import re
from collections.abc import Sequence

from lookup.facts import Extension, Node, NodeKind
from lookup.sections.wording import counted, listed

_TERMS_SHOWN = 6
_GLOSSES = (
    (r"\bin (?:other )?diseases classified elsewhere\b",
     "It describes what another disease has caused; that disease has a code of its own, which "
     "comes first."),
    (r"\bnot elsewhere classified\b",
     "“Not elsewhere classified” means that the condition has no more specific code elsewhere."),
    (r"(?<!not applicable or )\bunspecified\b",
     "“Unspecified” means that the record gives no more detail on this point."),
    (r"\bother specified\b",
     "“Other specified” stands for what the record describes but has no code of its own."),
    (r"^other\b(?! specified)",
     "“Other” means other than what neighboring codes name."),
    (r"\bsequelae?\b",
     "A sequela is a condition that remains, or comes later, as the effect of an illness or "
     "injury that itself is over."),
    (r"\bnontraumatic\b", "“Nontraumatic” means that no injury caused it."),
    (r"\bcongenital\b", "“Congenital” means present from birth."),
    (r"\bidiopathic\b", "“Idiopathic” means that the cause is not known."),
    (r"\biatrogenic\b", "“Iatrogenic” means brought about by medical treatment."),
    (r"\bbilateral\b", "“Bilateral” means on both sides."),
)  # fmt: skip


def compose(
    node: Node,
    chain: Sequence[Node],
    terms: Sequence[str],
    extension: Extension | None,
    below: int,
) -> list[str]:
    """Paragraphs about *node*, which is the last of *chain*.

    *terms* are the inclusion terms that hold for it, *extension* its 7th character, *below* the
    number of entries right below it.
    """
    return [
        paragraph
        for paragraph in (
            f"{_what(node, below)} {_where(node, chain)}".strip(),
            _terms(terms),
            _plainly(node, extension),
        )
        if paragraph
    ]


def _what(node: Node, below: int) -> str:
    if node.billable:
        return f"{node.label} is the ICD-10-CM code for {node.inline_title.rstrip('.')}."
    return (
        f"{node.label} is the ICD-10-CM heading for {node.inline_title}, "
        f"divided into {counted(below, 'more specific entry', 'more specific entries')}."
    )


def _where(node: Node, chain: Sequence[Node]) -> str:
    """The category, the nearest group and the chapter that hold it; what repeats is left out."""
    said = {node.title.casefold()}
    places: dict[NodeKind, str] = {}
    for place in reversed(chain[:-1]):
        if place.kind in places or place.title.casefold() in said:
            continue
        if place.kind is NodeKind.CATEGORY:
            places[place.kind] = f"belongs to {place.inline_title} ({place.label})"
        elif place.kind is NodeKind.SECTION and "-" in place.label:
            # A section of one category says of it what the category itself says.
            places[place.kind] = f"stands in the group “{place.title}” ({place.label})"
        elif place.kind is NodeKind.CHAPTER:
            places[place.kind] = f"is found in chapter {place.label}, “{place.title}”"
        else:
            continue
        said.add(place.title.casefold())
    return f"It {listed(list(places.values()))}." if places else ""


def _terms(terms: Sequence[str]) -> str:
    if not terms:
        return ""
    shown = [f"“{term.rstrip('.')}”" for term in terms[:_TERMS_SHOWN]]
    more = len(terms) - len(shown)
    if more:
        shown.append(counted(more, "further term", "further terms"))
    return f"It is also used for what a record calls {listed(shown, 'or')}."


def _plainly(node: Node, extension: Extension | None) -> str:
    sentences = []
    if extension is not None:
        sentences.append(f"Its last character, {extension.character}, says: {extension.meaning}.")
        if "X" in node.label[:-1].rpartition(".")[2]:
            sentences.append("An X in it only holds a place open and has no meaning.")
    sentences += [
        gloss for pattern, gloss in _GLOSSES if re.search(pattern, node.title, re.IGNORECASE)
    ]
    return " ".join(sentences)
