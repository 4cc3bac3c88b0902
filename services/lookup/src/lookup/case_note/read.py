"""Reads a case note: findings in their order, what is said of each, and codes for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from lookup.case_note.asking import Asker
from lookup.case_note.chunks import Chunk, Link, Piece, pieces_of
from lookup.case_note.coding import Coder, Verdict
from lookup.case_note.cues import Cue, Found
from lookup.case_note.finding import Finding, Mark, Status
from lookup.case_note.masked import Mask, masks_of
from lookup.case_note.patient import Patient
from lookup.case_note.scope import Said, statuses
from lookup.case_note.sections import Section
from lookup.case_note.sentences import Sentence, sentences_of
from lookup.case_note.units import Unit, units_of
from lookup.case_note.words import SIDES, Role, Word, role_of
from lookup.finder.finder import Finder

LONGEST_NOTE: Final = 20_000
"""Characters of a note that are read; what follows is not."""
MOST_FINDINGS: Final = 60
MOST_SEARCHES: Final = 400
"""So often at most the search engine is asked for one note."""

_MOST_WORDS: Final = 12
_SHORT_WORDS: Final = 3
_JOINT_PRECISE, _TIED_PRECISE, _AND_PRECISE = 0.5, 0.34, 0.75
_REST_PRECISE: Final = 0.55
_AFFIRMED: Final = Said(Status.AFFIRMED)
_NONE_KNOWN: Final = frozenset(("nkda", "nka", "nkma", "nonsmoker"))
"""Words that negate by themselves."""


def read_note(finder: Finder, note: str, days: Mapping[str, date]) -> list[Finding]:
    """The findings of *note*, at most 60, in the order in which they stand in it.

    *days* names the systems to search, and for each the day on which a code must hold. Nothing
    is asked of anything but *finder*, and nothing of *note* is kept.
    """
    return list(_Reading(finder, note[:LONGEST_NOTE], days).findings())


class _Reading:
    """One note while it is read."""

    def __init__(self, finder: Finder, note: str, days: Mapping[str, date]) -> None:
        self._note = note
        self._masks = masks_of(note)
        self._coder = Coder(Asker(finder, days, MOST_SEARCHES), Patient.of(note))
        self._left: Mark | None = None
        """The heading that no longer holds, because the present is told since."""

    def findings(self) -> Iterator[Finding]:
        count = end = 0
        for sentence in sentences_of(self._note):
            for finding in self._of(sentence):
                if finding.place.start < end:
                    continue
                yield finding
                end = finding.place.end
                count += 1
                if count == MOST_FINDINGS:
                    return

    def _of(self, sentence: Sentence) -> list[Finding]:
        masks = [
            mask
            for mask in self._masks
            if mask[0].start < sentence.end and mask[0].end > sentence.start
        ]
        pieces = pieces_of(self._note, sentence.start, sentence.end, masks)
        if _tells_anew(pieces, masks):
            self._left = sentence.heading
        section, heading = sentence.section, sentence.heading
        if section is Section.PAST and heading == self._left:
            section, heading = Section.PLAIN, None
        said = statuses(pieces, section, heading)
        near = frozenset(
            word.lower() for word in self._note[sentence.start : sentence.end].split()
        ) | frozenset(
            word.text for piece in pieces if isinstance(piece, Chunk) for word in piece.words
        )
        found: list[Finding] = []
        before: tuple[Unit, Verdict] | None = None
        within: set[Mark] = set()
        """Cues that turned out to stand within a finding: "migraine without aura"."""
        for unit in units_of(pieces, said):
            unit.said = [_AFFIRMED if one.cue in within else one for one in unit.said]
            if sentence.section is Section.ALLERGIES:
                found += self._allergy(unit, near)
                continue
            together = self._together(before, unit)
            if together is not None and found:
                found[-1] = self._finding(*together, near)
                before = None
                continue
            resolved = list(self._resolved(unit))
            if len(resolved) == 1 and unit.cues:
                within.update(one.cue for one in unit.said[1:] if one.cue is not None)
            if before is not None and found and not _stands_alone(resolved):
                qualified = self._qualified(before[0], unit)
                if qualified is not None:
                    found[-1] = self._finding(*qualified, near)
                    before = qualified
                    continue
            found += [self._finding(part, verdict, near) for part, verdict in resolved]
            before = resolved[-1] if len(resolved) == 1 else None
        return sorted(found, key=lambda one: one.place)

    def _resolved(self, unit: Unit) -> Iterator[tuple[Unit, Verdict]]:
        """The findings of *unit*: one where a code is for all of it, else one for each part."""
        cores = unit.cores
        if len(cores) < 2:
            yield from self._single(unit)
            return
        verdict = self._coder.verdict(unit.words[:_MOST_WORDS])
        if self._is_one(unit, verdict):
            yield unit, verdict
            return
        at = cores[-1]
        yield from self._resolved(
            replace(
                unit,
                chunks=unit.chunks[:at],
                said=unit.said[:at],
                cues=[cue for cue in unit.cues if cue.end <= unit.chunks[at - 1].end],
            )
        )
        yield from self._resolved(
            Unit(unit.chunks[at:], unit.said[at:], shared=() if unit.cues else unit.shared)
        )

    def _single(self, unit: Unit) -> Iterator[tuple[Unit, Verdict]]:
        if unit.site:
            sited = replace(unit, shared=(*unit.shared, *unit.site))
            verdict = self._coder.verdict(sited.words[:_MOST_WORDS])
            if verdict.is_finding and verdict.best and _covers(verdict, unit.site):
                yield sited, verdict
                return
        verdict = self._coder.verdict(unit.words[:_MOST_WORDS])
        if verdict.is_finding:
            yield unit, verdict
            return
        rest = self._rest(unit, verdict)
        asked = unit.words
        for roles in ((Role.TELLS, Role.SITE), (Role.TELLS,)):
            bare = [word for word in unit.words if role_of(word.text) in roles]
            if bare and len(bare) < len(asked):
                verdict = self._coder.verdict(bare[:_MOST_WORDS])
                if verdict.is_finding:
                    yield unit, verdict
                    return
                asked = bare
        if rest is not None:
            yield rest

    def _rest(self, unit: Unit, verdict: Verdict) -> tuple[Unit, Verdict] | None:
        """The finding within words that are more than a finding."""
        best = verdict.best
        if best is None or best.match.precise < _REST_PRECISE:
            return None
        words = verdict.asked.words
        if not verdict.asked.tells(best.match.words):
            return None
        first, last = min(best.match.words), max(best.match.words)
        kept = words[first : last + 1]
        if len(kept) == len(words):
            return None
        narrowed = self._coder.verdict(kept)
        return (unit, narrowed) if narrowed.is_finding else None

    def _is_one(self, unit: Unit, verdict: Verdict) -> bool:
        """Whether the best code is for all that *unit* names."""
        best = verdict.best
        if not verdict.is_finding or best is None:
            return False
        covered = {verdict.asked.words[place].start for place in best.match.words}
        cores = [unit.chunks[place] for place in unit.cores]
        if not all(_tells_in(chunk.words, covered) for chunk in cores):
            return False
        tied = all(chunk.link.name == "OF" for chunk in cores[1:])
        every = all(
            word.start in covered for chunk in cores for word in chunk.words if _must_be_said(word)
        )
        precise = best.match.precise
        return precise >= _TIED_PRECISE if tied else every and precise >= _JOINT_PRECISE

    def _together(
        self, before: tuple[Unit, Verdict] | None, unit: Unit
    ) -> tuple[Unit, Verdict] | None:
        """*unit* and the one before as one finding: "nausea and vomiting"."""
        if before is None or not unit.joined or len(before[0].chunks) + len(unit.chunks) != 2:
            return None
        joint = Unit([*before[0].chunks, *unit.chunks], [*before[0].said, *unit.said])
        if any(len(chunk.words) > _SHORT_WORDS for chunk in joint.chunks):
            return None
        verdict = self._coder.verdict(joint.words)
        best = verdict.best
        if best is None or len(best.match.words) < len(joint.words):
            return None
        return (joint, verdict) if best.match.precise >= _AND_PRECISE else None

    def _qualified(self, before: Unit, unit: Unit) -> tuple[Unit, Verdict] | None:
        """The unit before with *unit* as what it is like: "diabetes, diet controlled"."""
        if unit.chunks[0].link is not Link.COMMA or unit.said[0] != before.said[-1]:
            return None
        joint = replace(
            before, chunks=[*before.chunks, *unit.chunks], said=[*before.said, *unit.said]
        )
        verdict = self._coder.verdict(joint.words[:_MOST_WORDS])
        best = verdict.best
        if best is None or best.match.precise < _AND_PRECISE:
            return None
        covered = {verdict.asked.words[place].start for place in best.match.words}
        return (joint, verdict) if all(w.start in covered for w in unit.own) else None

    def _allergy(self, unit: Unit, near: frozenset[str]) -> Iterator[Finding]:
        if not unit.cores:
            return
        verdict = self._coder.allergy(unit.words[:_MOST_WORDS])
        if not verdict.is_finding or _negates(unit) or unit.said[0].status is Status.NEGATED:
            verdict = self._coder.verdict(unit.words[:_MOST_WORDS])
        if verdict.is_finding:
            yield self._finding(unit, verdict, near)

    def _finding(self, unit: Unit, verdict: Verdict, near: frozenset[str]) -> Finding:
        said = unit.said[unit.cores[0]] if unit.cores else unit.said[0]
        place = _place(unit, verdict)
        if _negates(unit):
            said = Said(Status.NEGATED, place)
        status = said.status or Status.AFFIRMED
        return Finding(place, status, said.cue, self._coder.candidates(verdict, status, near))


def _tells_anew(pieces: Sequence[Piece], masks: Sequence[tuple[Mark, Mask]]) -> bool:
    """Whether a sentence tells of the present, whatever it stands under."""
    return any(mask is Mask.AGE for _, mask in masks) or any(
        isinstance(piece, Found) and Cue.IS_NOW in piece.meanings for piece in pieces
    )


def _place(unit: Unit, verdict: Verdict) -> Mark:
    """From the first to the last of the unit's own words that speak for a code."""
    own = sorted(unit.own, key=lambda word: word.start)
    best = verdict.best
    starts = {verdict.asked.words[place].start for place in best.match.words} if best else set()
    spoken = [place for place, word in enumerate(own) if word.start in starts]
    if not spoken:
        return Mark(own[0].start, own[-1].end)
    first, last = spoken[0], spoken[-1]
    while first and role_of(own[first - 1].text) in (Role.SOFT, Role.SITE):
        first -= 1
    return Mark(own[first].start, own[last].end)


def _must_be_said(word: Word) -> bool:
    """Whether a code for two findings together has to say *word*."""
    return (
        role_of(word.text) in (Role.TELLS, Role.SITE) and word.text not in SIDES
    ) or word.text.isdigit()


def _stands_alone(resolved: Sequence[tuple[Unit, Verdict]]) -> bool:
    """Whether there is a finding, and its best code says little else."""
    return any(
        verdict.best is not None and verdict.best.match.precise >= _AND_PRECISE
        for _, verdict in resolved
    )


def _negates(unit: Unit) -> bool:
    return any(word.text in _NONE_KNOWN for word in unit.own)


def _covers(verdict: Verdict, words: Sequence[Word]) -> bool:
    """Whether the best code is for *words* too."""
    if verdict.best is None:
        return False
    covered = {verdict.asked.words[place].start for place in verdict.best.match.words}
    return all(word.start in covered for word in words)


def _tells_in(words: Sequence[Word], covered: set[int]) -> bool:
    telling = [word for word in words if role_of(word.text) is Role.TELLS] or words
    return any(word.start in covered for word in telling)
