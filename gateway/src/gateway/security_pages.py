"""How an account is signed in to: its passkeys, its app, its recovery codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

import segno
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup

from codingahead.accounts.v1 import factors_pb2, federation_pb2
from gateway.account_area import AccountArea, prove_first
from gateway.bodies import form_fields
from gateway.factors import Factors
from gateway.field_words import sentences
from gateway.problems import Problem, Refused
from gateway.providers import Providers
from gateway.responses import UNCACHED
from gateway.sessions import Account
from gateway.wording import day_in_words

HERE: Final = "/account/security"

_TITLE = "Signing in"
_NO_PASSKEY = "Your browser sent no passkey. Adding one needs JavaScript."
_NOT_KEPT = (
    "The passkey was not kept: it answered too late, or is not one for this site. Try again."
)
_WRONG_CODE = "That is not what the app shows now. Wait for the next code and enter that."


@dataclass(frozen=True, slots=True)
class _Passkey:
    """A passkey as it is shown; *used* is empty when it never was."""

    id: str
    name: str
    made: str
    used: str


@dataclass(frozen=True, slots=True)
class _Identity:
    """An identity at another site as it is shown."""

    id: str
    name: str
    since: str


class SecurityPages:
    """Handlers of ``/account/security`` and below."""

    def __init__(self, factors: Factors, providers: Providers, area: AccountArea) -> None:
        self._factors = factors
        self._providers = providers
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(HERE, self.show, methods=["GET"])
        for path, handler in (
            ("passkeys", self.add_passkey),
            ("passkeys/rename", self.rename_passkey),
            ("passkeys/remove", self.remove_passkey),
            ("app", self.offer_app),
            ("app/confirm", self.confirm_app),
            ("app/remove", self.remove_app),
            ("recovery-codes", self.renew_codes),
        ):
            router.add_api_route(f"{HERE}/{path}", handler, methods=["POST"])
        return router

    async def show(self, request: Request) -> Response:
        """What the account has."""
        return await self._page(await self._area.owner(request))

    async def add_passkey(self, request: Request) -> Response:
        """Keep a passkey that the browser has made."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        credential = form.get("credential", "")
        if not credential:
            return await self._page(account, told=_NO_PASSKEY, status=422)
        try:
            added = await self._factors.add_passkey(account, credential, form.get("name", ""))
        except Refused as refused:
            return await self._refused(account, refused, _NOT_KEPT)
        return self._codes_or_back(account, "Your passkey is added.", added.recovery_codes)

    async def rename_passkey(self, request: Request) -> Response:
        """Give a passkey another name."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        try:
            await self._factors.rename_passkey(
                account, form.get("passkey_id", ""), form.get("name", "")
            )
        except Refused as refused:
            return await self._refused(account, refused)
        return _back()

    async def remove_passkey(self, request: Request) -> Response:
        """Take a passkey away."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        try:
            await self._factors.remove_passkey(account, form.get("passkey_id", ""))
        except Refused as refused:
            return await self._refused(account, refused)
        return _back()

    async def offer_app(self, request: Request) -> Response:
        """The secret for an app, as a picture and to be typed."""
        account = await self._area.owner(request)
        try:
            return await self._setup(account)
        except Refused as refused:
            return await self._refused(account, refused)

    async def confirm_app(self, request: Request) -> Response:
        """Take the app, if the code is one of its."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        try:
            codes = await self._factors.confirm_app(account, form.get("code", ""))
        except Refused as refused:
            if refused.problem.reason == "PROOF_REJECTED":
                return await self._setup(account, _WRONG_CODE, refused.problem.kind.status)
            return await self._refused(account, refused)
        return self._codes_or_back(account, "Your app is set up.", codes)

    async def remove_app(self, request: Request) -> Response:
        """Take the app away."""
        account = await self._area.owner(request)
        try:
            await self._factors.remove_app(account)
        except Refused as refused:
            return await self._refused(account, refused)
        return _back()

    async def renew_codes(self, request: Request) -> Response:
        """New recovery codes, shown once."""
        account = await self._area.owner(request)
        try:
            codes = await self._factors.renew_codes(account)
        except Refused as refused:
            return await self._refused(account, refused)
        return self._codes_or_back(account, "The codes of before are void.", codes)

    async def _setup(self, account: Account, code_fault: str = "", status: int = 200) -> Response:
        offer = await self._factors.offer_app(account)
        return self._area.page(
            "app_setup.html",
            account,
            "Set up your authenticator app",
            status=status,
            qr=_picture(offer.uri),
            secret=" ".join(offer.secret[at : at + 4] for at in range(0, len(offer.secret), 4)),
            code_fault=code_fault,
            told="",
        )

    def _codes_or_back(self, account: Account, done: str, codes: Sequence[str]) -> Response:
        if not codes:
            return _back()
        return self._area.page(
            "recovery_codes.html", account, "Your recovery codes", done=done, codes=codes
        )

    async def _refused(self, account: Account, refused: Refused, rejected: str = "") -> Response:
        """The page with what was wrong; *rejected* says it of a proof.

        Raises:
            Elsewhere: to a fresh proof first, where that is all that lacks.
        """
        told = prove_first(refused, HERE)
        if not isinstance(told, Refused):
            raise told
        problem: Problem = told.problem
        faults = sentences(problem.errors)
        text = rejected if rejected and problem.reason == "PROOF_REJECTED" else problem.detail
        return await self._page(
            account,
            told="" if faults else text,
            name_fault=faults.get("name", ""),
            status=problem.kind.status,
        )

    async def _page(
        self, account: Account, *, told: str = "", name_fault: str = "", status: int = 200
    ) -> Response:
        factors = await self._factors.of(account)
        identities = await self._providers.identities(account)
        taken = {it.provider.key for it in identities}
        since = factors.one_time_password_since
        return self._area.page(
            "my_security.html",
            account,
            _TITLE,
            status=status,
            factors=factors,
            passkeys=[_shown(passkey) for passkey in factors.passkeys],
            app_since=_day(since) if factors.HasField("one_time_password_since") else "",
            identities=[_linked(identity) for identity in identities],
            linkable=[it for it in self._providers.offered if it.key not in taken],
            told=told,
            name_fault=name_fault,
        )


def _shown(passkey: factors_pb2.Passkey) -> _Passkey:
    used = _day(passkey.used_at) if passkey.HasField("used_at") else ""
    return _Passkey(passkey.passkey_id, passkey.name, _day(passkey.made_at), used)


def _linked(identity: federation_pb2.LinkedIdentity) -> _Identity:
    used = identity.HasField("used_at")
    when = _day(identity.used_at if used else identity.linked_at)
    since = f"last used {when}" if used else f"added {when}"
    return _Identity(identity.identity_id, identity.provider.name, since)


def _day(moment: Timestamp) -> str:
    return day_in_words(moment.ToDatetime(UTC).date())


def _picture(uri: str) -> Markup:
    """A QR code as SVG that needs no style of its own; it has nothing of a stranger's in it."""
    code = segno.make(uri, micro=False, error="m")
    svg = code.svg_inline(omitsize=True, border=4, light="#fff", svgclass=None, lineclass=None)
    return Markup(svg)  # noqa: S704 - squares, drawn here


def _back() -> Response:
    return RedirectResponse(HERE, 303, headers=UNCACHED)
