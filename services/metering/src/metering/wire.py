"""Between the contract's messages and the words of the rules."""

from functools import lru_cache
from typing import Literal

from codingahead.metering.v1 import metering_pb2
from metering.decision import (
    Allowance,
    Decision,
    Question,
    QuestionInvalid,
    Reason,
    Sections,
    Subject,
    Unlock,
    Verdict,
)
from metering.merge import Merge, Merged, Outcome
from metering.meter import Allowances
from metering.reservations import Reservation, Settlement
from metering.strict import Outcome as SettleOutcome

MAX_BATCH = 512

_KINDS: dict[int, Literal["guest", "account"]] = {
    metering_pb2.Subject.KIND_GUEST: "guest",
    metering_pb2.Subject.KIND_ACCOUNT: "account",
}
_VERDICTS = {
    Verdict.GRANTED: metering_pb2.VERDICT_GRANTED,
    Verdict.REPEAT: metering_pb2.VERDICT_REPEAT,
    Verdict.DENIED: metering_pb2.VERDICT_DENIED,
}
_REASONS = {
    None: metering_pb2.REASON_UNSPECIFIED,
    Reason.LIMIT_SPENT: metering_pb2.REASON_LIMIT_SPENT,
    Reason.NOT_IN_PLAN: metering_pb2.REASON_NOT_IN_PLAN,
    Reason.NOT_YET_GRANTED: metering_pb2.REASON_NOT_YET_GRANTED,
    Reason.OUTAGE: metering_pb2.REASON_OUTAGE,
    Reason.RESERVED: metering_pb2.REASON_RESERVED,
}
_UNLOCKS = {
    None: metering_pb2.UNLOCK_UNSPECIFIED,
    Unlock.REGISTER: metering_pb2.UNLOCK_REGISTER,
    Unlock.UPGRADE: metering_pb2.UNLOCK_UPGRADE,
    Unlock.RETRY: metering_pb2.UNLOCK_RETRY,
}
_OUTCOMES = {
    Outcome.MERGED: metering_pb2.MergeSubjectResponse.OUTCOME_MERGED,
    Outcome.GUEST_SPENT: metering_pb2.MergeSubjectResponse.OUTCOME_GUEST_SPENT,
    Outcome.ACCOUNT_TAKEN: metering_pb2.MergeSubjectResponse.OUTCOME_ACCOUNT_TAKEN,
}

_SETTLED = {
    SettleOutcome.SETTLED: metering_pb2.SettleResponse.OUTCOME_SETTLED,
    SettleOutcome.EXPIRED: metering_pb2.SettleResponse.OUTCOME_EXPIRED,
    SettleOutcome.UNKNOWN: metering_pb2.SettleResponse.OUTCOME_UNKNOWN,
}


def subject_of(message: metering_pb2.Subject) -> Subject:
    """Read a subject.

    Raises:
        QuestionInvalid: when its kind is none of the contract's.
    """
    kind = _KINDS.get(message.kind)
    if kind is None:
        raise QuestionInvalid("REQUEST_INVALID", "subject.kind", "must be guest or account")
    return Subject(kind, message.id)


def question_of(message: metering_pb2.DecideRequest) -> Question | QuestionInvalid:
    """Read a request, or say what is wrong with it."""
    try:
        subject = subject_of(message.subject)
    except QuestionInvalid as fault:
        return fault
    return Question(
        subject,
        message.plan,
        message.action,
        message.resource,
        message.request_id,
        message.peek,
    )


def response_of(decision: Decision) -> metering_pb2.DecideResponse:
    """Write a decision."""
    response = metering_pb2.DecideResponse()
    fill(response, decision)
    return response


