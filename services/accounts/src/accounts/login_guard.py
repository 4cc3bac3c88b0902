"""How many attempts to get in are let through, before anything is spent on them.

Attempts are counted by the address that was given, whether or not anybody has it, so that what is
refused tells nothing. A log-in that succeeds is not counted: what is left is wrong passwords. A
device that logged in before is not held up by what others try: it has a budget of its own for each
address, and neither the account's limit nor that of all together concerns it.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from accounts.clients import Client
from accounts.database import DatabaseAway
from accounts.hash_pool import PoolFull
from accounts.known_devices import KnownDevices
from accounts.limit_counters import Bucket, LimitCounters
from accounts.limits import Limit


class TooManyAttempts(Exception):  # noqa: N818 - it is the answer
    """As many attempts as are let through were made; *retry_seconds* until there is room."""

    def __init__(self, retry_seconds: float) -> None:
        super().__init__("too many attempts")
        self.retry_seconds = max(1, math.ceil(retry_seconds))


@dataclass(slots=True)
class Attempt:
    """One that was let through, and whether it is counted."""

    counts: bool = True


class LoginGuard:
    """Counts attempts by *limits*.

    Methods raise :class:`TooManyAttempts`. A block that ends because there was no room for a hash,
    or no database, has tried nothing and is not counted.

    A network is as the edge tells it, "203.0.113.0/24". One that is not told is not counted, and
    nor is this machine's own: whoever comes from there is developing, or stands behind a proxy that
    the edge was not told of, and then would share it with everybody.
    """

    def __init__(
        self, counters: LimitCounters, limits: Mapping[str, Limit], devices: KnownDevices
    ) -> None:
        self._counters = counters
        self._limits = limits
        self._devices = devices
        self._returning: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def logging_in(
        self, address_key: str, client: Client, now: datetime
    ) -> AsyncIterator[None]:
        """Let one attempt through to the hash; where the block succeeds it is not counted."""
        if device := await self._devices.recognise(client.secret, address_key, now):
            buckets = [self._of("login-device", f"{device}:{address_key}")]
        else:
            buckets = [
                self._of("login-account", address_key),
                *self._by_network("login-network", client.place),
                self._of("login-global", ""),
            ]
        async with self._letting_through(buckets) as attempt:
            yield
            attempt.counts = False

    async def welcome(self, account_id: str, client: Client, now: datetime) -> str:
        """Know the device of *client* from now on, as it has logged in.

        Answers the secret it is to keep; empty where it keeps the one it has.
        """
        return await self._devices.remember(account_id, client.secret, now)

    @asynccontextmanager
    async def proving(self, account_id: str) -> AsyncIterator[None]:
        """Let somebody try to prove to be an account's owner who is half in already.

        By a second factor, or by the password again; where the block succeeds it is not counted.
        """
        async with self._letting_through([self._of("proof-account", account_id)]) as attempt:
            yield
            attempt.counts = False

    @asynccontextmanager
    async def registering(self, address_key: str, client: Client) -> AsyncIterator[Attempt]:
        """Let one account be made; whoever makes none says so of the attempt."""
        buckets = [
            self._of("register-address", address_key),
            *self._by_network("register-network", client.place),
        ]
        async with self._letting_through(buckets) as attempt:
            yield attempt

    async def mail(self, address_key: str, client: Client) -> None:
        """Count one request for a mail to an address: to confirm it, or to reset a password."""
        buckets = [
            self._of("mail-address", address_key),
            *self._by_network("mail-network", client.place),
        ]
        async with self._letting_through(buckets):
            pass

    async def export(self, account_id: str) -> None:
        """Count one export of an account: it reads through a whole stream."""
        async with self._letting_through([self._of("export-account", account_id)]):
            pass

    async def finish(self) -> None:
        """Wait for what is being written."""
        if self._returning:
            await asyncio.wait(self._returning)

    @asynccontextmanager
    async def _letting_through(self, buckets: Sequence[Bucket]) -> AsyncIterator[Attempt]:
        taken = await self._counters.take(buckets)
        if not taken.allowed:
            raise TooManyAttempts(taken.retry_seconds)
        attempt = Attempt()
        try:
            yield attempt
        except (PoolFull, DatabaseAway):
            attempt.counts = False
            raise
        finally:
            if not attempt.counts:
                self._give_back(buckets)

    def _give_back(self, buckets: Sequence[Bucket]) -> None:
        # Nobody who has got in waits for it.
        task = asyncio.create_task(self._counters.give_back(buckets))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    def _of(self, name: str, who: str) -> Bucket:
        return self._limits[name], who

    def _by_network(self, name: str, network: str) -> list[Bucket]:
        try:
            counted = bool(network) and not ip_network(network).is_loopback
        except ValueError:
            counted = False
        return [self._of(name, network)] if counted else []
