"""The steps of a merge in Redis, each one script within one shard."""

from collections.abc import Sequence
from typing import Any

from hiredis import ReplyError

from metering.decision import VIEW_CODE
from metering.keys import (
    SHARDS,
    merge_key,
    outbox_key,
    record_id,
    shard_key,
    shard_of,
    use_key,
)
from metering.merge import Merge, Merged, Outcome
from metering.periods import DAY_MS, Period
from metering.redis_connection import Redis, RedisAway
from metering.scripts import script
from metering.store import GRACE_MS

KEEP_MS = 400 * DAY_MS
"""How long a merge is remembered: longer than a guest's cookie lives, which is 365 days."""
MAX_RESOURCES = 1_000
"""How many pages are carried over at most: so many of the longest fit into one event."""


_CLAIM = script("claim")
_TOMBSTONE = script("tombstone")
_UNION = script("union")


class MergeStore:
    """Claims accounts, spends guests and unites what they have seen.

    *outbox_capacity* bounds how many entries may wait for the ledger. Methods raise
    :class:`RedisAway` when Redis cannot be reached in time, has no room or does not know its
    count to be whole; repeating is safe.
    """

    def __init__(self, redis: Redis, *, outbox_capacity: int) -> None:
        self._redis = redis
        self._room = max(1, outbox_capacity // SHARDS)

    async def claim(self, merge: Merge) -> Merged | None:
        """Reserve the account for the guest.

        Answers what had come of it before; None when the merge is still to be done.
        """
        shard = shard_of(merge.account)
        state, *done = await self._evaluate(
            _CLAIM, [merge_key(shard, merge.account), shard_key(shard)], merge.guest_id, KEEP_MS
        )
        if state == "claimed":
            return None
        return _outcome(shard, state, *done)

    async def give_back(self, merge: Merge) -> None:
        """Let the account take over another guest, unless it has this one's pages."""
        shard = shard_of(merge.account)
        await self._evaluate(
            _CLAIM, [merge_key(shard, merge.account), shard_key(shard)], merge.guest_id, 0
        )

    async def spend(self, merge: Merge, period: Period, now_ms: int) -> list[str] | None:
        """Write the guest's tombstone.

        Answers the resources it has seen in its views' *period*, when that is in force by the
        shard's clock; None when the guest had gone to another account.
        """
        shard, state, now = shard_of(merge.guest), "stale", now_ms
        found: list[str] = []
        while state == "stale":
            window = period.window(now)
            state, now, *found = await self._evaluate(
                _TOMBSTONE,
                [
                    merge_key(shard, merge.guest),
                    use_key(shard, merge.guest, VIEW_CODE, window.key),
                    shard_key(shard),
                    outbox_key(shard),
                ],
                *(merge.account_id, now, window.end_ms, window.length_ms),
                *(KEEP_MS, MAX_RESOURCES, self._room, merge.guest_id),
            )
        if state == "full":
            raise RedisAway("the outbox has no room")
        return None if state == "spent" else found

    async def unite(
        self, merge: Merge, resources: Sequence[str], period: Period, now_ms: int
    ) -> Merged:
        """Make *resources* free for the account in its *period* at present, and record it."""
        shard, state, number, entry = shard_of(merge.account), "stale", now_ms, ""
        while state == "stale":
            window = period.window(number)
            state, number, entry = await self._evaluate(
                _UNION,
                [
                    merge_key(shard, merge.account),
                    use_key(shard, merge.account, VIEW_CODE, window.key),
                    outbox_key(shard),
                    shard_key(shard),
                ],
                *(number, window.start_ms, window.end_ms, window.length_ms),
                *(GRACE_MS, self._room, KEEP_MS),
                *(merge.guest_id, merge.account_id, merge.plan, VIEW_CODE),
                *resources,
            )
        return _outcome(shard, state, number, entry)

    async def _evaluate(self, script: str, keys: Sequence[str], *arguments: str | int) -> Any:
        # Whole scripts: registering is rare, and a Redis that was restarted knows no others.
        command = ("EVAL", script, len(keys), *keys, *arguments)
        (answer,) = await self._redis.execute([command], signed=True)
        if isinstance(answer, RedisAway):
            raise answer
        if isinstance(answer, ReplyError):
            raise RedisAway(f"Redis refused: {answer}")
        if answer[0] == "closed":
            raise RedisAway("the count is being compared with the ledger")
        return answer


def _outcome(shard: int, state: str, number: int, entry: str) -> Merged:
    match state:
        case "taken":
            return Merged(Outcome.ACCOUNT_TAKEN)
        case "full":
            raise RedisAway("the outbox has no room")
    epoch, _, name = entry.partition(" ")
    return Merged(Outcome.MERGED, number, record_id(epoch, shard, name), state == "again")
