"""What requests carry: the fields of a form, or of a JSON object."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import Request

from gateway import problems
from gateway.problems import Problem, Refused

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_MOST_FIELDS = 20


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of a form. Of a field that is given more than once the last that is not blank.

    Raises:
        Refused: when the body is no form.
    """
    _demand(request, _FORM)
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refused(_malformed("FORM_MALFORMED", "The body is not a form's.")) from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        if value.strip() or name not in fields:
            fields[name] = value
    return fields


async def json_object(request: Request) -> dict[str, object]:
    """The members of a JSON object.

    Raises:
        Refused: when the body is none.
    """
    _demand(request, _JSON)
    try:
        document = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refused(_malformed("JSON_MALFORMED", "The body is not valid JSON.")) from None
    if not isinstance(document, dict):
        raise Refused(_malformed("JSON_MALFORMED", "The body must be a JSON object."))
    return document


def texts(members: Mapping[str, object], *names: str, optional: tuple[str, ...] = ()) -> list[str]:
    """The members *names* and then *optional*, each a text; empty where an optional one is absent.

    Raises:
        Refused: naming every member that is missing or no text.
    """
    errors: dict[str, str] = {}
    found: list[str] = []
    for name in (*names, *optional):
        value = members.get(name)
        if value is None and name in optional:
            value = ""
        if not isinstance(value, str):
            errors[name] = "is missing" if value is None else "must be a text"
        elif not _is_text(value):
            errors[name] = "must be text that can be written in UTF-8"
        else:
            found.append(value)
    if errors:
        raise Refused(problems.invalid_fields(errors))
    return found


def _is_text(value: str) -> bool:
    """JSON can spell halves of characters, which are nothing."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _demand(request: Request, media_type: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type:
        detail = f"Send the body as {media_type}."
        raise Refused(Problem(problems.UNSUPPORTED_MEDIA_TYPE, "MEDIA_TYPE_UNSUPPORTED", detail))


def _malformed(reason: str, detail: str) -> Problem:
    return Problem(problems.BAD_REQUEST, reason, detail)
