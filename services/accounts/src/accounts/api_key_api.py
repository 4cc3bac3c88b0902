"""The gRPC service of keys for programs: reads requests, asks the store, writes answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import grpc
from grpc import aio

from accounts import api_keys
from accounts.api import refusals
from accounts.api_key_store import AddressUnconfirmed, ApiKeyStore, RequestRepeated, TooManyKeys
from accounts.api_keys import MOST_KEYS, KeptKey, KeyInvalid
from accounts.freshness import Freshness
from accounts.wire import principal_of, timestamp
from codingahead.accounts.v1 import api_keys_pb2 as pb
from codingahead.accounts.v1 import api_keys_pb2_grpc
from servicekit.errors import ServiceError, invalid

type _Context = aio.ServicerContext[Any, Any]


class ApiKeyApi(api_keys_pb2_grpc.ApiKeyServiceServicer):
    """Handlers of ``ApiKeyService``."""

    def __init__(
        self, store: ApiKeyStore, freshness: Freshness, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._freshness = freshness
        self._now = now

    async def CreateApiKey(  # noqa: N802 - named by the contract
        self, request: pb.CreateApiKeyRequest, context: _Context
    ) -> pb.CreateApiKeyResponse:
        """Make a key."""
        with refusals(), _refusals():
            await self._freshness.require(request.account_id, request.session_id)
            key = api_keys.new_key(
                request.request_id, request.name, request.scopes, request.days, self._now()
            )
            await self._store.create(request.account_id, key)
        return pb.CreateApiKeyResponse(secret=key.secret, key=_told(key.kept))

    async def ListApiKeys(  # noqa: N802 - named by the contract
        self, request: pb.ListApiKeysRequest, context: _Context
    ) -> pb.ListApiKeysResponse:
        """List keys."""
        with refusals():
            kept = await self._store.all_of(request.account_id)
        return pb.ListApiKeysResponse(keys=[_told(key) for key in kept])

    async def RevokeApiKey(  # noqa: N802 - named by the contract
        self, request: pb.RevokeApiKeyRequest, context: _Context
    ) -> pb.RevokeApiKeyResponse:
        """Revoke a key."""
        with refusals():
            if api_keys.is_id(request.key_id):
                await self._store.revoke(request.account_id, request.key_id, self._now())
        return pb.RevokeApiKeyResponse()

    async def ResolveApiKey(  # noqa: N802 - named by the contract
        self, request: pb.ResolveApiKeyRequest, context: _Context
    ) -> pb.ResolveApiKeyResponse:
        """Name the account behind a key."""
        with refusals():
            key_hash = api_keys.hash_of(request.secret)
            found = await self._store.resolve(key_hash, self._now()) if key_hash else None
        if found is None:
            raise ServiceError(
                grpc.StatusCode.UNAUTHENTICATED, "KEY_UNKNOWN", "There is no such key."
            )
        return pb.ResolveApiKeyResponse(
            principal=principal_of(found.account, ""),
            key_id=found.key_id,
            scopes=found.scopes,
            expires_at=timestamp(found.expires_at) if found.expires_at else None,
        )


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except KeyInvalid as fault:
        raise invalid("REQUEST_INVALID", **fault.violations) from None
    except AddressUnconfirmed:
        raise ServiceError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "ADDRESS_UNCONFIRMED",
            "Keys are for accounts whose e-mail address is confirmed. Confirm it at "
            "/account/email, then make the key.",
        ) from None
    except TooManyKeys:
        raise ServiceError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "TOO_MANY_KEYS",
            f"An account can have {MOST_KEYS} keys; revoke one that is not used any more first.",
        ) from None
    except RequestRepeated:
        raise ServiceError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "REQUEST_REPEATED",
            "This request has made a key already, and a key is shown only once. If you do not "
            "have it, revoke it and make another.",
        ) from None


def _told(key: KeptKey) -> pb.ApiKey:
    return pb.ApiKey(
        key_id=key.id,
        name=key.name,
        hint=key.hint,
        scopes=key.scopes,
        made_at=timestamp(key.made_at),
        used_at=timestamp(key.used_at) if key.used_at else None,
        expires_at=timestamp(key.expires_at) if key.expires_at else None,
    )
