"""The one table of what the platform is made of, for people and for tests.

A new part is a row of :func:`topology`.
"""

import re
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from deploy.local import servers
from deploy.local.child import Sink
from deploy.local.identity import OWN, Identity
from deploy.local.ports import Ports
from deploy.local.postgres import DATABASE, USER, Postgres
from deploy.local.probes import (
    Probe,
    http_ready,
    listens,
    nats_answers,
    postgres_answers,
    redis_answers,
)
from deploy.local.settings import ROOT, LocalSettings, mail_folder

PARTS = (
    *("nats", "redis", "postgres", "streams", "migrations", "catalog"),
    *("lookup", "accounts", "metering", "assistant", "gateway"),
)
"""Every part of the platform, none before one that it needs."""

_BUILD_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part: a server, a service, or something to be done once.

    *after*: the parts that must be ready, or done, before. *environment* is what it is told
    whatever else is set, *defaults* what a person's own environment may say otherwise.
    """

    name: str
    command: tuple[str, ...]
    """Empty for a server that the person runs."""
    after: tuple[str, ...] = ()
    probe: Probe | None = None
    """None: it is done, and well, when it exits with 0."""
    environment: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Sink], Awaitable[None]] | None = None
    """What must be done before it is first run."""
    address: str = ""
    """Where it serves; empty when it does not."""
    metrics_address: str = ""
    port_variable: str = ""
    """The variable that sets its port."""
    seconds: float = 60.0
    """Longest time until it is ready."""
    identity: Identity = OWN
    stop_signal: int = signal.SIGTERM
    orphan_signal: int = signal.SIGKILL
    worth_showing: re.Pattern[str] = re.compile("")
    """The lines a person should see."""

    @property
    def once(self) -> bool:
        """Whether it ends by itself."""
        return self.probe is None


@dataclass(frozen=True, slots=True)
class Site:
    """What the table is made for: one platform, its *ports*, its *keys*.

    *environment*: the person's. *in_console*: whether services log for eyes.
    """

    settings: LocalSettings
    ports: Ports
    keys: Mapping[str, str]
    environment: Mapping[str, str]
    in_console: bool

    @property
    def nats_url(self) -> str:
        """Address of the event bus."""
        own = f"nats://127.0.0.1:{self.ports['NATS_PORT']}"
        return self.settings.servers.get("NATS_URL", own)

    @property
    def redis_url(self) -> str:
        """Address of Redis, with its database."""
        own = f"redis://127.0.0.1:{self.ports['REDIS_PORT']}/0"
        return self.settings.servers.get("REDIS_URL", own)

    @property
    def database_url(self) -> str:
        """Address of the database, with user and password."""
        person = f"{USER}:{self.keys['POSTGRES_PASSWORD']}"
        own = f"postgresql://{person}@127.0.0.1:{self.ports['POSTGRES_PORT']}/{DATABASE}"
        return self.settings.servers.get("DATABASE_URL", own)

    @property
    def base_url(self) -> str:
        """Where people reach the site."""
        return f"http://localhost:{self.ports['PORT']}"

    def target(self, name: str) -> str:
        """``host:port`` of the service *name*, for its callers."""
        return f"127.0.0.1:{self.ports[f'{name.upper()}_PORT']}"


def topology(site: Site, wanted: set[str]) -> list[Part]:
    """The rows of *wanted* parts and of what they need, in :data:`PARTS`'s order.

    Raises:
        ServerMissing, NoOrdinaryUser, PreparationFailed: when a server cannot be run here.
    """
    catalog = {
        "LOOKUP_CATALOG_DIR": str(ROOT / "var" / "catalog"),
        "LOOKUP_OFFICIAL_DIR": str(ROOT / "var" / "official"),
    }
    rows: dict[str, Callable[[], Part]] = {
        "nats": partial(_nats, site),
        "redis": partial(_redis, site),
        "postgres": partial(_postgres, site),
        "streams": lambda: Part(
            "streams",
            _python("deploy.nats", "apply", "--quiet"),
            after=("nats",),
            environment={"NATS_URL": site.nats_url},
        ),
        "migrations": lambda: Part(
            "migrations",
            _python("accounts", "migrate"),
            after=("postgres",),
            environment={"DATABASE_URL": site.database_url},
        ),
        "catalog": lambda: Part(
            "catalog",
            _python("lookup", "catalog", "build"),
            defaults=catalog,
            seconds=_BUILD_SECONDS,
        ),
        "lookup": lambda: _service(
            site,
            "lookup",
            after=("streams", "catalog"),
            defaults=catalog,
        ),
        "accounts": lambda: _service(
            site,
            "accounts",
            after=("migrations", "streams", "redis"),
            environment={"DATABASE_URL": site.database_url, "REDIS_URL": site.redis_url},
            defaults={
                "ACCOUNTS_SECRET_KEYS": site.keys["ACCOUNTS_SECRET_KEYS"],
                **_mail(site),
            },
        ),
        "metering": lambda: _service(
            site,
            "metering",
            after=("redis", "streams"),
            environment={"REDIS_URL": site.redis_url},
            defaults={"METERING_PLANS_FILE": str(ROOT / "deploy" / "plans.yaml")},
        ),
        "assistant": lambda: _service(
            site,
            "assistant",
            after=("lookup",),
            environment={"ASSISTANT_LOOKUP_TARGET": site.target("lookup")},
        ),
        "gateway": lambda: _service(
            site,
            "gateway",
            after=("lookup", "accounts", "metering", "assistant", "redis"),
            port_variable="PORT",
            environment={
                "REDIS_URL": site.redis_url,
                "GATEWAY_LOOKUP_TARGET": site.target("lookup"),
                "GATEWAY_ACCOUNTS_TARGET": site.target("accounts"),
                "GATEWAY_ASSISTANT_TARGET": site.target("assistant"),
                "GATEWAY_METERING_TARGET": site.target("metering"),
            },
            defaults={
                "GATEWAY_BASE_URL": site.base_url,
                "GATEWAY_COOKIE_KEYS": site.keys["GATEWAY_COOKIE_KEYS"],
            },
        ),
    }
    parts: dict[str, Part] = {}

    def add(name: str) -> None:
        if name not in parts:
            part = rows[name]()
            for needed in part.after:
                add(needed)
            parts[name] = part

    for name in wanted:
        add(name)
    return sorted(parts.values(), key=lambda part: PARTS.index(part.name))


def _nats(site: Site) -> Part:
    if "NATS_URL" in site.settings.servers:
        return _foreign("nats", site.nats_url)
    port = site.ports["NATS_PORT"]
    state = site.settings.state

    async def prepare(_sink: Sink) -> None:
        (state / "nats.conf").write_text(
            f"listen: 127.0.0.1:{port}\n"
            f'jetstream {{ store_dir: "{state / "nats"}", sync_interval: always }}\n',
            encoding="utf-8",
        )

    return Part(
        "nats",
        (str(servers.nats_server()), "-c", str(state / "nats.conf")),
        prepare=prepare,
        probe=nats_answers(port),
        address=site.nats_url,
        port_variable="NATS_PORT",
        worth_showing=re.compile(r"\[(WRN|ERR|FTL)\]|^nats-server:"),
    )


def _redis(site: Site) -> Part:
    if "REDIS_URL" in site.settings.servers:
        return _foreign("redis", site.redis_url)
    port = site.ports["REDIS_PORT"]
    folder = site.settings.state / "redis"

    async def prepare(_sink: Sink) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)

    return Part(
        "redis",
        (
            *(str(servers.redis_server()), "--bind", "127.0.0.1", "--port", str(port)),
            *("--dir", str(folder), "--save", "", "--appendonly", "yes"),
            *("--appendfsync", "always", "--maxmemory-policy", "noeviction"),
        ),
        prepare=prepare,
        probe=redis_answers(port),
        address=site.redis_url,
        port_variable="REDIS_PORT",
        worth_showing=re.compile(r"(?i)\berror|fatal|can't|cannot|failed"),
    )


def _postgres(site: Site) -> Part:
    if "DATABASE_URL" in site.settings.servers:
        return _foreign("postgres", site.database_url)
    place = Postgres.place(site.settings.state)
    password = site.keys["POSTGRES_PASSWORD"]

    async def prepare(sink: Sink) -> None:
        await place.prepare(password, site.environment, sink)

    return Part(
        "postgres",
        place.command(site.ports["POSTGRES_PORT"]),
        prepare=prepare,
        probe=postgres_answers(site.database_url, DATABASE),
        address=site.database_url,
        port_variable="POSTGRES_PORT",
        identity=place.identity,
        # Ends connections and stops cleanly; SIGTERM would wait for clients to go.
        stop_signal=signal.SIGINT,
        # Takes its own children along, which SIGKILL would leave to find out.
        orphan_signal=signal.SIGQUIT,
        # Two of its refusals only answer our probe.
        worth_showing=re.compile(
            r"\b(WARNING|ERROR|FATAL|PANIC):(?!  the database system is| +database .* not exist)"
            "|^postgres:"
        ),
    )


def _foreign(name: str, url: str) -> Part:
    """A server that the person runs."""
    return Part(name, (), probe=listens(url), address=url, seconds=5.0)


def _service(
    site: Site,
    name: str,
    *,
    after: tuple[str, ...],
    port_variable: str = "",
    environment: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Part:
    own = name.upper()
    port_variable = port_variable or f"{own}_PORT"
    port = site.ports[port_variable]
    metrics_port = site.ports[f"{own}_METRICS_PORT"]
    scheme = "http://localhost:" if name == "gateway" else "127.0.0.1:"
    return Part(
        name,
        _python(name),
        after=after,
        probe=http_ready(metrics_port),
        environment={
            f"{own}_PORT": str(port),
            f"{own}_METRICS_PORT": str(metrics_port),
            "NATS_URL": site.nats_url,
            **(environment or {}),
        },
        defaults={
            f"{own}_LOG_FORMAT": "console" if site.in_console else "json",
            **(defaults or {}),
        },
        address=f"{scheme}{port}",
        metrics_address=f"http://127.0.0.1:{metrics_port}/metrics",
        port_variable=port_variable,
    )


def _mail(site: Site) -> dict[str, str]:
    """Where links in mail lead, and the folder it goes to unless it is sent."""
    links = {"ACCOUNTS_BASE_URL": site.environment.get("GATEWAY_BASE_URL", site.base_url)}
    if site.environment.get("ACCOUNTS_SMTP_HOST"):
        return links
    return links | {"ACCOUNTS_MAIL_DIR": str(mail_folder(site.settings.state))}


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *arguments)


def environment_of(part: Part, site: Site) -> dict[str, str]:
    """All of the environment *part* is run with."""
    return {**part.defaults, **site.environment, **part.environment, "PYTHONUNBUFFERED": "1"}
