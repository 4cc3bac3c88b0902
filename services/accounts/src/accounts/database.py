"""PostgreSQL: transactions that end in time, and outages told apart from faults of ours."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from sqlalchemy import URL, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from servicekit import deadlines

type Work[T] = Callable[[AsyncConnection], Awaitable[T]]

# https://www.postgresql.org/docs/18/errcodes-appendix.html: what the server's state, not our
# statement, is the cause of.
_AWAY = (
    *("08", "28", "40", "53", "57", "58"),  # connection, login, rollback, resources, shutdown, I/O
    "25006",  # a standby, or made read-only
    "25P03",  # idle in a transaction for too long
    "3D000",  # no such database
    "42P01",  # no such table: not migrated
    "55P03",  # a lock that was not to be had
)


class DatabaseAway(Exception):  # noqa: N818 - it says what was met
    """PostgreSQL cannot be reached, does not answer in time, or cannot do any work now."""


class DatabaseBusy(DatabaseAway):
    """All connections of this process are in use."""


class DatabaseFault(Exception):  # noqa: N818 - it says what was met
    """PostgreSQL refused a statement. Says which rule was broken, never with which values."""


class Database:
    """Runs transactions on at most *pool* connections, each within *seconds*.

    A transaction is committed, to disk, when :meth:`transact` returns.
    """

    def __init__(self, url: URL, *, pool: int, seconds: float) -> None:
        self._seconds = seconds
        self._engine = create_async_engine(
            url,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=seconds * 0.75,
            # Errors must not tell what people sent.
            hide_parameters=True,
            connect_args={
                "timeout": seconds,
                "server_settings": {
                    "application_name": "accounts",
                    "synchronous_commit": "on",
                    # A process that is stopped in the middle holds up nobody for longer.
                    "idle_in_transaction_session_timeout": "15s",
                },
            },
        )
        event.listen(self._engine.sync_engine, "checkout", _refuse_closed)
        self._given_up: set[asyncio.Task[Any]] = set()

    async def transact[T](self, work: Work[T]) -> T:
        """Do *work* in one transaction and commit it.

        Raises:
            DatabaseAway: when it is not known to have been committed; it may have been.
            DatabaseFault: when a statement was refused.
        """
        seconds = deadlines.remaining(self._seconds)
        task = asyncio.create_task(self._transact(work))
        try:
            await asyncio.wait({task}, timeout=seconds)
        finally:
            if not task.done():
                # Not awaited: a connection that hangs also takes its time to be closed.
                self._given_up.add(task)
                task.add_done_callback(self._forget)
                task.cancel()
        if not task.done():
            raise DatabaseAway(f"no answer within {seconds:.2g} s")
        return task.result()

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(*self._given_up, return_exceptions=True)
        await self._engine.dispose()

    async def _transact[T](self, work: Work[T]) -> T:
        try:
            async with self._engine.begin() as connection:
                return await work(connection)
        except PoolTimeout:
            raise DatabaseBusy("all connections are in use") from None
        except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise _told(error) from None

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._given_up.discard(task)
        if not task.cancelled():
            task.exception()


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Let no transaction begin on a connection that a restart has already closed."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def _told(error: Exception) -> DatabaseAway | DatabaseFault:
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None) or ""
    kind = type(cause.__cause__ or cause).__name__
    if state and not state.startswith(_AWAY):
        return DatabaseFault(f"{kind} ({state})")
    if isinstance(error, SQLAlchemyError) and not isinstance(error, DBAPIError):
        return DatabaseFault(kind)
    disconnected = isinstance(error, OSError | asyncpg.InterfaceError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
    if state or disconnected:
        return DatabaseAway(f"{kind}: {_first_line(cause)}")
    return DatabaseFault(kind)


def _first_line(error: Exception) -> str:
    # What follows may hold values: DETAIL, the statement.
    return (str(error).splitlines() or [""])[0].rpartition(">: ")[2]
