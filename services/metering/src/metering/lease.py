"""Leases: work that one process at a time should do."""

import secrets
import time

from hiredis import ReplyError

from metering.redis_connection import Redis, RedisAway
from metering.scripts import script

_SCRIPT = script("lease")


class Lease:
    """Held by one process for *seconds* after it last asked.

    It saves work and no more: what is done under it must bear to be done twice.
    Methods raise :class:`RedisAway` when Redis cannot be reached.
    """

    def __init__(self, redis: Redis, key: str, *, seconds: float = 5.0) -> None:
        self._redis = redis
        self._key = key
        self._seconds = seconds
        self._holder = secrets.token_hex(8)
        self._held_until = 0.0
        self._renew_at = 0.0

    @property
    def held(self) -> bool:
        """Whether this process has it, as far as it can tell without asking."""
        return time.monotonic() < self._held_until

    async def hold(self) -> bool:
        """Take the lease or keep it; False while another process has it."""
        now = time.monotonic()
        if self.held and now < self._renew_at:
            return True
        held = await self._ask(int(self._seconds * 1000))
        # Counted from before the question, so that ours ends before Redis's does.
        self._held_until = now + self._seconds if held else 0.0
        self._renew_at = now + self._seconds / 4
        return self.held

    async def release(self) -> None:
        """Let another process take over at once."""
        if self.held:
            self._held_until = 0.0
            await self._ask(0)

    async def _ask(self, milliseconds: int) -> bool:
        command = ("EVAL", _SCRIPT, 1, self._key, self._holder, milliseconds)
        (answer,) = await self._redis.execute([command])
        if isinstance(answer, RedisAway):
            raise answer
        if isinstance(answer, ReplyError):
            raise RedisAway(f"Redis refused: {answer}")
        return bool(answer)
