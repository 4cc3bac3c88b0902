"""The OpenAPI document in the form in which the reference page shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; *place* is path, query, header or cookie."""

    name: str
    place: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer an operation can give; *schema* names its shape, or is empty."""

    status: str
    description: str
    schema: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    description: str
    parameters: tuple[Parameter, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a shape, its type in words."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A shape that answers have."""

    name: str
    description: str
    fields: tuple[Field, ...]


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Every operation, by path."""
    return [
        _operation(path, method, item[method])
        for path, item in sorted(document.get("paths", {}).items())
        for method in _METHODS
        if method in item
    ]


def schemas(document: Mapping[str, Any]) -> list[Schema]:
    """Every shape that has fields, by name."""
    named = document.get("components", {}).get("schemas", {})
    return [
        Schema(
            name,
            _plain(schema.get("description", "")),
            tuple(Field(key, _type(value)) for key, value in schema["properties"].items()),
        )
        for name, schema in sorted(named.items())
        if schema.get("properties")
    ]


def _plain(described: str) -> str:
    """Words without the marks that set code apart in the document."""
    return described.replace("`", "")


def _operation(path: str, method: str, described: Mapping[str, Any]) -> Operation:
    return Operation(
        id=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(),
        path=path,
        description=_plain(described.get("description") or described.get("summary", "")),
        parameters=tuple(
            Parameter(
                name=parameter["name"],
                place=parameter["in"],
                required=parameter.get("required", False),
                meaning=parameter.get("description", ""),
            )
            for parameter in described.get("parameters", ())
        ),
        answers=tuple(_answers(described.get("responses", {}))),
    )


def _answers(responses: Mapping[str, Any]) -> Iterator[Answer]:
    for status, response in responses.items():
        content: Mapping[str, Any] = next(iter(response.get("content", {}).values()), {})
        reference = content.get("schema", {}).get("$ref", "")
        yield Answer(status, response.get("description", ""), reference.rpartition("/")[2])


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name: str = schema["$ref"].rpartition("/")[2]
        return name
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        items = schema.get("items") or {}
        return f"list of {_type(items)}" if items else "list"
    return str(schema.get("type", schema.get("const", "any")))
