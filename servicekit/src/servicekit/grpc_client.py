"""Channels to other services: deadlines always, retries only where repeating is safe."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from grpc import aio

from servicekit import deadlines, tracing
from servicekit.metrics import Counter
from servicekit.settings import ServiceSettings

FAILED = Counter("grpc_client_failed_total", "Calls that did not end in OK.", ["method", "code"])


def open_channel(
    target: str, settings: ServiceSettings, *, idempotent: Sequence[str] = ()
) -> aio.Channel:
    """A channel to *target* (``host:port``). Create it after the worker has started.

    Every unary and server-streaming call must pass ``timeout=``; it is cut to what is left of
    the deadline of the call being served. *idempotent* names whole services whose calls are
    tried again, twice, when the peer was UNAVAILABLE.

    Calls raise :class:`grpc.aio.AioRpcError`; see :func:`servicekit.errors.from_rpc_error`.
    """
    options: list[tuple[str, Any]] = [
        ("grpc.keepalive_time_ms", 10_000),
        ("grpc.keepalive_timeout_ms", 3_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.min_reconnect_backoff_ms", 100),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 2_000),
        # A target's own address, not a proxy of the environment's.
        ("grpc.enable_http_proxy", 0),
    ]
    if idempotent:
        options.append(("grpc.service_config", _retry_config(idempotent)))
    interceptors: list[aio.ClientInterceptor] = [_UnaryCalls(), _StreamedAnswers()]
    if settings.tls_ca_file is None:
        return aio.insecure_channel(target, options=options, interceptors=interceptors)
    credentials = grpc.ssl_channel_credentials(
        root_certificates=settings.tls_ca_file.read_bytes(),
        private_key=settings.tls_key_file.read_bytes() if settings.tls_key_file else None,
        certificate_chain=settings.tls_cert_file.read_bytes() if settings.tls_cert_file else None,
    )
    return aio.secure_channel(target, credentials, options=options, interceptors=interceptors)


def _retry_config(services: Sequence[str]) -> str:
    # The service config's own "timeout" is left out on purpose: it fails calls at once on
    # grpcio 1.85.
    policy = {
        "maxAttempts": 3,
        "initialBackoff": "0.02s",
        "maxBackoff": "0.1s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    names = [{"service": service} for service in services]
    return json.dumps({"methodConfig": [{"name": names, "retryPolicy": policy}]})


def _prepared(details: aio.ClientCallDetails) -> aio.ClientCallDetails:
    if details.timeout is None:
        raise ValueError(f"{details.method!r} was called without a timeout")
    metadata = aio.Metadata(*(details.metadata or ()))
    metadata.add(tracing.HEADER, tracing.current_traceparent())
    return aio.ClientCallDetails(
        method=details.method,
        timeout=deadlines.remaining(details.timeout),
        metadata=metadata,
        credentials=details.credentials,
        wait_for_ready=details.wait_for_ready,
    )


class _UnaryCalls(aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self,
        continuation: Callable[[aio.ClientCallDetails, Any], Any],
        client_call_details: aio.ClientCallDetails,
        request: Any,
    ) -> Any:
        call = await continuation(_prepared(client_call_details), request)
        code = await call.code()
        if code is not grpc.StatusCode.OK:
            FAILED.labels(_name(client_call_details.method), code.name).inc()
        return call


class _StreamedAnswers(aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self,
        continuation: Callable[[aio.ClientCallDetails, Any], Any],
        client_call_details: aio.ClientCallDetails,
        request: Any,
    ) -> Any:
        return await continuation(_prepared(client_call_details), request)


def _name(method: str | bytes) -> str:
    return method.decode() if isinstance(method, bytes) else method
