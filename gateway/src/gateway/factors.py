"""Calls to accounts for what an account proves itself with: its factors, and proofs by them."""

from collections.abc import Sequence
from typing import Final

from grpc.aio import Channel

from codingahead.accounts.v1 import accounts_pb2, factors_pb2, factors_pb2_grpc
from gateway.account_calls import SECONDS, answered
from gateway.sessions import Account

PASSWORD: Final = "password"  # noqa: S105 - a word for it
PASSKEY: Final = "passkey"
ONE_TIME_PASSWORD: Final = "one_time_password"  # noqa: S105 - a word for it
RECOVERY_CODE: Final = "recovery_code"

_DIGITS = 6


class Factors:
    """The factors of any account; *channel* asks once, as hardly any of it may be repeated.

    Methods raise :class:`gateway.problems.Refused` with what the visitor is told.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = factors_pb2_grpc.FactorServiceStub(channel)

    async def of(self, account: Account) -> factors_pb2.ListFactorsResponse:
        """What the account has."""
        request = factors_pb2.ListFactorsRequest(account_id=account.id)
        return await answered(self._stub.ListFactors(request, timeout=SECONDS))

    async def offer_app(self, account: Account) -> factors_pb2.BeginOneTimePasswordResponse:
        """The secret of an app, which counts for nothing until it is confirmed."""
        request = factors_pb2.BeginOneTimePasswordRequest(
            account_id=account.id, session_id=account.session_id
        )
        return await answered(self._stub.BeginOneTimePassword(request, timeout=SECONDS))

    async def confirm_app(self, account: Account, code: str) -> Sequence[str]:
        """Take the app; answers recovery codes where there were none."""
        request = factors_pb2.ConfirmOneTimePasswordRequest(
            account_id=account.id, session_id=account.session_id, code=code
        )
        call = self._stub.ConfirmOneTimePassword(request, timeout=SECONDS)
        return (await answered(call)).recovery_codes

    async def remove_app(self, account: Account) -> None:
        """Take the app away, if there is one."""
        request = factors_pb2.RemoveOneTimePasswordRequest(
            account_id=account.id, session_id=account.session_id
        )
        await answered(self._stub.RemoveOneTimePassword(request, timeout=SECONDS))

    async def renew_codes(self, account: Account) -> Sequence[str]:
        """New recovery codes in place of those there are."""
        request = factors_pb2.RenewRecoveryCodesRequest(
            account_id=account.id, session_id=account.session_id
        )
        call = self._stub.RenewRecoveryCodes(request, timeout=SECONDS)
        return (await answered(call)).recovery_codes

    async def creation_options(self, account: Account) -> str:
        """What creates a passkey, as JSON."""
        request = factors_pb2.BeginPasskeyRequest(
            account_id=account.id, session_id=account.session_id
        )
        return (await answered(self._stub.BeginPasskey(request, timeout=SECONDS))).options

    async def add_passkey(
        self, account: Account, credential: str, name: str
    ) -> factors_pb2.AddPasskeyResponse:
        """Keep a passkey that a browser created."""
        request = factors_pb2.AddPasskeyRequest(
            account_id=account.id,
            session_id=account.session_id,
            credential=credential,
            name=name,
        )
        return await answered(self._stub.AddPasskey(request, timeout=SECONDS))

    async def rename_passkey(self, account: Account, passkey_id: str, name: str) -> None:
        """Give a passkey another name."""
        request = factors_pb2.RenamePasskeyRequest(
            account_id=account.id, passkey_id=passkey_id, name=name
        )
        await answered(self._stub.RenamePasskey(request, timeout=SECONDS))

    async def remove_passkey(self, account: Account, passkey_id: str) -> None:
        """Take a passkey away, if it is there."""
        request = factors_pb2.RemovePasskeyRequest(
            account_id=account.id, session_id=account.session_id, passkey_id=passkey_id
        )
        await answered(self._stub.RemovePasskey(request, timeout=SECONDS))

    async def second_factor(
        self, token: str, *, for_passkey: bool = False
    ) -> factors_pb2.GetSecondFactorResponse:
        """What the log-in of *token* waits for; *for_passkey* asks for one now."""
        request = factors_pb2.GetSecondFactorRequest(token=token, with_passkey_options=for_passkey)
        return await answered(self._stub.GetSecondFactor(request, timeout=SECONDS))

    async def finish_log_in(
        self, token: str, proof: factors_pb2.Proof, client: accounts_pb2.Client
    ) -> factors_pb2.FinishLogInResponse:
        """Begin the session that the log-in of *token* waits for."""
        request = factors_pb2.FinishLogInRequest(token=token, proof=proof, client=client)
        return await answered(self._stub.FinishLogIn(request, timeout=SECONDS))

    async def log_in_options(self) -> str:
        """What asks a browser for any passkey of this site, as JSON."""
        request = factors_pb2.BeginPasskeyLogInRequest()
        call = self._stub.BeginPasskeyLogIn(request, timeout=SECONDS)
        return (await answered(call)).passkey_options

    async def log_in(
        self, credential: str, client: accounts_pb2.Client
    ) -> factors_pb2.LogInWithPasskeyResponse:
        """Begin a session by a passkey alone."""
        request = factors_pb2.LogInWithPasskeyRequest(credential=credential, client=client)
        return await answered(self._stub.LogInWithPasskey(request, timeout=SECONDS))

    async def ways(
        self, account: Account, *, for_passkey: bool = False
    ) -> factors_pb2.BeginReauthenticationResponse:
        """By what the owner of a session can prove who they are; *for_passkey* asks for one now."""
        request = factors_pb2.BeginReauthenticationRequest(
            account_id=account.id,
            session_id=account.session_id,
            with_passkey_options=for_passkey,
        )
        return await answered(self._stub.BeginReauthentication(request, timeout=SECONDS))

    async def prove(self, account: Account, proof: factors_pb2.Proof) -> accounts_pb2.Session:
        """Bring a proof; answers the session with its new token."""
        request = factors_pb2.ReauthenticateRequest(
            account_id=account.id, session_id=account.session_id, proof=proof
        )
        return (await answered(self._stub.Reauthenticate(request, timeout=SECONDS))).session


def proof_of(fields: dict[str, str]) -> factors_pb2.Proof:
    """The proof that *fields* bring: a password, a code or a passkey's answer; empty for none.

    A field ``code`` is a one-time password where it has six digits, else a recovery code.
    """
    if credential := fields.get("credential", ""):
        return factors_pb2.Proof(passkey=credential)
    if code := "".join(fields.get("code", "").split()):
        if len(code) <= _DIGITS:
            return factors_pb2.Proof(one_time_password=code)
        return factors_pb2.Proof(recovery_code=code)
    if password := fields.get("password", ""):
        return factors_pb2.Proof(password=password)
    return factors_pb2.Proof()
