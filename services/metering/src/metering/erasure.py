"""Erasing an account: its count goes, and what the ledger says of it becomes anonymous.

The ledger is append-only for whoever reads it, so an entry is not changed but replaced. Each grant
of the account, and of the guest it took over, is published again without identifier and resource,
on a subject that only reports of usage read; then the original is overwritten. Its merge is just
overwritten. What remains by name is one entry for each, ``subject_erased``, and one behind those of
each strict action: an opaque id that nothing leads from any more.

Why so, and not by a pseudonym in each entry whose key is destroyed: the key would have to outlive
Redis, or nothing could be rebuilt after a loss, and so would need a second store as durable as the
ledger. And why the erasure is itself an entry: an older copy of Redis, once restored, lacks the
entry, is therefore rebuilt, and forgets the account again.

Each step may be repeated, and the event that asks for it is until all are done, for the guest
first, if one was taken over, and then for the account, which alone names the guest:

1. Redis forgets what was granted; a guest stays spent, an account is granted nothing from now on;
2. the outbox is waited for, as what it holds is not in the ledger yet;
3. the ledger's entries are replaced; those of strict actions as ``strict_erasure`` says.
"""

import asyncio
from collections.abc import Callable

from hiredis import ReplyError

from codingahead.metering.v1 import events_pb2
from metering.decision import Subject
from metering.keys import merge_key, shard_of
from metering.ledger import (
    ALLOWANCE_MERGED,
    GUEST_SPENT,
    VIEW_GRANTED,
    anonymous,
    subject_from,
    subject_of,
)
from metering.ledger_reader import Ledger, LedgerAway, parsed
from metering.outbox import Outbox
from metering.plans import Plans
from metering.rebuild import erasure, periods_of
from metering.redis_connection import Redis, RedisAway
from metering.strict_erasure import erase_units

_SPENT_FOR = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
return 0
"""
_RELAY_SECONDS = 0.1
_TRIES = 50


class Eraser:
    """Erases accounts. *recorded* is called when there is something for the relay."""

    def __init__(
        self,
        redis: Redis,
        ledger: Ledger,
        plans: Callable[[], Plans],
        recorded: Callable[[], None],
    ) -> None:
        self._redis = redis
        self._ledger = ledger
        self._plans = plans
        self._outbox = Outbox(redis)
        self._recorded = recorded

    async def erase(self, account: Subject, now_ms: int) -> int:
        """Erase *account*; how many entries of what it was charged became anonymous.

        Raises:
            RedisAway: when Redis could not be written; to be repeated.
            LedgerAway: when the ledger could not be written, or has not got everything from Redis
                yet; to be repeated.
        """
        done = 0
        for subject in (*await self._guests_of(account), account):
            await self._forget(subject, now_ms)
            self._recorded()
            await self._relayed(shard_of(subject))
            done += await self._make_anonymous(subject)
            done += await erase_units(self._ledger, subject, self._strict_actions(), now_ms)
        return done

    def _strict_actions(self) -> list[str]:
        actions = self._plans().actions.values()
        return [action.key for action in actions if action.consistency == "strict"]

    async def _guests_of(self, account: Subject) -> list[Subject]:
        """The guest that was spent for *account*, as Redis or else the ledger has it."""
        shard = shard_of(account)
        (held,) = await self._ask(("HGET", merge_key(shard, account), "guest"))
        names = {str(held)} if held else set()
        async for messages, _ in self._ledger.read([subject_of(ALLOWANCE_MERGED.subject, shard)]):
            for message in messages:
                merged = parsed(events_pb2.AllowanceMerged, message)
                if merged and subject_from(merged.account) == account:
                    names.add(merged.guest.id)
        guests = []
        for name in sorted(names):
            guest = Subject("guest", name)
            key = merge_key(shard_of(guest), guest)
            (spent,) = await self._ask(("EVAL", _SPENT_FOR, 1, key, account.id))
            (erased,) = await self._ask(("EVAL", _SPENT_FOR, 1, key, ""))
            # One that was claimed only is somebody's still.
            if spent or erased:
                guests.append(guest)
        return guests

    async def _forget(self, subject: Subject, now_ms: int) -> None:
        plans = self._plans()
        command = erasure(subject, plans.actions, periods_of(plans, now_ms), now_ms, record=True)
        (answer,) = await self._ask(command, signed=True)
        if answer == "closed":
            raise RedisAway("the count is being compared with the ledger")

    async def _relayed(self, shard: int) -> None:
        """Wait until the ledger has what the outbox of *shard* holds now."""
        waiting = {entry.id for entry in await self._outbox.of(shard)}
        for _ in range(_TRIES):
            waiting &= {entry.id for entry in await self._outbox.of(shard)}
            if not waiting:
                return
            await asyncio.sleep(_RELAY_SECONDS)
        raise LedgerAway("entries still wait for it in Redis")

    async def _make_anonymous(self, subject: Subject) -> int:
        shard, done = shard_of(subject), 0
        kinds = [kind.subject for kind in (VIEW_GRANTED, GUEST_SPENT, ALLOWANCE_MERGED)]
        for kind in kinds:
            async for messages, _ in self._ledger.read([subject_of(kind, shard)]):
                for message in messages:
                    sequence = message.metadata.sequence.stream
                    if kind == VIEW_GRANTED.subject:
                        granted = parsed(events_pb2.ViewGranted, message)
                        if granted and subject_from(granted.subject) == subject:
                            await self._ledger.append(anonymous(granted))
                            await self._ledger.delete(sequence)
                            done += 1
                    elif kind == GUEST_SPENT.subject:
                        spent = parsed(events_pb2.GuestSpent, message)
                        if spent and subject_from(spent.guest) == subject:
                            await self._ledger.delete(sequence)
                    else:
                        merged = parsed(events_pb2.AllowanceMerged, message)
                        if merged and subject_from(merged.account) == subject:
                            await self._ledger.delete(sequence)
        return done

    async def _ask(self, command: tuple[str | int, ...], *, signed: bool = False) -> list[object]:
        answers = await self._redis.execute([command], signed=signed)
        for answer in answers:
            if isinstance(answer, RedisAway):
                raise answer
            if isinstance(answer, ReplyError):
                raise RedisAway(f"Redis refused: {answer}")
        return answers
