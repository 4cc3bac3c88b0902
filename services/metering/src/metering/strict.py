"""The count of a strict action: pure rules over what the ledger's last entry says.

A unit of a strict action costs money, so it counts only once the ledger has it. Each holder and
action has a subject of its own in the ledger, and each entry there carries the whole balance after
it. To act is to read the last entry, apply a rule of this module, and write the outcome on the
condition that no other entry came meanwhile; else it is done anew. So there is one order of things,
kept by the ledger alone: no process needs to know of another, a copy that lags cannot decide, and
nothing has to be rebuilt.

Why units are *reserved* before the work and *settled* after it: what the work costs is known only
then, and two that work at once must not both spend the last unit. What is never settled expires, by
its own moment and whether or not anybody has written that down, so that a caller that dies costs
its holder nothing for longer than a reservation lives. Moments are those of the holder's clock,
which no entry sets back; where a process's clock steps back, what it had seen expire may be open
again, as long as no entry was written in between.
"""

import enum
from dataclasses import dataclass, field, replace

from metering.balance import Balance, Change, Kind, Request, Reservation, Tally
from metering.decision import Held, QuestionInvalid, Reason, Use, Verdict
from metering.periods import Window
from metering.plans import Limit

OPEN_AT_MOST = 256
"""Reservations of one holder that may be open at once: an entry must stay small."""
RESOURCES = 256
"""How many resources of a period are remembered: an older one, asked again, costs again."""
REQUESTS = 64
"""How many requests are remembered."""


class Outcome(enum.Enum):
    """What became of a reservation that is to be settled."""

    SETTLED = "settled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Step:
    """The *balance* after a rule, and the *changes* that led to it.

    *lapsed* reservations are among them. When the balance is the very one before, there is
    nothing to write.
    """

    balance: Balance
    changes: tuple[Change, ...] = ()
    lapsed: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """*units* of what has the digest *resource*, against *limit* of *plan*.

    *request* is the digest of the request and its resource; *spent*: the holder went elsewhere and
    gets nothing new. With *peek* nothing is set aside.
    """

    request: bytes
    resource: bytes
    plan: str
    limit: Limit
    units: int = 1
    peek: bool = False
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Reserved(Step):
    """A step that answered *use*, and the *reservation* that was made, or found open."""

    use: Use = field(kw_only=True)
    reservation: Reservation | None = None


@dataclass(frozen=True, slots=True)
class Settled(Step):
    """A step that settled: *units* were charged; *tally* is their period, None once it is over."""

    outcome: Outcome = field(kw_only=True)
    units: int = 0
    tally: Tally | None = None


def reserve(
    balance: Balance, asked: Asked, *, now_ms: int, lifetime_ms: int, name: str
) -> Reserved:
    """Set units aside under *name*, if they may be had.

    The same request, asked again, gets the reservation that it got, while that is open or charged.
    """
    now = max(now_ms, balance.clock_ms)
    step = _lapsed(balance, now)
    standing = _Standing.of(step.balance, asked, now)
    spent = asked.spent or balance.erased
    if not asked.peek and (before := _same(step.balance, asked.request)):
        use = replace(standing.use(Verdict.GRANTED), decision_id=before.reservation)
        return Reserved(balance, use=use, reservation=_open(step.balance, before.reservation))
    if standing.tally and asked.resource in standing.tally.resources:
        use = standing.use(Verdict.REPEAT, spent)
        if asked.peek or standing.counted() == standing.tally:
            return Reserved(balance, use=use)
        after = _with(step.balance, standing.tally, standing.counted(), now)
        return Reserved(after, step.changes, step.lapsed, use=use)
    if spent or asked.peek:
        return Reserved(balance, use=replace(standing.use(Verdict.DENIED, spent), merged=spent))
    if why := standing.denies(asked.units):
        return Reserved(balance, use=replace(standing.use(Verdict.DENIED), why=why))
    made = Reservation(name, asked.units, now + lifetime_ms, asked.resource)
    tally = standing.counted()
    tally = replace(tally, open=(*tally.open, made))
    after = _with(step.balance, standing.tally, tally, now)
    after = replace(
        after,
        reserved=after.reserved + made.units,
        requests=(*after.requests, Request(asked.request, name))[-REQUESTS:],
    )
    use = standing.use(Verdict.GRANTED)
    use = replace(use, ends_ms=tally.ends_ms, decision_id=name, reserved=use.reserved + made.units)
    changes = (*step.changes, Change(Kind.RESERVED, name, made.units, tally))
    return Reserved(after, changes, step.lapsed, use=use, reservation=made)


