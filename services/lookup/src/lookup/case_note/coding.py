"""Codes for the words of one finding: asked for, compared with the words, made specific."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lookup.case_note.asking import Asker
from lookup.case_note.finding import Candidate, Mark, Status
from lookup.case_note.matching import Asked, Match, text_of
from lookup.case_note.missing import LATERALITY, missing_of, stated
from lookup.case_note.patient import Patient
from lookup.case_note.wordings import (
    AFTERWARDS,
    FINDING_ENDINGS,
    NAMED,
    PROCEDURE_ENDINGS,
    RELATIVES,
    SUPPLIES,
)
from lookup.case_note.words import SIDES, Role, Word, role_of
from lookup.finder.finder import Hit
from lookup.systems import ICD_10_CM

MOST_CANDIDATES: Final = 5
_OWN, _ENGINE = 0.82, 0.18
_BILLABLE, _OPEN, _SIDED = 0.03, 0.02, 0.1
_WHOLE: Final = 1.2
"""No score of a code is higher."""
_ALIASES: Final = {"inclusion_term": 0.985, "index": 0.985, "expanded": 0.985, "axis": 0.9}
_GROUP: Final = 0.6
_ENOUGH, _COVERED_ENOUGH = 0.6, 0.42
"""Share of its words that a finding's best code must have."""
_PRECISE_ENOUGH, _PRECISE_ALONE = 0.24, 0.58
_STATUS_COVERED, _STATUS_PRECISE, _HISTORY_PRECISE = 0.75, 0.45, 0.8
_ALL: Final = 0.99
_KEPT: Final = 0.62
"""Candidates are kept that score this share of the best."""
_DESCENDED: Final = 3
_ENCOUNTERS: Final = (
    ("subsequent", "subsequent encounter"),
    ("sequela", "sequela"),
    ("sequelae", "sequela"),
    ("initial", "initial encounter"),
)
_SHORTEST_CODE: Final = 3
_PERSONAL: Final = "personal history of"
_FAMILY: Final = "family history of"
_ALLERGY: Final = "allergy status to"


