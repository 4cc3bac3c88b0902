"""DNS as the machine is set up to ask it."""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

from gateway.crawler_checks import ResolverAway
from gateway.networks import Address

_NOTHING: Final = {socket.EAI_NONAME, socket.EAI_NODATA}
_THREADS: Final = 8


class SystemResolver:
    """Asks by the C library, which blocks: in *threads* threads at most.

    They are threads of their own, not an executor's, which a process waits for when it stops: a
    DNS server that is silent would hold it up. A caller who gives up leaves the thread to its end;
    until then it counts as one.
    """

    def __init__(self, threads: int = _THREADS) -> None:
        self._free = threads

    async def name_of(self, address: Address) -> str:
        """The name of *address*, as its owner wrote it; empty when it has none."""

        def ask() -> str:
            return socket.getnameinfo((str(address), 0), socket.NI_NAMEREQD)[0]

        return await self._answer(ask, "")

    async def addresses_of(self, name: str) -> frozenset[Address]:
        """All addresses that *name* has."""

        def ask() -> frozenset[Address]:
            found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
            return frozenset(ip_address(str(where[0]).partition("%")[0]) for *_, where in found)

        return await self._answer(ask, frozenset())

    async def _answer[A](self, ask: Callable[[], A], nothing: A) -> A:
        if self._free <= 0:
            raise ResolverAway("all threads wait for an answer")
        self._free -= 1
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[A] = loop.create_future()

        def ended(result: A | None, error: OSError | None) -> None:
            self._free += 1
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(nothing if result is None else result)

        def run() -> None:
            result: A | None = None
            error: OSError | None = None
            try:
                result = ask()
            except socket.gaierror as failure:
                if failure.errno not in _NOTHING:
                    error = failure
            except UnicodeError:
                pass  # What cannot be a name has no address, and what is no text is no name.
            except OSError as failure:
                error = failure
            # The loop may have ended meanwhile: then nobody waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(ended, result, error)

        threading.Thread(target=run, name="dns", daemon=True).start()
        try:
            return await answer
        except OSError as error:
            raise ResolverAway(str(error)) from None
