"""Judges a history: whether every promise of metering's README was kept through all faults.

Pure: it knows what was asked, answered, recorded and held, and nothing of how it came about. What
Redis had not relayed when it was emptied may be lost or granted again; that is declared, and
counted here, but no fault. Everything else is one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from metering.decision import Subject
from tests.chaos.history import Answer, Asked, Evidence, Granted, Held

type _Use = tuple[Subject, str, int]
"""Whose units, of which action, in the period that ends then."""


@dataclass(slots=True)
class Findings:
    """Counts, and one line for each fault, by the promise that it breaks."""

    asked: int = 0
    unanswered: int = 0
    granted: int = 0
    """Grants that a caller was told of."""
    recorded: int = 0
    """Grants that the ledger has."""
    published_twice: int = 0
    """Entries that the ledger has more than once, which readers drop."""
    degraded: int = 0
    admitted_degraded: int = 0
    forgotten: int = 0
    """Entries that waited when Redis was emptied."""
    lost_as_declared: int = 0
    """Of those, how many a caller had been told of and the ledger never got."""

    over_admitted: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    charged_twice: list[str] = field(default_factory=list)
    given_away: list[str] = field(default_factory=list)
    refused_early: list[str] = field(default_factory=list)
    remaining_rose: list[str] = field(default_factory=list)
    drifted: list[str] = field(default_factory=list)
    opened_in_outage: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Every promise that was broken."""
        return [
            *self.over_admitted,
            *self.lost,
            *self.charged_twice,
            *self.given_away,
            *self.refused_early,
            *self.remaining_rose,
            *self.drifted,
            *self.opened_in_outage,
        ]


def check(evidence: Evidence) -> Findings:
    """Judge *evidence*, which was taken when everything had healed and nothing waited."""
    return _Check(evidence).run()


