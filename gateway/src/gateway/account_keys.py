"""The keys an account has: made, listed and revoked in its owner's name."""

import uuid
from collections.abc import Sequence

from codingahead.accounts.v1 import api_keys_pb2 as pb
from gateway.api_key_calls import ApiKeyCalls
from gateway.api_key_gate import keys_not_in_plan
from gateway.api_keys import ApiKeys
from gateway.plans_offered import API_KEYS, has_feature
from gateway.problems import Refused
from gateway.sessions import Account


class AccountKeys:
    """Methods raise :class:`gateway.problems.Refused` with what the owner is told.

    *believed* are the keys that this process believes in.
    """

    def __init__(self, calls: ApiKeyCalls, believed: ApiKeys) -> None:
        self._calls = calls
        self._believed = believed

    async def create(
        self,
        account: Account,
        name: str,
        scopes: Sequence[str],
        days: int,
        request_id: str = "",
    ) -> pb.CreateApiKeyResponse:
        """A new key with its secret, which is told this once; only where the plan has keys.

        Repeating a *request_id* (a UUID) makes no second key. *days* is 0 where it has no end.
        """
        if not has_feature(account.plan, API_KEYS):
            raise Refused(keys_not_in_plan())
        return await self._calls.create(
            request_id or str(uuid.uuid4()), account.id, account.session_id, name, scopes, days
        )

    async def all_of(self, account: Account) -> list[pb.ApiKey]:
        """The keys of *account*, the newest first; those that have ended are among them."""
        return await self._calls.list(account.id)

    async def revoke(self, account: Account, key_id: str) -> None:
        """Make a key of *account* good for nothing, if there is such a one; in any plan."""
        await self._calls.revoke(account.id, key_id)
        # The event does so in every process; here it need not be waited for.
        self._believed.purge(account.id, key_id)
