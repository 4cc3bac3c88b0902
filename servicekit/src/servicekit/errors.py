"""The one error that crosses a service's border.

A handler raises :class:`ServiceError`; the caller gets its canonical status with exactly one
``google.rpc.ErrorInfo`` and, where fields were wrong, one ``BadRequest``. Only the edge turns
reasons into words for users.
"""

from collections.abc import Mapping

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc.aio import AioRpcError, Metadata

DETAILS_KEY = "grpc-status-details-bin"

type MetadataItems = tuple[tuple[str, str | bytes], ...]


class ServiceError(Exception):
    """A failure with a canonical *code*, a stable UPPER_SNAKE *reason* and a message.

    *metadata* is for programs; *violations* maps a field's path to what is wrong with it.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        *,
        metadata: Mapping[str, str] | None = None,
        violations: Mapping[str, str] | None = None,
        domain: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.metadata = dict(metadata or {})
        self.violations = dict(violations or {})
        self.domain = domain

    def trailing_metadata(self, domain: str) -> MetadataItems:
        """The rich status as trailing metadata, signed with the service's *domain*."""
        info = error_details_pb2.ErrorInfo(
            reason=self.reason, domain=domain, metadata=self.metadata
        )
        details = [_packed(info)]
        if self.violations:
            fields = [
                error_details_pb2.BadRequest.FieldViolation(field=field, description=description)
                for field, description in self.violations.items()
            ]
            details.append(_packed(error_details_pb2.BadRequest(field_violations=fields)))
        number: int = self.code.value[0]
        status = status_pb2.Status(code=number, message=self.message, details=details)
        return ((DETAILS_KEY, status.SerializeToString()),)


def invalid(reason: str, **violations: str) -> ServiceError:
    """An INVALID_ARGUMENT whose message joins the fields' *violations*."""
    message = "; ".join(f"{field}: {fault}" for field, fault in violations.items())
    return ServiceError(grpc.StatusCode.INVALID_ARGUMENT, reason, message, violations=violations)


def from_rpc_error(error: AioRpcError) -> ServiceError:
    """Read back what a peer raised.

    A status without details, such as the transport's own UNAVAILABLE, gets its code's name as
    reason and an empty domain.
    """
    code = error.code()
    message = error.details() or code.name
    raw = _details(error.trailing_metadata())
    if raw is None:
        return ServiceError(code, code.name, message)
    status = status_pb2.Status.FromString(raw)
    info = error_details_pb2.ErrorInfo()
    request = error_details_pb2.BadRequest()
    for detail in status.details:
        if detail.Is(info.DESCRIPTOR):
            detail.Unpack(info)
        elif detail.Is(request.DESCRIPTOR):
            detail.Unpack(request)
    return ServiceError(
        code,
        info.reason or code.name,
        message,
        metadata=info.metadata,
        violations={fault.field: fault.description for fault in request.field_violations},
        domain=info.domain,
    )


def _packed(message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def _details(metadata: Metadata | None) -> bytes | None:
    for key, value in metadata or ():
        if key == DETAILS_KEY and isinstance(value, bytes):
            return value
    return None
