"""Calls to accounts for signing in with an identity at another provider."""

import asyncio
import random
from typing import Final

from grpc.aio import Channel

from codingahead.accounts.v1 import accounts_pb2, federation_pb2, federation_pb2_grpc
from gateway.account_calls import SECONDS, answered
from gateway.problems import Refused
from gateway.sessions import Account

SERVICE: Final = "codingahead.accounts.v1.FederationService"

SIGN_IN: Final = federation_pb2.SIGN_IN_PURPOSE_SIGN_IN
LINK: Final = federation_pb2.SIGN_IN_PURPOSE_LINK
PROVE: Final = federation_pb2.SIGN_IN_PURPOSE_PROVE

type Aim = federation_pb2.SignInPurpose.ValueType
"""What a round is for."""

# Accounts asks the provider meanwhile; a request to the gateway may take ten seconds.
_BEGIN_SECONDS = 5.0
_FINISH_SECONDS = 8.5
_LOOK_SECONDS = 30.0
_RETRY_SECONDS = 2.0


class Providers:
    """The providers that are offered, and rounds to them.

    *repeating* is a channel that tries again what may be repeated. Methods raise
    :class:`gateway.problems.Refused` with what the visitor is told.
    """

    def __init__(self, channel: Channel, repeating: Channel) -> None:
        self._once = federation_pb2_grpc.FederationServiceStub(channel)
        self._repeating = federation_pb2_grpc.FederationServiceStub(repeating)
        self.offered: tuple[federation_pb2.Provider, ...] = ()
        """As accounts last told; until it has told any, none."""

    async def watch(self) -> None:
        """Keep :attr:`offered` as it is, until cancelled."""
        while True:
            try:
                request = federation_pb2.ListProvidersRequest()
                told = await answered(self._repeating.ListProviders(request, timeout=SECONDS))
            except Refused:
                pause = _RETRY_SECONDS
            else:
                self.offered = tuple(told.providers)
                pause = _LOOK_SECONDS
            await asyncio.sleep(pause * random.uniform(0.8, 1.0))

    def named(self, key: str) -> federation_pb2.Provider | None:
        """The provider of that key, if it is offered."""
        return next((provider for provider in self.offered if provider.key == key), None)

    async def begin(
        self,
        provider: str,
        purpose: Aim,
        redirect_uri: str,
        next_path: str,
        account: Account | None,
    ) -> federation_pb2.BeginSignInResponse:
        """Where the browser goes, and the secret it keeps meanwhile."""
        request = federation_pb2.BeginSignInRequest(
            provider=provider,
            purpose=purpose,
            redirect_uri=redirect_uri,
            next=next_path,
            account_id=account.id if account else "",
            session_id=account.session_id if account else "",
        )
        return await answered(self._once.BeginSignIn(request, timeout=_BEGIN_SECONDS))

    async def finish(
        self,
        back: federation_pb2.FinishSignInRequest,
        account: Account | None,
        client: accounts_pb2.Client,
    ) -> federation_pb2.FinishSignInResponse:
        """What came of a round, from what the browser came *back* with."""
        back.client.CopyFrom(client)
        if account:
            back.account_id, back.session_id = account.id, account.session_id
        return await answered(self._once.FinishSignIn(back, timeout=_FINISH_SECONDS))

    async def identities(self, account: Account) -> list[federation_pb2.LinkedIdentity]:
        """The identities that sign the account in, the one linked first first."""
        request = federation_pb2.ListIdentitiesRequest(account_id=account.id)
        told = await answered(self._repeating.ListIdentities(request, timeout=SECONDS))
        return list(told.identities)

    async def unlink(self, account: Account, identity_id: str) -> None:
        """Take an identity away, if the account has it."""
        request = federation_pb2.UnlinkIdentityRequest(
            account_id=account.id, session_id=account.session_id, identity_id=identity_id
        )
        await answered(self._repeating.UnlinkIdentity(request, timeout=SECONDS))
