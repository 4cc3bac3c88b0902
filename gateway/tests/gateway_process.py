"""A gateway as it runs in production, with real peers, for tests that need a whole one."""

import asyncio
import itertools
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import nats
from nats.js.api import DiscardPolicy, StorageType, StreamConfig

from codingahead.lookup.v1 import lookup_pb2
from gateway.tests.lookup_server import LookupServer
from services.accounts.tests.accounts_process import AccountsProcess
from services.assistant.tests.assistant_process import AssistantProcess
from services.metering.tests.metering_process import MeteringProcess
from services.metering.tests.valkey_server import ValkeyServer
from tests.support import code_pages
from tests.support.mail_folder import MailFolder
from tests.support.nats_server import NatsServer, free_port
from tests.support.oidc_provider import OidcProvider
from tests.support.postgres_server import PostgresServer

PLANS = Path(__file__).parents[2] / "deploy" / "plans.yaml"
COOKIE_KEYS = "c1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
SECRET_KEYS = "s1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"
PASSWORD = "correct horse battery"
PAYMENT_SECRET = "whsec_of_the_tests"

_numbers = itertools.count()


class GatewayProcess:
    """``python -m gateway`` with an environment of its own; *program* runs in its place."""

    def __init__(self, *program: str, **peers: str) -> None:
        self._program = program or ("-m", "gateway")
        self.peers = peers
        self._environment = {
            **os.environ,
            "GATEWAY_PORT": "0",
            "GATEWAY_METRICS_PORT": "0",
            "GATEWAY_COOKIE_KEYS": COOKIE_KEYS,
            **peers,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self.lines: list[dict[str, Any]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, *self._program),
            env=self._environment,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())
        listening = await self.logged("listening")
        self.port, self._metrics_port = listening["port"], listening["metrics_port"]

    async def stop(self) -> int:
        """Ask it to stop; answers its exit code."""
        assert self._process is not None
        self._process.terminate()
        return await self._ended()

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._ended()

    async def run_to_its_end(self) -> tuple[int, list[str]]:
        """Run a process that should refuse to start; answers exit code and what it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *self._program),
            env=self._environment,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode is not None
        return process.returncode, said.decode().splitlines()

    async def logged(self, event: str, seconds: float = 15.0) -> dict[str, Any]:
        """The first line *event* of the log."""
        async with asyncio.timeout(seconds):
            while True:
                self._changed.clear()
                for line in self.lines:
                    if line.get("event") == event:
                        return line
                assert self._process is not None
                assert self._process.returncode is None, self.lines
                await self._changed.wait()

    async def until(self, **parts: str) -> None:
        """Wait until ``/readyz`` reports *parts* so."""
        async with asyncio.timeout(20), httpx.AsyncClient(base_url=self.url) as client:
            while True:
                report = (await client.get("/readyz")).json()
                if parts.items() <= report.items():
                    return
                await asyncio.sleep(0.02)

    async def metric(self, name: str) -> float:
        """The sum of the samples whose line starts with *name*."""
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{self._metrics_port}/metrics")).text
        values = [line.rsplit(" ", 1) for line in text.splitlines() if line.startswith(name)]
        return sum(float(value) for _, value in values)

    async def _ended(self) -> int:
        assert self._process is not None
        async with asyncio.timeout(20):
            code = await self._process.wait()
            if self._reading is not None:
                await self._reading
        self._process = None
        return code

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.lines.append({"event": line.decode().strip()})
            self._changed.set()
        self._changed.set()


class Member:
    """Somebody signed in: a browser with a session, and the address they log in with."""

    def __init__(self, client: httpx.AsyncClient, email: str) -> None:
        self.client = client
        self.email = email
        self.get = client.get
        self.head = client.head
        self.post = client.post
        self.request = client.request

    async def log_in(self) -> None:
        answer = await self.client.post(
            "/api/v1/sessions", json={"email": self.email, "password": PASSWORD}
        )
        assert answer.status_code == 204, answer.text


@dataclass(frozen=True, slots=True)
class Platform:
    """A gateway and everything it talks to; *database* is the one of accounts."""

    gateway: GatewayProcess
    lookup: LookupServer
    accounts: AccountsProcess
    assistant: AssistantProcess
    postgres: PostgresServer
    database: str
    metering: MeteringProcess
    valkey: ValkeyServer
    nats: NatsServer
    mail: MailFolder

    def guest(self) -> httpx.AsyncClient:
        """A visitor nobody has seen before, who keeps cookies."""
        return httpx.AsyncClient(base_url=self.gateway.url, timeout=10)

    @asynccontextmanager
    async def account(self, name: str = "ann", plan: str = "free") -> AsyncIterator[Member]:
        """Somebody who has just registered, under an address of their own."""
        async with self.guest() as client:
            member = Member(client, f"{name}-{uuid.uuid4().hex[:8]}@example.org")
            answer = await client.post(
                "/api/v1/accounts", json={"email": member.email, "password": PASSWORD}
            )
            assert answer.status_code == 202, answer.text
            if plan != "free":
                await self.ask_accounts(
                    f"UPDATE accounts SET plan = '{plan}' WHERE email = '{member.email}'"
                )
                await client.delete("/api/v1/sessions/current")
                await member.log_in()
            yield member

    async def account_id(self, member: Member) -> str:
        """Of somebody who has registered; their address counts as confirmed from now on."""
        where = f"WHERE email = '{member.email}'"
        await self.ask_accounts(f"UPDATE accounts SET confirmed_at = now() {where}")
        ((account_id,),) = await self.ask_accounts(f"SELECT account_id FROM accounts {where}")
        return account_id

    async def ask_accounts(self, statement: str) -> list[list[str]]:
        """The rows a statement answers from the database of accounts."""
        return await asyncio.to_thread(self.postgres.ask, statement, database=self.database)


def catalog() -> list[lookup_pb2.CodePage]:
    """Pages to serve: E11.9 in full and a few beside it."""
    others = {
        "E08": "Diabetes mellitus due to underlying condition",
        "E10": "Type 1 diabetes mellitus",
        "E11": "Type 2 diabetes mellitus",
        "E11.0": "Type 2 diabetes mellitus with hyperosmolarity",
        "E13": "Other specified diabetes mellitus",
        "I10": "Essential (primary) hypertension",
        "J45.909": "Unspecified asthma, uncomplicated",
    }
    return [
        code_pages.diabetes(),
        *(code_pages.page(code, display) for code, display in others.items()),
    ]


@asynccontextmanager
async def running(
    folder: Path,
    pages: Sequence[lookup_pb2.CodePage],
    postgres: PostgresServer,
    *,
    others: Sequence[lookup_pb2.CodePage] = (),
    licence: lookup_pb2.CptLicence | None = None,
    provider: OidcProvider | None = None,
) -> AsyncIterator[Platform]:
    """The gateway with its peers, ready; files go to *folder*, people to a database of their own.

    *others* are pages of older releases and other code sets, *licence* the one for CPT. *provider*
    is one that people may sign in with.
    *postgres* has a migrated database ``accounts`` that nobody uses.
    """
    async with AsyncExitStack() as stack:
        bus = NatsServer(folder / "nats")
        stack.push_async_callback(bus.stop)
        await bus.start()
        await _declare_streams(bus)
        valkey = ValkeyServer(folder / "valkey")
        stack.push_async_callback(valkey.kill)
        await valkey.start()
        lookup = LookupServer(pages, others, licence)
        lookup.start()
        stack.callback(lookup.stop)
        metering = MeteringProcess(valkey.url, bus.url, PLANS, METERING_PORT=str(free_port()))
        stack.push_async_callback(metering.kill)
        await metering.start()
        database = f"gateway{next(_numbers)}"
        await asyncio.to_thread(
            postgres.ask, f"CREATE DATABASE {database} TEMPLATE accounts", database="postgres"
        )
        accounts = AccountsProcess(
            postgres.url_of(database),
            bus.url,
            ACCOUNTS_PORT=str(free_port()),
            REDIS_URL=valkey.url,
            ACCOUNTS_PAYMENT_SECRETS=PAYMENT_SECRET,
            ACCOUNTS_PAYMENT_PLANS="price_pro=professional",
            ACCOUNTS_SECRET_KEYS=SECRET_KEYS,
            ACCOUNTS_MAIL_DIR=str(folder / "mail"),
            ACCOUNTS_OIDC_PROVIDERS=json.dumps([provider.settings()] if provider else []),
        )
        stack.push_async_callback(accounts.kill)
        await accounts.start()
        assistant = AssistantProcess(lookup.target, ASSISTANT_PORT=str(free_port()))
        stack.push_async_callback(assistant.kill)
        await assistant.start()
        gateway = GatewayProcess(
            NATS_URL=bus.url,
            REDIS_URL=valkey.url,
            GATEWAY_LOOKUP_TARGET=lookup.target,
            GATEWAY_ACCOUNTS_TARGET=f"127.0.0.1:{accounts.listening['grpc_port']}",
            GATEWAY_ASSISTANT_TARGET=f"127.0.0.1:{assistant.listening['grpc_port']}",
            GATEWAY_METERING_TARGET=f"127.0.0.1:{metering.listening['grpc_port']}",
        )
        stack.push_async_callback(gateway.kill)
        await gateway.start()
        await gateway.until(status="ready", lookup="up", metering="up")
        mail = MailFolder(folder / "mail")
        yield Platform(
            gateway, lookup, accounts, assistant, postgres, database, metering, valkey, bus, mail
        )
        assert await gateway.stop() == 0


async def _declare_streams(bus: NatsServer) -> None:
    client = await nats.connect(bus.url)
    for producer in ("metering", "gateway", "lookup", "accounts"):
        await client.jetstream().add_stream(
            StreamConfig(
                name=producer.upper(),
                subjects=[f"codingahead.{producer}.v1.>"],
                storage=StorageType.FILE,
                discard=DiscardPolicy.NEW,
                duplicate_window=120,
            )
        )
    await client.close()
