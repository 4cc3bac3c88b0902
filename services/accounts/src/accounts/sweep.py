"""Clears away sessions and tokens that have expired: they are good for nothing, and pile up."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime

from accounts.database import DatabaseAway, DatabaseFault
from accounts.store import Store
from servicekit.logs import get_logger
from servicekit.metrics import Counter

log = get_logger("accounts.sweep")

SWEPT = Counter("accounts_sessions_swept_total", "Expired sessions deleted.")

_PAUSE_SECONDS = 600.0


class Sweep:
    """Deletes what has expired, a bounded number of sessions at a time; many processes may."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def run(self) -> None:
        """Sweep now and then until cancelled."""
        while True:
            await asyncio.sleep(_PAUSE_SECONDS * random.uniform(0.5, 1.0))
            try:
                await self.once()
            except (DatabaseAway, DatabaseFault) as error:
                log.warning("sweep_put_off", why=str(error))

    async def once(self) -> None:
        """Delete all that have expired."""
        while swept := await self._store.sweep(self._now()):
            SWEPT.inc(swept)
        await self._store.forget_tokens(self._now())