def decide(balance: Balance, asked: Asked, *, now_ms: int, name: str) -> Reserved:
    """Reserve and settle in the same step: for work that is done at once."""
    first = reserve(balance, asked, now_ms=now_ms, lifetime_ms=0, name=name)
    if first.reservation is None:
        return first
    now = max(now_ms, balance.clock_ms)
    second = _settled(first.balance, first.reservation, asked.units, now)
    use = replace(
        first.use,
        charged=first.use.charged + second.units,
        reserved=first.use.reserved - first.reservation.units,
    )
    return Reserved(second.balance, first.changes + second.changes, first.lapsed, use=use)


def settle(balance: Balance, reservation: str, units: int, *, now_ms: int) -> Settled:
    """Charge *units* of *reservation* and give the rest back, to the period it was made in.

    Raises:
        QuestionInvalid: when less was reserved.
    """
    now = max(now_ms, balance.clock_ms)
    step = _lapsed(balance, now)
    if found := _open(step.balance, reservation):
        if units > found.units:
            raise QuestionInvalid(
                "REQUEST_INVALID", "units", f"must be 0 to {found.units}, which were reserved"
            )
        done = _settled(step.balance, found, units, now)
        return replace(done, changes=step.changes + done.changes, lapsed=step.lapsed)
    for request in reversed(step.balance.requests):
        if request.reservation != reservation:
            continue
        if request.kind is Kind.EXPIRED:
            return Settled(step.balance, step.changes, step.lapsed, outcome=Outcome.EXPIRED)
        tallies = [each for each in balance.tallies if each.start_ms <= now < each.ends_ms]
        return Settled(
            balance,
            outcome=Outcome.SETTLED,
            units=request.units,
            tally=tallies[-1] if tallies else None,
        )
    return Settled(balance, outcome=Outcome.UNKNOWN)


