"""Meanings of characters as they stand in a sentence: "the left knee joint"."""

import re
from typing import Final

_BEFORE: Final = frozenset(
    ("left", "right", "upper", "middle", "lower", "ascending", "descending", "retained", "ectopic")
)
_KEPT: Final = re.compile(r".*(?:\d|[a-z][A-Z])|[A-Z/()-]{2,}s?$")


def lowered(label: str) -> str:
    """*label* in small letters, but for what is no word: "MRI", "1st", "COVID-19"."""
    return " ".join(
        word if _KEPT.match(word) else word[:1].lower() + word[1:].lower()
        for word in label.replace(" - ", ", ").split(" ")
    )


def in_sentence(label: str) -> str:
    """*label* as a noun in a sentence, without an article.

    "Knee Joint, Left" gives "left knee joint", "Femoral Arteries, Bilateral" "both femoral
    arteries", "Coronary Artery, Two Arteries" "coronary artery (two arteries)".
    """
    base, *rest = label.split(", ")
    if not rest:
        return lowered(label)
    words = [lowered(part) for part in rest]
    if words == ["bilateral"]:
        return f"both {lowered(base)}"
    if words[-1] in ("left", "right"):
        inner = ", ".join([base, *rest[:-1]])
        return f"{words[-1]} {in_sentence(inner)}"
    if len(words) == 1 and words[0] in _BEFORE:
        return f"{words[0]} {lowered(base)}"
    if _lists(label) and not rest[0][0].isdigit():
        return lowered(label)
    return f"{lowered(base)} ({', '.join(words)})"


def with_article(label: str) -> str:
    """*label* as a noun with an article where it takes one."""
    words = in_sentence(label)
    first = words.split(" ", 1)[0]
    if first in ("both", "multiple", "other", "2"):
        return words
    return f"a {words}" if first == "single" else f"the {words}"


def _lists(label: str) -> bool:
    """Whether the commas of *label* list things: "Skin, Subcutaneous Tissue and Breast"."""
    return " and " in label.rpartition(", ")[2] or " or " in label.rpartition(", ")[2]
