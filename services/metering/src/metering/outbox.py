"""The outboxes: what Redis has recorded and the ledger does not have yet."""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from hiredis import ReplyError

from metering.keys import SHARDS, outbox_key
from metering.redis_connection import Command, RedisAway, RedisConnection

LEASE_KEY = "relay:lease"

_LEASE_SCRIPT = resources.files("metering").joinpath("lease.lua").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Entry:
    """One grant or merge in the outbox of *shard*; *fields* as the script wrote them."""

    shard: int
    id: str
    fields: Mapping[str, str]

    @property
    def recorded_ms(self) -> int:
        """When it was recorded, by Redis's clock."""
        return int(self.id.partition("-")[0])


class Outbox:
    """Reads and clears the outboxes of all shards.

    One process at a time should, which a lease of *lease_seconds* sees to. It saves work and no
    more: two that relay at once publish the same events, which the ledger takes once.

    Methods raise :class:`RedisAway` when Redis cannot be reached.
    """

    def __init__(self, redis: RedisConnection, *, lease_seconds: float = 5.0) -> None:
        self._redis = redis
        self._lease_seconds = lease_seconds
        self._holder = secrets.token_hex(8)
        self._held_until = 0.0
        self._renew_at = 0.0

    @property
    def held(self) -> bool:
        """Whether this process may relay, as far as it can tell without asking."""
        return time.monotonic() < self._held_until

    async def hold(self) -> bool:
        """Take the lease or keep it; False while another process has it."""
        now = time.monotonic()
        if self.held and now < self._renew_at:
            return True
        milliseconds = int(self._lease_seconds * 1000)
        (answer,) = await self._ask(
            [("EVAL", _LEASE_SCRIPT, 1, LEASE_KEY, self._holder, milliseconds)]
        )
        # Counted from before the question, so that ours ends before Redis's does.
        self._held_until = now + self._lease_seconds if answer else 0.0
        self._renew_at = now + self._lease_seconds / 4
        return self.held

    async def release(self) -> None:
        """Let another process take over at once."""
        if self.held:
            self._held_until = 0.0
            await self._ask([("EVAL", _LEASE_SCRIPT, 1, LEASE_KEY, self._holder, 0)])

    async def read(self, at_most: int) -> list[Entry]:
        """The oldest entries of each shard, *at_most* so many of a shard; they stay."""
        streams = await self._ask(
            [("XRANGE", outbox_key(shard), "-", "+", "COUNT", at_most) for shard in range(SHARDS)]
        )
        return [
            Entry(shard, entry, dict(zip(flat[::2], flat[1::2], strict=True)))
            for shard, stream in enumerate(streams)
            for entry, flat in stream
        ]

    async def clear(self, entries: Sequence[Entry]) -> None:
        """Forget *entries*: the ledger has them."""
        by_shard: dict[int, list[str]] = {}
        for entry in entries:
            by_shard.setdefault(entry.shard, []).append(entry.id)
        await self._ask([("XDEL", outbox_key(shard), *ids) for shard, ids in by_shard.items()])

    async def size(self) -> int:
        """How many entries wait."""
        return sum(await self._ask([("XLEN", outbox_key(shard)) for shard in range(SHARDS)]))

    async def _ask(self, commands: Sequence[Command]) -> list[Any]:
        answers = await self._redis.execute(commands)
        for answer in answers:
            if isinstance(answer, ReplyError):
                raise RedisAway(f"Redis refused: {answer}")
        return answers
