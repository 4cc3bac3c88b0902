"""Requests that carry a key: whom it acts for, and whether it opens what is asked for.

Judged at the edge, before anything else looks at the request. What a key does not open is refused
here, so the routes of an account never meet one; a request with a key that is no good is refused
too, and never taken for a guest's.
"""

from typing import Final

from gateway import problems
from gateway.api_key_routes import ANY, SCOPES, scope_needed
from gateway.api_keys import BEARER, ApiKeys, KeyBearer, is_intact
from gateway.code_pages import Target
from gateway.plans_offered import API_KEYS, has_feature, smallest_with
from gateway.problems import Problem
from gateway.responses import Scope, header
from gateway.token_cache import Absent

_SCHEME: Final = "bearer"
_CHALLENGE: Final = 'Bearer realm="api"'


def presented(scope: Scope) -> str | None:
    """What a request carries as a key, whatever it is; None where it carries none.

    Other schemes than ``Bearer`` are for what stands before this site.
    """
    authorization = header(scope, b"authorization")
    if not authorization:
        return None
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == _SCHEME else None


class ApiKeyGate:
    """Judges the keys that requests carry."""

    def __init__(self, keys: ApiKeys) -> None:
        self._keys = keys

    async def refusal(self, scope: Scope, secret: str, target: Target | None) -> Problem | None:
        """Why the key *secret*, which a request carries, does not open it; None when it does.

        *target* is the code page asked for, if it is one. Where the key opens it, *scope* tells
        :func:`gateway.api_keys.account_by_key` the account.
        """
        if not is_intact(secret):
            return _refused("KEY_MALFORMED", "What stands after Bearer is no key of this site: "
                            "it may have been cut off or mistyped.")  # fmt: skip
        found = self._keys.held(secret) or await self._keys.find(secret)
        if found is Absent.UNCHECKED:
            return _unchecked()
        if not isinstance(found, KeyBearer):
            return _refused("KEY_REFUSED", "This key was revoked, has ended or was never given "
                            "out. Make another at /account/keys.")  # fmt: skip
        refused = _beyond(found, scope, target)
        if refused is None:
            scope[BEARER] = found
        return refused


def _beyond(bearer: KeyBearer, scope: Scope, target: Target | None) -> Problem | None:
    needed = scope_needed(scope["method"], scope["path"], target)
    if needed is None:
        detail = (
            "A key does not open this address. Keys are for the routes of the API that "
            "/api/docs names with a scope; pages and accounts are for people who log in."
        )
        return Problem(problems.KEY_NOT_ENOUGH, "KEY_NOT_FOR_THIS", detail)
    if not has_feature(bearer.account.plan, API_KEYS):
        return keys_not_in_plan()
    if needed != ANY and needed not in bearer.scopes:
        return Problem(
            problems.KEY_NOT_ENOUGH,
            "KEY_SCOPE_MISSING",
            f"This key has no scope {needed}, by which a program may {SCOPES[needed]}. Make one "
            "that has it at /account/keys.",
            headers={
                "WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{needed}"'
            },
            members={"scope": needed},
        )
    return None


def keys_not_in_plan() -> Problem:
    """The account's plan has no keys, or not any more."""
    plan = smallest_with(API_KEYS)
    return Problem(
        problems.NOT_IN_PLAN,
        "API_KEYS_NOT_IN_PLAN",
        f"Keys for programs are part of the {plan.name} plan, which this account does not have.",
        members={"unlock": "UPGRADE", "feature": API_KEYS},
    )


def _refused(reason: str, detail: str) -> Problem:
    challenge = f'{_CHALLENGE}, error="invalid_token"'
    return Problem(problems.KEY_REFUSED, reason, detail, headers={"WWW-Authenticate": challenge})


def _unchecked() -> Problem:
    return Problem(
        problems.ACCOUNT_UNCHECKED,
        "KEY_UNCHECKED",
        "Whose key this is cannot be checked for the moment. Nothing was charged. Please try again "
        "in a few seconds.",
        retry_after=5,
    )
