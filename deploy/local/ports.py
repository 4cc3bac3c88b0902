"""Which port each part listens on."""

import random
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_given: set[int] = set()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has, and that this process has not given out before.

    Below the range from which the kernel takes the ports of outgoing connections: otherwise one of
    those could hold it while a server is restarted, or, trying to reach the server, meet itself.
    """
    lowest, highest = 15_000, 32_767
    with suppress(OSError, ValueError):
        ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
        if ephemeral > lowest + 2_000:
            highest = ephemeral - 1
    while True:
        port = random.randint(lowest, highest)
        if port not in _given and is_free("127.0.0.1", port):
            _given.add(port)
            return port


def is_free(host: str, port: int) -> bool:
    """Whether one could listen on *port* of *host* now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


class Ports:
    """The ports of one platform by the variable that sets them: ``LOOKUP_PORT``."""

    def __init__(self, fixed: Mapping[str, int]) -> None:
        self._ports = dict(fixed)

    def __getitem__(self, variable: str) -> int:
        """The port *variable* sets; the first time it is asked for, a free one is picked."""
        if variable not in self._ports:
            self._ports[variable] = free_port()
        return self._ports[variable]
