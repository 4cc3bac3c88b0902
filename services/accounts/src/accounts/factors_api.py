"""The gRPC service of factors: reads requests, asks those who know, writes answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from grpc import aio
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from accounts.api import refusals
from accounts.credentials import FieldInvalid
from accounts.factor_keeper import FactorKeeper
from accounts.factors import (
    MOST_PASSKEYS,
    CodesLocked,
    FactorExists,
    FactorsFull,
    FactorUnknown,
    OneTimePassword,
    OneTimePasswordsOff,
    Passkey,
    PasskeyAnswer,
    Password,
    Proof,
    ProofRejected,
    RecoveryCode,
)
from accounts.provider_rounds import OnlyWayIn
from accounts.reauthentication import Reauthentication
from accounts.second_step import SecondStep
from accounts.wire import client_from, session_of, timestamp
from codingahead.accounts.v1 import factors_pb2 as pb
from codingahead.accounts.v1 import factors_pb2_grpc
from servicekit.errors import ServiceError, invalid

type _Context = aio.ServicerContext[Any, Any]

_REFUSED: dict[type[Exception], tuple[grpc.StatusCode, str, str]] = {
    ProofRejected: (
        grpc.StatusCode.UNAUTHENTICATED,
        "PROOF_REJECTED",
        "That does not prove who you are; try again.",
    ),
    CodesLocked: (
        grpc.StatusCode.FAILED_PRECONDITION,
        "CODES_LOCKED",
        "Too many wrong codes were tried. Use a passkey or a recovery code, or wait for an hour.",
    ),
    FactorExists: (
        grpc.StatusCode.FAILED_PRECONDITION,
        "FACTOR_EXISTS",
        "The account has an authenticator app; take it away before setting another up.",
    ),
    FactorUnknown: (
        grpc.StatusCode.NOT_FOUND,
        "FACTOR_UNKNOWN",
        "The account has no such thing any more; look at its page again.",
    ),
    FactorsFull: (
        grpc.StatusCode.FAILED_PRECONDITION,
        "FACTORS_FULL",
        f"An account can have {MOST_PASSKEYS} passkeys; take one away first.",
    ),
    OnlyWayIn: (
        grpc.StatusCode.FAILED_PRECONDITION,
        "ONLY_WAY_IN",
        "Nothing else lets you into your account. Set a password or add another passkey first.",
    ),
    OneTimePasswordsOff: (
        grpc.StatusCode.FAILED_PRECONDITION,
        "ONE_TIME_PASSWORDS_OFF",
        "Authenticator apps are not offered on this site; use a passkey.",
    ),
}


class FactorsApi(factors_pb2_grpc.FactorServiceServicer):
    """Handlers of ``FactorService``."""

    def __init__(
        self, keeper: FactorKeeper, second_step: SecondStep, reauthentication: Reauthentication
    ) -> None:
        self._keeper = keeper
        self._second_step = second_step
        self._reauthentication = reauthentication

    async def ListFactors(  # noqa: N802 - named by the contract
        self, request: pb.ListFactorsRequest, context: _Context
    ) -> pb.ListFactorsResponse:
        """List what an account has."""
        with _refusals():
            found = await self._keeper.factors(request.account_id)
        return pb.ListFactorsResponse(
            passkeys=[_passkey(passkey) for passkey in found.passkeys],
            one_time_password_since=timestamp(found.app_since) if found.app_since else None,
            recovery_codes_left=found.recovery_codes_left,
            has_password=found.has_password,
            one_time_passwords_offered=self._keeper.offers_apps,
        )

    async def BeginOneTimePassword(  # noqa: N802 - named by the contract
        self, request: pb.BeginOneTimePasswordRequest, context: _Context
    ) -> pb.BeginOneTimePasswordResponse:
        """Make the secret of an app."""
        with _refusals():
            offer = await self._keeper.offer_app(request.account_id, request.session_id)
        return pb.BeginOneTimePasswordResponse(secret=offer.secret, uri=offer.uri)

    async def ConfirmOneTimePassword(  # noqa: N802 - named by the contract
        self, request: pb.ConfirmOneTimePasswordRequest, context: _Context
    ) -> pb.ConfirmOneTimePasswordResponse:
        """Confirm that the app has the secret."""
        with _refusals():
            codes = await self._keeper.confirm_app(
                request.account_id, request.session_id, request.code
            )
        return pb.ConfirmOneTimePasswordResponse(recovery_codes=codes)

    async def RemoveOneTimePassword(  # noqa: N802 - named by the contract
        self, request: pb.RemoveOneTimePasswordRequest, context: _Context
    ) -> pb.RemoveOneTimePasswordResponse:
        """Take the app away."""
        with _refusals():
            await self._keeper.remove_app(request.account_id, request.session_id)
        return pb.RemoveOneTimePasswordResponse()

    async def RenewRecoveryCodes(  # noqa: N802 - named by the contract
        self, request: pb.RenewRecoveryCodesRequest, context: _Context
    ) -> pb.RenewRecoveryCodesResponse:
        """Make new recovery codes."""
        with _refusals():
            codes = await self._keeper.renew_codes(request.account_id, request.session_id)
        return pb.RenewRecoveryCodesResponse(recovery_codes=codes)

    async def BeginPasskey(  # noqa: N802 - named by the contract
        self, request: pb.BeginPasskeyRequest, context: _Context
    ) -> pb.BeginPasskeyResponse:
        """Make what creates a passkey."""
        with _refusals():
            options = await self._keeper.passkey_options(request.account_id, request.session_id)
        return pb.BeginPasskeyResponse(options=options)

    async def AddPasskey(  # noqa: N802 - named by the contract
        self, request: pb.AddPasskeyRequest, context: _Context
    ) -> pb.AddPasskeyResponse:
        """Keep a passkey."""
        with _refusals():
            passkey, codes = await self._keeper.add_passkey(
                request.account_id, request.session_id, request.credential, request.name
            )
        return pb.AddPasskeyResponse(passkey=_passkey(passkey), recovery_codes=codes)

    async def RenamePasskey(  # noqa: N802 - named by the contract
        self, request: pb.RenamePasskeyRequest, context: _Context
    ) -> pb.RenamePasskeyResponse:
        """Give a passkey another name."""
        with _refusals():
            if not request.name.strip():
                raise FieldInvalid("must not be empty")
            await self._keeper.rename_passkey(
                request.account_id, _id_of(request.passkey_id), request.name
            )
        return pb.RenamePasskeyResponse()

    async def RemovePasskey(  # noqa: N802 - named by the contract
        self, request: pb.RemovePasskeyRequest, context: _Context
    ) -> pb.RemovePasskeyResponse:
        """Take a passkey away."""
        with _refusals():
            await self._keeper.remove_passkey(
                request.account_id, request.session_id, _id_of(request.passkey_id)
            )
        return pb.RemovePasskeyResponse()

    async def GetSecondFactor(  # noqa: N802 - named by the contract
        self, request: pb.GetSecondFactorRequest, context: _Context
    ) -> pb.GetSecondFactorResponse:
        """Say what a log-in still needs."""
        with _refusals():
            step = await self._second_step.look(
                request.token, for_passkey=request.with_passkey_options
            )
        return pb.GetSecondFactorResponse(
            methods=step.methods, passkey_options=step.passkey_options
        )

    async def FinishLogIn(  # noqa: N802 - named by the contract
        self, request: pb.FinishLogInRequest, context: _Context
    ) -> pb.FinishLogInResponse:
        """Finish a log-in."""
        with _refusals():
            signed_in = await self._second_step.finish(
                request.token, _proof_of(request.proof), client_from(request.client)
            )
        return pb.FinishLogInResponse(session=session_of(signed_in), device=signed_in.device)

    async def BeginPasskeyLogIn(  # noqa: N802 - named by the contract
        self, request: pb.BeginPasskeyLogInRequest, context: _Context
    ) -> pb.BeginPasskeyLogInResponse:
        """Make what asks for any passkey of this site."""
        with _refusals():
            options = await self._second_step.challenge()
        return pb.BeginPasskeyLogInResponse(passkey_options=options)

    async def LogInWithPasskey(  # noqa: N802 - named by the contract
        self, request: pb.LogInWithPasskeyRequest, context: _Context
    ) -> pb.LogInWithPasskeyResponse:
        """Log in with a passkey alone."""
        with _refusals():
            signed_in = await self._second_step.log_in(
                request.credential, client_from(request.client)
            )
        return pb.LogInWithPasskeyResponse(session=session_of(signed_in), device=signed_in.device)

    async def BeginReauthentication(  # noqa: N802 - named by the contract
        self, request: pb.BeginReauthenticationRequest, context: _Context
    ) -> pb.BeginReauthenticationResponse:
        """Say by what a session's owner can prove who they are."""
        with _refusals():
            ways = await self._reauthentication.ways(
                request.account_id, for_passkey=request.with_passkey_options
            )
        return pb.BeginReauthenticationResponse(
            methods=ways.methods, passkey_options=ways.passkey_options
        )

    async def Reauthenticate(  # noqa: N802 - named by the contract
        self, request: pb.ReauthenticateRequest, context: _Context
    ) -> pb.ReauthenticateResponse:
        """Take a proof."""
        with _refusals():
            if request.proof.WhichOneof("proof") == "password":
                goes_on = await self._reauthentication.prove_by_password(
                    request.account_id, request.session_id, request.proof.password
                )
            else:
                goes_on = await self._reauthentication.prove(
                    request.account_id, request.session_id, _proof_of(request.proof)
                )
        return pb.ReauthenticateResponse(session=session_of(goes_on))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        with refusals():
            yield
    except FieldInvalid as fault:
        raise invalid("REQUEST_INVALID", name=str(fault)) from None
    except tuple(_REFUSED) as refused:
        raise ServiceError(*_REFUSED[type(refused)]) from None


def _proof_of(proof: pb.Proof) -> Proof:
    match proof.WhichOneof("proof"):
        case "one_time_password":
            return OneTimePassword(proof.one_time_password)
        case "recovery_code":
            return RecoveryCode(proof.recovery_code)
        case "passkey":
            return PasskeyAnswer(proof.passkey)
        case _:
            return Password(held=False)


def _id_of(text: str) -> bytes:
    try:
        return base64url_to_bytes(text)
    except ValueError:
        raise FactorUnknown from None


def _passkey(passkey: Passkey) -> pb.Passkey:
    return pb.Passkey(
        passkey_id=bytes_to_base64url(passkey.id),
        name=passkey.name,
        made_at=timestamp(passkey.made_at),
        used_at=timestamp(passkey.used_at) if passkey.used_at else None,
    )
