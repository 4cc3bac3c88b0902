"""Whether PostgreSQL can be used: noticed at once by those who use it, and probed for ever."""

import asyncio
from contextlib import suppress

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import tables
from accounts.database import Database, DatabaseAway, DatabaseBusy, DatabaseFault, Work
from servicekit.health import Readiness
from servicekit.logs import get_logger
from servicekit.metrics import Gauge

log = get_logger("accounts.availability")

PART = "postgresql"

REACHABLE = Gauge("accounts_database_reachable", "1 while PostgreSQL answers and is migrated.")

_PROBE_SECONDS = 0.25
_HEARTBEAT_SECONDS = 1.0


class Availability:
    """Keeps work away from a database that is known not to answer.

    Without it each call of an outage would wait for its own timeout. *probed* is a database for
    the probe alone, which must not wait behind the calls of *database*.
    """

    def __init__(self, database: Database, probed: Database, readiness: Readiness) -> None:
        self._database = database
        self._probed = probed
        self._readiness = readiness
        self._why = "PostgreSQL was not reached yet"
        self._up = asyncio.Event()
        self._lost = asyncio.Event()
        self._lost.set()
        readiness.require(PART)

    async def transact[T](self, work: Work[T]) -> T:
        """As :meth:`accounts.database.Database.transact`, but at once while it is away."""
        if not self._up.is_set():
            raise DatabaseAway(self._why)
        try:
            return await self._database.transact(work)
        except DatabaseBusy:
            raise
        except DatabaseAway as error:
            self.lost(str(error))
            raise

    async def regained(self) -> None:
        """Wait until the database can be used."""
        await self._up.wait()

    def lost(self, why: str) -> None:
        """Say that the database has just failed."""
        self._why = why
        self._up.clear()
        self._lost.set()
        self._readiness.down(PART, why)
        REACHABLE.set(0)

    async def probe(self) -> None:
        """Bring the database back as soon as it answers, and notice when it does not."""
        told = ""
        while True:
            try:
                await self._probed.transact(_check)
            except (DatabaseAway, DatabaseFault) as error:
                self.lost(str(error))
                if self._why != told:
                    told = self._why
                    log.warning("database_unusable", why=told)
                await asyncio.sleep(_PROBE_SECONDS)
            else:
                told = ""
                self._lost.clear()
                self._up.set()
                self._readiness.up(PART)
                REACHABLE.set(1)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._lost.wait(), _HEARTBEAT_SECONDS)


async def _check(connection: AsyncConnection) -> None:
    read_only, versions = (await connection.execute(_STATE)).one()
    if read_only == "on":
        raise DatabaseAway("this PostgreSQL is a standby or read-only")
    revision = 0
    if versions:
        revision = (await connection.execute(_REVISION)).scalar() or 0
    if revision < tables.REVISION:
        raise DatabaseAway(
            f"the schema is at revision {revision:04}, {tables.REVISION:04} is needed: "
            "run `accounts migrate`"
        )


_STATE = text(
    "SELECT current_setting('transaction_read_only'), to_regclass('alembic_version') IS NOT NULL"
)
_REVISION = text("SELECT max(version_num)::int FROM alembic_version")
