"""What the tables hold, past all of the code under test."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts.database import Database


class Sql:
    """Runs a statement by itself; answers its rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        async def work(connection: AsyncConnection) -> list[tuple[Any, ...]]:
            done = await connection.execute(text(statement), values)
            return [tuple(row) for row in done.all()] if done.returns_rows else []

        return await self._database.transact(work)

    async def confirm(self, account_id: str) -> None:
        await self("UPDATE accounts SET confirmed_at = now() WHERE account_id = :id", id=account_id)

    async def everything(self) -> str:
        """All that is stored anywhere, as text; bytes as hexadecimal digits."""
        names = await self("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert ("sessions",) in names
        rows = [await self(f'SELECT whole::text FROM "{name}" AS whole') for (name,) in names]
        return str(rows)
