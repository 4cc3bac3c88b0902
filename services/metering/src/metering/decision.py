"""The decision: pure rules over plans, the question and what the count says."""

import enum
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from metering import sections
from metering.plans import GUEST, Limit, Plan, Plans

VIEW_CODE = "view_code"
"""The action that opens page sections."""

_SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REQUEST = re.compile(r"(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})?")
_MAX_RESOURCE = 200


class Verdict(enum.Enum):
    """How a decision came out."""

    GRANTED = "granted"
    REPEAT = "repeat"
    DENIED = "denied"


class Reason(enum.Enum):
    """Why something was denied."""

    LIMIT_SPENT = "limit_spent"
    NOT_IN_PLAN = "not_in_plan"
    NOT_YET_GRANTED = "not_yet_granted"
    OUTAGE = "outage"
    RESERVED = "reserved"


class Unlock(enum.Enum):
    """What opens something that is locked."""

    REGISTER = "register"
    UPGRADE = "upgrade"
    RETRY = "retry"


class QuestionInvalid(Exception):  # noqa: N818 - it describes the question
    """A question that cannot be decided: *reason* as in the contract, the *field* at fault."""

    def __init__(self, reason: str, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.reason = reason
        self.field = field
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose units are counted: *kind* and an opaque *id*."""

    kind: Literal["guest", "account"]
    id: str


@dataclass(frozen=True, slots=True)
class Question:
    """May *subject* do *action* to *resource* under *plan*? With *peek* nothing is charged.

    *request_id* is a UUID, or empty; the same one again gets the same grant.
    """

    subject: Subject
    plan: str
    action: str
    resource: str
    request_id: str = ""
    peek: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What was held within the period and is more than was asked with: it lasts to the end."""

    plan: str
    limit: Limit


@dataclass(frozen=True, slots=True)
class Use:
    """What the store counted: how a question came out there, and the period it fell in.

    *charged* are the units spent after it; *ends_ms* is 0 while no period has begun;
    *decision_id* names a grant in the ledger. *merged*: denied as the guest went to an account.
    It was counted against what is *held*, if anything, else against what was asked with.
    *reserved* are units set aside for work in hand; *why* is told where the numbers do not.
    """

    verdict: Verdict
    charged: int
    ends_ms: int
    decision_id: str = ""
    merged: bool = False
    held: Held | None = None
    reserved: int = 0
    why: Reason | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of one action: *limit* and *remaining* None when unlimited.

    In an outage *remaining* is None beside a limit: it is not known. *reserved* units are among
    those that remain.
    """

    action: str
    plan: str
    limit: int | None
    remaining: int | None
    reset_ms: int | None
    period: str
    reserved: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """What of a code page may be shown; each locked section with what opens it, if anything."""

    unlocked: tuple[str, ...]
    locked: tuple[tuple[str, Unlock | None], ...]


NO_SECTIONS = Sections((), ())
"""Of actions other than views."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer. *allowance* is None when *degraded*: the count could not be consulted."""

    verdict: Verdict
    reason: Reason | None
    unlock: Unlock | None
    allowance: Allowance | None
    sections: Sections
    degraded: bool = False
    decision_id: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one plan says of one action, worked out once.

    *limit* is None where the plan has none of it; *leftover*, units none, is then what to count
    against for an account, which may hold more until its period ends: None where no plan has any.
    *way_out* gives more of the action, if anything does. Sections: *opened* by a grant, *walled*
    by a denial, and shown *in_outage*, None where the outage policy denies.
    """

    limit: Limit | None
    leftover: Limit | None
    period: str
    way_out: Unlock | None
    opened: Sections
    walled: Sections
    in_outage: Sections | None


@lru_cache(maxsize=1024)
def terms_of(plans: Plans, plan_key: str, action: str) -> Terms:
    """The terms of *action* under a plan; both must be in *plans*."""
    plan = plans.plans[plan_key]
    limit = plan.limits.get(action)
    policy = plan.outage.get(action, plans.actions[action].outage)
    way_out = _way_out(plans, plan, action)
    opened = walled = outage = NO_SECTIONS
    if action == VIEW_CODE:
        opened = _divided(plan.sections, _NONE, way_out)
        walled = _divided(_NONE, _NONE, way_out)
        shown = plan.sections if policy == "allow" else _PUBLIC
        outage = _divided(shown, plan.sections, way_out)
    return Terms(
        limit=limit if limit and limit.units != 0 else None,
        leftover=_leftover(plans, action),
        period=limit.period.text if limit else "",
        way_out=way_out,
        opened=opened,
        walled=walled,
        in_outage=None if policy == "deny" else outage,
    )


def check(question: Question, plans: Plans) -> None:
    """Refuse what no plan could decide.

    Raises:
        QuestionInvalid: saying which field is wrong.
    """
    check_holder(question.subject, question.plan, plans)
    check_action(question.action, plans)
    resource = question.resource
    if not (0 < len(resource) <= _MAX_RESOURCE and resource.isprintable()):
        raise QuestionInvalid(
            "REQUEST_INVALID", "resource", f"must be 1 to {_MAX_RESOURCE} printable characters"
        )
    check_request_id(question.request_id)


def check_holder(subject: Subject, plan: str, plans: Plans) -> None:
    """Refuse a *subject* or *plan* that cannot be.

    Raises:
        QuestionInvalid: saying which field is wrong.
    """
    check_id("subject.id", subject.id)
    check_plan(plan, plans)


def check_id(field: str, value: str) -> None:
    """Refuse a *value* of *field* that cannot name a subject.

    Raises:
        QuestionInvalid: saying so.
    """
    if not _SUBJECT.fullmatch(value):
        raise QuestionInvalid(
            "REQUEST_INVALID", field, "must be 1 to 64 characters of [A-Za-z0-9_-]"
        )


def check_plan(plan: str, plans: Plans) -> None:
    """Refuse a *plan* that the file does not have.

    Raises:
        QuestionInvalid: saying so.
    """
    if plan not in plans.plans:
        raise QuestionInvalid("PLAN_UNKNOWN", "plan", f"there is no plan {plan[:40]!r}")


def check_action(action: str, plans: Plans) -> None:
    """Refuse an *action* that the file does not have.

    Raises:
        QuestionInvalid: saying so.
    """
    if action not in plans.actions:
        raise QuestionInvalid("ACTION_UNKNOWN", "action", f"there is no action {action[:40]!r}")


def check_request_id(value: str) -> None:
    """Refuse what is neither a UUID nor empty.

    Raises:
        QuestionInvalid: saying so.
    """
    if not _REQUEST.fullmatch(value):
        raise QuestionInvalid("REQUEST_INVALID", "request_id", "must be a UUID")


def decided(question: Question, terms: Terms, limit: Limit, use: Use) -> Decision:
    """The answer to what the store counted against *limit*."""
    allowance = allowance_of(
        question.plan, question.action, limit, use.charged, use.ends_ms, use.reserved
    )
    if use.verdict is not Verdict.DENIED:
        return Decision(
            use.verdict, None, None, allowance, terms.opened, decision_id=use.decision_id
        )
    spent = use.merged or (limit.units is not None and use.charged >= limit.units)
    reason = use.why or (Reason.LIMIT_SPENT if spent else Reason.NOT_YET_GRANTED)
    unlocks = {Reason.LIMIT_SPENT: terms.way_out, Reason.RESERVED: Unlock.RETRY}
    return Decision(
        verdict=Verdict.DENIED,
        reason=reason,
        unlock=unlocks.get(reason),
        allowance=allowance,
        sections=terms.walled,
    )


def under(held: Held, question: Question, terms: Terms, plans: Plans) -> tuple[Question, Terms]:
    """*question* as if asked with what is *held*, and the terms of that.

    *terms*, the question's own, stand in for a plan that left the file meanwhile.
    """
    if held.plan not in plans.plans:
        return question, terms
    return replace(question, plan=held.plan), terms_of(plans, held.plan, question.action)


def limit_of(question: Question, terms: Terms) -> Limit | None:
    """What *question* is counted against; None where there is nothing to count."""
    if terms.limit is None and question.subject.kind == "account":
        return terms.leftover
    return terms.limit


def answer(
    question: Question, terms: Terms, limit: Limit, use: Use | None, plans: Plans
) -> Decision:
    """The answer to *question*, counted against *limit*; *use* None: it could not be counted."""
    if use is not None and use.held is not None:
        question, terms = under(use.held, question, terms, plans)
        return decided(question, terms, use.held.limit, use)
    if terms.limit is None:
        return not_in_plan(question, terms)
    if use is None:
        return in_outage(question, terms)
    return decided(question, terms, limit, use)


def not_in_plan(question: Question, terms: Terms) -> Decision:
    """The answer where there is nothing to count."""
    return Decision(
        verdict=Verdict.DENIED,
        reason=Reason.NOT_IN_PLAN,
        unlock=terms.way_out,
        allowance=Allowance(question.action, question.plan, 0, 0, None, terms.period),
        sections=terms.walled,
    )


def in_outage(question: Question, terms: Terms) -> Decision:
    """The answer when the count cannot be reached: what the plan file says, nothing recorded.

    A peek asks what was granted before, which nobody can tell now: it is always denied.
    """
    if terms.in_outage is None or question.peek:
        return _OUTAGE_DENIALS[question.action == VIEW_CODE]
    return Decision(Verdict.GRANTED, None, None, None, terms.in_outage, degraded=True)


def allowance_of(
    plan: str, action: str, limit: Limit, charged: int, ends_ms: int, reserved: int = 0
) -> Allowance:
    """What is left of *limit* after *charged* units; *ends_ms* 0: no period has begun."""
    text = limit.period.text
    if limit.units is None:
        return Allowance(action, plan, None, None, None, text, reserved)
    remaining = max(0, limit.units - charged)
    return Allowance(action, plan, limit.units, remaining, ends_ms or None, text, reserved)


def unknown_allowance(plan: str, action: str, limit: Limit) -> Allowance:
    """What can be said of *limit* while the count cannot be reached."""
    return Allowance(action, plan, limit.units, None, None, limit.period.text)


def _leftover(plans: Plans, action: str) -> Limit | None:
    """No units, in the period in which the largest plan that has *action* counts it."""
    for plan in reversed(list(plans.plans.values())):
        if (limit := plan.limits.get(action)) and limit.units != 0:
            return Limit(0, limit.period)
    return None


def _way_out(plans: Plans, plan: Plan, action: str) -> Unlock | None:
    """What gives more of *action*, or more sections, than *plan*: a later plan, if there is one."""
    keys = list(plans.plans)
    for key in keys[keys.index(plan.key) + 1 :]:
        other = plans.plans[key]
        limit = other.limits.get(action)
        more = limit is not None and limit.exceeds(plan.limits.get(action))
        if more or (action == VIEW_CODE and other.sections > plan.sections):
            return Unlock.REGISTER if plan.key == GUEST else Unlock.UPGRADE
    return None


def _divided(shown: frozenset[str], held_back: frozenset[str], way_out: Unlock | None) -> Sections:
    """The sections *shown*; those *held_back* open by trying again, the others by *way_out*."""
    return Sections(
        unlocked=tuple(key for key in sections.ALL if key in shown),
        locked=tuple(
            (key, Unlock.RETRY if key in held_back else way_out)
            for key in sections.ALL
            if key not in shown
        ),
    )


_NONE: frozenset[str] = frozenset()
_PUBLIC = frozenset(sections.PUBLIC)
_OUTAGE_DENIALS = {
    is_view: Decision(
        verdict=Verdict.DENIED,
        reason=Reason.OUTAGE,
        unlock=Unlock.RETRY,
        allowance=None,
        sections=_divided(_NONE, frozenset(sections.ALL), None) if is_view else NO_SECTIONS,
        degraded=True,
    )
    for is_view in (True, False)
}
