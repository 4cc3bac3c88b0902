"""The shards as a server has them: whether each is open there, and how far its record goes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hiredis import ReplyError

from metering.keys import SHARDS, outbox_key, shard_key
from metering.ledger_reader import Position
from metering.redis_connection import Command, Redis, RedisAway
from metering.scripts import script

_INSPECT = script("inspect")
_OPEN = script("open")


@dataclass(frozen=True, slots=True)
class ShardState:
    """One shard: *open* on the server that holds it now; *clock_ms* is its own."""

    shard: int
    open: bool
    clock_ms: int
    recorded: Position


class Shards:
    """Looks at shards and opens them. Methods raise :class:`RedisAway`."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def inspect(self) -> list[ShardState]:
        """All shards; in a cluster without those whose server is away."""
        answers = await self._ask(
            [("EVAL", _INSPECT, 2, shard_key(n), outbox_key(n)) for n in range(SHARDS)]
        )
        return [
            ShardState(shard, bool(answer[0]), answer[1], Position.of(answer[2], answer[3]))
            for shard, answer in enumerate(answers)
            if answer is not None
        ]

    async def open(
        self, lasts: Mapping[int, Position | None], clocks: Mapping[int, int]
    ) -> list[int]:
        """Let each of *lasts* be counted in again; the ones that were not open yet.

        *lasts* are their latest entries in the ledger: what is recorded from now on has a later
        epoch. *clocks* are the latest moments the ledger knows of, where it was read.
        """
        now = int(time.time())
        answers = await self._ask(
            [
                (
                    *("EVAL", _OPEN, 1, shard_key(shard)),
                    f"{max(now, last.epoch + 1 if last else 0):08x}",
                    clocks.get(shard, 0),
                )
                for shard, last in lasts.items()
            ]
        )
        return [shard for shard, answer in zip(lasts, answers, strict=True) if answer]

    async def _ask(self, commands: Sequence[Command]) -> list[Any]:
        answers = await self._redis.execute(commands, signed=True)
        for answer in answers:
            if isinstance(answer, ReplyError):
                raise RedisAway(f"Redis refused: {answer}")
        return [None if isinstance(answer, RedisAway) else answer for answer in answers]
