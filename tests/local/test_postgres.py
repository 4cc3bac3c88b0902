"""PostgreSQL under each identity that this machine allows: it refuses to run as root."""

import os
import pwd
from pathlib import Path

import asyncpg
import pytest

from deploy.local.child import Child
from deploy.local.clean import clean
from deploy.local.identity import Identity, ordinary_user, works
from deploy.local.ports import free_port
from deploy.local.postgres import DATABASE, USER, Postgres, foreign_folder
from deploy.local.probes import NotReady, postgres_answers

NOBODY = pwd.getpwnam("nobody")
IDENTITIES = [
    identity
    for identity in (
        ordinary_user(),
        Identity("namespace", NOBODY.pw_uid, NOBODY.pw_gid),
        Identity("user", NOBODY.pw_uid, NOBODY.pw_gid),
    )
    if works(identity)
]


@pytest.mark.parametrize("identity", IDENTITIES, ids=str)
async def test_it_is_made_serves_and_is_cleaned_away(tmp_path: Path, identity: Identity) -> None:
    # Private, as what pytest makes is: another user cannot reach into it.
    state = tmp_path / "state"
    state.mkdir()
    (state / "lock").touch()
    place = Postgres.place(state, identity)
    said: list[str] = []
    await place.prepare("secret", os.environ, lambda _name, line: said.append(line))
    port = free_port()
    child = Child(
        "postgres",
        place.command(port),
        os.environ,
        lambda _name, line: said.append(line),
        folder=Path("/"),
        identity=identity,
    )
    url = f"postgresql://{USER}:secret@127.0.0.1:{port}/{DATABASE}"
    await child.start()
    try:
        await until_it_answers(child, url)
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        await connection.close()
    finally:
        await child.kill()
    assert place.data.exists()
    assert ".password" not in {file.suffix for file in place.data.parent.iterdir()}
    clean(state)
    assert not place.data.exists()
    assert not foreign_folder(state).exists()


async def until_it_answers(child: Child, url: str) -> None:
    answers = postgres_answers(url, DATABASE)
    while not child.ended.is_set():
        try:
            await answers()
        except (NotReady, OSError):
            continue
        return
    raise AssertionError("\n".join(child.lines))
