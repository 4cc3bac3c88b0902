"""ID tokens of OpenID Connect: whether one is what was asked for, and whom it vouches for.

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.registry import Header

# By which key each may be verified: the token names the algorithm, the key decides.
_ALGORITHMS = {"RS256": ("RSA", ""), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}
_SKEW = timedelta(seconds=60)
_OLDEST = timedelta(minutes=10)
_LONGEST_TOKEN = 16_384
_LONGEST_SUBJECT = 255
_SMALLEST_RSA = 2_048

type Key = RSAKey | ECKey | OKPKey


class IdTokenRefused(Exception):  # noqa: N818 - it says what was met
    """A token that vouches for nobody; its text says why and holds nothing of the token."""


class KeyUnknown(IdTokenRefused):
    """It was signed by a key that the provider did not publish when it was last asked."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say.

    *proven_since*: its subject must have proven to the provider who they are since then.
    """

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    proven_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody at a provider; *email* is empty unless the provider has verified it."""

    issuer: str
    subject: str = field(repr=False)
    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


def keys_of(document: Mapping[str, Any]) -> list[Key]:
    """The keys of a JWK set that can verify a token; those of other kinds are passed over.

    Raises:
        IdTokenRefused: when it is no set of keys.
    """
    entries = document.get("keys")
    if not isinstance(entries, list):
        raise IdTokenRefused("its keys are no set of keys")
    keys: list[Key] = []
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("kty") not in ("RSA", "EC", "OKP"):
            continue
        if entry.get("use", "sig") != "sig" or "d" in entry:
            continue
        try:
            key = jwk.import_key(entry)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAKey) and key.public_key.key_size < _SMALLEST_RSA:
            continue
        if isinstance(key, RSAKey | ECKey | OKPKey):
            keys.append(key)
    return keys


def verify(token: str, keys: Sequence[Key], expected: Expected, now: datetime) -> Identity:
    """Whom *token* vouches for.

    Raises:
        KeyUnknown: when none of *keys* signed it; newer ones may have.
        IdTokenRefused: when anything about it is not as it must be.
    """
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise IdTokenRefused("it is no token")
    try:
        header = jws.extract_compact(token.encode()).headers()
        key = _key_for(header, keys)
        claims = jwt.decode(token, key, registry=_Registry(strict_check_header=False)).claims
    except (JoseError, ValueError, TypeError) as error:
        raise IdTokenRefused(f"its signature: {type(error).__name__}") from None
    return _identity(claims, expected, now)


class _Registry(JWSRegistry):
    """Knows the algorithms above and nothing else: neither none nor any with a shared secret."""

    def get_alg(self, name: str) -> Any:
        """The algorithm *name*, if it is one of these."""
        if name not in _ALGORITHMS:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


def _key_for(header: Header, keys: Sequence[Key]) -> KeySet | Key:
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise IdTokenRefused("it is signed in a way that is not accepted")
    kind, curve = _ALGORITHMS[algorithm]
    fitting = [
        key
        for key in keys
        if key.key_type == kind
        and (not curve or key.get("crv") == curve)
        and key.get("alg", algorithm) == algorithm
    ]
    if "kid" in header:
        fitting = [key for key in fitting if key.get("kid") == header["kid"]]
    if len(fitting) != 1:
        raise KeyUnknown("it names no key of the provider")
    return fitting[0]


def _identity(claims: Mapping[str, Any], expected: Expected, now: datetime) -> Identity:
    if claims.get("iss") != expected.issuer:
        raise IdTokenRefused("it is of another issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise IdTokenRefused("it is for another site")
    party = claims.get("azp")
    if party != expected.client_id and (party is not None or len(audiences) > 1):
        raise IdTokenRefused("it was given to another site")
    if _moment(claims, "exp") + _SKEW <= now:
        raise IdTokenRefused("it has expired")
    issued_at = _moment(claims, "iat")
    if not now - _OLDEST <= issued_at <= now + _SKEW:
        raise IdTokenRefused("it was not issued just now")
    if "nbf" in claims and _moment(claims, "nbf") > now + _SKEW:
        raise IdTokenRefused("it does not hold yet")
    if claims.get("nonce") != expected.nonce:
        raise IdTokenRefused("it answers another request")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise IdTokenRefused("it names no subject")
    if not subject.isascii() or "\0" in subject:
        raise IdTokenRefused("it names no subject")
    if expected.proven_since is not None:
        proven_at = _moment(claims, "auth_time")
        if not expected.proven_since - _SKEW <= proven_at <= now + _SKEW:
            raise IdTokenRefused("its subject has not proven anew who they are")
    return Identity(expected.issuer, subject, _verified_email(claims), _name(claims))


def _moment(claims: Mapping[str, Any], claim: str) -> datetime:
    value = claims.get(claim)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise IdTokenRefused(f"it lacks {claim}")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise IdTokenRefused(f"its {claim} is no time") from None


def _verified_email(claims: Mapping[str, Any]) -> str:
    email = claims.get("email")
    # Some providers write the truth as a text.
    verified = claims.get("email_verified")
    is_verified = verified is True or verified == "true"
    return email if isinstance(email, str) and is_verified else ""


def _name(claims: Mapping[str, Any]) -> str:
    name = claims.get("name")
    return name if isinstance(name, str) else ""
