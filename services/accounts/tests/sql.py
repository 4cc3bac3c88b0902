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

    async def make_account(self, account_id: str, plan: str = "free") -> None:
        """An account that nobody can log in to."""
        await self(
            "INSERT INTO accounts (account_id, email, email_key, name, plan, password_hash, "
            "request_id, registered_at) "
            "VALUES (:id, :email, :email, 'Ann', :plan, '', gen_random_uuid(), now())",
            id=account_id,
            email=f"{account_id}@example.org",
            plan=plan,
        )

    async def count(self, table: str) -> int:
        ((found,),) = await self(f"SELECT count(*) FROM {table}")
        return int(found)

    async def confirm(self, account_id: str) -> None:
        await self("UPDATE accounts SET confirmed_at = now() WHERE account_id = :id", id=account_id)

    async def everything(self) -> str:
        """All that is stored anywhere, as text; bytes as hexadecimal digits."""
        names = await self("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert ("sessions",) in names
        rows = [await self(f'SELECT whole::text FROM "{name}" AS whole') for (name,) in names]
        return str(rows)
