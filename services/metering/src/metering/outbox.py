"""The outboxes: what Redis has recorded and the ledger does not have yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiredis import ReplyError

from metering.keys import SHARDS, outbox_key, refused_key
from metering.lease import Lease
from metering.redis_connection import Command, Redis, RedisAway
from metering.scripts import script

LEASE_KEY = "relay:lease"

_SET_ASIDE = script("set_aside")
_TAKE_BACK = script("take_back")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one script recorded in the outbox of *shard*; *fields* as the script wrote them."""

    shard: int
    id: str
    fields: Mapping[str, str]

    @property
    def name(self) -> str:
        """The id by which the ledger knows it: that of an entry that was set aside is its first."""
        return self.fields.get("entry", self.id)

    @property
    def recorded_ms(self) -> int:
        """When it was recorded, by Redis's clock."""
        return int(self.name.partition("-")[0])


class Outbox:
    """Reads and clears the outboxes of all shards.

    One process at a time should, which a lease of *lease_seconds* sees to. It saves work and no
    more: two that relay at once publish the same events, which the ledger takes once.

    Methods raise :class:`RedisAway` when Redis cannot be reached. In a cluster, shards whose
    server is away are left out while others answer.
    """

    def __init__(self, redis: Redis, *, lease_seconds: float = 5.0) -> None:
        self._redis = redis
        self._lease = Lease(redis, LEASE_KEY, seconds=lease_seconds)

    @property
    def held(self) -> bool:
        """Whether this process may relay, as far as it can tell without asking."""
        return self._lease.held

    async def hold(self) -> bool:
        """Take the lease or keep it; False while another process has it."""
        return await self._lease.hold()

    async def release(self) -> None:
        """Let another process take over at once."""
        await self._lease.release()

    async def read(self, at_most: int) -> list[Entry]:
        """The oldest entries of each shard, *at_most* so many of a shard; they stay."""
        streams = await self._ask(
            [("XRANGE", outbox_key(shard), "-", "+", "COUNT", at_most) for shard in range(SHARDS)]
        )
        return [
            entry
            for shard, stream in enumerate(streams)
            if stream is not None
            for entry in _entries(shard, stream)
        ]

    async def of(self, shard: int) -> list[Entry]:
        """All that waits in *shard*; raises when its server is away."""
        (stream,) = await self._ask([("XRANGE", outbox_key(shard), "-", "+")])
        if stream is None:
            raise RedisAway("the shard's server is away")
        return _entries(shard, stream)

    async def clear(self, entries: Sequence[Entry]) -> None:
        """Forget *entries*: the ledger has them."""
        by_shard: dict[int, list[str]] = {}
        for entry in entries:
            by_shard.setdefault(entry.shard, []).append(entry.id)
        await self._ask([("XDEL", outbox_key(shard), *ids) for shard, ids in by_shard.items()])

    async def set_aside(self, entry: Entry, why: str) -> None:
        """Put *entry*, which the ledger will never take, where it blocks no other."""
        keys = (outbox_key(entry.shard), refused_key(entry.shard))
        await self._ask([("EVAL", _SET_ASIDE, 2, *keys, entry.id, why)])

    async def take_back(self) -> int:
        """Offer the ledger again what was set aside; how many entries."""
        shards = range(SHARDS)
        return await self._sum(
            [("EVAL", _TAKE_BACK, 2, outbox_key(n), refused_key(n)) for n in shards]
        )

    async def size(self) -> int:
        """How many entries wait."""
        return await self._sum([("XLEN", outbox_key(shard)) for shard in range(SHARDS)])

    async def refused(self) -> int:
        """How many entries were set aside."""
        return await self._sum([("XLEN", refused_key(shard)) for shard in range(SHARDS)])

    async def _sum(self, commands: Sequence[Command]) -> int:
        return sum(answer or 0 for answer in await self._ask(commands))

    async def _ask(self, commands: Sequence[Command]) -> list[Any]:
        """The answers; None for those of a server that is away while others answer."""
        answers = await self._redis.execute(commands)
        for answer in answers:
            if isinstance(answer, ReplyError):
                raise RedisAway(f"Redis refused: {answer}")
        return [None if isinstance(answer, RedisAway) else answer for answer in answers]


def _entries(shard: int, stream: list[Any]) -> list[Entry]:
    return [
        Entry(shard, entry, dict(zip(flat[::2], flat[1::2], strict=True)))
        for entry, flat in stream
        if flat is not None
    ]
