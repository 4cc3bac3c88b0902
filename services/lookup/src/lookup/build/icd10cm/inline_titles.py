"""Titles as they read in the middle of a sentence: "type 2 diabetes", but "Crohn's disease"."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W_][\w'’-]*")
_CLEARLY = 10
# Names that look like ordinary words, or that are used as such elsewhere: people also fall down.
_NAMES = frozenset({"down", "national", "sézary", "zellweger-like"})
# Words of which the texts show no other use. Their endings tell most of them from names.
_ORDINARY_END = re.compile(
    r"(?:itis|osis|ous|ic|al|ary|ing|tion|sion|ment|ness|ism|ity|emia|uria|algia|opia|phobia"
    r"|phoria|plasia|pathy|trophy|carcinoma|sarcoma|ed|like|induced|associated|related)$"
)
_ORDINARY = frozenset({
    "activities", "activity", "breakdown", "caregiver's", "drusen", "folds", "greenstick",
    "lattice", "mallet", "torus", "wedge",
})  # fmt: skip


class SentenceCase:
    """Knows which words are ordinary from how *texts* write them after their first word.

    Pairs of words count before single ones, so that "Down syndrome" stays although things also
    fall down.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._small: Counter[str] = Counter()
        self._capital: Counter[str] = Counter()
        for text in texts:
            words = _WORD.findall(text)
            for place in range(1, len(words)):
                word = words[place]
                count = self._capital if word[0].isupper() else self._small
                count[word.lower()] += 1
                if place + 1 < len(words):
                    count[f"{word} {words[place + 1]}".lower()] += 1

    def inline(self, title: str) -> str:
        """*title* with its first letter lowered where its first word is an ordinary one."""
        words = _WORD.findall(title)
        if not words or not title.startswith(words[0]) or words[0][1:] != words[0][1:].lower():
            return title
        if len(words[0]) == 1 and words[0] != "A":
            return title
        return title[0].lower() + title[1:] if self._ordinary(words) else title

    def _ordinary(self, words: Sequence[str]) -> bool:
        word, pair = words[0].lower(), " ".join(words[:2]).lower()
        if word in _NAMES:
            return False
        small, capital = self._small[word], self._capital[word]
        if small > _CLEARLY * capital and small > _CLEARLY:
            return True
        if self._small[pair] != self._capital[pair]:
            return self._small[pair] > self._capital[pair]
        if small or capital:
            return small > capital
        return word in _ORDINARY or _ORDINARY_END.search(word) is not None
