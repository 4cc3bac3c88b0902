"""The rules, without any count: what each outcome opens, and what opens the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metering import decision, sections
from metering.decision import Question, QuestionInvalid, Reason, Subject, Unlock, Use, Verdict
from metering.plans import Limit, load_plans, parse_plans
from services.metering.tests.conftest import PLANS
from services.metering.tests.questions import ANN, FIVE_A_MONTH, GUEST, UNLIMITED

SHIPPED = load_plans(PLANS)
END = 1_796_083_200_000


def ask(plan: str, action: str = "view_code", *, peek: bool = False) -> Question:
    subject = GUEST if plan == "guest" else ANN
    return Question(subject, plan, action, "icd-10-cm:E11.9", peek=peek)


def decide(plan: str, use: Use, action: str = "view_code") -> decision.Decision:
    terms = decision.terms_of(SHIPPED, plan, action)
    assert terms.limit is not None
    return decision.decided(ask(plan, action), terms, terms.limit, use)


def test_a_guests_view_opens_the_public_sections_and_registering_the_others() -> None:
    answer = decide("guest", Use(Verdict.GRANTED, 1, END, "e-00-1"))
    assert answer.verdict is Verdict.GRANTED
    assert answer.decision_id == "e-00-1"
    assert answer.sections.unlocked == sections.PUBLIC
    assert answer.sections.locked == tuple((key, Unlock.REGISTER) for key in sections.GATED)
    assert answer.allowance == decision.Allowance(
        "view_code", "guest", 1, 0, END, "P30D-from-first"
    )


def test_an_accounts_view_opens_all_nine_sections() -> None:
    answer = decide("free", Use(Verdict.REPEAT, 5, END))
    assert answer.sections.unlocked == sections.ALL
    assert answer.sections.locked == ()
    assert answer.unlock is None


@pytest.mark.parametrize(
    ("plan", "way_out"), [("guest", Unlock.REGISTER), ("free", Unlock.UPGRADE)]
)
def test_a_spent_limit_locks_everything_and_says_the_way_out(plan: str, way_out: Unlock) -> None:
    answer = decide(plan, Use(Verdict.DENIED, 5, END))
    assert (answer.verdict, answer.reason) == (Verdict.DENIED, Reason.LIMIT_SPENT)
    assert answer.unlock is way_out
    assert answer.sections.unlocked == ()
    assert answer.sections.locked == tuple((key, way_out) for key in sections.ALL)
    assert answer.allowance is not None
    assert (answer.allowance.remaining, answer.allowance.reset_ms) == (0, END)


def test_the_largest_plan_has_no_way_out_but_time() -> None:
    answer = decide("enterprise", Use(Verdict.DENIED, 2000, END), "ask_assistant")
    assert (answer.reason, answer.unlock) == (Reason.LIMIT_SPENT, None)


def test_a_peek_at_what_was_never_granted_is_no_spent_limit() -> None:
    answer = decide("free", Use(Verdict.DENIED, 2, END))
    assert (answer.reason, answer.unlock) == (Reason.NOT_YET_GRANTED, None)
    assert answer.allowance is not None
    assert answer.allowance.remaining == 3


def test_a_guest_that_was_merged_is_spent_whatever_was_charged() -> None:
    answer = decide("guest", Use(Verdict.DENIED, 0, 0, merged=True))
    assert (answer.reason, answer.unlock) == (Reason.LIMIT_SPENT, Unlock.REGISTER)
    assert answer.sections.unlocked == ()


def test_only_views_have_sections() -> None:
    answer = decide("free", Use(Verdict.GRANTED, 1, END), "claim_check")
    assert answer.sections is decision.NO_SECTIONS


def test_an_action_that_the_plan_does_not_name_is_not_in_it() -> None:
    terms = decision.terms_of(SHIPPED, "guest", "claim_check")
    assert terms.limit is None
    answer = decision.not_in_plan(ask("guest", "claim_check"), terms)
    assert (answer.reason, answer.unlock) == (Reason.NOT_IN_PLAN, Unlock.REGISTER)
    assert answer.allowance is not None
    assert (answer.allowance.limit, answer.allowance.remaining) == (0, 0)


def test_a_limit_of_zero_is_not_in_the_plan_either() -> None:
    plans = parse_plans(
        "plans: {guest: {sections: public, "
        "limits: {view_code: {units: 0, period: calendar-month}}}}\n"
        "actions: {view_code: {class: fast, outage: deny}}"
    )
    assert decision.terms_of(plans, "guest", "view_code").limit is None


def test_an_outage_shows_views_their_public_sections() -> None:
    answer = decision.in_outage(ask("free"), decision.terms_of(SHIPPED, "free", "view_code"))
    assert (answer.verdict, answer.degraded) == (Verdict.GRANTED, True)
    assert answer.allowance is None
    assert answer.sections.unlocked == sections.PUBLIC
    assert answer.sections.locked == tuple((key, Unlock.RETRY) for key in sections.GATED)


def test_an_outage_offers_a_guest_what_registering_opens_not_what_waiting_does() -> None:
    answer = decision.in_outage(ask("guest"), decision.terms_of(SHIPPED, "guest", "view_code"))
    assert answer.sections.locked == tuple((key, Unlock.REGISTER) for key in sections.GATED)


@pytest.mark.parametrize("action", ["claim_check", "ask_assistant", "consult"])
def test_an_outage_denies_what_the_plan_file_says(action: str) -> None:
    answer = decision.in_outage(ask("free", action), decision.terms_of(SHIPPED, "free", action))
    assert (answer.verdict, answer.reason) == (Verdict.DENIED, Reason.OUTAGE)
    assert (answer.unlock, answer.degraded) == (Unlock.RETRY, True)


def test_an_outage_grants_nothing_to_a_peek() -> None:
    terms = decision.terms_of(SHIPPED, "free", "view_code")
    answer = decision.in_outage(ask("free", peek=True), terms)
    assert (answer.verdict, answer.sections.unlocked) == (Verdict.DENIED, ())


@given(st.integers(0, 20), st.integers(0, 20))
def test_what_remains_is_never_negative(units: int, charged: int) -> None:
    limit = Limit(units, FIVE_A_MONTH.period)
    allowance = decision.allowance_of("free", "view_code", limit, charged, END)
    assert allowance.remaining == max(0, units - charged)


def test_unlimited_has_no_count_and_no_end() -> None:
    allowance = decision.allowance_of("enterprise", "view_code", UNLIMITED, 7, END)
    assert (allowance.limit, allowance.remaining, allowance.reset_ms) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"subject": Subject("guest", "")}, "REQUEST_INVALID", "subject.id"),
        ({"subject": Subject("guest", "a" * 65)}, "REQUEST_INVALID", "subject.id"),
        ({"subject": Subject("guest", "a b")}, "REQUEST_INVALID", "subject.id"),
        ({"subject": Subject("guest", "{s01}")}, "REQUEST_INVALID", "subject.id"),
        ({"subject": Subject("guest", "a\n")}, "REQUEST_INVALID", "subject.id"),
        ({"plan": "gold"}, "PLAN_UNKNOWN", "plan"),
        ({"action": "fly"}, "ACTION_UNKNOWN", "action"),
        ({"resource": ""}, "REQUEST_INVALID", "resource"),
        ({"resource": "x" * 201}, "REQUEST_INVALID", "resource"),
        ({"resource": "a\x00b"}, "REQUEST_INVALID", "resource"),
        ({"request_id": "once"}, "REQUEST_INVALID", "request_id"),
    ],
)
def test_a_malformed_question_is_refused_by_field(
    changes: dict[str, str], reason: str, field: str
) -> None:
    fields: dict[str, object] = {
        "subject": ANN,
        "plan": "free",
        "action": "view_code",
        "resource": "icd-10-cm:E11.9",
        **changes,
    }
    with pytest.raises(QuestionInvalid) as refused:
        decision.check(Question(**fields), SHIPPED)  # type: ignore[arg-type]
    assert (refused.value.reason, refused.value.field) == (reason, field)
