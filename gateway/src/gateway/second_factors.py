"""A log-in that waits for its second factor: what is due, and the cookie that carries it along."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Self

from codingahead.accounts.v1 import accounts_pb2
from gateway.account_area import Elsewhere
from gateway.cookies import values
from gateway.local_paths import with_next

PATH: Final = "/login/second-factor"
LIFETIME: Final = timedelta(minutes=10)
"""As long as accounts keeps such a log-in."""


class SecondFactorDue(Exception):  # noqa: N818 - it is an answer
    """Address and password were right; *token* is good once to bring one of *methods* with."""

    def __init__(self, token: str, methods: Sequence[str]) -> None:
        super().__init__("a second factor is due")
        self.token = token
        self.methods = tuple(methods)

    @classmethod
    def of(cls, due: accounts_pb2.SecondFactorDue) -> Self:
        """What accounts says is due."""
        return cls(due.token, due.methods)


class StepCookie:
    """Carries the token of a log-in to its second page, and is gone after it."""

    def __init__(self, *, secure: bool) -> None:
        self._name = "__Host-second-factor" if secure else "second-factor"
        self._attributes = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
        self.cleared = f"{self._name}=; Max-Age=0; {self._attributes}"
        """``Set-Cookie`` that takes it away."""

    def token(self, cookies: str) -> str:
        """The token in the header *cookies*; empty when there is none."""
        return next(values(cookies, self._name), "")

    def elsewhere(self, due: SecondFactorDue, next_path: str) -> Elsewhere:
        """Leads to the page that asks for what is *due*; from there on to *next_path*."""
        seconds = int(LIFETIME.total_seconds())
        cookie = f"{self._name}={due.token}; Max-Age={seconds}; {self._attributes}"
        return Elsewhere(PATH + with_next(next_path), cookie)
