"""The audit log: every sensitive act, appended in the transaction that does it, never changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.store import Transact
from accounts.tables import audit

OWNER = "owner"
"""The actor where somebody does it to their own account."""


@dataclass(frozen=True, slots=True)
class Act:
    """What *actor* did to an account: *act* in the past, ``password_changed``.

    *detail* says what else matters in a few words. None of them names a person, an address or a
    secret: the log outlives accounts.
    """

    account_id: str
    actor: str
    act: str
    detail: str = ""


async def record(connection: AsyncConnection, act: Act, at: datetime) -> None:
    """Append *act* in the transaction of *connection*: it is there if that commits."""
    await connection.execute(
        insert(audit).values(
            at=at, account_id=act.account_id, actor=act.actor, act=act.act, detail=act.detail
        )
    )


class AuditLog:
    """Reads what was done."""

    def __init__(self, transact: Transact) -> None:
        self._transact = transact

    async def of(self, account_id: str, at_most: int = 200) -> list[tuple[datetime, Act]]:
        """The latest acts on one account, the last one first."""
        query = (
            select(audit)
            .where(audit.c.account_id == account_id)
            .order_by(audit.c.position.desc())
            .limit(at_most)
        )

        async def work(connection: AsyncConnection) -> list[tuple[datetime, Act]]:
            rows = (await connection.execute(query)).all()
            return [(row.at, Act(row.account_id, row.actor, row.act, row.detail)) for row in rows]

        return await self._transact(work)
