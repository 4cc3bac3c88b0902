"""From a question to a verified answer, or to the reason why there is none."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant import answers, declines, private_data, questions, verifier
from assistant.catalog import Lookup, LookupAway, NoSuchCode, NotKnownForDate, NotLoaded
from assistant.evidence import Draft, Evidence, Sentence
from assistant.facts import Code, CodeFacts, PairFacts
from assistant.questions import Intent, Mention, Question
from assistant.sections import COMMON_LANGUAGE, EXCLUDES_AND_COMPANIONS, OFFICIAL_DESCRIPTION
from assistant.systems import ICD_10_CM
from servicekit import deadlines
from servicekit.logs import get_logger
from servicekit.metrics import Counter

log = get_logger("assistant.answerer")

ANSWERS = Counter(
    "assistant_answers_total", "Questions, by what they asked and how they ended.",
    ["intent", "outcome"],
)  # fmt: skip
DROPPED = Counter("assistant_sentences_dropped_total", "Sentences their evidence did not bear out.")

MOST_CODES = 4
_PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came: *context* is the code in view, *unlocked* the sections to read."""

    text: str
    context: Mention | None
    unlocked: Collection[str]


@dataclass(frozen=True, slots=True)
class Answered:
    """Verified sentences and the evidence they rest on; never empty."""

    evidence: tuple[Evidence, ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Declined:
    """Why there is no answer, and what can be asked; *looked_up* is False when nothing was."""

    reason: str
    looked_up: bool = True


type Answer = Answered | Declined


class Answerer:
    """Answers from lookup's facts, within *seconds*."""

    def __init__(self, lookup: Lookup, *, seconds: float) -> None:
        self._lookup = lookup
        self._seconds = seconds

    async def answer(self, asked: Asked) -> Answer:
        """Answer or decline; a question that may identify a patient is read no further.

        Raises:
            LookupAway: when lookup cannot answer in time.
        """
        if kind := private_data.found(asked.text):
            ANSWERS.labels(_PRIVATE, "declined").inc()
            return Declined(declines.private_data(kind), looked_up=False)
        question = questions.read(asked.text, asked.context)
        try:
            async with asyncio.timeout(deadlines.remaining(self._seconds)):
                answer = await self._of(question, asked)
        except (LookupAway, TimeoutError) as error:
            ANSWERS.labels(question.intent, "unavailable").inc()
            raise LookupAway(str(error) or "no answer in time") from None
        outcome = "answered" if isinstance(answer, Answered) else "declined"
        ANSWERS.labels(question.intent, outcome).inc()
        return answer

    async def _of(self, question: Question, asked: Asked) -> Answer:
        if question.intent is Intent.OTHER:
            return Declined(declines.not_understood(_example(question, asked)), looked_up=False)
        paired = question.intent is Intent.PAIR
        if len(question.codes) > (2 if paired else MOST_CODES):
            reason = declines.too_many_codes(MOST_CODES, paired=paired)
            return Declined(reason, looked_up=False)
        codes = await self._resolved(question)
        if isinstance(codes, Declined):
            return codes
        match question.intent:
            case Intent.PAIR:
                return await self._together(codes[0], codes[1], question.on, asked.unlocked)
            case Intent.BILLABLE:
                return _verified(answers.is_billable(await self._to_report(codes, question.on)))
            case _:
                wanted = _readable((OFFICIAL_DESCRIPTION, COMMON_LANGUAGE), asked.unlocked)
                return _verified(answers.what_is(await self._facts(codes, wanted, question.on)))

    async def _resolved(self, question: Question) -> list[Code] | Declined:
        found = await asyncio.gather(
            *(self._lookup.resolve(mention, question.on) for mention in question.codes)
        )
        codes: list[Code] = []
        for mention, resolution in zip(question.codes, found, strict=True):
            match resolution:
                case NoSuchCode(system, listed=listed) if listed:
                    reason = declines.listed_elsewhen(mention.spelling, system, question.on, listed)
                    return Declined(reason)
                case NoSuchCode(system, near, not_loaded):
                    reason = declines.unknown_code(mention.spelling, system, near, not_loaded)
                    return Declined(reason)
                case NotLoaded(system):
                    return Declined(declines.not_loaded(mention.spelling, system))
                case NotKnownForDate():
                    assert question.on is not None
                    return Declined(declines.not_known_for(question.on, mention.spelling))
                case code:
                    codes.append(code)
        return codes

    async def _together(
        self, first: Code, second: Code, on: date | None, unlocked: Collection[str]
    ) -> Answer:
        if first.system != second.system:
            return Declined(declines.different_systems(first, second))
        if first.system != ICD_10_CM:
            return Declined(declines.no_notes(first.system))
        if EXCLUDES_AND_COMPANIONS not in unlocked:
            return Declined(declines.locked_pair(first.code))
        sections = _readable((OFFICIAL_DESCRIPTION, EXCLUDES_AND_COMPANIONS), unlocked)
        (release, notes), (of_first, of_second) = await asyncio.gather(
            self._lookup.pair_notes(first, second, on),
            self._facts([first, second], sections, on),
        )
        return _verified(answers.together(PairFacts(of_first, of_second, release, notes)))

    async def _to_report(self, codes: Sequence[Code], on: date | None) -> list[CodeFacts]:
        """Facts on whether *codes* can be reported, all public."""
        facts, below = await asyncio.gather(
            self._facts(codes, (OFFICIAL_DESCRIPTION,), on),
            asyncio.gather(*(self._below(code) for code in codes)),
        )
        return [replace(f, more_specific=b) for f, b in zip(facts, below, strict=True)]

    async def _below(self, code: Code) -> tuple[Code, ...]:
        return () if code.billable else await self._lookup.more_specific(code)

    async def _facts(
        self, codes: Sequence[Code], sections: Sequence[str], on: date | None
    ) -> list[CodeFacts]:
        return await asyncio.gather(
            *(self._lookup.code_facts(code, sections, on) for code in codes)
        )


def _readable(wanted: Sequence[str], unlocked: Collection[str]) -> tuple[str, ...]:
    """Those of *wanted* that may be read; what is public of every code when none of them may."""
    return tuple(key for key in wanted if key in unlocked) or (OFFICIAL_DESCRIPTION,)


def _example(question: Question, asked: Asked) -> str:
    """A code to show in what can be asked: the one in question, else the one in view."""
    in_question = question.codes or ((asked.context,) if asked.context else ())
    return in_question[0].spelling if in_question else ""


def _verified(draft: Draft) -> Answer:
    """What may be sent of *draft*."""
    evidence = {item.id: item for item in draft.evidence}
    kept: list[Sentence] = []
    for sentence in draft.sentences:
        fault = verifier.fault(sentence, evidence)
        if fault is None:
            kept.append(sentence)
        else:
            DROPPED.inc()
            log.error("sentence_dropped", fault=fault)
    if not kept:
        return Declined(declines.unbacked())
    cited = {cited for sentence in kept for cited in sentence.citations}
    return Answered(tuple(item for item in draft.evidence if item.id in cited), tuple(kept))
