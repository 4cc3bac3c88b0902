"""Keys for programs over the API. They are made by people: a key makes no other key."""

from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from codingahead.accounts.v1 import api_keys_pb2 as pb
from gateway import problems
from gateway.account_area import AccountArea
from gateway.account_keys import AccountKeys
from gateway.api_key_routes import SCOPES
from gateway.api_words import body_of, problem
from gateway.bodies import json_object, texts
from gateway.problems import Refused
from gateway.responses import UNCACHED
from gateway.wording import json_time

_MEANINGS = {
    400: "The body is no JSON object",
    401: "Nobody is signed in",
    403: "The plan has no keys, or the owner must first prove again who they are",
    409: "The address is not confirmed, there are as many keys as may be, or the request_id has "
    "made one before",
    415: "The body is not sent as application/json",
    422: "Fields are wrong; the member errors names each",
    503: "Accounts cannot be reached",
}
_LONGEST_DAYS = 730
_ID = Path(description="The id of the key, not the key.", max_length=64)


class KeyAsked(BaseModel):
    """A key to be made: its ``name`` has 1 to 60 characters.

    ``scopes`` are one or more of codes:read, search:read, claims:check, assistant:ask. It ends
    after ``days``, 1 to 730, or not by itself when that is left out. A ``request_id``, a UUID,
    that is sent again makes no second key.
    """

    name: str
    scopes: list[str]
    days: int | None = None
    request_id: str | None = None


class KeyKept(BaseModel):
    """A key as it is kept: ``hint`` is its first characters. Times are UTC.

    ``used_at`` is null while it was not used, ``expires_at`` where it does not end by itself.
    """

    id: str
    name: str
    hint: str
    scopes: list[str]
    made_at: str
    used_at: str | None
    expires_at: str | None


class KeyMade(KeyKept):
    """A key that was made: ``key`` is the key itself, told this once."""

    key: str


class KeysKept(BaseModel):
    """Keys, the newest first; those that have ended stay until they are revoked."""

    keys: list[KeyKept]


class ApiKeyApi:
    """Handlers of ``/api/v1/api-keys``."""

    def __init__(self, keys: AccountKeys, area: AccountArea) -> None:
        self._keys = keys
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(prefix="/api/v1", tags=["API keys"])
        router.add_api_route(
            "/api-keys",
            self.keys,
            methods=["GET"],
            response_model=KeysKept,
            response_description="The keys",
            responses=_problems(401, 503),
        )
        router.add_api_route(
            "/api-keys",
            self.create,
            methods=["POST"],
            status_code=201,
            response_model=KeyMade,
            response_description="The key was made",
            responses=_problems(400, 401, 403, 409, 415, 422, 503),
            openapi_extra=body_of(KeyAsked),
        )
        router.add_api_route(
            "/api-keys/{id}",
            self.revoke,
            methods=["DELETE"],
            status_code=204,
            response_description="The key is good for nothing, or there was none",
            responses=_problems(401, 503),
        )
        return router

    async def keys(self, request: Request) -> JSONResponse:
        """List the keys of the account that is signed in."""
        kept = await self._keys.all_of(await self._area.signed_in(request))
        return JSONResponse({"keys": [_told(key) for key in kept]}, headers=UNCACHED)

    async def create(self, request: Request) -> JSONResponse:
        """Make a key for programs, in plans that have them.

        The key is in this answer and can never be read again. It is sent as
        ``Authorization: Bearer …`` with each request, instead of the session's cookie.
        """
        account = await self._area.signed_in(request)
        body = await json_object(request)
        name, request_id = texts(body, "name", optional=("request_id",))
        scopes, days = _scopes_and_days(body)
        made = await self._keys.create(account, name, scopes, days, request_id)
        return JSONResponse({**_told(made.key), "key": made.secret}, 201, UNCACHED)

    async def revoke(self, request: Request, id: Annotated[str, _ID]) -> Response:  # noqa: A002
        """Revoke a key, at once. One that is not there is no error."""
        await self._keys.revoke(await self._area.signed_in(request), id)
        return Response(status_code=204, headers=UNCACHED)


def _scopes_and_days(body: dict[str, object]) -> tuple[list[str], int]:
    """The scopes, and days with 0 for no end.

    Raises:
        Refused: naming which of them makes no sense.
    """
    errors: dict[str, str] = {}
    scopes, days = body.get("scopes"), body.get("days")
    known = [it for it in SCOPES if it in scopes] if isinstance(scopes, list) else []
    if not isinstance(scopes, list) or any(it not in known for it in scopes):
        errors["scopes"] = f"must be a list of {', '.join(SCOPES)}"
    if days is not None and not _is_number_of_days(days):
        errors["days"] = f"must be a whole number from 1 to {_LONGEST_DAYS}, or left out"
    if errors:
        raise Refused(problems.invalid_fields(errors))
    return known, days if isinstance(days, int) else 0


def _is_number_of_days(value: object) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return 1 <= value <= _LONGEST_DAYS


def _told(key: pb.ApiKey) -> dict[str, object]:
    used = key.used_at.ToDatetime(UTC) if key.HasField("used_at") else None
    ends = key.expires_at.ToDatetime(UTC) if key.HasField("expires_at") else None
    return {
        "id": key.key_id,
        "name": key.name,
        "hint": key.hint,
        "scopes": list(key.scopes),
        "made_at": json_time(key.made_at.ToDatetime(UTC)),
        "used_at": json_time(used),
        "expires_at": json_time(ends),
    }


def _problems(*statuses: int) -> dict[int | str, dict[str, object]]:
    return {status: problem(_MEANINGS[status]) for status in statuses}
