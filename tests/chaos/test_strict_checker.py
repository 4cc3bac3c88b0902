"""The checker of strict actions finds each fault that is planted, and no other."""

from collections.abc import Callable

import pytest

from metering.decision import Subject
from tests.chaos.strict_checker import Change, Reserving, check_strict

ANN = Subject("account", "ann")

type _History = tuple[list[Reserving], list[Change]]


def change(kind: str, reservation: str) -> Change:
    assert kind in ("reserved", "settled", "expired")
    return Change(ANN, "consult", "2033-05", kind, reservation, 1)  # type: ignore[arg-type]


def reserving(*answers: str, settled: int | None = None) -> Reserving:
    return Reserving(ANN, "consult", 2, list(answers), settled)


def healthy() -> _History:
    """One charged, one that cost nothing, one that expired, one charged, one denied."""
    return (
        [
            reserving("r1", settled=1),
            reserving("r2", settled=0),
            reserving("r3"),
            reserving("r4", "r4", settled=1),
            reserving(),
        ],
        [
            change("reserved", "r1"),
            change("settled", "r1"),
            change("reserved", "r2"),
            change("expired", "r2"),
            change("reserved", "r3"),
            change("expired", "r3"),
            change("reserved", "r4"),
            change("settled", "r4"),
        ],
    )


def test_a_history_without_faults_is_found_to_be_so() -> None:
    found = check_strict(*healthy())
    assert found.faults() == []
    assert (found.asked, found.reserved, found.recorded) == (5, 4, 4)
    assert (found.settled, found.gone_back) == (3, 2)


def reserve_beyond(history: _History) -> None:
    history[1].append(change("reserved", "r5"))


def reserve_beyond_what_is_open(history: _History) -> None:
    """Units that may still be charged count like charged ones."""
    history[1][4:4] = [change("reserved", "r5"), change("expired", "r5")]
    history[1].insert(4, change("reserved", "r6"))


def lose_a_reservation(history: _History) -> None:
    del history[1][4:6]


def lose_a_charge(history: _History) -> None:
    del history[1][-1]


def reserve_twice_for_one_request(history: _History) -> None:
    history[0][0].answers.append("r3")
    history[0][0].settled = None


def settle_twice(history: _History) -> None:
    history[1].append(change("settled", "r1"))


def allow_in_an_outage(history: _History) -> None:
    history[0][-1].open_in_outage = True


@pytest.mark.parametrize(
    "plant, promise",
    [
        (reserve_beyond, "over_admitted"),
        (reserve_beyond_what_is_open, "over_admitted"),
        (lose_a_reservation, "lost"),
        (lose_a_charge, "lost"),
        (reserve_twice_for_one_request, "charged_twice"),
        (settle_twice, "charged_twice"),
        (allow_in_an_outage, "opened_in_outage"),
    ],
)
def test_a_planted_fault_is_found(plant: Callable[[_History], None], promise: str) -> None:
    history = healthy()
    plant(history)
    found = check_strict(*history)
    assert getattr(found, promise)
    assert found.faults() == getattr(found, promise)
