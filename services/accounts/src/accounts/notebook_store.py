"""Marked codes and past searches in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import tables
from accounts.notebook import (
    MOST_FAVOURITES,
    MOST_SEARCHES,
    AccountUnknown,
    Favourite,
    NotebookFull,
    PastSearch,
)
from accounts.store import Transact


class NotebookStore:
    """Reads and writes through *transact*, whose errors its methods raise."""

    def __init__(self, transact: Transact) -> None:
        self._transact = transact

    async def save(self, account_id: str, kept: Favourite) -> None:
        """Keep a mark, or what is new of one.

        Raises:
            AccountUnknown: when there is no such account.
            NotebookFull: when it would be one too many.
        """
        table = tables.favourites
        mine = table.c.account_id == account_id
        saved = (
            insert_or(table)
            .values(
                account_id=account_id,
                system=kept.system,
                code=kept.code,
                note=kept.note,
                changed_at=kept.changed_at,
            )
            .on_conflict_do_update(
                index_elements=["account_id", "system", "code"],
                set_={"note": kept.note, "changed_at": kept.changed_at},
            )
        )
        others = (
            select(func.count())
            .select_from(table)
            .where(mine, tuple_(table.c.system, table.c.code) != (kept.system, kept.code))
        )

        async def work(connection: AsyncConnection) -> None:
            await _lock(connection, account_id)
            if (await connection.execute(others)).scalar_one() >= MOST_FAVOURITES:
                raise NotebookFull
            await connection.execute(saved)

        await self._transact(work)

    async def favourites(
        self,
        account_id: str,
        limit: int,
        after: tuple[datetime, str, str] | None,
        code: tuple[str, str] | None,
    ) -> Sequence[Favourite]:
        """Marks, the one changed last first, *limit* at most.

        *after* are time, system and code of the one before the first; *code*, a system and a
        code, limits them to one.
        """
        table = tables.favourites
        order = (table.c.changed_at, table.c.system, table.c.code)
        query = (
            select(table.c.system, table.c.code, table.c.note, table.c.changed_at)
            .where(table.c.account_id == account_id)
            .order_by(*(column.desc() for column in order))
            .limit(limit)
        )
        if after is not None:
            query = query.where(tuple_(*order) < after)
        if code is not None:
            query = query.where(tuple_(table.c.system, table.c.code) == code)

        async def work(connection: AsyncConnection) -> list[Favourite]:
            return [
                Favourite(row.system, row.code, row.note, row.changed_at)
                for row in (await connection.execute(query)).all()
            ]

        return await self._transact(work)

    async def drop(self, account_id: str, system: str, code: str) -> None:
        """Take a mark away, if it is there."""
        table = tables.favourites
        dropped = delete(table).where(
            table.c.account_id == account_id, table.c.system == system, table.c.code == code
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(dropped)

        await self._transact(work)

    async def record(self, account_id: str, made: PastSearch) -> None:
        """Keep a search, and forget the oldest beyond the most that are kept.

        Raises:
            AccountUnknown: when there is no such account.
        """
        table = tables.searches
        mine = table.c.account_id == account_id
        noted = (
            insert_or(table)
            .values(
                account_id=account_id,
                query=made.query,
                system=made.system,
                searched_at=made.searched_at,
            )
            .on_conflict_do_update(
                index_elements=["account_id", "query", "system"],
                set_={"searched_at": made.searched_at},
            )
        )
        latest = (
            select(table.c.query, table.c.system)
            .where(mine)
            .order_by(table.c.searched_at.desc(), table.c.query)
            .limit(MOST_SEARCHES)
        )
        forgotten = delete(table).where(mine, tuple_(table.c.query, table.c.system).not_in(latest))

        async def work(connection: AsyncConnection) -> None:
            await _lock(connection, account_id)
            await connection.execute(noted)
            await connection.execute(forgotten)

        await self._transact(work)

    async def searches(self, account_id: str, limit: int) -> Sequence[PastSearch]:
        """Searches, the latest first, *limit* at most."""
        table = tables.searches
        query = (
            select(table.c.query, table.c.system, table.c.searched_at)
            .where(table.c.account_id == account_id)
            .order_by(table.c.searched_at.desc(), table.c.query)
            .limit(limit)
        )

        async def work(connection: AsyncConnection) -> list[PastSearch]:
            return [
                PastSearch(row.query, row.system, row.searched_at)
                for row in (await connection.execute(query)).all()
            ]

        return await self._transact(work)

    async def forget(self, account_id: str, one: tuple[str, str] | None) -> None:
        """Forget *one* search, a query and a system, or all for None."""
        table = tables.searches
        forgotten = delete(table).where(table.c.account_id == account_id)
        if one is not None:
            forgotten = forgotten.where(tuple_(table.c.query, table.c.system) == one)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(forgotten)

        await self._transact(work)


async def _lock(connection: AsyncConnection, account_id: str) -> None:
    """Have an account's notebook changed by one transaction at a time.

    Raises:
        AccountUnknown: when there is no such account.
    """
    table = tables.accounts
    mine = select(table.c.account_id).where(table.c.account_id == account_id)
    held = mine.with_for_update(key_share=True)
    if (await connection.execute(held)).one_or_none() is None:
        raise AccountUnknown
