"""A gRPC server with what every service needs around its handlers.

One interceptor, outermost first: trace, deadline, metrics, errors. A handler sees none of it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import grpc
from google.protobuf.message import DecodeError
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from servicekit import deadlines, tracing
from servicekit.errors import ServiceError
from servicekit.health import Readiness
from servicekit.logs import get_logger
from servicekit.metrics import FAST_BUCKETS, Counter, Histogram
from servicekit.settings import ServiceSettings

log = get_logger("servicekit.grpc")

HANDLED = Counter("grpc_server_handled_total", "Calls answered.", ["method", "code"])
SECONDS = Histogram(
    "grpc_server_handling_seconds", "Time to answer a call.", ["method"], buckets=FAST_BUCKETS
)

_HEALTH_PREFIX = "/grpc.health.v1.Health/"
# At a stop gRPC takes up one call of each method at a time. Those still in its queue when it
# shuts down end CANCELLED, which no caller repeats. So the queue is emptied first: it is taken to
# be empty after a pause without a call, or when callers will not pause.
_QUIET_SECONDS = 0.01
_LONGEST_UNTIL_QUIET = 0.25
_OPTIONS = [
    # A process left over from before must not take half of the calls unnoticed.
    ("grpc.so_reuseport", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
]

type Context = aio.ServicerContext[Any, Any]


class GrpcServer:
    """A server for one service, with the health service beside it."""

    def __init__(self, service: str, settings: ServiceSettings, readiness: Readiness) -> None:
        self._settings = settings
        self._readiness = readiness
        self._domain = f"{service}.codingahead"
        self._health = health.aio.HealthServicer()
        self._surround = _Surround(self._domain)
        self.server = aio.server(interceptors=[self._surround], options=_OPTIONS)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.server)
        self.port = 0

    async def start(self, full_name: str) -> None:
        """Listen, and report *full_name* (and "") as the readiness says.

        Raises:
            OSError: when the port is taken.
        """
        address = f"{self._settings.host}:{self._settings.port}"
        try:
            self.port = self._bind(address)
        except RuntimeError:
            raise OSError(f"cannot listen on {address}: is the port taken?") from None
        await self.server.start()
        self._health_names = ("", full_name)
        await self.report_health(self._readiness.ready)

    async def report_health(self, ready: bool) -> None:
        """Tell callers who watch."""
        status = health_pb2.HealthCheckResponse
        for name in self._health_names:
            await self._health.set(name, status.SERVING if ready else status.NOT_SERVING)

    async def stop(self, grace: float) -> None:
        """Take no more calls and give those in hand *grace* seconds.

        Calls that were sent but not begun are answered UNAVAILABLE, so that callers try another
        server or wait for the next one.
        """
        self._surround.refusing = True
        until = time.monotonic() + min(grace, _LONGEST_UNTIL_QUIET)
        arrived = -1
        while arrived != self._surround.arrived and time.monotonic() < until:
            arrived = self._surround.arrived
            await asyncio.sleep(_QUIET_SECONDS)
        await self.server.stop(grace)

    def _bind(self, address: str) -> int:
        settings = self._settings
        if settings.tls_cert_file is None or settings.tls_key_file is None:
            return self.server.add_insecure_port(address)
        authority = settings.tls_ca_file.read_bytes() if settings.tls_ca_file else None
        credentials = grpc.ssl_server_credentials(
            [(settings.tls_key_file.read_bytes(), settings.tls_cert_file.read_bytes())],
            root_certificates=authority,
            require_client_auth=authority is not None,
        )
        return self.server.add_secure_port(address, credentials)


class _Surround(aio.ServerInterceptor):
    def __init__(self, domain: str) -> None:
        self._domain = domain
        self.refusing = False
        """Set when calls that have not begun are to be refused."""
        self.arrived = 0
        """Calls taken up so far, health checks left out."""

    async def intercept_service(
        self,
        continuation: Callable[
            [grpc.HandlerCallDetails], Awaitable["grpc.RpcMethodHandler[Any, Any] | None"]
        ],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        # A handler is a named tuple of behaviours, which its published type does not say.
        handler: Any = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(_HEALTH_PREFIX):
            return cast(None, handler)
        self.arrived += 1
        changed: dict[str, Any]
        if handler.unary_unary:
            changed = {"unary_unary": self._unary(handler.unary_unary, method)}
        elif handler.unary_stream:
            changed = {"unary_stream": self._stream(handler.unary_stream, method, bounded=True)}
        elif handler.stream_stream:
            # A stream of many questions lives as long as its caller: each answer is timed by
            # whoever asks, not by a deadline of the whole.
            changed = {"stream_stream": self._stream(handler.stream_stream, method, bounded=False)}
        else:
            raise AssertionError(f"{method}: client streaming is not used in any contract")
        if handler.request_deserializer:
            changed["request_deserializer"] = _telling(handler.request_deserializer)
        return cast("grpc.RpcMethodHandler[Any, Any]", handler._replace(**changed))

    def _unary(
        self, behaviour: Callable[[Any, Context], Awaitable[Any]], method: str
    ) -> Callable[[Any, Context], Awaitable[Any]]:
        async def call(request: Any, context: Context) -> Any:
            began = time.perf_counter()
            code = "OK"
            try:
                self._begin(context, bounded=True)
                return await behaviour(_readable(request), context)
            except Exception as error:
                failure = _failure(error, method)
                code = failure.code.name
                await self._abort(context, failure)
            except asyncio.CancelledError:
                code = grpc.StatusCode.CANCELLED.name
                raise
            finally:
                HANDLED.labels(method, code).inc()
                SECONDS.labels(method).observe(time.perf_counter() - began)

        return call

    def _stream(
        self,
        behaviour: Callable[[Any, Context], AsyncIterator[Any]],
        method: str,
        *,
        bounded: bool,
    ) -> Callable[[Any, Context], AsyncIterator[Any]]:
        async def call(request: Any, context: Context) -> AsyncIterator[Any]:
            code = "OK"
            try:
                self._begin(context, bounded=bounded)
                # Of a caller that streams, *request* is an iterator; of others one message.
                asked = _readable(request) if bounded else _each_readable(request)
                async for response in behaviour(asked, context):
                    yield response
            except Exception as error:
                failure = _failure(error, method)
                code = failure.code.name
                await self._abort(context, failure)
            except asyncio.CancelledError:
                code = grpc.StatusCode.CANCELLED.name
                raise
            finally:
                HANDLED.labels(method, code).inc()

        return call

    def _begin(self, context: Context, *, bounded: bool) -> None:
        if self.refusing:
            raise ServiceError(
                grpc.StatusCode.UNAVAILABLE, "STOPPING", "The service is stopping; ask again."
            )
        metadata = dict(context.invocation_metadata() or ())
        parent = metadata.get(tracing.HEADER)
        tracing.begin(parent if isinstance(parent, str) else None)
        seconds = context.time_remaining()
        if bounded and seconds is None:
            raise ServiceError(
                grpc.StatusCode.INVALID_ARGUMENT,
                "DEADLINE_REQUIRED",
                "Every call must set a deadline.",
            )
        if bounded and seconds is not None and seconds <= deadlines.MARGIN:
            raise ServiceError(
                grpc.StatusCode.DEADLINE_EXCEEDED,
                "DEADLINE_TOO_SHORT",
                "The deadline leaves no time to answer.",
            )
        deadlines.begin(seconds if bounded else None)

    async def _abort(self, context: Context, failure: ServiceError) -> NoReturn:
        await context.abort(failure.code, failure.message, failure.trailing_metadata(self._domain))
        raise AssertionError("abort never returns")


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Stands for a request whose bytes are no message of its type."""


def _telling(deserialize: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """*deserialize*, but bytes it cannot read are told by what it answers.

    When it fails, gRPC answers UNKNOWN by itself and no handler learns of it.
    """

    def read(data: bytes) -> Any:
        try:
            return deserialize(data)
        except DecodeError:
            return _Unreadable()

    return read


def _readable(request: Any) -> Any:
    if isinstance(request, _Unreadable):
        raise ServiceError(
            grpc.StatusCode.INVALID_ARGUMENT,
            "REQUEST_INVALID",
            "The request's bytes are no message of the method's type.",
        )
    return request


async def _each_readable(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        yield _readable(request)


def _failure(error: Exception, method: str) -> ServiceError:
    if isinstance(error, ServiceError):
        return error
    log.error("call_failed", method=method, exc_info=error)
    return ServiceError(
        grpc.StatusCode.INTERNAL, "INTERNAL", "The service failed; its log says why."
    )
