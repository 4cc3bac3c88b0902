"""Redis for what is bounded, not counted: one server, or a cluster of them.

Whoever uses this module asks for ``codingahead-servicekit[redis]``. Metering, to which each
microsecond matters, has a connection of its own.
"""

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError

_CLUSTER = "+cluster"
_PORT = 6379

type Client = Redis | RedisCluster


def check_address(url: str) -> None:
    """See that *url* is ``redis://host:port/database`` or ``redis+cluster://host:port,host:port``.

    Raises:
        ValueError: saying what is wrong with it.
    """
    scheme = urlsplit(url).scheme.removesuffix(_CLUSTER)
    if scheme not in ("redis", "rediss"):
        raise ValueError(f"{url!r} is not redis://host:port or redis+cluster://host:port,host:port")
    nodes = _nodes(url)
    if not nodes or not all(node.host for node in nodes):
        raise ValueError(f"{url!r} names no host")


def open_redis(url: str, *, seconds: float) -> Client:
    """A client that waits *seconds* at most for a connection and for an answer, and asks once.

    It connects when it is first asked something.
    """
    once = Retry(NoBackoff(), 0)
    parts = urlsplit(url)
    if not parts.scheme.endswith(_CLUSTER):
        return Redis.from_url(
            url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=once
        )
    return RedisCluster(
        startup_nodes=_nodes(url),
        username=parts.username,
        password=parts.password,
        ssl=parts.scheme.startswith("rediss"),
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=once,
    )


class Script:
    """A Lua script that answers whole numbers."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    async def run(self, redis: Client, keys: Sequence[str], arguments: Sequence[str]) -> list[int]:
        """What it answers; it is sent whole only to a server that does not know it.

        Raises:
            RedisError, OSError, TimeoutError: when there is no answer.
        """
        try:
            answer: Any = await redis.evalsha(self._sha, len(keys), *keys, *arguments)
        except NoScriptError:
            answer = await redis.eval(self._text, len(keys), *keys, *arguments)
        return [int(number) for number in answer]


def _nodes(url: str) -> list[ClusterNode]:
    hosts = urlsplit(url).netloc.rpartition("@")[2].split(",")
    nodes = []
    for host in hosts:
        address = urlsplit(f"//{host.strip()}")
        nodes.append(ClusterNode(address.hostname or "", address.port or _PORT))
    return nodes
