"""A gateway whose DNS is a table, as the real one is not on this machine."""

import asyncio
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address

from gateway.crawler_checks import ResolverAway
from gateway.networks import Address
from gateway.serve import serve
from gateway.settings import GatewaySettings
from servicekit import lifecycle
from servicekit.settings import load_settings

VARIABLE = "TABLE_OF_NAMES"
"""Names by address, and addresses by name, in JSON."""


@dataclass
class Table:
    """Names by address, addresses by name. Counts what it is asked; *gate* holds answers back."""

    names: dict[str, str]
    addresses: dict[str, list[str]]
    away: bool = False
    gate: asyncio.Event | None = None
    asked: Counter[str] = field(default_factory=Counter)

    async def name_of(self, address: Address) -> str:
        self.asked[str(address)] += 1
        await self._answering()
        return self.names.get(str(address), "")

    async def addresses_of(self, name: str) -> frozenset[Address]:
        self.asked[name] += 1
        await self._answering()
        return frozenset(map(ip_address, self.addresses.get(name, ())))

    async def _answering(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.away:
            raise ResolverAway("as the test says")


if __name__ == "__main__":
    table = Table(**json.loads(os.environ[VARIABLE]))
    lifecycle.run(partial(serve, resolver=table), load_settings(GatewaySettings))
