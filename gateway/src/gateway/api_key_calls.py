"""Calls to accounts about keys for programs."""

from collections.abc import Sequence

from grpc.aio import AioRpcError, Channel

from codingahead.accounts.v1 import api_keys_pb2 as pb
from codingahead.accounts.v1 import api_keys_pb2_grpc
from gateway.account_calls import SECONDS, answered
from gateway.accounts import AccountsAway
from servicekit.errors import from_rpc_error
from servicekit.logs import get_logger

SERVICE = "codingahead.accounts.v1.ApiKeyService"

log = get_logger("gateway.api_key_calls")

_RESOLVE_SECONDS = 0.3


class ApiKeyCalls:
    """Keys of any account; *repeating* is a channel that tries again what may be repeated.

    All but :meth:`resolve` raise :class:`gateway.problems.Refused` with what the visitor is told.
    """

    def __init__(self, channel: Channel, repeating: Channel) -> None:
        self._once = api_keys_pb2_grpc.ApiKeyServiceStub(channel)
        self._repeating = api_keys_pb2_grpc.ApiKeyServiceStub(repeating)

    async def resolve(self, secret: str) -> pb.ResolveApiKeyResponse | None:
        """Whom a key acts for; None where it is none that is good.

        Raises:
            AccountsAway: when that cannot be known now.
        """
        request = pb.ResolveApiKeyRequest(secret=secret)
        try:
            return await self._repeating.ResolveApiKey(request, timeout=_RESOLVE_SECONDS)
        except AioRpcError as error:
            failure = from_rpc_error(error)
            if failure.reason == "KEY_UNKNOWN":
                return None
            log.warning("key_not_resolved", code=failure.code.name, reason=failure.reason)
            raise AccountsAway(failure.message) from None

    async def create(
        self,
        request_id: str,
        account_id: str,
        session_id: str,
        name: str,
        scopes: Sequence[str],
        days: int,
    ) -> pb.CreateApiKeyResponse:
        """A new key, with its secret; *days* is 0 for one that does not end by itself."""
        request = pb.CreateApiKeyRequest(
            request_id=request_id,
            account_id=account_id,
            session_id=session_id,
            name=name,
            scopes=scopes,
            days=days,
        )
        # Once: what was made but not answered could not be told again.
        return await answered(self._once.CreateApiKey(request, timeout=SECONDS))

    async def list(self, account_id: str) -> list[pb.ApiKey]:
        """The keys of an account, the newest first."""
        request = pb.ListApiKeysRequest(account_id=account_id)
        return list((await answered(self._repeating.ListApiKeys(request, timeout=SECONDS))).keys)

    async def revoke(self, account_id: str, key_id: str) -> None:
        """Revoke a key, if it is there."""
        request = pb.RevokeApiKeyRequest(account_id=account_id, key_id=key_id)
        await answered(self._repeating.RevokeApiKey(request, timeout=SECONDS))
