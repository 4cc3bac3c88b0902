"""Facts gathered for one answer, numbered so that sentences can cite them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact as its source words it; *href* is the path of the page that shows it."""

    id: str
    text: str
    source: str
    href: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the ids of the evidence it rests on."""

    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is verified."""

    evidence: tuple[Evidence, ...]
    sentences: tuple[Sentence, ...]


class Notebook:
    """Collects a draft: a fact noted twice keeps its first number."""

    def __init__(self) -> None:
        self._evidence: dict[tuple[str, str], Evidence] = {}
        self._sentences: list[Sentence] = []

    def note(self, text: str, source: str, href: str) -> str:
        """Take down a fact; answers its id, "e1"."""
        new = Evidence(f"e{len(self._evidence) + 1}", text, source, href)
        return self._evidence.setdefault((text, source), new).id

    def say(self, text: str, citations: Iterable[str]) -> None:
        """Add a sentence."""
        self._sentences.append(Sentence(text, tuple(dict.fromkeys(citations))))

    def draft(self) -> Draft:
        """All of it."""
        return Draft(tuple(self._evidence.values()), tuple(self._sentences))
