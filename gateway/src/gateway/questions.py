"""The way of a question: a unit set aside for it, its answer begun, then charged, then shown.

The assistant is asked only once metering has set a unit aside, as each answer costs money. It is
held back until its first sentence, so that what cannot be answered costs nothing and what may not
be had is never shown: with the sentence the unit is charged, without one it goes back.
"""

import asyncio
import hashlib
import unicodedata
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from grpc.aio import AioRpcError, Channel, UnaryStreamCall

from codingahead.assistant.v1 import assistant_pb2, assistant_pb2_grpc
from codingahead.metering.v1 import metering_pb2
from gateway import problems
from gateway.addresses import CPT
from gateway.allowances import Left
from gateway.charging import ALLOWED
from gateway.decisions import Decider
from gateway.page_views import plan_of, subject_of
from gateway.plans_offered import upgrade_advice
from gateway.problems import Problem, Refused
from gateway.reservations import Reservation, ReservationLost, Reservations
from gateway.visitors import Known
from servicekit.errors import from_rpc_error
from servicekit.logs import get_logger
from servicekit.metrics import Counter

ASK_ASSISTANT = "ask_assistant"

log = get_logger("gateway.questions")

QUESTIONS = Counter("gateway_questions_total", "Questions asked, by how they ended.", ["outcome"])

_ANSWER_SECONDS = 8.0
_FIRST_SECONDS = 2.0
"""An assistant that works says at once that it does."""
_IN_HAND_SECONDS = 10

type Piece = assistant_pb2.AskResponse
type _Call = UnaryStreamCall[assistant_pb2.AskRequest, assistant_pb2.AskResponse]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; *system* and *code* of the code in view, empty when there is none."""

    text: str
    system: str = ""
    code: str = ""
    conversation_id: str = ""

    @property
    def resource(self) -> str:
        """What is counted: the same for a question asked again, however it is spaced or cased.

        Hashed, as the ledger keeps it and the question is nobody's business there.
        """
        words = " ".join(unicodedata.normalize("NFKC", self.text).casefold().split())
        asked = "\n".join((self.system.casefold(), self.code.strip().casefold(), words))
        return f"question:{hashlib.sha256(asked.encode()).hexdigest()[:40]}"


class BrokenOff(Exception):  # noqa: N818 - it is what became of an answer
    """An answer that was being shown has no end."""


class Answer:
    """An answer that may be shown; *left* is what remains once it is."""

    def __init__(
        self,
        held: list[Piece],
        rest: AsyncIterator[Piece],
        call: _Call,
        left: Left | None,
        *,
        without_cpt: bool = False,
    ) -> None:
        self._held = held
        self._rest = rest
        self._call = call
        self._without_cpt = without_cpt
        self.left = left
        self.has_cpt = any(map(_is_cpt, held))
        """Whether what was told so far rests on CPT content."""

    async def pieces(self) -> AsyncIterator[Piece]:
        """All of it, ``done`` last.

        Raises:
            BrokenOff: when it ends without ``done``.
        """
        for piece in self._held:
            yield piece
            if piece.HasField("done"):
                return
        try:
            async for piece in self._rest:
                if _is_cpt(piece):
                    self.has_cpt = True
                    if self._without_cpt:
                        break
                yield piece
                if piece.HasField("done"):
                    return
        except AioRpcError as error:
            log.warning("answer_broken_off", code=error.code().name)
        QUESTIONS.labels("broken_off").inc()
        raise BrokenOff

    def close(self) -> None:
        """Stop the assistant, if it is still at it."""
        self._call.cancel()


class Questions:
    """Asks the assistant in a visitor's name."""

    def __init__(self, channel: Channel, decider: Decider, reservations: Reservations) -> None:
        self._stub = assistant_pb2_grpc.AssistantServiceStub(channel)
        self._decider = decider
        self._reservations = reservations

    async def begin(
        self, visitor: Known, question: Question, cpt_terms: Problem | None = None
    ) -> Answer:
        """An answer that has its first sentence, or its end, and is charged if it has a sentence.

        *cpt_terms* is what is told, instead of an answer, where it rests on CPT content; None for
        a visitor who may see that.

        Raises:
            Refused: when nothing may be shown; then nothing was charged.
        """
        allowances = await self._decider.get_allowances(
            metering_pb2.GetAllowancesRequest(subject=subject_of(visitor), plan=plan_of(visitor))
        )
        if allowances is None or allowances.mode != metering_pb2.MODE_NORMAL:
            # Each answer costs money: without the count there is none.
            QUESTIONS.labels("not_counted").inc()
            raise Refused(problems.metering_away())
        reservation = await self._reserve(visitor, question)
        try:
            return await self._begin(question, allowances, reservation, cpt_terms)
        except BaseException:
            reservation.give_back()
            raise

    async def _reserve(self, visitor: Known, question: Question) -> Reservation:
        reservation = await self._reservations.reserve(visitor, ASK_ASSISTANT, question.resource)
        if reservation is None or reservation.answer.mode != metering_pb2.MODE_NORMAL:
            QUESTIONS.labels("not_counted").inc()
            raise Refused(problems.metering_away())
        if reservation.answer.verdict not in ALLOWED:
            QUESTIONS.labels("denied").inc()
            raise Refused(_denied(reservation, plan_of(visitor)))
        return reservation

    async def _begin(
        self,
        question: Question,
        allowances: metering_pb2.GetAllowancesResponse,
        reservation: Reservation,
        cpt_terms: Problem | None,
    ) -> Answer:
        call = self._stub.Ask(
            _request(question, list(allowances.unlocked_sections)), timeout=_ANSWER_SECONDS
        )
        try:
            rest = aiter(call)
            held = await _held_back(rest)
            if cpt_terms is not None and any(map(_is_cpt, held)):
                QUESTIONS.labels("cpt_terms").inc()
                raise Refused(cpt_terms)
            if held[-1].HasField("done"):
                QUESTIONS.labels("declined").inc()
                left = await reservation.settle(0)
                return Answer(held, rest, call, left or _of_questions(allowances))
            left = await _charged(reservation)
            return Answer(held, rest, call, left, without_cpt=cpt_terms is not None)
        except BaseException:
            call.cancel()
            raise


