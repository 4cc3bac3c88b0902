"""What the API's description says of bodies and of what can go wrong, for routes to name."""

from typing import Any

from pydantic import BaseModel

from gateway.problems import MEDIA_TYPE

REFERENCE = "#/components/schemas/{model}"

_MEANINGS = {
    400: "The body is no JSON object",
    401: "The address or the password is wrong",
    403: "CPT content, whose terms have not been accepted; the problem says how to",
    404: "There is no such thing here",
    415: "The body is not sent as application/json",
    422: "Fields are wrong; the member errors names each",
    429: "Spent, or too many at once; Retry-After says when to try again",
    503: "A part that is needed is away; Retry-After says when to try again",
}


class FieldFault(BaseModel):
    """What is wrong with one field."""

    field: str
    detail: str


class ProblemDocument(BaseModel):
    """A problem as RFC 9457 has it; ``errors`` where fields are at fault."""

    type: str
    title: str
    status: int
    detail: str
    reason: str
    errors: list[FieldFault] | None = None


def problem(description: str) -> dict[str, Any]:
    """An answer that is a problem."""
    schema = {"$ref": REFERENCE.format(model="ProblemDocument")}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


def problems_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems a route answers with *statuses*."""
    return {status: problem(_MEANINGS[status]) for status in statuses}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """A JSON body in the shape of *model*."""
    schema = {"$ref": REFERENCE.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
