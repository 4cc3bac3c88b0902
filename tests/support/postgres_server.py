"""A real PostgreSQL for tests, which can be killed, stalled and brought back with its data."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from deploy.local.identity import ordinary_user, tethered
from deploy.local.servers import postgres_programs
from tests.support.nats_server import free_port


class PostgresServer:
    """A server on a free port of 127.0.0.1, with a database ``accounts`` in it.

    With *durable* False it does not wait for the disk. Belongs to no event loop, so that one
    server may serve many tests.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self._directory = directory
        self._durable = durable
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = self.url_of("accounts")

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        new = not self._directory.exists()
        if new:
            self._run(
                "initdb",
                *("-D", str(self._directory), "-U", "postgres", "-A", "trust", "-E", "UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"),
            )
        log = self._directory.with_suffix(".log")
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                _as_an_ordinary_user(
                    *(str(postgres_programs() / "postgres"), "-D", str(self._directory)),
                    *("-p", str(self._port), "-c", "listen_addresses=127.0.0.1"),
                    *("-c", "unix_socket_directories="),
                    *("-c", f"fsync={'on' if self._durable else 'off'}"),
                ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._wait_until_it_answers(log)
        if new:
            self.ask("CREATE DATABASE accounts", database="postgres")

    def stop(self) -> None:
        """Stop as at a restart: connections are cut, nothing is lost."""
        if self._process is not None:
            self.resume()
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)
            self._process = None

    def kill(self) -> None:
        """Let it die with all its processes at once."""
        if self._process is not None:
            # Held first, it begins no process that we do not know of.
            self._process.send_signal(signal.SIGSTOP)
            processes = self._processes()
            for process in processes:
                _signal(process, signal.SIGKILL)
            self._process.wait(20)
            self._process = None
            # The data belongs to them until the last is gone.
            while any(map(_lives, processes)):
                time.sleep(0.005)

    def stall(self) -> None:
        """Hold it and all its processes where they are: connections stand, nothing answers."""
        for process in self._processes():
            _signal(process, signal.SIGSTOP)

    def resume(self) -> None:
        for process in reversed(self._processes()):
            _signal(process, signal.SIGCONT)

    def ask(self, statement: str, *, database: str = "accounts") -> list[list[str]]:
        """The rows a statement answers, as text."""
        answer = self._run(
            "psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
            *("-d", self.url_of(database), "-c", statement),
        )  # fmt: skip
        return [line.split("\t") for line in answer.splitlines()]

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            _as_an_ordinary_user(str(postgres_programs() / program), *arguments),
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"
        return done.stdout

    def _processes(self) -> list[int]:
        if self._process is None:
            return []
        first = self._process.pid
        try:
            children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            return []
        return [first, *(int(child) for child in children)]

    def _wait_until_it_answers(self, log: Path) -> None:
        assert self._process is not None
        for _ in range(1000):
            assert self._process.poll() is None, log.read_text()
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=1):
                    pass
            except OSError:
                pass
            else:
                # It listens before it has recovered; then its last word is that it is ready.
                said = re.findall("starting PostgreSQL|ready to accept", log.read_text())
                if said and said[-1] == "ready to accept":
                    return
            time.sleep(0.02)
        raise TimeoutError(f"postgres did not start: {log.read_text()}")


def _as_an_ordinary_user(*command: str) -> tuple[str, ...]:
    """PostgreSQL refuses root."""
    return tethered(command, ordinary_user(), signal.SIGQUIT)


def _signal(process: int, number: signal.Signals) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
