"""Finishing a log-in with a second factor, and logging in with a passkey alone."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import factor_store, secret_tokens, sessions, tables
from accounts.audit import OWNER, Act, record
from accounts.clients import UNKNOWN, Client
from accounts.factors import (
    MOST_ATTEMPTS,
    ONE_TIME_PASSWORD,
    PASSKEY,
    RECOVERY_CODE,
    CodesLocked,
    OneTimePassword,
    PasskeyAnswer,
    Password,
    Proof,
    ProofRejected,
    RecoveryCode,
)
from accounts.log_in_step import LOG_IN
from accounts.login_guard import LoginGuard, TooManyAttempts
from accounts.passkeys import CHALLENGE_LIFETIME, RelyingParty
from accounts.proving import Asked, Prover
from accounts.registrar import SignedIn
from accounts.secret_tokens import TokenRefused
from accounts.store import ACCOUNT_COLUMNS, Transact, account_of, session_begun
from servicekit.metrics import Counter

SECOND_STEPS = Counter(
    "accounts_second_factors_total", "Second factors, and passkeys alone.", ["method", "outcome"]
)

_METHODS: dict[type[Proof], str] = {
    OneTimePassword: ONE_TIME_PASSWORD,
    RecoveryCode: RECOVERY_CODE,
    PasskeyAnswer: PASSKEY,
}
_STEP_CHALLENGE = "passkey_second_factor"
_ALONE_CHALLENGE = "passkey_log_in"


@dataclass(frozen=True, slots=True)
class Step:
    """What a log-in waits for; *passkey_options* are empty where they were not wanted."""

    methods: Sequence[str]
    passkey_options: str = field(repr=False)


class SecondStep:
    """Begins the sessions of those who prove themselves with a factor."""

    def __init__(
        self,
        transact: Transact,
        prover: Prover,
        party: RelyingParty,
        guard: LoginGuard,
        now: Callable[[], datetime],
    ) -> None:
        self._transact = transact
        self._prover = prover
        self._party = party
        self._guard = guard
        self._now = now

    async def look(self, token: str, *, for_passkey: bool) -> Step:
        """What the log-in of *token* waits for; *for_passkey* makes what asks a browser for one.

        Raises:
            TokenRefused: when it waits no more.
            DatabaseAway: when that cannot be known.
        """
        now = self._now()

        async def work(connection: AsyncConnection) -> Step:
            waiting = await secret_tokens.look_at(connection, LOG_IN, token, now)
            factors = await factor_store.factors_of(connection, waiting.account_id)
            options = ""
            if for_passkey and factors.passkeys:
                challenge = await secret_tokens.give_out(
                    connection, _STEP_CHALLENGE, waiting.account_id, now, CHALLENGE_LIFETIME
                )
                options = self._party.request_options(challenge, factors.passkeys, alone=False)
            return Step(factors.second, options)

        return await self._transact(work)

    async def finish(self, token: str, proof: Proof, client: Client = UNKNOWN) -> SignedIn:
        """Begin the session that the log-in of *token* waits for; the token is void then.

        Raises:
            ProofRejected: when *proof* proves nothing; the token is void after five of these.
            TokenRefused: when the log-in waits no more.
            CodesLocked: when no one-time password is looked at for a while.
            TooManyAttempts: when as many were made as are let through.
            DatabaseAway: when it cannot be known.
        """
        if isinstance(proof, Password):
            raise ProofRejected  # It was given before: a second one is due.
        now = self._now()

        async def work(connection: AsyncConnection) -> SignedIn | None:
            waiting = await secret_tokens.hold(connection, LOG_IN, token, now)
            asked = Asked(waiting.account_id, _STEP_CHALLENGE, alone=False)
            proven = await self._prover.holds(connection, asked, proof, now)
            if proven is None:
                again = await secret_tokens.count_failure(
                    connection, LOG_IN, token, now, MOST_ATTEMPTS
                )
                if not again:
                    act = Act(waiting.account_id, OWNER, "second_factor_refused")
                    await record(connection, act, now)
                return None
            await secret_tokens.use(connection, LOG_IN, token, now)
            return await _let_in(connection, waiting.account_id, proven.method, client, now)

        async def look(connection: AsyncConnection) -> str:
            return (await secret_tokens.look_at(connection, LOG_IN, token, now)).account_id

        method = _METHODS[type(proof)]
        with _counted(method):
            async with self._guard.proving(await self._transact(look)):
                return await self._welcomed(await self._transact(work), client, now)

    async def challenge(self) -> str:
        """What asks a browser for any passkey of this site, as JSON.

        Raises:
            DatabaseAway: when it cannot be written down.
        """
        now = self._now()

        async def work(connection: AsyncConnection) -> str:
            return await secret_tokens.give_out(
                connection, _ALONE_CHALLENGE, "", now, CHALLENGE_LIFETIME
            )

        return self._party.request_options(await self._transact(work), (), alone=True)

    async def log_in(self, credential: str, client: Client = UNKNOWN) -> SignedIn:
        """Begin a session with what a browser answered to :meth:`challenge`.

        Raises:
            ProofRejected: when it proves nothing.
            DatabaseAway: when it cannot be known.
        """
        now = self._now()
        asked = Asked("", _ALONE_CHALLENGE, alone=True)

        async def work(connection: AsyncConnection) -> SignedIn | None:
            proven = await self._prover.holds(connection, asked, PasskeyAnswer(credential), now)
            if proven is None:
                return None
            return await _let_in(connection, proven.account_id, PASSKEY, client, now)

        with _counted("passkey_alone"):
            return await self._welcomed(await self._transact(work), client, now)

    async def _welcomed(
        self, signed_in: SignedIn | None, client: Client, now: datetime
    ) -> SignedIn:
        if signed_in is None:
            raise ProofRejected
        device = await self._guard.welcome(signed_in.account.id, client, now)
        return replace(signed_in, device=device)


@contextmanager
def _counted(method: str) -> Iterator[None]:
    outcome = "failed"
    try:
        yield
        outcome = "accepted"
    except ProofRejected:
        outcome = "rejected"
        raise
    except TokenRefused:
        outcome = "late"
        raise
    except (CodesLocked, TooManyAttempts):
        outcome = "limited"
        raise
    finally:
        SECOND_STEPS.labels(method, outcome).inc()


async def _let_in(
    connection: AsyncConnection, account_id: str, method: str, client: Client, now: datetime
) -> SignedIn | None:
    """Begin a session; None when the account was disabled or erased meanwhile."""
    table = tables.accounts
    mine = select(*ACCOUNT_COLUMNS).where(
        table.c.account_id == account_id, table.c.disabled_at.is_(None)
    )
    row = (await connection.execute(mine.with_for_update(read=True))).one_or_none()
    if row is None:
        return None
    session = sessions.beginning(now, client)
    await connection.execute(session_begun(account_id, session))
    await record(connection, Act(account_id, OWNER, "logged_in", method), now)
    return SignedIn(account_of(row), session)
