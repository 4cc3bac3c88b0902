"""Calls to OpenID Connect providers: what they publish, and a code made into an ID token."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx

from accounts.id_tokens import IdTokenRefused, Key, keys_of
from accounts.providers import Provider, is_safe
from servicekit.logs import get_logger

log = get_logger("accounts.oidc_client")

SCOPES: Final = "openid email profile"

_STEP_SECONDS = 3.0
"""Longest wait for one answer of a provider."""
_KEEP_SECONDS = 3600.0
"""So long what a provider publishes is held."""
_LARGEST = 262_144


class ProviderAway(Exception):  # noqa: N818 - it says what was met
    """The provider cannot be reached, or does not answer in time."""


class ProviderRefused(Exception):  # noqa: N818 - it says what was met
    """The provider refused, or answered what cannot be; says why, never with what it sent."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider is asked what; *names_issuer*: it says in its redirects who it is."""

    authorization: str
    token: str
    keys: str
    in_body: bool
    """The client's secret goes into the body, as it takes no other way."""
    names_issuer: bool


@dataclass(frozen=True, slots=True)
class _Kept[T]:
    value: T
    until: float


def derived(secret: str, purpose: str) -> str:
    """A value for *purpose* that tells nothing of *secret*, 43 characters of URL-safe base64."""
    digest = hmac.digest(secret.encode(), purpose.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class OidcClient:
    """Asks providers over *http*, each answer bounded in time and size, no redirect followed.

    *clock* is monotonic, in seconds. Methods raise :class:`ProviderAway` and
    :class:`ProviderRefused`.
    """

    def __init__(
        self, http: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = http
        self._clock = clock
        self._endpoints: dict[str, _Kept[Endpoints]] = {}
        self._keys: dict[str, _Kept[list[Key]]] = {}

    async def endpoints(self, provider: Provider) -> Endpoints:
        """What the provider publishes about itself."""
        kept = self._endpoints.get(provider.key)
        if kept is None or kept.until <= self._clock():
            address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = _endpoints(provider, await self._ask("GET", address))
            kept = _Kept(found, self._clock() + _KEEP_SECONDS)
            self._endpoints[provider.key] = kept
        return kept.value

    async def keys(self, provider: Provider, *, anew: bool = False) -> list[Key]:
        """The keys it signs with; *anew*: as they are now, as it may have changed them."""
        kept = self._keys.get(provider.key)
        if anew or kept is None or kept.until <= self._clock():
            address = (await self.endpoints(provider)).keys
            try:
                found = keys_of(await self._ask("GET", address))
            except IdTokenRefused as refused:
                raise ProviderRefused(str(refused)) from None
            kept = _Kept(found, self._clock() + _KEEP_SECONDS)
            self._keys[provider.key] = kept
        return kept.value

    async def id_token(
        self, provider: Provider, *, code: str, verifier: str, redirect_uri: str
    ) -> str:
        """The ID token that the provider gives for *code*."""
        endpoints = await self.endpoints(provider)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        if not provider.client_secret or endpoints.in_body:
            form["client_id"] = provider.client_id
            if provider.client_secret:
                form["client_secret"] = provider.client_secret
        else:
            # Both are form-encoded first: RFC 6749, 2.3.1.
            pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        answer = await self._ask("POST", endpoints.token, form, headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderRefused("it gave no ID token")
        return token

    async def _ask(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        body = b""
        try:
            async with self._http.stream(
                method,
                url,
                data=form,
                headers={"Accept": "application/json", **(headers or {})},
                timeout=_STEP_SECONDS,
                follow_redirects=False,
            ) as answer:
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > _LARGEST:
                        raise ProviderRefused("its answer is too large")
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderAway(type(error).__name__) from None
        if status >= 500 or status == 429:
            raise ProviderAway(f"it answered {status}")
        if status != 200:
            raise ProviderRefused(f"it answered {status}")
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            raise ProviderRefused("its answer is not JSON") from None
        if not isinstance(document, dict):
            raise ProviderRefused("its answer is no JSON object")
        return document


def authorization_url(
    provider: Provider, endpoints: Endpoints, redirect_uri: str, secret: str, *, again: bool
) -> str:
    """Where a browser that keeps *secret* asks for a code; *again*: who signs in must prove it.

    What goes there tells nothing of the secret, from which all of it is derived.
    """
    parameters = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": derived(secret, "state"),
        "nonce": derived(secret, "nonce"),
        "code_challenge": _challenge(derived(secret, "verifier")),
        "code_challenge_method": "S256",
    }
    if again:
        parameters |= {"prompt": "login", "max_age": "0"}
    joint = "&" if urlsplit(endpoints.authorization).query else "?"
    return f"{endpoints.authorization}{joint}{urlencode(parameters)}"


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _endpoints(provider: Provider, document: Mapping[str, Any]) -> Endpoints:
    if document.get("issuer") != provider.issuer:
        raise ProviderRefused("it says that it is another issuer")
    found: list[str] = []
    for member in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = document.get(member)
        # Only a provider on this machine may be asked without TLS.
        local = provider.issuer.startswith("http:")
        if not isinstance(address, str) or not is_safe(address):
            raise ProviderRefused(f"its {member} is no https address")
        if address.startswith("http:") and not local:
            raise ProviderRefused(f"its {member} is no https address")
        found.append(address)
    authorization, token, keys = found
    ways = document.get("token_endpoint_auth_methods_supported")
    in_body = isinstance(ways, list) and (
        "client_secret_post" in ways and "client_secret_basic" not in ways
    )
    names_issuer = document.get("authorization_response_iss_parameter_supported") is True
    return Endpoints(authorization, token, keys, in_body, names_issuer)