async def _charged(reservation: Reservation) -> Left:
    try:
        left = await reservation.settle(1)
    except ReservationLost:
        QUESTIONS.labels("not_counted").inc()
        raise Refused(problems.metering_away()) from None
    QUESTIONS.labels("answered").inc()
    return left or _less_one(reservation.left)


def _request(question: Question, unlocked_sections: list[str]) -> assistant_pb2.AskRequest:
    context = None
    if question.system or question.code:
        context = assistant_pb2.Context(system=question.system, code=question.code)
    return assistant_pb2.AskRequest(
        request_id=str(uuid.uuid4()),
        question=question.text,
        context=context,
        conversation_id=question.conversation_id,
        unlocked_sections=unlocked_sections,
    )


async def _held_back(pieces: AsyncIterator[Piece]) -> list[Piece]:
    """The pieces up to the first sentence or the end."""
    held: list[Piece] = []
    try:
        async with asyncio.timeout(_FIRST_SECONDS) as first:
            async for piece in pieces:
                first.reschedule(None)
                held.append(piece)
                if piece.HasField("sentence"):
                    return held
                if piece.HasField("done"):
                    if piece.done.outcome == assistant_pb2.Done.OUTCOME_DECLINED:
                        return held
                    break
    except TimeoutError:
        QUESTIONS.labels("unanswered").inc()
        log.warning("assistant_silent")
        raise Refused(problems.assistant_away()) from None
    except AioRpcError as error:
        QUESTIONS.labels("unanswered").inc()
        raise Refused(problems.refused_by_assistant(from_rpc_error(error))) from None
    # Answered without a sentence, or no end: either is no answer.
    log.error("answer_without_sentence")
    QUESTIONS.labels("unanswered").inc()
    raise Refused(problems.assistant_away())


def _is_cpt(piece: Piece) -> bool:
    return piece.HasField("evidence") and piece.evidence.href.startswith(f"/{CPT}/")


def _of_questions(allowances: metering_pb2.GetAllowancesResponse) -> Left | None:
    return next(
        (Left.of(told) for told in allowances.allowances if told.action == ASK_ASSISTANT), None
    )


def _less_one(left: Left) -> Left:
    """What is left once the charge has reached metering."""
    return left if left.remaining is None else replace(left, remaining=left.remaining - 1)


def _denied(reservation: Reservation, plan: str) -> Problem:
    answer, left = reservation.answer, reservation.left
    if answer.reason == metering_pb2.REASON_RESERVED:
        return Problem(
            problems.QUOTA_EXCEEDED,
            "QUESTIONS_IN_HAND",
            "The questions that are left are being answered at this moment. Read those answers, "
            "then ask again.",
            retry_after=_IN_HAND_SECONDS,
            members={"reset_time": left.reset_json},
        )
    if answer.unlock == metering_pb2.UNLOCK_REGISTER:
        unlock, way_out = "REGISTER", "Register a free account to get more questions."
    else:
        unlock, way_out = "UPGRADE", upgrade_advice(plan)
    until = f" They come back on {left.reset_day} (UTC)." if left.reset_day else ""
    return Problem(
        problems.QUOTA_EXCEEDED,
        "QUESTIONS_SPENT",
        f"The questions of this period are spent. {way_out}{until}",
        retry_after=left.seconds_until_reset,
        members={"unlock": unlock, "reset_time": left.reset_json},
    )
