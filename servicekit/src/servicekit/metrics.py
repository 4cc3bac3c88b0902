"""Prometheus metrics, and a port of its own for them and for health."""

import json
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from servicekit.health import Readiness

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["FAST_BUCKETS", "Counter", "Gauge", "Histogram", "MetricsServer"]

FAST_BUCKETS = (
    *(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01),
    *(0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0),
)
"""Bounds in seconds for work that should take milliseconds."""


class MetricsServer:
    """Serves ``/metrics``, ``/healthz`` and ``/readyz`` from a thread.

    Raises:
        OSError: when the port is taken.
    """

    def __init__(self, host: str, port: int, readiness: Readiness) -> None:
        self._readiness = readiness
        self._metrics = make_wsgi_app(REGISTRY)
        self._server = make_server(host, port, self._answer, ThreadingWSGIServer, _QuietHandler)
        self.port: int = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        match environ.get("PATH_INFO"):
            case "/metrics":
                return cast(Iterable[bytes], self._metrics(environ, start_response))
            case "/healthz":
                status, body = "200 OK", {"status": "alive"}
            case "/readyz":
                status = "200 OK" if self._readiness.ready else "503 Service Unavailable"
                body = self._readiness.report()
            case _:
                status, body = "404 Not Found", {"error": "try /metrics, /healthz or /readyz"}
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Scrapes are not worth a line."""