@dataclass(frozen=True, slots=True)
class Scored:
    """A code with how well it answers."""

    hit: Hit
    match: Match
    score: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Codes for some words, best first, and whether the words name a finding."""

    asked: Asked
    scored: tuple[Scored, ...]
    is_finding: bool

    @property
    def best(self) -> Scored | None:
        """The best code."""
        return self.scored[0] if self.scored else None


class Coder:
    """Codes the findings of one note."""

    def __init__(self, asker: Asker, patient: Patient) -> None:
        self._asker = asker
        self._patient = patient
        self._open: dict[str, tuple[str, ...]] = {}

    def verdict(self, words: Sequence[Word]) -> Verdict:
        """Codes for *words*, and whether these name a finding."""
        asked = Asked(words)
        if self._asker.has_diagnoses:
            scored = self._scored(asked, self._asker.hits(asked.query), self._may_have(asked))
        else:
            scored = self._scored(asked, self._asker.hits(asked.query, diagnoses=False), _any)
        if not _is_finding(asked, scored) and (procedures := self._procedures(asked)):
            return Verdict(asked, tuple(procedures), True)
        return Verdict(asked, tuple(scored), _is_finding(asked, scored))

    def candidates(
        self, verdict: Verdict, status: Status, near: frozenset[str]
    ) -> tuple[Candidate, ...]:
        """At most five codes, best first; *near* are the words of the whole sentence."""
        if status is Status.NEGATED:
            return ()
        scored = list(verdict.scored)
        if self._asker.has_diagnoses:
            if status is Status.FAMILY:
                scored = self._relatives(verdict)
            elif status is Status.HISTORICAL or _is_procedure(verdict.asked):
                scored = [*self._afterwards(verdict), *scored]
            scored = self._specific(verdict.asked, scored, near)
        chosen = self._apart(verdict.asked, _distinct(scored)[: 2 * MOST_CANDIDATES])[
            :MOST_CANDIDATES
        ]
        chosen = _others_last(chosen, self._procedures(verdict.asked))
        said = near | frozenset(word.text for word in verdict.asked.words)
        return tuple(
            Candidate(
                one.hit.system,
                one.hit.code,
                one.hit.title,
                one.hit.billable,
                round(one.score / _WHOLE, 4),
                evidence(verdict.asked, one.match),
                self._missing(one.hit, said, verdict.asked),
            )
            for one in chosen
        )

    def allergy(self, words: Sequence[Word]) -> Verdict:
        """Codes for an allergy to what *words* name."""
        asked = Asked(words)
        hits = self._asker.hits(f"{_ALLERGY} {asked.query}")
        given = text_of(_ALLERGY).stems
        scored = self._scored(asked, hits, lambda hit: hit.code.startswith("Z88"), given)
        scored += self._scored(asked, hits, lambda hit: hit.code.startswith("Z91.0"), given)
        scored = [one for one in scored if one.match.covered >= _ENOUGH]
        scored.sort(key=lambda one: (-one.score, one.hit.code))
        return Verdict(asked, tuple(scored), bool(scored))

    def _may_have(self, asked: Asked) -> Callable[[Hit], bool]:
        said = frozenset(word.text for word in asked.words)
        return lambda hit: self._patient.may_have(hit.code, hit.title, said)

    def _scored(
        self,
        asked: Asked,
        hits: Sequence[Hit],
        fits: Callable[[Hit], bool],
        given: frozenset[str] = frozenset(),
    ) -> list[Scored]:
        top = max((hit.score for hit in hits), default=0.0) or 1.0
        found: list[Scored] = []
        for hit in hits:
            if fits(hit):
                match = _best_match(asked, hit, given)
                if match.words and _is_of_use(hit, match):
                    found.append(Scored(hit, match, _blend(hit, match, hit.score / top)))
        found.sort(key=lambda one: (-one.score, one.hit.code))
        return found

    def _afterwards(self, verdict: Verdict) -> list[Scored]:
        """Codes that say that it was there: history, absence, presence of what was put in."""
        asked = verdict.asked
        meant = _left_over(asked)
        if meant:
            hits = self._asker.hits(" ".join((meant, *sorted(asked.sides))))
            given = text_of(meant).stems
            places = frozenset(range(len(asked.words)))
            found = [
                Scored(hit, replace(match, words=places), match.precise + hit.score / 10)
                for hit in hits
                if hit.code[:1] != "O" or self._patient.pregnant
                for match in (asked.match(text_of(hit.title), given),)
                if match.precise >= _STATUS_COVERED
            ]
            found.sort(key=lambda one: (-one.score, one.hit.code))
            if found:
                return found[:2]
        hits = self._asker.hits(f"{_PERSONAL} {asked.query}")
        scored = self._scored(
            asked,
            hits,
            lambda hit: hit.code[:3] in ("Z85", "Z86", "Z87", "Z91", "Z92"),
            text_of(_PERSONAL).stems,
        )
        return [one for one in scored if _is_status(one)][:2]

    def _relatives(self, verdict: Verdict) -> list[Scored]:
        """Codes of family history; those of the disease itself are the relative's."""
        asked = verdict.asked
        hits = self._asker.hits(f"{_FAMILY} {asked.query}")
        found = [
            one
            for one in self._scored(asked, hits, _of_family, text_of(_FAMILY).stems)
            if one.match.covered >= _ENOUGH
        ][:3]
        best = verdict.best
        whole = bool(found) and found[0].match.covered >= _ALL
        if not whole and best is not None and (wider := _relatives_of(best.hit.code)):
            places = best.match.words
            found = [
                Scored(hit, Match(0.3, 0.3, 0.3, 0.3, places), 0.3)
                for hit in self._asker.hits(wider)[:3]
                if _of_family(hit)
            ][:1] or found
        return found

    def _specific(
        self, asked: Asked, scored: Sequence[Scored], near: frozenset[str]
    ) -> list[Scored]:
        """*scored* with codes that cannot be reported replaced by the ones meant below them."""
        found: list[Scored] = []
        for place, one in enumerate(scored[: 2 * MOST_CANDIDATES]):
            if one.hit.billable or place >= _DESCENDED or one.hit.system != ICD_10_CM:
                found.append(one)
                continue
            extensions = self._asker.extensions(one.hit.code)
            if extensions:
                found.append(_extended(one, extensions, near))
                continue
            below = self._below(asked, one)
            if below is None:
                found.append(one)
                continue
            extensions = self._asker.extensions(below.hit.code) if not below.hit.billable else ()
            found.append(_extended(below, extensions, near))
        return found

    def _below(self, asked: Asked, one: Scored) -> Scored | None:
        """The code below *one* that says no more than is asked, if there is one."""
        may_have = self._may_have(asked)
        best: tuple[float, str, Scored] | None = None
        family = self._asker.family(one.hit.code)
        codes = [hit.code for hit in family]
        for place, hit in enumerate(family):
            inner = place + 1 < len(codes) and codes[place + 1].startswith(hit.code)
            if inner or hit.code == one.hit.code or not hit.code.startswith(one.hit.code):
                continue
            if not may_have(hit):
                continue
            match = asked.match(text_of(hit.title))
            if match.covered + 0.15 < one.match.covered and one.match.score > match.score + 0.2:
                continue
            score = match.score + _open_bonus(hit)
            if match.words and (best is None or (-score, hit.code) < best[:2]):
                kept = match if match.words >= one.match.words else one.match
                best = (-score, hit.code, Scored(hit, kept, one.score))
        return best[2] if best else self._open_below(one, family)

    def _open_below(self, one: Scored, family: Sequence[Hit]) -> Scored | None:
        """The code below *one* that says no more than that nothing more is said."""
        title = one.hit.title
        below = [
            hit
            for hit in family
            if hit.code.startswith(one.hit.code) and hit.billable and hit.title.startswith(title)
        ]
        for hit in below:
            rest = hit.title[len(title) :].lower()
            if "unspecified" in rest or rest.strip(", ").startswith("without"):
                return replace(one, hit=hit)
        return None

    def _procedures(self, asked: Asked) -> list[Scored]:
        """Procedures and supplies, where the words name one."""
        if not (self._asker.has_others and self._asker.has_diagnoses):
            return []
        named = frozenset(
            place for place, word in enumerate(asked.words) if _names_procedure(word.text)
        )
        if not named:
            return []
        hits = self._asker.hits(asked.query, diagnoses=False)
        return [
            one
            for one in self._scored(asked, hits, _any)
            if one.match.words & named
            and (one.match.covered >= _ENOUGH or one.match.precise >= _STATUS_PRECISE)
        ][:2]

    def _apart(self, asked: Asked, scored: Sequence[Scored]) -> list[Scored]:
        """*scored* without what holds another one, or leaves open a side that is stated."""
        codes = [one.hit.code for one in scored]
        sided = bool(asked.sides) and any(text_of(one.hit.title).sides for one in scored)
        return [
            one
            for one in scored
            if one.hit.system != ICD_10_CM
            or not (
                any(code != one.hit.code and code.startswith(one.hit.code) for code in codes)
                or (sided and LATERALITY in self._all_missing(one.hit))
            )
        ]

    def _missing(self, hit: Hit, said: frozenset[str], asked: Asked) -> tuple[str, ...]:
        if hit.system != ICD_10_CM:
            return ()
        return stated(self._all_missing(hit), said, bool(asked.sides))

    def _all_missing(self, hit: Hit) -> tuple[str, ...]:
        known = self._open.get(hit.code)
        if known is None:
            extensions = () if hit.billable else self._asker.extensions(hit.code)
            known = missing_of(hit, self._asker.family(hit.code), extensions)
            self._open[hit.code] = known
        return known


