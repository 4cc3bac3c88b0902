"""Secrets that are stored encrypted, and the keys that they are under."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit
from accounts.audit import Act
from accounts.secret_keys import KeyMissing, Sealed, SecretKeys, Spoilt
from accounts.store import Transact
from accounts.tables import one_time_passwords

_BATCH = 200
_NOBODY = "-"
"""Whom the audit log names where an act concerns no one account."""


@dataclass(frozen=True, slots=True)
class Reencrypted:
    """What a run came to; *unopened* could not be, as their key is not known or they are spoilt."""

    done: int
    unopened: int


class KeyRotation:
    """Looks at the secrets of apps, and encrypts them anew under the first of *keys*.

    Methods raise what *transact* raises.
    """

    def __init__(
        self, transact: Transact, keys: SecretKeys, actor: str, now: Callable[[], datetime]
    ) -> None:
        self._transact = transact
        self._keys = keys
        self._actor = actor
        self._now = now

    async def counts(self) -> dict[str, int]:
        """How many secrets there are under each key, by its id."""
        table = one_time_passwords
        query = select(table.c.key_id, func.count()).group_by(table.c.key_id)

        async def work(connection: AsyncConnection) -> dict[str, int]:
            return {row[0]: row[1] for row in (await connection.execute(query)).all()}

        return await self._transact(work)

    async def reencrypt(self) -> Reencrypted:
        """Encrypt under the first key what is under another; may be stopped and run again."""
        total: Counter[str] = Counter()
        after = ""
        while True:
            after, outcome = await self._batch(after)
            total += outcome
            if not after:
                break
        if total["done"]:
            act = Act(_NOBODY, self._actor, "secrets_reencrypted", f"{total['done']} secrets")
            now = self._now()

            async def work(connection: AsyncConnection) -> None:
                await audit.record(connection, act, now)

            await self._transact(work)
        return Reencrypted(total["done"], total["unopened"])

    async def _batch(self, after: str) -> tuple[str, Counter[str]]:
        """One batch of accounts beyond *after*; answers the last one, empty when it was the end."""
        table = one_time_passwords
        query = (
            select(table.c.account_id, table.c.secret, table.c.key_id)
            .where(table.c.key_id != self._keys.sealing_id, table.c.account_id > after)
            .order_by(table.c.account_id)
            .limit(_BATCH)
            .with_for_update()
        )

        async def work(connection: AsyncConnection) -> tuple[str, Counter[str]]:
            rows = (await connection.execute(query)).all()
            outcome: Counter[str] = Counter()
            for row in rows:
                try:
                    plain = self._keys.open(Sealed(row.key_id, row.secret), row.account_id)
                except (KeyMissing, Spoilt):
                    outcome["unopened"] += 1
                    continue
                sealed = self._keys.seal(plain, row.account_id)
                await connection.execute(
                    update(table)
                    .where(table.c.account_id == row.account_id)
                    .values(secret=sealed.data, key_id=sealed.key_id)
                )
                outcome["done"] += 1
            return (rows[-1].account_id if len(rows) == _BATCH else ""), outcome

        return await self._transact(work)