def expire(balance: Balance, *, now_ms: int) -> Step:
    """Write down what has expired."""
    return _lapsed(balance, max(now_ms, balance.clock_ms))


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where a holder stands in the period of a question: what is counted against which limit."""

    window: Window
    now_ms: int
    tally: Tally | None
    limit: int | None
    plan: str
    held: Held | None
    crowded: bool

    @classmethod
    def of(cls, balance: Balance, asked: Asked, now: int) -> "_Standing":
        window = asked.limit.period.window(now)
        tally = next((each for each in balance.tallies if _is_in(each, window, now)), None)
        limit, plan, held = asked.limit.units, asked.plan, None
        if tally and _exceeds(tally.limit, limit):
            # The largest plan held within the period stays in force to its end.
            limit, plan = tally.limit, tally.plan
            held = Held(plan, Limit(limit, asked.limit.period))
        crowded = sum(len(each.open) for each in balance.tallies) >= OPEN_AT_MOST
        return cls(window, now, tally, limit, plan, held, crowded)

    def counted(self) -> Tally:
        """The tally that counts, with the limit in force; one of days begins now."""
        if self.tally:
            return replace(self.tally, limit=self.limit, plan=self.plan)
        window, now = self.window, self.now_ms
        start, ends = window.start_ms, window.end_ms
        if window.length_ms:
            start, ends = now, now + window.length_ms
        return Tally(window.key, start, ends, self.limit, self.plan)

    def denies(self, units: int) -> Reason | None:
        """Why *units* cannot be had, if they cannot."""
        charged, reserved = self._counts()
        if self.limit is not None and charged + units > self.limit:
            return Reason.LIMIT_SPENT
        if self.limit is not None and charged + reserved + units > self.limit:
            return Reason.RESERVED
        return Reason.RESERVED if self.crowded else None

    def use(self, verdict: Verdict, spent: bool = False) -> Use:
        """What the count says; no period to come gives one that is *spent* anything."""
        charged, reserved = self._counts()
        ends = self.tally.ends_ms if self.tally else self.window.end_ms
        if spent:
            charged, ends = max(charged, self.limit or 0), 0
        return Use(verdict, charged, ends, held=self.held, reserved=reserved)

    def _counts(self) -> tuple[int, int]:
        return (self.tally.settled, self.tally.reserved) if self.tally else (0, 0)


def _exceeds(units: int | None, other: int | None) -> bool:
    return other is not None and (units is None or units > other)


def _is_in(tally: Tally, window: Window, now: int) -> bool:
    return tally.key == window.key and tally.start_ms <= now < tally.ends_ms


def _same(balance: Balance, digest: bytes) -> Request | None:
    """The same request from before, unless nothing came of it."""
    for request in reversed(balance.requests):
        if request.digest == digest and (request.kind is Kind.RESERVED or request.units):
            return request
    return None


def _open(balance: Balance, name: str) -> Reservation | None:
    return next((each for tally in balance.tallies for each in tally.open if each.id == name), None)


def _with(balance: Balance, old: Tally | None, new: Tally, now: int) -> Balance:
    """*balance* at *now* with *new* in place of *old*, and without what nobody needs any more."""
    tallies = [new if each is old else each for each in balance.tallies]
    if old is None:
        tallies.append(new)
    kept = tuple(each for each in tallies if each.open or _is_in_force(each, now))
    return replace(balance, clock_ms=now, tallies=kept)


def _is_in_force(tally: Tally, now: int) -> bool:
    # Days that nothing was charged in have not begun.
    return tally.ends_ms > now and bool(tally.settled or not tally.key.endswith("d"))


def _told(balance: Balance, reservation: str, kind: Kind, units: int) -> tuple[Request, ...]:
    return tuple(
        replace(each, kind=kind, units=units) if each.reservation == reservation else each
        for each in balance.requests
    )


def _settled(balance: Balance, reservation: Reservation, units: int, now: int) -> Settled:
    tally = next(each for each in balance.tallies if reservation in each.open)
    if reservation.resource in tally.resources:
        # Charged meanwhile through another reservation: again is free.
        units = 0
    back = reservation.units - units
    resources = (*tally.resources, reservation.resource) if units else tally.resources
    counted = replace(
        tally,
        settled=tally.settled + units,
        open=tuple(each for each in tally.open if each is not reservation),
        resources=resources[-RESOURCES:],
    )
    after = replace(
        _with(balance, tally, counted, now),
        settled=balance.settled + units,
        expired=balance.expired + back,
        requests=_told(balance, reservation.id, Kind.SETTLED, units),
    )
    kinds = ((Kind.SETTLED, units), (Kind.EXPIRED, back))
    changes = tuple(Change(kind, reservation.id, n, counted) for kind, n in kinds if n)
    shown: Tally | None = counted
    if counted not in after.tallies:
        shown = replace(counted, ends_ms=0) if counted.ends_ms > now else None
    elif counted.ends_ms <= now:
        shown = None
    return Settled(after, changes, outcome=Outcome.SETTLED, units=units, tally=shown)


def _lapsed(balance: Balance, now: int) -> Step:
    """*balance* once what has expired by *now* has gone back; the very same when nothing has."""
    step = Step(balance)
    for tally in balance.tallies:
        over = [each for each in tally.open if each.expires_ms <= now]
        if not over:
            continue
        counted = replace(tally, open=tuple(each for each in tally.open if each not in over))
        after = _with(step.balance, tally, counted, now)
        for each in over:
            after = replace(
                after,
                expired=after.expired + each.units,
                requests=_told(after, each.id, Kind.EXPIRED, 0),
            )
        changes = tuple(Change(Kind.EXPIRED, each.id, each.units, counted) for each in over)
        step = Step(after, step.changes + changes, step.lapsed + len(over))
    return step