def evidence(asked: Asked, match: Match) -> tuple[Mark, ...]:
    """Where the words stand that speak for a code; neighbours make one mark."""
    marks: list[Mark] = []
    last = -2
    words = sorted(enumerate(asked.words), key=lambda one: one[1].start)
    for number, (place, word) in enumerate(words):
        if place not in match.words or (marks and word.start < marks[-1].end):
            continue
        if marks and last == number - 1 and word.start - marks[-1].end <= 1:
            marks[-1] = Mark(marks[-1].start, word.end)
        else:
            marks.append(Mark(word.start, word.end))
        last = number
    return tuple(marks)


def _is_finding(asked: Asked, scored: Sequence[Scored]) -> bool:
    """Whether words name a finding: the best code has most of them, and little else."""
    if _is_procedure(asked):
        return True
    if not scored:
        return False
    best = scored[0].match
    telling = [word.text for word in asked.words if role_of(word.text) is Role.TELLS]
    alone = len(telling) == 1 and not any(
        role_of(word.text) is Role.SITE and word.text not in SIDES for word in asked.words
    )
    known = alone and (telling[0] in NAMED or telling[0].endswith(FINDING_ENDINGS))
    enough = _PRECISE_ALONE if alone and not known else _PRECISE_ENOUGH
    enough_said = best.told >= _ENOUGH and best.covered >= _COVERED_ENOUGH
    return enough_said and best.precise >= enough and asked.tells(best.words)


def _is_procedure(asked: Asked) -> bool:
    """Whether words name a procedure or device whose presence or aftermath has a code."""
    return _left_over(asked).startswith(("presence of", "acquired absence"))


