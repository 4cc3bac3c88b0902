"""Rounds to a provider and back, as a browser makes them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import httpx

from accounts.database import Database
from accounts.federation import Federation
from accounts.freshness import Freshness
from accounts.identity_claims import IdentityClaims
from accounts.login_guard import LoginGuard
from accounts.mail_texts import MailTexts
from accounts.oidc_client import OidcClient
from accounts.passwords import Passwords
from accounts.provider_rounds import Asked, Finished, Purpose, Returned
from accounts.providers import parse_providers
from accounts.registrar import SignedIn
from tests.support.oidc_provider import OidcProvider

CALLBACK = "https://codes.example/login/example/callback"
NEXT = "/icd-10-cm/E11.9"


def federation_with(
    provider: OidcProvider,
    http: httpx.AsyncClient,
    database: Database,
    passwords: Passwords,
    guard: LoginGuard,
    now: Callable[[], datetime],
) -> Federation:
    """Knows *provider* by the key ``example``, and another one that is never there."""
    other = {"key": "other", "name": "Other", "issuer": "https://other.example", "client_id": "x"}
    texts = MailTexts("Coding Ahead", "https://codes.example")
    transact = database.transact
    return Federation(
        parse_providers(json.dumps([provider.settings(), other])),
        OidcClient(http),
        IdentityClaims(transact, passwords, guard, texts, lambda: None, now),
        Freshness(transact, now),
        transact,
        now,
    )


@dataclass
class Browser:
    """Goes to the provider and back, as a browser does."""

    federation: Federation
    http: httpx.AsyncClient

    async def begin(self, purpose: Purpose = Purpose.SIGN_IN, **whose: str) -> Returned:
        """What the provider sends back with, once its person is there."""
        begun = await self.federation.begin(Asked("example", purpose, CALLBACK, NEXT, **whose))
        answer = await self.http.get(begun.url)
        location = answer.headers["location"]
        assert location.startswith(CALLBACK)
        back = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        return Returned(
            "example",
            begun.token,
            back["state"],
            back.get("code", ""),
            back.get("iss", ""),
            whose.get("account_id", ""),
            whose.get("session_id", ""),
        )

    async def round(self, purpose: Purpose = Purpose.SIGN_IN, **whose: str) -> Finished:
        return await self.federation.finish(await self.begin(purpose, **whose))

    async def sign_in(self) -> SignedIn:
        finished = await self.round()
        assert finished.signed_in is not None
        return finished.signed_in

    async def link(self, owner: SignedIn) -> Finished:
        return await self.round(
            Purpose.LINK, account_id=owner.account.id, session_id=owner.session.id
        )

    async def prove(self, owner: SignedIn) -> Finished:
        return await self.round(
            Purpose.PROVE, account_id=owner.account.id, session_id=owner.session.id
        )
