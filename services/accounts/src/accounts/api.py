"""The gRPC service: reads requests, asks the registrar or the doorkeeper, writes answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from grpc import aio

from accounts import wire
from accounts.address_claims import AddressTaken
from accounts.confirmations import AddressConfirmed
from accounts.credentials import FieldsInvalid
from accounts.database import DatabaseAway
from accounts.doorkeeper import CredentialsRejected, Doorkeeper, SessionUnknown
from accounts.factors import SecondFactorDue
from accounts.freshness import ProofNeeded
from accounts.hash_pool import PoolFull
from accounts.login_guard import TooManyAttempts
from accounts.notebook import MOST_FAVOURITES, AccountUnknown, NotebookFull, NotebookInvalid
from accounts.registrar import Registrar, RequestReused
from accounts.registration import RegistrationInvalid
from accounts.secret_tokens import TokenRefused
from codingahead.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from servicekit.errors import ServiceError, invalid

SERVICE = "codingahead.accounts.v1.AccountsService"

type _Context = aio.ServicerContext[Any, Any]


class AccountsApi(accounts_pb2_grpc.AccountsServiceServicer):
    """Handlers of ``AccountsService`` of the site called *site*."""

    def __init__(self, registrar: Registrar, doorkeeper: Doorkeeper, site: str) -> None:
        self._registrar = registrar
        self._doorkeeper = doorkeeper
        self._site = site

    async def Register(  # noqa: N802 - named by the contract
        self, request: accounts_pb2.RegisterRequest, context: _Context
    ) -> accounts_pb2.RegisterResponse:
        """Make an account and sign it in."""
        with refusals():
            signed_in = await self._registrar.register(
                wire.registration_from(request, self._site), wire.client_from(request.client)
            )
        return accounts_pb2.RegisterResponse(session=wire.session_of(signed_in))

    async def LogIn(  # noqa: N802 - named by the contract
        self, request: accounts_pb2.LogInRequest, context: _Context
    ) -> accounts_pb2.LogInResponse:
        """Begin a session."""
        try:
            with refusals():
                signed_in = await self._doorkeeper.log_in(
                    request.email, request.password, wire.client_from(request.client)
                )
        except SecondFactorDue as due:
            return accounts_pb2.LogInResponse(second_factor=wire.second_factor_due(due))
        return accounts_pb2.LogInResponse(
            session=wire.session_of(signed_in), device=signed_in.device
        )

    async def LogOut(  # noqa: N802 - named by the contract
        self, request: accounts_pb2.LogOutRequest, context: _Context
    ) -> accounts_pb2.LogOutResponse:
        """End a session."""
        with refusals():
            await self._doorkeeper.log_out(request.token)
        return accounts_pb2.LogOutResponse()

    async def ResolveSession(  # noqa: N802 - named by the contract
        self, request: accounts_pb2.ResolveSessionRequest, context: _Context
    ) -> accounts_pb2.ResolveSessionResponse:
        """Name the account behind a session."""
        with refusals():
            session = await self._doorkeeper.resolve(
                request.token, wire.client_from(request.client)
            )
        return wire.resolved(session)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the rules raise into the contract's reasons."""
    try:
        yield
    except RegistrationInvalid as fault:
        raise invalid("REQUEST_INVALID", **fault.violations) from None
    except NotebookInvalid as fault:
        raise invalid("REQUEST_INVALID", **fault.violations) from None
    except AccountUnknown:
        raise ServiceError(
            grpc.StatusCode.NOT_FOUND, "ACCOUNT_UNKNOWN", "There is no such account."
        ) from None
    except NotebookFull:
        raise ServiceError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "NOTEBOOK_FULL",
            f"An account can mark {MOST_FAVOURITES:,} codes; take a mark away first.",
        ) from None
    except FieldsInvalid as fault:
        raise invalid("REQUEST_INVALID", **fault.violations) from None
    except AddressTaken:
        raise ServiceError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "ADDRESS_TAKEN",
            "You have confirmed this address for another account of yours; log in to that one.",
        ) from None
    except AddressConfirmed:
        raise ServiceError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "ADDRESS_CONFIRMED",
            "Your address is confirmed already; there is nothing left to do.",
        ) from None
    except RequestReused:
        raise invalid(
            "REQUEST_INVALID",
            request_id="was used for another address or password; take a new one",
        ) from None
    except CredentialsRejected:
        raise ServiceError(
            grpc.StatusCode.UNAUTHENTICATED,
            "CREDENTIALS_REJECTED",
            "The address or the password is wrong.",
        ) from None
    except SessionUnknown:
        raise ServiceError(
            grpc.StatusCode.UNAUTHENTICATED,
            "SESSION_UNKNOWN",
            "There is no such session; log in again.",
        ) from None
    except ProofNeeded:
        raise ServiceError(
            grpc.StatusCode.PERMISSION_DENIED,
            "REAUTHENTICATION_REQUIRED",
            "Prove again who you are before you change this.",
        ) from None
    except TokenRefused:
        raise ServiceError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "TOKEN_REFUSED",
            "The link or code is not valid any more; ask for a new one.",
        ) from None
    except TooManyAttempts as fault:
        raise ServiceError(
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "TOO_MANY_ATTEMPTS",
            "Too many attempts were made in a short time; try again later.",
            metadata={"retry_after_seconds": str(fault.retry_seconds)},
        ) from None
    except PoolFull:
        raise ServiceError(
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "TOO_MANY_ATTEMPTS",
            "Too many people are logging in at this moment; try again in a second.",
            metadata={"retry_after_seconds": "1"},
        ) from None
    except DatabaseAway:
        raise ServiceError(
            grpc.StatusCode.UNAVAILABLE,
            "DATABASE_UNAVAILABLE",
            "Accounts cannot be reached at this moment; try again in a few seconds.",
        ) from None
