"""Factors of the account over the API: passkeys, an app, recovery codes."""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from codingahead.accounts.v1 import factors_pb2
from gateway.account_area import AccountArea
from gateway.api_words import body_of, problem
from gateway.bodies import json_object, texts
from gateway.factors import Factors
from gateway.problems import Refused, invalid_fields
from gateway.responses import UNCACHED
from gateway.wording import json_time

_MEANINGS = {
    400: "The body is no JSON object",
    401: "Nobody is signed in, or what was sent proves nothing",
    403: "The session's owner must prove again who they are: POST /api/v1/sessions/current/proofs",
    409: "The account has one already, or as many as it may, or none; the detail says which",
    415: "The body is not sent as application/json",
    422: "Fields are wrong; the member errors names each",
    503: "Accounts cannot be reached; Retry-After says when to try again",
}


class PasskeyTold(BaseModel):
    """A passkey; ``used_at`` is null when it never was."""

    id: str
    name: str
    made_at: str
    used_at: str | None


class FactorsTold(BaseModel):
    """What the account has; ``app_since`` is null where it has no app."""

    has_password: bool
    passkeys: list[PasskeyTold]
    app_since: str | None
    app_offered: bool
    recovery_codes_left: int


class AppOffered(BaseModel):
    """The secret of an app in base32, and as an otpauth address for a QR code."""

    secret: str
    uri: str


class Code(BaseModel):
    """Six digits that the app shows now."""

    code: str


class RecoveryCodes(BaseModel):
    """Recovery codes, told this once; empty where the account has some already."""

    recovery_codes: list[str]


class PasskeyMade(BaseModel):
    """What the browser answered, a PublicKeyCredential with bytes in URL-safe base64."""

    credential: dict[str, Any]
    name: str | None = None


class PasskeyAdded(RecoveryCodes):
    """The passkey that is kept."""

    passkey: PasskeyTold


class PasskeyName(BaseModel):
    """What a passkey is called, 1 to 60 characters."""

    name: str


