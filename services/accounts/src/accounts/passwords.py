"""Password hashes: argon2id, and as much work for an address nobody has as for any other."""

import secrets
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from accounts.hash_pool import HashPool
from servicekit import deadlines
from servicekit.metrics import Counter

HASHES = Counter("accounts_hashes_total", "Password hashes computed.", ["kind"])

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
"""argon2id as OWASP's password storage cheat sheet asks for at least."""

_LONGEST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Match:
    """Which of the hashes matched, and its replacement where it was made with other costs."""

    position: int
    rehashed: str | None = field(repr=False)


class Passwords:
    """Makes and checks password hashes in *pool*.

    Methods raise :class:`accounts.hash_pool.PoolFull`.
    """

    def __init__(self, pool: HashPool) -> None:
        self._pool = pool
        self._hasher = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=32, salt_len=16
        )
        self._dummy = self._hasher.hash(secrets.token_urlsafe(16))

    def admit(self) -> None:
        """See that there is room, before anything else is spent on an attempt."""
        self._pool.admit()

    async def hash(self, password: str) -> str:
        """The hash to keep of *password*."""
        return await self._pool.run(lambda: self._hash(password), _patience())

    async def verify(self, password: str, known: str) -> bool:
        """Whether *known* is a hash of *password*."""
        return await self._pool.run(lambda: self._verify(password, known), _patience())

    async def match(self, password: str, first: str | None, second: str | None) -> Match | None:
        """The earlier of two hashes that *password* matches.

        Two hashes are verified whatever they are: one that is not there is stood in for by a
        hash nobody knows a password of.
        """
        return await self._pool.run(lambda: self._match(password, (first, second)), _patience())

    def _match(self, password: str, hashes: tuple[str | None, str | None]) -> Match | None:
        matches = [self._verify(password, known or self._dummy) for known in hashes]
        for position, (known, matched) in enumerate(zip(hashes, matches, strict=True)):
            if known is not None and matched:
                old = self._hasher.check_needs_rehash(known)
                return Match(position, self._hash(password) if old else None)
        return None

    def _hash(self, password: str) -> str:
        HASHES.labels("made").inc()
        return self._hasher.hash(password)

    def _verify(self, password: str, known: str) -> bool:
        HASHES.labels("verified").inc()
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False


def _patience() -> float:
    return deadlines.remaining(_LONGEST_SECONDS)
