"""The gRPC service of other providers: reads requests, asks the federation, writes answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from grpc import aio

from accounts import wire
from accounts.address_claims import AddressTaken
from accounts.api import refusals
from accounts.federation import Federation
from accounts.identities import Linked
from accounts.oidc_client import ProviderAway, ProviderRefused
from accounts.provider_rounds import (
    Asked,
    Finished,
    IdentityOther,
    IdentityRefused,
    IdentityTaken,
    OnlyWayIn,
    ProviderUnknown,
    Purpose,
    Returned,
    RoundInvalid,
)
from accounts.providers import Provider
from codingahead.accounts.v1 import federation_pb2 as pb
from codingahead.accounts.v1 import federation_pb2_grpc
from servicekit.errors import ServiceError, invalid

_PURPOSES = {
    pb.SIGN_IN_PURPOSE_SIGN_IN: Purpose.SIGN_IN,
    pb.SIGN_IN_PURPOSE_LINK: Purpose.LINK,
    pb.SIGN_IN_PURPOSE_PROVE: Purpose.PROVE,
}
_MESSAGES = {purpose: message for message, purpose in _PURPOSES.items()}

type _Context = aio.ServicerContext[Any, Any]


class FederationApi(federation_pb2_grpc.FederationServiceServicer):
    """Handlers of ``FederationService``."""

    def __init__(self, federation: Federation) -> None:
        self._federation = federation

    async def ListProviders(  # noqa: N802 - named by the contract
        self, request: pb.ListProvidersRequest, context: _Context
    ) -> pb.ListProvidersResponse:
        """List what is configured."""
        providers = self._federation.providers.values()
        return pb.ListProvidersResponse(providers=[_provider(it) for it in providers])

    async def BeginSignIn(  # noqa: N802 - named by the contract
        self, request: pb.BeginSignInRequest, context: _Context
    ) -> pb.BeginSignInResponse:
        """Begin a round."""
        purpose = _PURPOSES.get(request.purpose)
        if purpose is None:
            raise invalid("REQUEST_INVALID", purpose="must be named")
        with _refusals():
            begun = await self._federation.begin(
                Asked(
                    request.provider,
                    purpose,
                    request.redirect_uri,
                    request.next,
                    request.account_id,
                    request.session_id,
                )
            )
        return pb.BeginSignInResponse(
            authorization_url=begun.url,
            token=begun.token,
            expires_at=wire.timestamp(begun.expires_at),
        )

    async def FinishSignIn(  # noqa: N802 - named by the contract
        self, request: pb.FinishSignInRequest, context: _Context
    ) -> pb.FinishSignInResponse:
        """Finish a round."""
        with _refusals():
            finished = await self._federation.finish(
                Returned(
                    provider=request.provider,
                    token=request.token,
                    state=request.state,
                    code=request.code,
                    issuer=request.issuer,
                    account_id=request.account_id,
                    session_id=request.session_id,
                    guest_id=request.guest_id,
                    client=wire.client_from(request.client),
                )
            )
        return _finished(finished)

    async def ListIdentities(  # noqa: N802 - named by the contract
        self, request: pb.ListIdentitiesRequest, context: _Context
    ) -> pb.ListIdentitiesResponse:
        """List an account's identities."""
        with _refusals():
            linked = await self._federation.linked(request.account_id)
        return pb.ListIdentitiesResponse(identities=[_identity(*it) for it in linked])

    async def UnlinkIdentity(  # noqa: N802 - named by the contract
        self, request: pb.UnlinkIdentityRequest, context: _Context
    ) -> pb.UnlinkIdentityResponse:
        """Take an identity away."""
        with _refusals():
            await self._federation.unlink(
                request.account_id, request.session_id, request.identity_id
            )
        return pb.UnlinkIdentityResponse()


def _provider(provider: Provider) -> pb.Provider:
    return pb.Provider(key=provider.key, name=provider.name)


def _identity(linked: Linked, provider: Provider | None) -> pb.LinkedIdentity:
    return pb.LinkedIdentity(
        identity_id=linked.id,
        provider=_provider(provider) if provider else pb.Provider(name=linked.issuer),
        linked_at=wire.timestamp(linked.linked_at),
        used_at=wire.timestamp(linked.used_at) if linked.used_at else None,
    )


def _finished(finished: Finished) -> pb.FinishSignInResponse:
    answer = pb.FinishSignInResponse(
        purpose=_MESSAGES[finished.purpose], next=finished.next, registered=finished.registered
    )
    if finished.signed_in is not None:
        answer.session.CopyFrom(wire.session_of(finished.signed_in))
        answer.device = finished.signed_in.device
    if finished.due is not None:
        answer.second_factor.CopyFrom(wire.second_factor_due(finished.due))
    return answer


@contextmanager
def _refusals() -> Iterator[None]:
    with refusals(), _own_refusals():
        yield


@contextmanager
def _own_refusals() -> Iterator[None]:
    try:
        yield
    except RoundInvalid as fault:
        raise invalid("REQUEST_INVALID", **{fault.field: str(fault)}) from None
    except ProviderUnknown:
        raise _refusal("PROVIDER_UNKNOWN", "There is no such way to sign in.") from None
    except ProviderAway:
        raise ServiceError(
            grpc.StatusCode.UNAVAILABLE,
            "PROVIDER_UNAVAILABLE",
            "The other site cannot be reached at this moment; try again in a minute.",
        ) from None
    except ProviderRefused:
        raise _refusal(
            "PROVIDER_REFUSED",
            "The other site did not say who you are, so you were not signed in. Try again, or "
            "sign in another way.",
        ) from None
    except IdentityRefused as refused:
        raise _refusal("IDENTITY_REFUSED", str(refused)) from None
    except AddressTaken:
        raise _refusal(
            "LINK_FIRST",
            "You have an account with this address already. Log in to it as you do otherwise, "
            "then add this way to sign in under “Signing in”.",
        ) from None
    except IdentityTaken:
        raise _refusal(
            "IDENTITY_TAKEN",
            "This identity signs in another account here. Remove it there first.",
        ) from None
    except IdentityOther:
        raise _refusal(
            "IDENTITY_OTHER", "This is not the identity that your account has at this site."
        ) from None
    except OnlyWayIn:
        raise _refusal(
            "ONLY_WAY_IN",
            "Nothing else lets you into your account. Set a password or add a passkey first.",
        ) from None


def _refusal(reason: str, message: str) -> ServiceError:
    return ServiceError(grpc.StatusCode.FAILED_PRECONDITION, reason, message)
