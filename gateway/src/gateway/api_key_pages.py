"""``/account/keys``: keys for programs, as a page that needs no script."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from codingahead.accounts.v1 import api_keys_pb2 as pb
from gateway.account_area import AccountArea, prove_first
from gateway.account_keys import AccountKeys
from gateway.api_key_routes import SCOPES
from gateway.bodies import form_fields
from gateway.field_words import sentences
from gateway.plans_offered import API_KEYS, has_feature, smallest_with
from gateway.problems import Problem, Refused
from gateway.responses import UNCACHED
from gateway.sessions import Account
from gateway.wording import day_in_words

_PATH: Final = "/account/keys"
_TITLE: Final = "API keys"
_DAYS: Final = {"30": "30 days", "90": "90 days", "365": "one year", "0": "no end"}
"""How long a key may last, as the form offers it."""
_USUAL: Final = "90"


@dataclass(frozen=True, slots=True)
class _Form:
    """The form as it is shown: what was filled in before and what was wrong with it."""

    request_id: str
    name: str = ""
    scopes: frozenset[str] = frozenset()
    days: str = _USUAL
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str = ""

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


@dataclass(frozen=True, slots=True)
class _Key:
    """A key in words; *ended* when its time is over."""

    id: str
    name: str
    hint: str
    scopes: tuple[str, ...]
    made: str
    used: str
    ends: str
    ended: bool


class ApiKeyPages:
    """Handlers of ``/account/keys``."""

    def __init__(self, keys: AccountKeys, area: AccountArea) -> None:
        self._keys = keys
        self._area = area

    def router(self) -> APIRouter:
        """Their routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(_PATH, self.keys, methods=["GET"])
        router.add_api_route(_PATH, self.change, methods=["POST"])
        return router

    async def keys(self, request: Request) -> Response:
        """The keys, and the form that makes another."""
        return await self._page(await self._area.owner(request), _empty())

    async def change(self, request: Request) -> Response:
        """Revoke a key, or make one and show it this once."""
        form = await form_fields(request)
        account = await self._area.owner(request)
        if form.get("action") == "revoke":
            await self._keys.revoke(account, form.get("key_id", ""))
            return RedirectResponse(_PATH, 303, headers=UNCACHED)
        shown = _filled_in(form)
        days = shown.days if shown.days in _DAYS else _USUAL
        try:
            made = await self._keys.create(
                account, shown.name, sorted(shown.scopes), int(days), shown.request_id
            )
        except Refused as refused:
            if (other := prove_first(refused, _PATH)) is not refused:
                raise other from None
            return await self._page(account, _again(shown, refused.problem), refused.problem)
        return self._area.page(
            "api_key_made.html",
            account,
            "Your new API key",
            secret=made.secret,
            key=_in_words(made.key),
            scopes=SCOPES,
        )

    async def _page(
        self, account: Account, form: _Form, problem: Problem | None = None
    ) -> Response:
        kept = await self._keys.all_of(account)
        response = self._area.page(
            "api_keys.html",
            account,
            _TITLE,
            status=problem.kind.status if problem else 200,
            keys=[_in_words(key) for key in kept],
            may_make=has_feature(account.plan, API_KEYS),
            confirmed=account.confirmed,
            plan_needed=smallest_with(API_KEYS),
            scopes=SCOPES,
            days=_DAYS,
            form=form,
        )
        if problem is not None and problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response


def _empty() -> _Form:
    return _Form(str(uuid.uuid4()))


def _filled_in(form: Mapping[str, str]) -> _Form:
    return _Form(
        request_id=form.get("request_id", "")[:36],
        name=form.get("name", ""),
        scopes=frozenset(scope for scope in SCOPES if scope in form),
        days=form.get("days", _USUAL),
    )


def _again(form: _Form, problem: Problem) -> _Form:
    errors = sentences(problem.errors)
    message = problem.detail
    if "request_id" in errors:
        message = "This form was not whole. Please send it again."
    elif errors:
        message = ""
    # The one that was sent may have made a key; what is sent next is another request.
    return _Form(str(uuid.uuid4()), form.name, form.scopes, form.days, errors, message)


def _in_words(key: pb.ApiKey) -> _Key:
    ends = key.expires_at.ToDatetime(UTC) if key.HasField("expires_at") else None
    return _Key(
        id=key.key_id,
        name=key.name,
        hint=key.hint,
        scopes=tuple(key.scopes),
        made=day_in_words(key.made_at.ToDatetime(UTC).date()),
        used=f"{key.used_at.ToDatetime(UTC):%Y-%m-%d %H:%M}" if key.HasField("used_at") else "",
        ends=day_in_words(ends.date()) if ends else "",
        ended=ends is not None and ends <= datetime.now(UTC),
    )
