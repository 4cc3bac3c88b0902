"""A real Redis Cluster for tests: three servers that share the slots, and replicas if asked."""

import asyncio
from pathlib import Path

from deploy.local.ports import free_port
from services.metering.tests.valkey_server import ValkeyServer

_SLOTS = 16_384


class ValkeyCluster:
    """*replicas* of the first server follow it; servers are found dead after a second."""

    def __init__(self, directory: Path, *, replicas: int = 0) -> None:
        # Of its own: the usual one, 10,000 above the port, may be another server's or a client's.
        self._first_bus = free_port()
        self.servers = [
            self._server(directory / f"server{n}", free_port() if n else self._first_bus)
            for n in range(3)
        ]
        self.replicas = [
            self._server(directory / f"replica{n}", free_port()) for n in range(replicas)
        ]
        self.url = "redis+cluster://" + ",".join(_place(server) for server in self.servers)

    async def start(self) -> None:
        everyone = [*self.servers, *self.replicas]
        await asyncio.gather(*(server.start() for server in everyone))
        bounds = [_SLOTS * n // 3 for n in range(4)]
        for number, server in enumerate(self.servers):
            await server.ask("CONFIG", "SET", "cluster-require-full-coverage", "no")
            await server.ask("CLUSTER", "ADDSLOTSRANGE", bounds[number], bounds[number + 1] - 1)
            await server.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        host, port = _place(self.servers[0]).split(":")
        for server in everyone[1:]:
            await server.ask("CLUSTER", "MEET", host, port, self._first_bus)
        for server in everyone:
            await _until(server, "INFO", "cluster_state:ok", f"cluster_known_nodes:{len(everyone)}")
        first = await self.servers[0].ask("CLUSTER", "MYID")
        for replica in self.replicas:
            await replica.ask("CLUSTER", "REPLICATE", first)
            async with asyncio.timeout(20):
                while "master_link_status:up" not in await replica.ask("INFO", "replication"):
                    await asyncio.sleep(0.05)

    async def kill(self) -> None:
        for server in [*self.servers, *self.replicas]:
            await server.kill()

    async def move_slot(self, slot: int, source: int, target: int) -> None:
        """Move a slot with its keys from one server to another, as operators do."""
        giver, taker = self.servers[source], self.servers[target]
        giver_id, taker_id = [await each.ask("CLUSTER", "MYID") for each in (giver, taker)]
        await taker.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", giver_id)
        await giver.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", taker_id)
        host, port = _place(taker).split(":")
        while keys := await giver.ask("CLUSTER", "GETKEYSINSLOT", slot, 100):
            await giver.ask("MIGRATE", host, port, "", 0, 5000, "KEYS", *keys)
        for server in (taker, giver):
            await server.ask("CLUSTER", "SETSLOT", slot, "NODE", taker_id)

    @staticmethod
    def _server(directory: Path, bus: int) -> ValkeyServer:
        return ValkeyServer(
            directory,
            *("--cluster-enabled", "yes", "--cluster-node-timeout", "1000"),
            *("--cluster-port", str(bus)),
        )


def _place(server: ValkeyServer) -> str:
    return server.url.removeprefix("redis://")


async def _until(server: ValkeyServer, words: str, *facts: str) -> None:
    async with asyncio.timeout(20):
        while True:
            told = await server.ask("CLUSTER", words)
            if all(fact in told for fact in facts):
                return
            await asyncio.sleep(0.05)
