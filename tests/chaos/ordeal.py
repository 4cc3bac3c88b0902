"""One ordeal: callers ask, faults strike and are healed, and in the end everything is judged."""

import asyncio
import random
import time
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from metering.decision import Subject
from metering.keys import SHARDS, shard_of
from tests.chaos.callers import Callers, Route
from tests.chaos.checker import Findings, check
from tests.chaos.faults import FAULTS
from tests.chaos.history import Asked, Evidence
from tests.chaos.site import Site, place_of
from tests.chaos.strict_callers import StrictCallers
from tests.chaos.strict_checker import StrictFindings, check_strict
from tests.chaos.workload import Workload

RECOVERY_SECONDS = 15.0
"""The longest that any recovery may take."""

_PATIENCE_SECONDS = 60.0


class NeverRecovered(Exception):  # noqa: N818 - it says what was found
    """After a fault was healed something did not come back; says what is known of it."""


@dataclass(frozen=True, slots=True)
class Strike:
    """What one round of faults did.

    *answers_seconds* after healing began every process counted again in every shard, and
    *ledger_seconds* after it the ledger had what was granted then.
    """

    faults: tuple[str, ...]
    answers_seconds: float
    ledger_seconds: float
    degraded: int
    unanswered: int

    @property
    def slow(self) -> bool:
        """Whether recovery took longer than it may."""
        return max(self.answers_seconds, self.ledger_seconds) > RECOVERY_SECONDS


@dataclass(slots=True)
class Outcome:
    """What came of it all."""

    findings: Findings
    strict: StrictFindings
    strikes: list[Strike] = field(default_factory=list)
    seconds: float = 0.0

    def faults(self) -> list[str]:
        """Every promise that was broken."""
        return [*self.findings.faults(), *self.strict.faults()]


class Ordeal:
    """Runs in *folder*; the same *seed* gives the same questions and the same victims.

    Each round's faults strike together, hold for *hold_seconds* and are healed together.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        processes: int,
        hold_seconds: float,
        batch: int,
        pause_seconds: float,
    ) -> None:
        self._site = Site(folder, processes=processes, rng=random.Random(seed))
        self._hold = hold_seconds
        ports = [node.front.port for node in self._site.nodes]
        self._strict = StrictCallers(ports, random.Random(seed), pause_seconds=0.05)
        self._callers = Callers(
            ports,
            Workload(random.Random(seed), window=60),
            batch=batch,
            pause_seconds=pause_seconds,
        )
        self._probes = _one_of_each_shard()
        self._strikes: list[Strike] = []
        self._began = time.monotonic()

    @property
    def granted(self) -> int:
        """Grants that callers were told of so far."""
        return self._callers.granted

    async def __aenter__(self) -> "Ordeal":
        try:
            await self._site.start()
        except BaseException:
            await self._site.stop()
            raise
        self._callers.start()
        self._strict.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._callers.stop()
        await self._strict.stop()
        await self._site.stop()

    async def strike(self, *faults: str) -> Strike:
        """Let *faults* strike, heal them and wait for recovery."""
        first = len(self._callers.asked)
        async with AsyncExitStack() as stack:
            for fault in faults:
                await stack.enter_async_context(FAULTS[fault](self._site))
            await asyncio.sleep(self._hold)
            healing = time.monotonic()
        try:
            answers, ledger = await self._recovered(healing)
        except TimeoutError:
            fallen = self._site.fallen()
            raise NeverRecovered(
                f"{faults}: "
                + ("\n".join(fallen) or "every process runs, and not all of it counts")
            ) from None
        answered = [asked.answer for asked in self._callers.asked[first:]]
        strike = Strike(
            faults,
            round(answers - healing, 2),
            round(ledger - healing, 2),
            degraded=sum(answer is not None and answer.degraded for answer in answered),
            unanswered=answered.count(None),
        )
        self._strikes.append(strike)
        return strike

    async def judged(self) -> Outcome:
        """Stop asking, wait for quiet, and judge."""
        await self._callers.stop()
        await self._strict.stop()
        await self._site.quiet()
        evidence = Evidence(
            asked=self._callers.asked,
            ledger=await self._site.ledger(),
            held=await self._site.held(),
            forgotten=self._site.forgotten,
        )
        seconds = round(time.monotonic() - self._began, 1)
        strict = check_strict(self._strict.asked, await self._site.strict_ledger())
        return Outcome(check(evidence), strict, self._strikes, seconds)

    async def _recovered(self, since: float) -> tuple[float, float]:
        """When every process counted in every shard, and when the ledger had what it granted."""
        async with asyncio.timeout_at(asyncio.get_running_loop().time() + _PATIENCE_SECONDS):
            probes = await asyncio.gather(
                *(self._counted(node.front.port) for node in self._site.nodes)
            )
            answers = time.monotonic()
            places = [
                place_of(asked.answer.decision_id)
                for batch in probes
                for asked in batch
                if asked.answer
            ]
            while True:
                waiting = await self._site.first_waiting()
                if all(waiting[shard] > place for shard, place in places):
                    return answers, time.monotonic()
                await asyncio.sleep(0.05)

    async def _counted(self, port: int) -> Sequence[Asked]:
        """Ask for a new resource in each shard until all are granted and counted."""
        route = Route(port, self._callers.note)
        try:
            while True:
                batch = [_probe(subject) for subject in self._probes]
                await route.ask(batch)
                if all(asked.answer and asked.answer.decision_id for asked in batch):
                    return batch
                await asyncio.sleep(0.05)
        finally:
            await route.close()


def _one_of_each_shard() -> list[Subject]:
    subjects: dict[int, Subject] = {}
    number = 0
    while len(subjects) < SHARDS:
        subject = Subject("account", f"probe{number}")
        subjects.setdefault(shard_of(subject), subject)
        number += 1
    return [subjects[shard] for shard in range(SHARDS)]


def _probe(subject: Subject) -> Asked:
    return Asked(
        subject=subject,
        plan="enterprise",
        action="view_code",
        resource=f"icd-10-cm:{uuid.uuid4()}",
        limit=None,
        open_in_outage=True,
        request_id=str(uuid.uuid4()),
    )