class _Check:
    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._ledger = {entry.decision_id: entry for entry in evidence.ledger}
        self._forgotten = {entry.decision_id: entry for entry in evidence.forgotten}
        # A forgotten entry may have been on its way to the ledger, and arrive later.
        self._charges = self._forgotten | self._ledger
        self._by_use: dict[_Use, list[Granted]] = defaultdict(list)
        for entry in self._charges.values():
            self._by_use[_use_of(entry)].append(entry)
        self._found = Findings(
            asked=len(evidence.asked),
            recorded=len(self._ledger),
            published_twice=len(evidence.ledger) - len(self._ledger),
            forgotten=len(self._forgotten),
        )

    def run(self) -> Findings:
        limits: dict[tuple[Subject, str], int | None] = {}
        answered: list[tuple[Asked, Answer]] = []
        for asked in self._evidence.asked:
            limits[asked.subject, asked.action] = asked.limit
            if asked.answer is None:
                self._found.unanswered += 1
            elif asked.answer.degraded:
                self._degraded(asked, asked.answer)
            else:
                answered.append((asked, asked.answer))
        self._limits(limits)
        self._repeats()
        self._answers(answered)
        self._remaining(answered)
        self._quiet()
        return self._found

    def _degraded(self, asked: Asked, answer: Answer) -> None:
        self._found.degraded += 1
        if answer.verdict != "denied":
            self._found.admitted_degraded += 1
            if answer.gated or not asked.open_in_outage:
                self._found.opened_in_outage.append(f"opened in an outage: {_named(asked)}")

    def _limits(self, limits: dict[tuple[Subject, str], int | None]) -> None:
        """I1: no subject is charged beyond its limit."""
        for (subject, action, ends), entries in self._by_use.items():
            limit = limits.get((subject, action))
            charged = sum(entry.decision_id not in self._forgotten for entry in entries)
            if limit is not None and charged > limit:
                self._found.over_admitted.append(
                    f"over-admitted: {charged} units of {limit}, {_name(subject, action)} to {ends}"
                )

    def _repeats(self) -> None:
        """I3: a resource is charged once in a period."""
        times: Counter[tuple[_Use, str]] = Counter()
        for entry in self._ledger.values():
            if entry.decision_id not in self._forgotten:
                times[_use_of(entry), entry.resource] += 1
        for ((subject, action, _), resource), count in times.items():
            if count > 1:
                self._found.charged_twice.append(
                    f"charged {count} times: {_name(subject, action)} {resource}"
                )

    def _answers(self, answered: Iterable[tuple[Asked, Answer]]) -> None:
        """I2: what callers were told is what is recorded."""
        told: dict[str, set[str]] = defaultdict(set)
        granted: set[str] = set()
        free = {(e.subject, e.action, e.resource) for e in self._charges.values()}
        for asked, answer in answered:
            match answer.verdict:
                case "granted":
                    granted.add(answer.decision_id)
                    told[asked.request_id].add(answer.decision_id)
                    entry = self._charges.get(answer.decision_id)
                    if entry is None or not _is_of(entry, asked):
                        self._found.lost.append(
                            f"lost: {answer.decision_id or 'no id'} of {_named(asked)}"
                        )
                case "repeat":
                    if (asked.subject, asked.action, asked.resource) not in free:
                        self._found.given_away.append(f"free and never charged: {_named(asked)}")
                case "denied":
                    self._denied(asked, answer)
        for request, ids in told.items():
            if len(ids - self._forgotten.keys()) > 1:
                self._found.charged_twice.append(f"two decisions of the request {request}")
        self._found.granted = len(granted)
        self._found.lost_as_declared = len(granted & (self._forgotten.keys() - self._ledger.keys()))

    def _denied(self, asked: Asked, answer: Answer) -> None:
        if not answer.spent or asked.limit is None or answer.reset_ms is None:
            return
        use = (asked.subject, asked.action, answer.reset_ms)
        if len(self._by_use.get(use, ())) < asked.limit:
            self._found.refused_early.append(f"refused with units left: {_named(asked)}")

    def _remaining(self, answered: Iterable[tuple[Asked, Answer]]) -> None:
        """I8: of two questions one after the other, the later is not told of more left."""
        told: dict[_Use, list[tuple[Asked, int]]] = defaultdict(list)
        for asked, answer in answered:
            if answer.remaining is not None and answer.reset_ms is not None:
                use = (asked.subject, asked.action, answer.reset_ms)
                told[use].append((asked, answer.remaining))
        for use, rows in told.items():
            # Each unit that was lost as declared may have been given back.
            back = sum(e.decision_id in self._forgotten for e in self._by_use.get(use, ()))
            ended = iter(sorted(rows, key=lambda row: row[0].ended))
            earlier = next(ended)
            least: float = float("inf")
            for asked, remaining in sorted(rows, key=lambda row: row[0].began):
                while earlier[0].ended < asked.began:
                    least = min(least, earlier[1])
                    earlier = next(ended)
                if remaining > least + back:
                    self._found.remaining_rose.append(
                        f"{remaining} left after {least:g} were: {_named(asked)}"
                    )

    def _quiet(self) -> None:
        """I5: Redis holds what the ledger has, no more and no less."""
        known: dict[tuple[Subject, str, str], dict[str, set[str]]] = defaultdict(dict)
        for entry in self._ledger.values():
            of_use = known[entry.subject, entry.action, entry.period]
            of_use.setdefault(entry.resource, set()).add(entry.decision_id)
        held = self._evidence.held
        nothing = Held(0, {})
        for key in {*known, *held}:
            resources = known[key]
            charged, names = held.get(key, nothing).charged, held.get(key, nothing).names
            missing = [
                resource
                for resource, ids in resources.items()
                if resource not in names and not ids <= self._forgotten.keys()
            ]
            surplus = [
                resource
                for resource, name in names.items()
                if name not in resources.get(resource, ())
            ]
            if missing or surplus or charged != len(names):
                self._found.drifted.append(
                    f"Redis and ledger differ: {_name(*key[:2])} {key[2]}: Redis lacks {missing}, "
                    f"the ledger lacks {surplus}, {charged} charged for {len(names)}"
                )


def _use_of(entry: Granted) -> _Use:
    return entry.subject, entry.action, entry.ends_ms


def _is_of(entry: Granted, asked: Asked) -> bool:
    return (entry.subject, entry.action, entry.resource) == (
        asked.subject,
        asked.action,
        asked.resource,
    )


def _name(subject: Subject, action: str) -> str:
    return f"{subject.kind} {subject.id} {action}"


def _named(asked: Asked) -> str:
    return f"{_name(asked.subject, asked.action)} {asked.resource}"
