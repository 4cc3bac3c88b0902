"""Merges guests into accounts by the plans in force."""

import time
from collections.abc import Callable

from metering import merge as merging
from metering.availability import Availability
from metering.merge import Merge, Merged, Outcome, Steps
from metering.plans import Plans
from metering.redis_connection import RedisAway
from servicekit.metrics import Counter

MERGES = Counter("metering_merges_total", "Merges asked for, by how they came out.", ["outcome"])

_REPEATED = "repeated"


class Merger:
    """Merges; calls *recorded* after a merge that the ledger is to have."""

    def __init__(
        self,
        plans: Callable[[], Plans],
        steps: Steps,
        availability: Availability,
        recorded: Callable[[], None],
    ) -> None:
        self._plans = plans
        self._steps = steps
        self._availability = availability
        self._recorded = recorded
        for outcome in (*(each.value for each in Outcome), _REPEATED):
            MERGES.labels(outcome)

    async def merge(self, merge: Merge) -> Merged:
        """Do what is left to do of *merge*; repeating is safe.

        Raises:
            QuestionInvalid: when it is malformed.
            RedisAway: when it could not be finished.
        """
        plans = self._plans()
        merging.check(merge, plans)
        if not self._availability.up:
            raise RedisAway("Redis does not answer")
        merged = await merging.carry_over(merge, self._steps, plans, int(time.time() * 1000))
        if merged.outcome is Outcome.MERGED and not merged.repeated:
            self._recorded()
        MERGES.labels(_REPEATED if merged.repeated else merged.outcome.value).inc()
        return merged
