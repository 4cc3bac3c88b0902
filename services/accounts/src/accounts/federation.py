"""Signing in with an identity at another provider: a round there and back, and what comes of it.

A round is bound to the browser it began in by a secret that only this browser keeps; the request
that goes to the provider is derived from it. So nobody can finish a round that another began, nor
have a browser finish one of theirs.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import id_tokens, identities, secret_tokens
from accounts.database import DatabaseAway
from accounts.doorkeeper import SessionUnknown
from accounts.freshness import Freshness
from accounts.id_tokens import Expected, Identity, IdTokenRefused, KeyUnknown
from accounts.identity_claims import IdentityClaims, Registered
from accounts.oidc_client import (
    OidcClient,
    ProviderAway,
    ProviderRefused,
    authorization_url,
    derived,
)
from accounts.provider_rounds import (
    Asked,
    Begun,
    Finished,
    IdentityOther,
    ProviderUnknown,
    Purpose,
    Returned,
    RoundInvalid,
)
from accounts.providers import Provider, is_safe
from accounts.registrar import SignedIn
from accounts.secret_tokens import Found, TokenRefused
from accounts.store import Transact
from servicekit import deadlines
from servicekit.logs import get_logger
from servicekit.metrics import Counter

log = get_logger("accounts.federation")

ROUNDS = Counter(
    "accounts_provider_rounds_total", "Rounds to a provider that came back.", ["purpose", "outcome"]
)

ROUND_LIFETIME = timedelta(minutes=10)
"""A round that takes longer must begin anew."""

_TOKEN = "provider_round"  # noqa: S105 - what the token is for
_MAX_TEXT = 2_000
_HTTP_SECONDS = 6.0
_KEPT_BACK_SECONDS = 1.0


class Federation:
    """Begins and finishes rounds to *providers*. Methods raise what *transact* raises."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        oidc: OidcClient,
        claims: IdentityClaims,
        freshness: Freshness,
        transact: Transact,
        now: Callable[[], datetime],
    ) -> None:
        self.providers = providers
        self._oidc = oidc
        self._claims = claims
        self._freshness = freshness
        self._transact = transact
        self._now = now

    async def begin(self, asked: Asked) -> Begun:
        """Begin a round.

        Raises:
            ProviderUnknown, RoundInvalid: when it cannot be.
            ProofNeeded: when linking without a fresh proof.
            IdentityOther: when the account has no identity there that could prove anything.
            ProviderAway, ProviderRefused: when what the provider publishes cannot be had.
        """
        provider = self._provider(asked.provider)
        if len(asked.redirect_uri) > _MAX_TEXT or not is_safe(asked.redirect_uri):
            raise RoundInvalid("redirect_uri", "must be an https address")
        if len(asked.next) > _MAX_TEXT:
            raise RoundInvalid("next", f"must be at most {_MAX_TEXT:,} characters")
        if asked.purpose is Purpose.LINK:
            await self._freshness.require(asked.account_id, asked.session_id)
        if asked.purpose is Purpose.PROVE:
            linked = await self._claims.of_account(asked.account_id)
            if all(one.issuer != provider.issuer for one in linked):
                raise IdentityOther
        async with _in_time(provider):
            endpoints = await self._oidc.endpoints(provider)
        now = self._now()
        account_id = "" if asked.purpose is Purpose.SIGN_IN else asked.account_id

        async def work(connection: AsyncConnection) -> str:
            return await secret_tokens.give_out(
                *(connection, _TOKEN, account_id, now, ROUND_LIFETIME),
                replace=False,
                provider=provider.key,
                what_for=asked.purpose,
                redirect_uri=asked.redirect_uri,
                next=asked.next,
                began_at=now.isoformat(),
            )

        token = await self._transact(work)
        url = authorization_url(
            provider, endpoints, asked.redirect_uri, token, again=asked.purpose is Purpose.PROVE
        )
        return Begun(url, token, now + ROUND_LIFETIME)

    async def finish(self, returned: Returned) -> Finished:
        """Finish a round; its secret is void then, whatever comes of it.

        Raises:
            TokenRefused: when the round is not this browser's, was finished, or is too old.
            ProviderAway, ProviderRefused: when the provider does not vouch for anybody.
            SessionUnknown: when the session to be proven is not open any more.
            IdentityRefused, AddressTaken, IdentityTaken, IdentityOther: as the claims do.
            TooManyAttempts, PoolFull: as registering does.
        """
        if not hmac.compare_digest(
            derived(returned.token, "state").encode(), returned.state.encode()
        ):
            raise TokenRefused
        now = self._now()

        async def work(connection: AsyncConnection) -> Found:
            return await secret_tokens.use(connection, _TOKEN, returned.token, now)

        began = await self._transact(work)
        purpose = Purpose(began.facts["what_for"])
        if began.facts["provider"] != returned.provider:
            raise TokenRefused
        if began.account_id and began.account_id != returned.account_id:
            raise TokenRefused
        with _counted(purpose):
            provider = self._provider(returned.provider)
            identity = await self._identity(provider, returned, began.facts)
            return await self._done(provider, identity, returned, purpose, began.facts["next"])

    async def unlink(self, account_id: str, session_id: str, identity_id: str) -> None:
        """Take an identity away from its account, if it has it.

        Raises:
            ProofNeeded: without a fresh proof.
            OnlyWayIn: when nothing else lets its owner in.
        """
        await self._freshness.require(account_id, session_id)
        issuers = [provider.issuer for provider in self.providers.values()]
        await self._claims.unlink(account_id, identity_id, issuers)

    async def linked(self, account_id: str) -> list[tuple[identities.Linked, Provider | None]]:
        """The identities of an account, each with its provider while that is configured."""
        by_issuer = {provider.issuer: provider for provider in self.providers.values()}
        found = await self._claims.of_account(account_id)
        return [(one, by_issuer.get(one.issuer)) for one in found]

    def _provider(self, key: str) -> Provider:
        provider = self.providers.get(key)
        if provider is None:
            raise ProviderUnknown
        return provider

    async def _identity(
        self, provider: Provider, returned: Returned, facts: Mapping[str, str]
    ) -> Identity:
        """Whom the provider vouches for."""
        began_at = datetime.fromisoformat(facts["began_at"])
        expected = Expected(
            provider.issuer,
            provider.client_id,
            derived(returned.token, "nonce"),
            began_at if facts["what_for"] == Purpose.PROVE else None,
        )
        async with _in_time(provider):
            endpoints = await self._oidc.endpoints(provider)
            # Which provider answers is told by RFC 9207; one that says it must say it.
            if (endpoints.names_issuer or returned.issuer) and returned.issuer != provider.issuer:
                raise ProviderRefused("the answer is of another issuer")
            if not returned.code:
                raise ProviderRefused("it sent no code")
            token = await self._oidc.id_token(
                provider,
                code=returned.code,
                verifier=derived(returned.token, "verifier"),
                redirect_uri=facts["redirect_uri"],
            )
            keys = await self._oidc.keys(provider)
            try:
                return id_tokens.verify(token, keys, expected, self._now())
            except KeyUnknown:
                keys = await self._oidc.keys(provider, anew=True)
                return id_tokens.verify(token, keys, expected, self._now())

    async def _done(
        self,
        provider: Provider,
        identity: Identity,
        returned: Returned,
        purpose: Purpose,
        next_path: str,
    ) -> Finished:
        match purpose:
            case Purpose.LINK:
                await self._claims.link(provider, identity, returned.account_id)
                return Finished(purpose, next_path)
            case Purpose.PROVE:
                proven = await self._claims.prove(
                    provider, identity, returned.account_id, returned.session_id
                )
                if proven is None:
                    raise SessionUnknown
                return Finished(purpose, next_path, proven)
            case Purpose.SIGN_IN:
                entered = await self._claims.sign_in(
                    provider, identity, returned.client, returned.guest_id
                )
        match entered:
            case Registered(signed_in):
                return Finished(purpose, next_path, signed_in, registered=True)
            case SignedIn():
                return Finished(purpose, next_path, entered)
            case _:
                return Finished(purpose, next_path, due=entered)


@asynccontextmanager
async def _in_time(provider: Provider) -> AsyncIterator[None]:
    """Calls to a provider that end in time to say so; whatever was wrong is told in one way."""
    left = deadlines.remaining(_HTTP_SECONDS + _KEPT_BACK_SECONDS) - _KEPT_BACK_SECONDS
    try:
        async with asyncio.timeout(max(0.0, left)):
            yield
    except (TimeoutError, ProviderAway) as error:
        why = str(error) or "no answer in time"
        log.warning("provider_away", provider=provider.key, why=why)
        raise ProviderAway(why) from None
    except (IdTokenRefused, ProviderRefused) as error:
        log.warning("provider_refused", provider=provider.key, why=str(error))
        raise ProviderRefused(str(error)) from None


@contextmanager
def _counted(purpose: Purpose) -> Iterator[None]:
    outcome = "refused"
    try:
        yield
        outcome = "done"
    except (ProviderAway, DatabaseAway):
        outcome = "unavailable"
        raise
    finally:
        ROUNDS.labels(purpose, outcome).inc()
