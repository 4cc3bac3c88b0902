"""Redis as accounts reaches it: one server, or a cluster of them."""

from urllib.parse import urlsplit

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

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


def _nodes(url: str) -> list[ClusterNode]:
    hosts = urlsplit(url).netloc.rpartition("@")[2].split(",")
    nodes = []
    for host in hosts:
        address = urlsplit(f"//{host.strip()}")
        nodes.append(ClusterNode(address.hostname or "", address.port or _PORT))
    return nodes
