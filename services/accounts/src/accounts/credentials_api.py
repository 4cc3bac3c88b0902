"""The gRPC service of addresses and passwords: reads requests, asks the rules, writes answers."""

from typing import Any

from grpc import aio

from accounts import wire
from accounts.api import refusals
from accounts.confirmations import Confirmations
from accounts.password_changes import Change, PasswordChanges
from codingahead.accounts.v1 import credentials_pb2 as pb
from codingahead.accounts.v1 import credentials_pb2_grpc

type _Context = aio.ServicerContext[Any, Any]


class CredentialsApi(credentials_pb2_grpc.CredentialsServiceServicer):
    """Handlers of ``CredentialsService``."""

    def __init__(self, confirmations: Confirmations, passwords: PasswordChanges) -> None:
        self._confirmations = confirmations
        self._passwords = passwords

    async def GetCredentials(  # noqa: N802 - named by the contract
        self, request: pb.GetCredentialsRequest, context: _Context
    ) -> pb.GetCredentialsResponse:
        """Say by what an account is entered."""
        with refusals():
            held = await self._confirmations.held(request.account_id)
        return pb.GetCredentialsResponse(
            email=held.email, confirmed=held.confirmed, has_password=held.has_password
        )

    async def SendConfirmation(  # noqa: N802 - named by the contract
        self, request: pb.SendConfirmationRequest, context: _Context
    ) -> pb.SendConfirmationResponse:
        """Send the link once more."""
        with refusals():
            client = wire.client_from(request.client)
            await self._confirmations.send_again(request.account_id, client)
        return pb.SendConfirmationResponse()

    async def LookAtConfirmation(  # noqa: N802 - named by the contract
        self, request: pb.LookAtConfirmationRequest, context: _Context
    ) -> pb.LookAtConfirmationResponse:
        """Say what confirming would do."""
        with refusals():
            pending = await self._confirmations.look(request.token)
        return pb.LookAtConfirmationResponse(
            account_id=pending.account_id,
            email=pending.email,
            replaces=pending.replaces,
            registered_at=wire.timestamp(pending.registered_at),
            rivals=pending.rivals,
        )

    async def ConfirmAddress(  # noqa: N802 - named by the contract
        self, request: pb.ConfirmAddressRequest, context: _Context
    ) -> pb.ConfirmAddressResponse:
        """Confirm an address."""
        with refusals():
            account_id = await self._confirmations.confirm(request.token)
        return pb.ConfirmAddressResponse(account_id=account_id)

    async def ChangeAddress(  # noqa: N802 - named by the contract
        self, request: pb.ChangeAddressRequest, context: _Context
    ) -> pb.ChangeAddressResponse:
        """Ask for another address."""
        with refusals():
            await self._confirmations.change(
                request.account_id,
                request.session_id,
                request.email,
                wire.client_from(request.client),
            )
        return pb.ChangeAddressResponse()

    async def ChangePassword(  # noqa: N802 - named by the contract
        self, request: pb.ChangePasswordRequest, context: _Context
    ) -> pb.ChangePasswordResponse:
        """Set another password."""
        asked = Change(
            request.account_id, request.session_id, request.current_password, request.password
        )
        with refusals():
            signed_in = await self._passwords.change(asked)
        return pb.ChangePasswordResponse(session=wire.session_of(signed_in))

    async def AskPasswordReset(  # noqa: N802 - named by the contract
        self, request: pb.AskPasswordResetRequest, context: _Context
    ) -> pb.AskPasswordResetResponse:
        """Have a link mailed."""
        with refusals():
            client = wire.client_from(request.client)
            await self._passwords.ask_reset(request.email, client)
        return pb.AskPasswordResetResponse()

    async def LookAtPasswordReset(  # noqa: N802 - named by the contract
        self, request: pb.LookAtPasswordResetRequest, context: _Context
    ) -> pb.LookAtPasswordResetResponse:
        """See that a token is good."""
        with refusals():
            await self._passwords.see(request.token)
        return pb.LookAtPasswordResetResponse()

    async def ResetPassword(  # noqa: N802 - named by the contract
        self, request: pb.ResetPasswordRequest, context: _Context
    ) -> pb.ResetPasswordResponse:
        """Set a new password by a token."""
        with refusals():
            await self._passwords.reset(request.token, request.password)
        return pb.ResetPasswordResponse()
