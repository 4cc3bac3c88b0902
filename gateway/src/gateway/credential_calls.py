"""Calls to accounts about addresses and passwords: by what people get into their accounts."""

from grpc.aio import Channel

from codingahead.accounts.v1 import accounts_pb2, credentials_pb2, credentials_pb2_grpc
from gateway.account_calls import SECONDS, answered
from gateway.sessions import Account

_TWO_HASHES_SECONDS = 2.0


class CredentialCalls:
    """Asks accounts; each is asked once, as most of it does something.

    Methods raise :class:`gateway.problems.Refused` with what the visitor is told.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = credentials_pb2_grpc.CredentialsServiceStub(channel)

    async def held(self, account: Account) -> credentials_pb2.GetCredentialsResponse:
        """By what *account* is entered."""
        request = credentials_pb2.GetCredentialsRequest(account_id=account.id)
        return await answered(self._stub.GetCredentials(request, timeout=SECONDS))

    async def send_confirmation(self, account: Account, client: accounts_pb2.Client) -> None:
        """Send the link that confirms the address of *account* once more."""
        request = credentials_pb2.SendConfirmationRequest(account_id=account.id, client=client)
        await answered(self._stub.SendConfirmation(request, timeout=SECONDS))

    async def look_at_confirmation(self, token: str) -> credentials_pb2.LookAtConfirmationResponse:
        """What confirming by *token* would do."""
        request = credentials_pb2.LookAtConfirmationRequest(token=token)
        return await answered(self._stub.LookAtConfirmation(request, timeout=SECONDS))

    async def confirm(self, token: str) -> str:
        """Confirm an address; the id of the account whose it is."""
        request = credentials_pb2.ConfirmAddressRequest(token=token)
        return (await answered(self._stub.ConfirmAddress(request, timeout=SECONDS))).account_id

    async def change_address(
        self, account: Account, email: str, client: accounts_pb2.Client
    ) -> None:
        """Send a link that makes *email* the address of *account*."""
        request = credentials_pb2.ChangeAddressRequest(
            account_id=account.id, session_id=account.session_id, email=email, client=client
        )
        await answered(self._stub.ChangeAddress(request, timeout=SECONDS))

    async def change_password(
        self, account: Account, current: str, password: str
    ) -> accounts_pb2.Session:
        """Set another password; the session under its new token."""
        request = credentials_pb2.ChangePasswordRequest(
            account_id=account.id,
            session_id=account.session_id,
            current_password=current,
            password=password,
        )
        call = self._stub.ChangePassword(request, timeout=_TWO_HASHES_SECONDS)
        return (await answered(call)).session

    async def ask_reset(self, email: str, client: accounts_pb2.Client) -> None:
        """Have a link to set a new password mailed to whoever has the address *email*."""
        request = credentials_pb2.AskPasswordResetRequest(email=email, client=client)
        await answered(self._stub.AskPasswordReset(request, timeout=SECONDS))

    async def look_at_reset(self, token: str) -> None:
        """See that *token* sets a new password."""
        request = credentials_pb2.LookAtPasswordResetRequest(token=token)
        await answered(self._stub.LookAtPasswordReset(request, timeout=SECONDS))

    async def reset(self, token: str, password: str) -> None:
        """Set a new password by *token*."""
        request = credentials_pb2.ResetPasswordRequest(token=token, password=password)
        await answered(self._stub.ResetPassword(request, timeout=SECONDS))
