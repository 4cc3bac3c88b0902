"""The plan an account holds: changed with its history, its event and its line in the audit log."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import audit, events, tables
from accounts.audit import Act
from accounts.notebook import AccountUnknown
from accounts.outbox import record
from accounts.store import Transact

PAYMENTS: Final = "payments"
"""The actor where a payment provider told of it."""
OPERATOR: Final = "operator"

_MOST_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A change of plan, at a moment in UTC; *actor* made it, as the audit log names them."""

    before: str
    plan: str
    at: datetime
    actor: str
    reason: str

    @property
    def by(self) -> str:
        """What the account's owner is told of who made it: never which operator."""
        return PAYMENTS if self.actor == PAYMENTS else OPERATOR


@dataclass(frozen=True, slots=True)
class Held:
    """The plan an account holds and the latest changes, the last one first."""

    plan: str
    changes: tuple[PlanChange, ...]


async def change_plan(
    connection: AsyncConnection,
    account_id: str,
    plan: str,
    actor: str,
    reason: str,
    now: datetime,
) -> str:
    """Have the account hold *plan*, in the transaction of *connection*; the plan it held before.

    Nothing is recorded where that is the same.

    Raises:
        AccountUnknown: when there is no such account.
    """
    table = tables.accounts
    mine = select(table.c.plan).where(table.c.account_id == account_id)
    before: str | None = (
        await connection.execute(mine.with_for_update(key_share=True))
    ).scalar_one_or_none()
    if before is None:
        raise AccountUnknown
    if before == plan:
        return before
    await connection.execute(
        update(table).where(table.c.account_id == account_id).values(plan=plan)
    )
    await connection.execute(
        insert(tables.plan_changes).values(
            account_id=account_id,
            before=before,
            plan=plan,
            actor=actor,
            reason=reason,
            changed_at=now,
        )
    )
    await record(connection, events.plan_changed(account_id, before, plan, now))
    # The reason stays in the history, which goes with the account; the log outlives it.
    await audit.record(
        connection, Act(account_id, actor, "plan_changed", f"{before} to {plan}"), now
    )
    return before


class Plans:
    """Reads and sets plans. Methods raise :class:`AccountUnknown`, and what *transact* raises."""

    def __init__(self, transact: Transact, now: Callable[[], datetime]) -> None:
        self._transact = transact
        self._now = now

    async def set(self, account_id: str, plan: str, actor: str, reason: str) -> str:
        """Have the account hold *plan*; the plan it held before, which may be the same."""

        async def work(connection: AsyncConnection) -> str:
            return await change_plan(connection, account_id, plan, actor, reason, self._now())

        return await self._transact(work)

    async def held(self, account_id: str) -> Held:
        """The plan of an account and how it came to it."""
        accounts, table = tables.accounts, tables.plan_changes
        plan = select(accounts.c.plan).where(accounts.c.account_id == account_id)
        latest = (
            select(table)
            .where(table.c.account_id == account_id)
            .order_by(table.c.position.desc())
            .limit(_MOST_SHOWN)
        )

        async def work(connection: AsyncConnection) -> Held:
            in_force = (await connection.execute(plan)).scalar_one_or_none()
            if in_force is None:
                raise AccountUnknown
            rows = (await connection.execute(latest)).all()
            changes = (
                PlanChange(row.before, row.plan, row.changed_at, row.actor, row.reason)
                for row in rows
            )
            return Held(in_force, tuple(changes))

        return await self._transact(work)
