"""Brings the schema to a revision. One named step of a deployment: replicas never do it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, NullPool, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

MIGRATE_LOCK = 0x6163_0002
"""Advisory lock of whoever migrates; others wait."""

_BASE = "base"
_CONNECT_SECONDS = 5.0


class MigrationFailed(Exception):  # noqa: N818 - it says what happened
    """The schema is as it was after the last revision named; says why it went no further."""


def migrate(url: URL, to: str = "head") -> list[str]:
    """Bring the schema at *url* to revision *to*; answers what was done, a line each.

    Each revision is a transaction of its own. Waits while another process migrates.

    Raises:
        MigrationFailed: when the database cannot be reached or a revision failed.
    """
    try:
        return asyncio.run(_migrate(url, to))
    except CommandError as error:
        raise MigrationFailed(str(error)) from None
    except (SQLAlchemyError, asyncpg.PostgresError, OSError) as error:
        where = url.render_as_string(hide_password=True)
        why = str(error).partition("\n")[0] or type(error).__name__
        raise MigrationFailed(f"cannot migrate {where}: {why}") from None


def config() -> Config:
    """Alembic's configuration: its scripts are part of this package."""
    made = Config()
    made.set_main_option("script_location", "accounts:migrations")
    made.set_main_option("path_separator", "os")
    return made


async def _migrate(url: URL, to: str) -> list[str]:
    engine = create_async_engine(
        url, poolclass=NullPool, connect_args={"timeout": _CONNECT_SECONDS}
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATE_LOCK})
            await connection.commit()
            # The lock goes with the connection.
            return await connection.run_sync(_run, to)
    finally:
        await engine.dispose()


def _run(connection: Connection, to: str) -> list[str]:
    settings = config()
    settings.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(settings)
    before = _current(connection)
    known = [script.revision for script in scripts.walk_revisions()]
    if before != _BASE and before not in known:
        raise MigrationFailed(
            f"the schema is at revision {before}, which this code does not know: "
            "migrate with the code that made it"
        )
    target = scripts.as_revision_number(to)
    back = before != _BASE and (target is None or target in _below(scripts, before))
    (command.downgrade if back else command.upgrade)(settings, to)
    after = _current(connection)
    return list(_told(scripts, before, after))


def _current(connection: Connection) -> str:
    revision = MigrationContext.configure(connection).get_current_revision()
    connection.commit()
    return revision or _BASE


def _below(scripts: ScriptDirectory, revision: str) -> set[str]:
    return {script.revision for script in scripts.iterate_revisions(revision, _BASE)} - {revision}


def _told(scripts: ScriptDirectory, before: str, after: str) -> Iterator[str]:
    if before == after:
        yield f"schema is at {after} already"
        return
    back = before != _BASE and (after == _BASE or after in _below(scripts, before))
    upper, lower = (before, after) if back else (after, before)
    passed: list[Any] = list(scripts.iterate_revisions(upper, lower))
    for script in passed if back else reversed(passed):
        yield f"{'took back' if back else 'applied'} {script.revision} {script.doc}"
    yield f"schema is at {after}, it was at {before}"
