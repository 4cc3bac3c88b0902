"""Reads a question: what it wants to know, and of which codes.

Three intents are understood and nothing beyond. A word of another topic ("modifier", "pay")
always wins, and strange words are borne only to a degree, so that a question is declined rather
than answered beside its point.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assistant.systems import systems_of
from assistant.vocabulary import Topic, topic_of


class Intent(StrEnum):
    """What a question wants to know."""

    WHAT = "what"
    """What is this code?"""
    BILLABLE = "billable"
    """Can this code be reported?"""
    PAIR = "pair"
    """Can these two be reported together?"""
    OTHER = "other"
    """Anything else; it is declined."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A code as a question spells it, in capitals, and the systems it may belong to."""

    spelling: str
    systems: tuple[str, ...]

    @property
    def key(self) -> str:
        """The same for all spellings of a code."""
        return self.spelling.replace(".", "")


@dataclass(frozen=True, slots=True)
class Question:
    """What was understood.

    *codes* are distinct, in order of mention, unless one was paired with itself. *on* is the
    date of service asked about, if any.
    """

    intent: Intent
    codes: tuple[Mention, ...]
    on: date | None = None


_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DATE = re.compile(
    r"\b(?:(?P<y>20[0-9]{2})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})"
    r"|(?P<us_m>[0-9]{1,2})/(?P<us_d>[0-9]{1,2})/(?P<us_y>20[0-9]{2}))\b"
)
_SYSTEM_NAME = re.compile(
    r"\bicd[\s-]*10(?:[\s-]*(?:cm|pcs))?\b|\bhcpcs\s+level\s+ii\b", re.IGNORECASE
)
# What is asked of a whole range is not asked of its first code.
_RANGE = re.compile(
    r"(?<![a-z0-9.])[a-z][0-9][0-9a-z]\s*[-–]\s*[a-z][0-9][0-9a-z](?![a-z0-9.])", re.IGNORECASE
)
_OTHER_SYSTEM = re.compile(r"\bicd[\s-]*(?:9|11)(?:[\s-]*cm)?\b", re.IGNORECASE)
_TOKEN = re.compile(
    r"(?<![a-z0-9.])[a-z][0-9a-z]{2}\.[0-9a-z]{1,4}(?![0-9a-z])"
    r"|[a-z0-9]+(?:['’][a-z]+)*|\+|&",
    re.IGNORECASE,
)
# How many strange words a question may hold and still be taken for what its cues say.
_STRANGE_IN_PAIR = 8
_STRANGE_IN_VALID = 8
_STRANGE_IN_MEANING = 3
_STRANGE_IN_REPORT = 2


def plain(text: str) -> str:
    """*text* with compatibility forms resolved and invisible marks gone."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def read(text: str, context: Mention | None = None) -> Question:
    """Understand *text*, asked with the code *context* in view."""
    text = plain(text)
    day = _date_of_service(text)
    text = _OTHER_SYSTEM.sub(" icd9 ", _SYSTEM_NAME.sub(" ", _DATE.sub(" ", text)))
    text = _RANGE.sub(" range ", text)
    said = _Said([_token(match[0]) for match in _TOKEN.finditer(text)])
    return Question(*_understood(said, context), day)


def _date_of_service(text: str) -> date | None:
    for match in _DATE.finditer(text):
        parts = (
            match["y"] or match["us_y"],
            match["m"] or match["us_m"],
            match["d"] or match["us_d"],
        )
        try:
            return date(*map(int, parts))
        except ValueError:
            continue
    return None


def _token(word: str) -> "Mention | Topic | None":
    spelling = word.upper()
    if systems := systems_of(spelling):
        return Mention(spelling, systems)
    if word in {"+", "&"}:
        return Topic.TOGETHER
    return topic_of(word.lower().replace("'", "").replace("’", ""))


class _Said:
    """The tokens of a question, counted."""

    def __init__(self, tokens: list[Mention | Topic | None]) -> None:
        self.codes = [token for token in tokens if isinstance(token, Mention)]
        self.distinct = tuple({mention.key: mention for mention in self.codes}.values())
        self.topics = {token for token in tokens if isinstance(token, Topic)}
        self.strange = tokens.count(None)
        before = tokens[: tokens.index(self.codes[0])] if self.codes else tokens
        self.strange_before = before.count(None)
        meant = [token for token in tokens if token is not Topic.FILLER]
        self.begins_together = meant[:1] == [Topic.TOGETHER]

    def __contains__(self, topic: Topic) -> bool:
        return topic in self.topics


def _understood(said: _Said, context: Mention | None) -> tuple[Intent, tuple[Mention, ...]]:
    codes = said.distinct
    if Topic.ELSEWHERE in said:
        return Intent.OTHER, codes
    if context is not None and _pairs_with_context(said, context):
        return Intent.PAIR, (context, codes[0])
    if len(said.codes) > 1 and _is_pair(said):
        return Intent.PAIR, codes if len(codes) > 1 else codes * 2
    if not codes:
        if context is None or not _means_context(said):
            return Intent.OTHER, ()
        codes = (context,)
    return _of_each(said), codes


def _is_pair(said: _Said) -> bool:
    if Topic.TOGETHER in said:
        return said.strange <= _STRANGE_IN_PAIR
    if len(said.distinct) == 1 or said.topics & {Topic.VALID, Topic.MEANING, Topic.WHAT}:
        return False
    return said.strange <= _STRANGE_IN_REPORT


def _pairs_with_context(said: _Said, context: Mention) -> bool:
    """Whether the one code named is to go with the one in view: "can I report it with E10.9"."""
    if len(said.codes) != 1 or Topic.TOGETHER not in said or said.strange:
        return False
    return Topic.THIS in said or (said.begins_together and said.codes[0].key != context.key)


def _means_context(said: _Said) -> bool:
    """Whether a question that names no code is about the one in view.

    Without "this" or "it" it must hold nothing that could be its subject instead.
    """
    if Topic.THIS in said:
        return said.strange <= 1
    return not said.strange and bool(said.topics & {Topic.VALID, Topic.REPORT, Topic.MEANING})


def _of_each(said: _Said) -> Intent:
    """What is asked of each code by itself."""
    if Topic.TOGETHER in said:
        # With what? One code makes no pair.
        return Intent.OTHER
    if Topic.VALID in said:
        return Intent.BILLABLE if said.strange <= _STRANGE_IN_VALID else Intent.OTHER
    if Topic.MEANING in said:
        return Intent.WHAT if said.strange <= _STRANGE_IN_MEANING else Intent.OTHER
    if Topic.REPORT in said or (Topic.PERMIT in said and Topic.WHAT not in said):
        asks_for_leave = said.strange <= _STRANGE_IN_REPORT and Topic.HOW not in said
        return Intent.BILLABLE if asks_for_leave else Intent.OTHER
    if Topic.WHAT in said:
        beside = said.strange_before or said.strange > _STRANGE_IN_MEANING
        return Intent.OTHER if beside else Intent.WHAT
    bare = bool(said.codes) and not said.strange and Topic.HOW not in said
    return Intent.WHAT if bare else Intent.OTHER
