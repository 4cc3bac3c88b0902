"""What payment providers told, applied to plans: each event once, in whatever order they come.

A subscription belongs to a customer and a customer to an account. Each of these is told by an
event of its own, and the plan is set once all three are known. An account on which nothing is in
force any more holds the free plan.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import tables
from accounts.notebook import AccountUnknown
from accounts.payments import Kind, PaymentEvent
from accounts.plan_changes import PAYMENTS, change_plan
from accounts.plan_names import FREE
from accounts.store import Transact
from servicekit.logs import get_logger
from servicekit.metrics import Counter

APPLIED = Counter(
    "accounts_payment_events_total", "Events of payment providers, by what became of them.",
    ["outcome"],
)  # fmt: skip

log = get_logger("accounts.payment_store")

_NOT_APPLIED = {"unknown_price", "unknown_account", "of_another_account"}


class PaymentStore:
    """Applies events. *plans* are by price or product.

    Methods raise what *transact* raises; *recorded* is called when there is an event to relay.
    """

    def __init__(
        self,
        transact: Transact,
        plans: Mapping[str, str],
        recorded: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._transact = transact
        self._plans = plans
        self._recorded = recorded
        self._now = now

    async def apply(self, event: PaymentEvent) -> str:
        """Apply *event*; what became of it, as the contract names outcomes."""
        outcome = "ignored"
        if event.kind is not Kind.OTHER:
            outcome = await self._transact(lambda connection: self._apply(connection, event))
        APPLIED.labels(outcome).inc()
        if outcome in _NOT_APPLIED:
            log.warning("payment_event_not_applied", outcome=outcome, payment_event=event.id)
        if outcome == "changed":
            self._recorded()
        return outcome

    async def _apply(self, connection: AsyncConnection, event: PaymentEvent) -> str:
        table = tables.payment_events
        noted = (
            insert(table)
            .values(
                event_id=event.id,
                type=event.type,
                created_at=event.created_at,
                received_at=self._now(),
                outcome="",
            )
            .on_conflict_do_nothing()
            .returning(table.c.event_id)
        )
        # The same event in another transaction is waited for here, and is then a repetition.
        if (await connection.execute(noted)).one_or_none() is None:
            return "repeated"
        if event.kind is Kind.BOUGHT:
            outcome = await self._bought(connection, event)
        else:
            outcome = await self._subscribed(connection, event)
        mine = table.c.event_id == event.id
        if outcome in _NOT_APPLIED:
            # Not taken for seen: once what was wrong is mended the provider can send it again.
            await connection.execute(delete(table).where(mine))
        else:
            await connection.execute(update(table).where(mine).values(outcome=outcome))
        return outcome

    async def _bought(self, connection: AsyncConnection, event: PaymentEvent) -> str:
        if not event.account_id or not event.customer_id:
            return "ignored"
        accounts, customers = tables.accounts, tables.payment_customers
        known = select(accounts.c.account_id).where(accounts.c.account_id == event.account_id)
        if (await connection.execute(known)).one_or_none() is None:
            return "unknown_account"
        owner = await self._owner(connection, event.customer_id)
        if owner == event.account_id:
            return "unchanged"
        if owner:
            # Who buys can write any account into the link: a customer stays with its first one.
            return "of_another_account"
        await connection.execute(
            update(customers)
            .where(customers.c.customer_id == event.customer_id)
            .values(account_id=event.account_id)
        )
        return await self._settle(connection, event, event.account_id)

    async def _subscribed(self, connection: AsyncConnection, event: PaymentEvent) -> str:
        owner = await self._owner(connection, event.customer_id)
        table = tables.payment_subscriptions
        plan = ""
        if event.kind is Kind.SUBSCRIBED:
            plan = next((self._plans[it] for it in event.prices if it in self._plans), "")
            if not plan:
                return "unknown_price"
        earlier = select(table).where(table.c.subscription_id == event.subscription_id)
        row = (await connection.execute(earlier)).one_or_none()
        if row is not None and _is_late(event, row.told_at, row.plan):
            return "late"
        told = {"customer_id": event.customer_id, "plan": plan, "told_at": event.created_at}
        await connection.execute(
            insert(table)
            .values(subscription_id=event.subscription_id, **told)
            .on_conflict_do_update(index_elements=["subscription_id"], set_=told)
        )
        # Whose the customer is may be told later; the plan is set then.
        return await self._settle(connection, event, owner) if owner else "unchanged"

    async def _owner(self, connection: AsyncConnection, customer_id: str) -> str:
        """The account of a customer, empty while it is not known; nobody else changes it now."""
        table = tables.payment_customers
        await connection.execute(
            insert(table)
            .values(customer_id=customer_id, seen_at=self._now())
            .on_conflict_do_nothing()
        )
        held = select(table.c.account_id).where(table.c.customer_id == customer_id)
        owner: str | None = (await connection.execute(held.with_for_update())).scalar_one()
        return owner or ""

    async def _settle(
        self, connection: AsyncConnection, event: PaymentEvent, account_id: str
    ) -> str:
        """Have the account hold what is paid for: of several the one that was told of last."""
        accounts = tables.accounts
        customers, subscriptions = tables.payment_customers, tables.payment_subscriptions
        # Two customers of one account are settled one after the other.
        mine = select(accounts.c.account_id).where(accounts.c.account_id == account_id)
        await connection.execute(mine.with_for_update(key_share=True))
        paid = (
            select(subscriptions.c.plan)
            .join_from(subscriptions, customers)
            .where(customers.c.account_id == account_id)
            .order_by((subscriptions.c.plan == "").asc(), subscriptions.c.told_at.desc())
            .limit(1)
        )
        in_force: str | None = (await connection.execute(paid)).scalar_one_or_none()
        if in_force is None:
            # A customer of whose subscriptions nothing was told: what is held stays.
            return "unchanged"
        plan = in_force or FREE
        try:
            before = await change_plan(
                connection, account_id, plan, PAYMENTS, f"{event.type} {event.id}", self._now()
            )
        except AccountUnknown:
            return "unknown_account"
        return "unchanged" if before == plan else "changed"


def _is_late(event: PaymentEvent, told_at: datetime, plan: str) -> bool:
    """Whether later news of the subscription came before. The provider's clock has whole seconds:
    of two in one second, one that ended is not brought back.
    """
    if event.created_at == told_at:
        return not plan
    return event.created_at < told_at
