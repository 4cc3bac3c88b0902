"""An OpenID Connect provider on this machine: a true one, and every false one a test needs."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

CLIENT_ID = "coding-site"
CLIENT_SECRET = "a secret: with/odd+characters"


@dataclass
class Person:
    """Who is signed in at the provider; claims as they go into the ID token."""

    sub: str = "248289761001"
    email: str = "ann@example.org"
    email_verified: object = True
    name: str = "Ann Example"


@dataclass
class Twists:
    """What the provider does wrong; without any it is a good one."""

    claims: dict[str, object] = field(default_factory=dict)
    """Claims in place of the right ones; None takes one away."""
    algorithm: str = "RS256"
    """Also ``none``, and ``HS256``, which is keyed with the public key."""
    kid: str | None = None
    """Names another key than the one that signed."""
    document: dict[str, object] = field(default_factory=dict)
    """Members of the discovery document in place of the right ones."""
    seconds: float = 0.0
    """How long the token endpoint takes."""
    status: int = 200
    """What the token endpoint answers."""
    padding: int = 0
    """Bytes of nothing in each answer."""
    denies: bool = False
    lazy: bool = False
    """Ignores that its person must prove anew who they are."""


@dataclass
class _Grant:
    nonce: str
    challenge: str
    redirect_uri: str
    auth_time: int
    person: Person


class OidcProvider:
    """Serves on 127.0.0.1 in a thread of its own; *person* is whom it signs in."""

    def __init__(self) -> None:
        self.now: Callable[[], float] = time.time
        self.person = Person()
        self.twists = Twists()
        self.asked: list[str] = []
        """Paths that were asked for."""
        self.authorizations: list[dict[str, str]] = []
        self._grants: dict[str, _Grant] = {}
        self.change_keys()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(self._app(), log_level="error", ws="none", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()

    def reset(self) -> None:
        """Be a good provider again, of a person nobody has seen."""
        self.person = Person(secrets.token_hex(8), f"{secrets.token_hex(8)}@example.org")
        self.twists = Twists()

    def change_keys(self) -> None:
        """Sign with other keys from now on."""
        self._keys: dict[str, Any] = {
            "RS256": RSAKey.generate_key(2048, {"use": "sig", "kid": secrets.token_hex(4)}),
            "ES256": ECKey.generate_key("P-256", {"use": "sig", "kid": secrets.token_hex(4)}),
            "EdDSA": OKPKey.generate_key("Ed25519", {"use": "sig", "kid": secrets.token_hex(4)}),
        }

    def settings(self, key: str = "example", **changes: str) -> dict[str, str]:
        """It as one of the providers in accounts' settings."""
        made = {"key": key, "name": "Example Login", "issuer": self.issuer}
        return made | {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | changes

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def _app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)
        app.add_api_route("/.well-known/openid-configuration", self._discover, methods=["GET"])
        app.add_api_route("/jwks", self._publish, methods=["GET"])
        app.add_api_route("/authorize", self._authorize, methods=["GET"])
        app.add_api_route("/token", self._token, methods=["POST"])
        return app

    async def _discover(self, request: Request) -> Response:
        return self._answer(
            request,
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA"],
                **self.twists.document,
            },
        )

    async def _publish(self, request: Request) -> Response:
        keys = [key.as_dict(private=False) for key in self._keys.values()]
        return self._answer(request, {"keys": [{"kty": "unheard-of"}, *keys]})

    async def _authorize(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        query = dict(request.query_params)
        self.authorizations.append(query)
        back: dict[str, str] = {"state": query["state"]}
        if self.twists.document.get("authorization_response_iss_parameter_supported"):
            back["iss"] = self.issuer
        if self.twists.denies:
            back["error"] = "access_denied"
        else:
            assert query["response_type"] == "code"
            assert query["client_id"] == CLIENT_ID
            assert query["code_challenge_method"] == "S256"
            back["code"] = secrets.token_urlsafe(16)
            anew = query.get("max_age") == "0" and not self.twists.lazy
            self._grants[back["code"]] = _Grant(
                query["nonce"],
                query["code_challenge"],
                query["redirect_uri"],
                int(self.now()) - (0 if anew else 3_600),
                self.person,
            )
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        await asyncio.sleep(self.twists.seconds)
        if self.twists.status != 200:
            return Response(status_code=self.twists.status)
        form = dict(parse_qsl((await request.body()).decode()))
        grant = self._grants.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not _is_client(request) or form.get("grant_type") != "authorization_code":
            return self._answer(request, {"error": "invalid_client"}, 401)
        if (
            grant is None
            or grant.redirect_uri != form.get("redirect_uri")
            or _encoded(verifier) != grant.challenge
        ):
            return self._answer(request, {"error": "invalid_grant"}, 400)
        answer = {"access_token": "unused", "token_type": "Bearer", "id_token": self._signed(grant)}
        return self._answer(request, answer)

    def _signed(self, grant: _Grant) -> str:
        now = int(self.now())
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": grant.nonce,
            "auth_time": grant.auth_time,
            **vars(grant.person),
            **self.twists.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithm = self.twists.algorithm
        key = self._keys.get(algorithm, self._keys["RS256"])
        header = {"alg": algorithm, "kid": self.twists.kid or key.kid}
        if algorithm in ("RS256", "ES256"):
            return jwt.encode(header, claims, key, algorithms=[algorithm])
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{_encoded(self._raw_signature(algorithm, key, signed.encode()))}"

    def _raw_signature(self, algorithm: str, key: Any, signed: bytes) -> bytes:
        match algorithm:
            case "EdDSA":
                raw: bytes = key.private_key.sign(signed)
                return raw
            case "HS256":
                pem = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
                return hmac.digest(pem, signed, "sha256")
            case _:
                return b""

    def _answer(
        self, request: Request, document: Mapping[str, object], status: int = 200
    ) -> Response:
        self.asked.append(request.url.path)
        padded = {**document, "padding": "x" * self.twists.padding}
        return JSONResponse(padded, status)


@contextmanager
def oidc_provider() -> Iterator[OidcProvider]:
    """A provider that runs."""
    provider = OidcProvider()
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()


def _is_client(request: Request) -> bool:
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return False
    name, _, secret = base64.b64decode(encoded).decode().partition(":")
    return (unquote_plus(name), unquote_plus(secret)) == (CLIENT_ID, CLIENT_SECRET)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