def fill(response: metering_pb2.DecideResponse, decision: Decision) -> None:
    """Write a decision into an empty *response*."""
    response.CopyFrom(_with_sections(decision.sections))
    response.verdict = _VERDICTS[decision.verdict]
    response.mode = metering_pb2.MODE_DEGRADED if decision.degraded else metering_pb2.MODE_NORMAL
    if decision.reason:
        response.reason = _REASONS[decision.reason]
    if decision.unlock:
        response.unlock = _UNLOCKS[decision.unlock]
    if decision.decision_id:
        response.decision_id = decision.decision_id
    if decision.allowance:
        _fill_allowance(response.allowance, decision.allowance)


def result_into(
    result: metering_pb2.DecideStreamResult, answer: Decision | QuestionInvalid
) -> None:
    """Write an answer within a batch."""
    if isinstance(answer, QuestionInvalid):
        result.error.reason = answer.reason
        result.error.message = str(answer)
    else:
        fill(result.decision, answer)


def allowances_response(allowances: Allowances) -> metering_pb2.GetAllowancesResponse:
    """Write what a subject has left."""
    response = metering_pb2.GetAllowancesResponse(
        mode=metering_pb2.MODE_DEGRADED if allowances.degraded else metering_pb2.MODE_NORMAL,
        unlocked_sections=allowances.sections,
    )
    for allowance in allowances.allowances:
        _fill_allowance(response.allowances.add(), allowance)
    return response


def merge_of(message: metering_pb2.MergeSubjectRequest) -> Merge:
    """Read a merge."""
    return Merge(message.guest_id, message.account_id, message.plan, message.request_id)


def merge_response(merged: Merged) -> metering_pb2.MergeSubjectResponse:
    """Write how a merge came out."""
    return metering_pb2.MergeSubjectResponse(
        outcome=_OUTCOMES[merged.outcome], resources=merged.resources
    )


def reserved_question_of(message: metering_pb2.ReserveRequest) -> Question:
    """Read what units are asked for.

    Raises:
        QuestionInvalid: when the kind of its subject is none of the contract's.
    """
    return Question(
        subject_of(message.subject),
        message.plan,
        message.action,
        message.resource,
        message.request_id,
    )


def reserve_response(reservation: Reservation) -> metering_pb2.ReserveResponse:
    """Write what was reserved, or why not."""
    decision = reservation.decision
    response = metering_pb2.ReserveResponse(
        verdict=_VERDICTS[decision.verdict],
        reason=_REASONS[decision.reason],
        mode=metering_pb2.MODE_DEGRADED if decision.degraded else metering_pb2.MODE_NORMAL,
        unlock=_UNLOCKS[decision.unlock],
        reservation_id=reservation.id,
    )
    if decision.allowance:
        _fill_allowance(response.allowance, decision.allowance)
    if reservation.expires_ms is not None:
        response.expire_time.FromMilliseconds(reservation.expires_ms)
    return response


def settle_response(settlement: Settlement) -> metering_pb2.SettleResponse:
    """Write what became of a reservation."""
    response = metering_pb2.SettleResponse(
        outcome=_SETTLED[settlement.outcome], units=settlement.units
    )
    if settlement.allowance:
        _fill_allowance(response.allowance, settlement.allowance)
    return response


def _fill_allowance(message: metering_pb2.Allowance, allowance: Allowance) -> None:
    message.action = allowance.action
    message.plan = allowance.plan
    message.period = allowance.period
    if allowance.limit is not None:
        message.limit = allowance.limit
    if allowance.remaining is not None:
        message.remaining = allowance.remaining
    if allowance.reset_ms is not None:
        message.reset_time.FromMilliseconds(allowance.reset_ms)
    message.reserved = allowance.reserved


@lru_cache(maxsize=1024)
def _with_sections(sections: Sections) -> metering_pb2.DecideResponse:
    """A response that says only which sections are open: there are few, and they are large."""
    return metering_pb2.DecideResponse(
        unlocked_sections=sections.unlocked,
        locked_sections=[
            metering_pb2.LockedSection(key=key, unlock=_UNLOCKS[unlock])
            for key, unlock in sections.locked
        ],
    )
