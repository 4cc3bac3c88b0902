"""The checker finds each fault that is planted in a history without any, and no other."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from metering.decision import Subject
from tests.chaos.checker import check
from tests.chaos.history import Answer, Asked, Evidence, Granted, Held

ANN = Subject("account", "ann")
ENDS = 2_000_000_000_000
RESOURCES = "abc"


def asked(resource: str, at: float, answer: Answer | None) -> Asked:
    return Asked(
        subject=ANN,
        plan="free",
        action="view_code",
        resource=resource,
        limit=3,
        open_in_outage=True,
        request_id=f"request {resource} {at}",
        began=at,
        ended=at + 0.5,
        answer=answer,
    )


def told(verdict: str, remaining: int, decision_id: str = "", *, spent: bool = False) -> Answer:
    assert verdict in ("granted", "repeat", "denied")
    return Answer(
        verdict,  # type: ignore[arg-type]
        spent=spent,
        remaining=remaining,
        reset_ms=ENDS,
        decision_id=decision_id,
    )


def entry(resource: str, decision_id: str = "") -> Granted:
    return Granted(decision_id or f"id-{resource}", ANN, "view_code", resource, "2033-05", ENDS)


def healthy() -> Evidence:
    """Three units granted, one asked for again, a fourth denied, one answer lost, one outage."""
    return Evidence(
        asked=[
            asked("a", 1, told("granted", 2, "id-a")),
            asked("b", 2, told("granted", 1, "id-b")),
            asked("b", 3, told("repeat", 1)),
            asked("d", 4, Answer("granted", degraded=True)),
            asked("c", 5, None),
            asked("d", 6, told("denied", 0, spent=True)),
        ],
        ledger=[entry(resource) for resource in RESOURCES],
        held={
            (ANN, "view_code", "2033-05"): Held(3, {name: f"id-{name}" for name in RESOURCES}),
        },
    )


def test_a_history_without_faults_is_found_to_be_so() -> None:
    found = check(healthy())
    assert found.faults() == []
    assert (found.asked, found.unanswered, found.granted, found.recorded) == (6, 1, 2, 3)
    assert (found.degraded, found.admitted_degraded) == (1, 1)


def over_admit(evidence: Evidence) -> None:
    grant(evidence, "d", remaining=0)


def lose(evidence: Evidence) -> None:
    del evidence.ledger[0]
    evidence.held[ANN, "view_code", "2033-05"] = Held(2, {"b": "id-b", "c": "id-c"})
    evidence.asked.pop()


def tell_no_id(evidence: Evidence) -> None:
    evidence.asked[0].answer = told("granted", 2)


def charge_twice(evidence: Evidence) -> None:
    evidence.ledger[-1] = entry("a", "id-again")
    evidence.held[ANN, "view_code", "2033-05"] = Held(2, {"a": "id-a", "b": "id-b"})


def decide_twice(evidence: Evidence) -> None:
    """One request, two units: of another resource, so that no resource is charged twice."""
    evidence.asked[1].request_id = evidence.asked[0].request_id


def give_away(evidence: Evidence) -> None:
    evidence.asked.append(asked("z", 7, told("repeat", 0)))


def refuse_early(evidence: Evidence) -> None:
    del evidence.ledger[-1]
    evidence.held[ANN, "view_code", "2033-05"] = Held(2, {"a": "id-a", "b": "id-b"})


def give_back(evidence: Evidence) -> None:
    evidence.asked.append(asked("a", 7, told("repeat", 1)))


def forget_in_redis(evidence: Evidence) -> None:
    evidence.held.clear()


def keep_from_the_ledger(evidence: Evidence) -> None:
    evidence.held[ANN, "claim_check", "2033-05"] = Held(1, {"a": "id-a"})


def miscount(evidence: Evidence) -> None:
    (key,) = evidence.held
    evidence.held[key] = replace(evidence.held[key], charged=2)


def open_a_gate(evidence: Evidence) -> None:
    evidence.asked[3].answer = Answer("granted", degraded=True, gated=True)


def allow_what_costs(evidence: Evidence) -> None:
    evidence.asked[3].open_in_outage = False


def grant(evidence: Evidence, resource: str, *, remaining: int) -> None:
    """One more, told, recorded and held."""
    evidence.asked.append(asked(resource, 8, told("granted", remaining, f"id-{resource}")))
    evidence.ledger.append(entry(resource))
    (key,) = evidence.held
    held = evidence.held[key]
    evidence.held[key] = Held(held.charged + 1, {**held.names, resource: f"id-{resource}"})


@pytest.mark.parametrize(
    "plant, promise",
    [
        (over_admit, "over_admitted"),
        (lose, "lost"),
        (tell_no_id, "lost"),
        (charge_twice, "charged_twice"),
        (decide_twice, "charged_twice"),
        (give_away, "given_away"),
        (refuse_early, "refused_early"),
        (give_back, "remaining_rose"),
        (forget_in_redis, "drifted"),
        (keep_from_the_ledger, "drifted"),
        (miscount, "drifted"),
        (open_a_gate, "opened_in_outage"),
        (allow_what_costs, "opened_in_outage"),
    ],
)
def test_a_planted_fault_is_found(plant: Callable[[Evidence], None], promise: str) -> None:
    evidence = healthy()
    plant(evidence)
    found = check(evidence)
    assert getattr(found, promise)
    if plant is not charge_twice:
        assert found.faults() == getattr(found, promise)


def test_what_had_not_been_relayed_may_be_lost_and_granted_again() -> None:
    evidence = healthy()
    lose(evidence)
    evidence.forgotten.append(entry("a"))
    # Redis was emptied, so there is a unit again.
    grant(evidence, "d", remaining=0)
    found = check(evidence)
    assert found.faults() == []
    assert (found.forgotten, found.lost_as_declared) == (1, 1)


def test_what_was_on_its_way_when_redis_was_emptied_may_be_in_the_ledger_only() -> None:
    evidence = healthy()
    evidence.forgotten.append(entry("a"))
    evidence.held[ANN, "view_code", "2033-05"] = Held(2, {"b": "id-b", "c": "id-c"})
    grant(evidence, "d", remaining=0)
    found = check(evidence)
    assert found.faults() == []
    assert found.lost_as_declared == 0


def test_no_more_than_what_had_not_been_relayed_may_be_granted_again() -> None:
    evidence = healthy()
    evidence.forgotten.append(entry("a"))
    grant(evidence, "d", remaining=0)
    grant(evidence, "e", remaining=0)
    assert check(evidence).over_admitted


def test_an_entry_that_was_published_twice_is_one_grant() -> None:
    evidence = healthy()
    evidence.ledger.append(entry("a"))
    found = check(evidence)
    assert found.faults() == []
    assert (found.recorded, found.published_twice) == (3, 1)