class FactorApi:
    """Handlers below ``/api/v1/factors``; changes need a fresh proof."""

    def __init__(self, factors: Factors, area: AccountArea) -> None:
        self._factors = factors
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(prefix="/api/v1/factors", tags=["Accounts"])
        router.add_api_route(
            "", self.list, methods=["GET"], response_model=FactorsTold, responses=_of(401, 503)
        )
        router.add_api_route(
            "/app",
            self.offer_app,
            methods=["POST"],
            response_model=AppOffered,
            responses=_of(401, 403, 409, 503),
        )
        router.add_api_route(
            "/app/confirmation",
            self.confirm_app,
            methods=["POST"],
            response_model=RecoveryCodes,
            responses=_of(400, 401, 403, 409, 415, 422, 503),
            openapi_extra=body_of(Code),
        )
        router.add_api_route(
            "/app",
            self.remove_app,
            methods=["DELETE"],
            status_code=204,
            responses=_of(401, 403, 503),
        )
        router.add_api_route(
            "/recovery-codes",
            self.renew_codes,
            methods=["POST"],
            response_model=RecoveryCodes,
            responses=_of(401, 403, 409, 503),
        )
        router.add_api_route(
            "/passkeys/options",
            self.creation_options,
            methods=["POST"],
            response_model=dict[str, Any],
            response_description="PublicKeyCredentialCreationOptions, bytes in URL-safe base64",
            responses=_of(401, 403, 409, 503),
        )
        router.add_api_route(
            "/passkeys",
            self.add_passkey,
            methods=["POST"],
            status_code=201,
            response_model=PasskeyAdded,
            responses=_of(400, 401, 403, 409, 415, 422, 503),
            openapi_extra=body_of(PasskeyMade),
        )
        router.add_api_route(
            "/passkeys/{passkey_id}",
            self.rename_passkey,
            methods=["PATCH"],
            status_code=204,
            responses=_of(400, 401, 409, 415, 422, 503),
            openapi_extra=body_of(PasskeyName),
        )
        router.add_api_route(
            "/passkeys/{passkey_id}",
            self.remove_passkey,
            methods=["DELETE"],
            status_code=204,
            responses=_of(401, 403, 409, 503),
        )
        return router

    async def list(self, request: Request) -> JSONResponse:
        """What the account proves itself with."""
        found = await self._factors.of(await self._area.signed_in(request))
        since = found.one_time_password_since
        return _json(
            {
                "has_password": found.has_password,
                "passkeys": [_passkey(passkey) for passkey in found.passkeys],
                "app_since": json_time(since.ToDatetime(UTC))
                if found.HasField("one_time_password_since")
                else None,
                "app_offered": found.one_time_passwords_offered,
                "recovery_codes_left": found.recovery_codes_left,
            }
        )

    async def offer_app(self, request: Request) -> JSONResponse:
        """The secret of an app, which counts for nothing until it is confirmed.

        Asked again within ten minutes the answer is the same.
        """
        offer = await self._factors.offer_app(await self._area.signed_in(request))
        return _json({"secret": offer.secret, "uri": offer.uri})

    async def confirm_app(self, request: Request) -> JSONResponse:
        """Take the app whose code is sent; with the first factor come ten recovery codes."""
        (code,) = texts(await json_object(request), "code")
        codes = await self._factors.confirm_app(await self._area.signed_in(request), code)
        return _json({"recovery_codes": [*codes]})

    async def remove_app(self, request: Request) -> Response:
        """Take the app away; where there is none nothing happens."""
        await self._factors.remove_app(await self._area.signed_in(request))
        return Response(status_code=204, headers=UNCACHED)

    async def renew_codes(self, request: Request) -> JSONResponse:
        """Ten new recovery codes; those of before are void."""
        codes = await self._factors.renew_codes(await self._area.signed_in(request))
        return _json({"recovery_codes": [*codes]})

    async def creation_options(self, request: Request) -> Response:
        """What creates a passkey in a browser; good once and for five minutes."""
        return options(await self._factors.creation_options(await self._area.signed_in(request)))

    async def add_passkey(self, request: Request) -> JSONResponse:
        """Keep a passkey that a browser made; with the first factor come ten recovery codes."""
        members = await json_object(request)
        (name,) = texts(members, optional=("name",))
        credential = credential_in(members)
        account = await self._area.signed_in(request)
        added = await self._factors.add_passkey(account, credential, name)
        told = {"passkey": _passkey(added.passkey), "recovery_codes": [*added.recovery_codes]}
        return _json(told, 201)

    async def rename_passkey(self, passkey_id: str, request: Request) -> Response:
        """Give a passkey another name."""
        (name,) = texts(await json_object(request), "name")
        await self._factors.rename_passkey(await self._area.signed_in(request), passkey_id, name)
        return Response(status_code=204, headers=UNCACHED)

    async def remove_passkey(self, passkey_id: str, request: Request) -> Response:
        """Take a passkey away; where there is none nothing happens."""
        await self._factors.remove_passkey(await self._area.signed_in(request), passkey_id)
        return Response(status_code=204, headers=UNCACHED)


def credential_in(members: dict[str, object]) -> str:
    """The member ``credential``, an object, as accounts reads it.

    Raises:
        Refused: when it is missing or no object.
    """
    credential = members.get("credential")
    if not isinstance(credential, dict):
        raise Refused(invalid_fields({"credential": "must be a PublicKeyCredential, an object"}))
    return json.dumps(credential)


def options(text: str) -> Response:
    """The answer that has a browser use a passkey."""
    return Response(text, media_type="application/json", headers=UNCACHED)


def _passkey(passkey: factors_pb2.Passkey) -> dict[str, object]:
    used = passkey.used_at.ToDatetime(UTC) if passkey.HasField("used_at") else None
    return {
        "id": passkey.passkey_id,
        "name": passkey.name,
        "made_at": json_time(passkey.made_at.ToDatetime(UTC)),
        "used_at": json_time(used) if used else None,
    }


def _json(document: Mapping[str, object], status: int = 200) -> JSONResponse:
    return JSONResponse(document, status, UNCACHED)


def _of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: problem(_MEANINGS[status]) for status in statuses}
