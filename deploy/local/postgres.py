"""A PostgreSQL of this machine's own: whom it runs as, where it lies, its first data."""

import hashlib
import os
import shutil
import signal
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local import servers
from deploy.local.child import Child, Sink
from deploy.local.identity import Identity, ordinary_user

USER = DATABASE = "codingahead"


class PreparationFailed(Exception):  # noqa: N818 - it says what went wrong
    """The data could not be made; says why."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """One installation: *programs* and *data* are folders that *identity* can reach."""

    programs: Path
    data: Path
    identity: Identity

    @classmethod
    def place(cls, state: Path, identity: Identity | None = None) -> "Postgres":
        """Choose for the *state* folder of a platform, run as *identity* or whom it can.

        Raises:
            NoOrdinaryUser, ServerMissing: when there is no way to run it.
        """
        programs = servers.postgres_programs()
        identity = identity or ordinary_user()
        if identity.kind != "user":
            return cls(programs, state / "postgres", identity)
        # Another user can neither own what lies in our folders nor, in a private home, reach it.
        folder = foreign_folder(state)
        folder.mkdir(mode=0o755, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise PreparationFailed(f"{folder} is not ours; remove it")
        owned = folder / "owned"
        owned.mkdir(mode=0o700, exist_ok=True)
        os.chown(owned, identity.uid, identity.gid)
        if not _reachable_by_all(programs):
            programs = _copied(programs, folder / "programs")
        return cls(programs, owned / "postgres", identity)

    def command(self, port: int) -> tuple[str, ...]:
        """Serve on *port* of 127.0.0.1 and nowhere else."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            # A socket's path may be no longer than 107 bytes, which ours could be.
            "unix_socket_directories": "",
            "shared_buffers": "32MB",
            "dynamic_shared_memory_type": "mmap",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return (str(self.programs / "postgres"), "-D", str(self.data), *options)

    async def prepare(self, password: str, environment: Mapping[str, str], sink: Sink) -> None:
        """Make the data folder with an empty database, unless there is one.

        Raises:
            PreparationFailed: with PostgreSQL's own words.
        """
        if self.data.exists():
            self._forget_a_dead_server()
            return
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        password_file = self.data.with_name("postgres.password")
        with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(password)
        if self.identity.kind == "user":
            os.chown(password_file, self.identity.uid, self.identity.gid)
        try:
            await self._run(
                environment,
                sink,
                *(str(self.programs / "initdb"), "-D", str(draft), "-U", USER),
                *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--locale=C", "--auth=scram-sha-256", "--pwfile", str(password_file)),
            )
        finally:
            password_file.unlink()
        draft.rename(self.data)

    async def _run(self, environment: Mapping[str, str], sink: Sink, *command: str) -> None:
        # At an interrupt initdb removes what it has made.
        child = Child(
            "postgres",
            command,
            environment,
            sink,
            folder=self.data.parent,
            identity=self.identity,
            orphan_signal=signal.SIGTERM,
        )
        if await child.run() != 0:
            words = next((line for line in reversed(child.lines) if "error" in line), "")
            raise PreparationFailed(words or child.how_it_ended)

    def _forget_a_dead_server(self) -> None:
        """Remove the note of a server that was killed.

        Its number may belong to another process by now, and PostgreSQL would then refuse to start.
        """
        note = self.data / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            process = int(note.read_text().splitlines()[0])
            try:
                running = Path(f"/proc/{process}/cmdline").read_bytes()
            except FileNotFoundError:
                return
            if os.fsencode(self.data) not in running:
                note.unlink()


def foreign_folder(state: Path) -> Path:
    """Where another user's files are kept for the platform in *state*."""
    name = hashlib.sha256(os.fsencode(state.resolve())).hexdigest()[:12]
    return Path("/var/tmp") / f"codingahead-{name}"  # noqa: S108 - made and checked by us


def _copied(programs: Path, target: Path) -> Path:
    """The programs' folder in a copy at *target* that everybody may read."""
    package = programs.parents[1]
    if not target.exists():
        draft = target.with_name(f"{target.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        # Libraries of the package lie beside it, and are looked for there.
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, draft / part.name, symlinks=True)
        for entry in (draft, *draft.rglob("*")):
            if not entry.is_symlink():
                entry.chmod(entry.stat().st_mode | (0o555 if entry.is_dir() else 0o444))
        draft.rename(target)
    return target / package.name / programs.relative_to(package)


def _reachable_by_all(folder: Path) -> bool:
    resolved = folder.resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (resolved, *resolved.parents))
