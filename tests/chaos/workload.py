"""What callers ask: many subjects close to their limits, again and again, by several at once."""

import math
import random
import uuid
from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

from metering.decision import Subject
from tests.chaos.history import Asked

_BEYOND = 3
"""So many resources more than its limit is a subject asked for."""
_DRAWS = 14
"""Questions for each use while it is new."""
_OLD = 0.15
"""Share of the questions that are for any use that ever was: after a loss it must be known."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Subjects of one kind, and what they ask; as in deploy/plans.yaml."""

    subject: Literal["guest", "account"]
    plan: str
    action: str
    limit: int
    open_in_outage: bool


_FREE_VIEWS = _Kind("account", "free", "view_code", 5, open_in_outage=True)
_FREE_CLAIMS = _Kind("account", "free", "claim_check", 5, open_in_outage=False)
_GUEST_VIEWS = _Kind("guest", "guest", "view_code", 1, open_in_outage=True)
_KINDS = (_FREE_VIEWS, _FREE_CLAIMS, _FREE_VIEWS, _GUEST_VIEWS)


class Workload:
    """An endless row of questions: a window of new uses that moves on, and now and then old ones.

    A question of which nobody knows what became is asked again with its id.
    """

    def __init__(self, rng: random.Random, *, window: int) -> None:
        self._rng = rng
        self._window = window
        self._drawn = 0
        self._again: deque[Asked] = deque()

    def next(self) -> Asked:
        """The next question, not yet asked."""
        if self._again and self._rng.random() < 0.5:
            before = self._again.popleft()
            return replace(before, began=0.0, ended=math.inf, answer=None)
        self._drawn += 1
        base = self._drawn // _DRAWS
        if self._rng.random() < _OLD:
            number = self._rng.randrange(base + 1)
        else:
            number = base + self._rng.randrange(self._window)
        return self._new(number)

    def again(self, asked: Asked) -> None:
        """Have *asked* asked once more."""
        self._again.append(asked)

    def _new(self, number: int) -> Asked:
        kind = _KINDS[number % len(_KINDS)]
        return Asked(
            subject=Subject(kind.subject, f"s{number}"),
            plan=kind.plan,
            action=kind.action,
            resource=f"icd-10-cm:{self._rng.randrange(kind.limit + _BEYOND)}",
            limit=kind.limit,
            open_in_outage=kind.open_in_outage,
            request_id=str(uuid.UUID(int=self._rng.getrandbits(128))),
        )