def _best_match(asked: Asked, hit: Hit, given: frozenset[str]) -> Match:
    """How the title of *hit* answers, or another text of it where that answers better."""
    code_marks = [highlight for highlight in hit.highlights if highlight.field == "code"]
    title = asked.match(text_of(hit.title), given)
    best = title
    for highlight in hit.highlights:
        if highlight.field in ("title", "code"):
            continue
        factor = _ALIASES.get(highlight.field, _GROUP)
        match = asked.match(text_of(highlight.text), given)
        if match.score * factor > best.score and (title.words or not text_of(hit.title).sides):
            best = replace(match, score=match.score * factor)
    if code_marks:
        key = code_marks[0].text.replace(".", "").lower()
        spelled = frozenset(
            place
            for place, word in enumerate(asked.words)
            if len(word.text) >= _SHORTEST_CODE and key.startswith(word.text.replace(".", ""))
        )
        if spelled:
            return Match(1.0, 1.0, 1.0, 1.0, spelled | best.words)
    return best


def _blend(hit: Hit, match: Match, engine: float) -> float:
    score = _OWN * match.score + _ENGINE * engine + _BILLABLE * hit.billable + _open_bonus(hit)
    return score + _SIDED * bool(text_of(hit.title).sides)


def _open_bonus(hit: Hit) -> float:
    title = hit.title.lower()
    if title.startswith("other "):
        return -_OPEN
    return _OPEN * ("unspecified" in title or hit.code.endswith("9"))


def _is_of_use(hit: Hit, match: Match) -> bool:
    """Codes of circumstances are only meant where the words say them nearly whole."""
    if hit.system != ICD_10_CM or hit.code[:1] not in ("Z", "Y"):
        return True
    return match.covered >= _STATUS_COVERED and match.precise >= _STATUS_PRECISE


def _is_status(one: Scored) -> bool:
    return one.match.covered >= _STATUS_COVERED and one.match.precise >= _HISTORY_PRECISE


def _left_over(asked: Asked) -> str:
    """What is left of the procedure or disease that the words name, if it is a known one."""
    texts = [word.text for word in asked.words if word.text not in SIDES]
    named = [text for text in texts if role_of(text) is not Role.SOFT]
    return AFTERWARDS.get(tuple(texts), "") or AFTERWARDS.get(tuple(named), "")


def _extended(one: Scored, extensions: Sequence[Hit], near: frozenset[str]) -> Scored:
    """*one* with its 7th character, where the note states the encounter."""
    for word, meaning in _ENCOUNTERS:
        if word in near and ("encounter" in near or meaning == "sequela"):
            openly = "open" in near
            for extension in extensions:
                added = extension.title[len(one.hit.title) :].lower()
                closed = "open fracture" not in added
                plain = (
                    "delayed" not in added and "nonunion" not in added and "malunion" not in added
                )
                if meaning in added and closed is not openly and plain:
                    return Scored(extension, one.match, one.score)
                if meaning in added and "fracture" not in added:
                    return Scored(extension, one.match, one.score)
    return one


def _distinct(scored: Iterable[Scored]) -> list[Scored]:
    """Each code once, without those far behind the best, with scores that never grow."""
    found: dict[tuple[str, str], Scored] = {}
    top = lowest = 0.0
    for one in scored:
        top = top or one.score
        code = (one.hit.system, one.hit.code)
        if code in found or one.score < _KEPT * top:
            continue
        lowest = min(lowest or one.score, one.score)
        found[code] = replace(one, score=lowest)
    return list(found.values())


def _others_last(chosen: list[Scored], others: Sequence[Scored]) -> list[Scored]:
    if not others:
        return chosen
    found = {(one.hit.system, one.hit.code) for one in chosen}
    others = [one for one in others if (one.hit.system, one.hit.code) not in found]
    kept = chosen[: MOST_CANDIDATES - len(others)]
    lowest = kept[-1].score if kept else 1.0
    return [*kept, *(replace(one, score=min(lowest, one.score)) for one in others)]


def _relatives_of(code: str) -> str:
    return RELATIVES.get(code[:3], "") or RELATIVES.get(code[:1], "")


def _names_procedure(word: str) -> bool:
    return word in SUPPLIES or word.endswith(PROCEDURE_ENDINGS)


def _of_family(hit: Hit) -> bool:
    return hit.code[:3] in ("Z80", "Z81", "Z82", "Z83", "Z84")


def _any(_hit: Hit) -> bool:
    return True
