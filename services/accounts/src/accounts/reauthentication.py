"""Proving again who the owner of a session is, before what is sensitive is changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import factor_store, secret_tokens, tables
from accounts.audit import OWNER, Act, record
from accounts.credentials import FieldInvalid, password_of
from accounts.doorkeeper import SessionUnknown
from accounts.factors import (
    MOST_ATTEMPTS,
    Password,
    Proof,
    ProofRejected,
    RecoveryCode,
)
from accounts.login_guard import LoginGuard
from accounts.passkeys import CHALLENGE_LIFETIME, RelyingParty
from accounts.passwords import Passwords
from accounts.proving import Asked, Prover
from accounts.registrar import SignedIn
from accounts.rotation import rotate
from accounts.session_ends import end_session
from accounts.store import Transact

_CHALLENGE = "passkey_proof"


@dataclass(frozen=True, slots=True)
class Ways:
    """By what an account can prove itself; *passkey_options* are empty where not wanted."""

    methods: Sequence[str]
    passkey_options: str = field(repr=False)


class Reauthentication:
    """Takes proofs in open sessions; calls *recorded* when there is an event to relay."""

    def __init__(
        self,
        transact: Transact,
        passwords: Passwords,
        prover: Prover,
        party: RelyingParty,
        guard: LoginGuard,
        recorded: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._transact = transact
        self._passwords = passwords
        self._prover = prover
        self._party = party
        self._guard = guard
        self._recorded = recorded
        self._now = now

    async def ways(self, account_id: str, *, for_passkey: bool) -> Ways:
        """By what the account can prove itself; *for_passkey* makes what asks a browser for one.

        Raises:
            DatabaseAway: when that cannot be known.
        """
        now = self._now()

        async def work(connection: AsyncConnection) -> Ways:
            factors = await factor_store.factors_of(connection, account_id)
            options = ""
            if for_passkey and factors.passkeys:
                challenge = await secret_tokens.give_out(
                    connection, _CHALLENGE, account_id, now, CHALLENGE_LIFETIME
                )
                options = self._party.request_options(challenge, factors.passkeys, alone=True)
            return Ways(factors.proofs, options)

        return await self._transact(work)

    async def prove_by_password(self, account_id: str, session_id: str, text: str) -> SignedIn:
        """As :meth:`prove`, by the account's password; where it has none the same work is done.

        Raises:
            PoolFull: when too many passwords are being hashed.
        """
        async with self._guard.proving(account_id):
            held = await self._is_password(account_id, text)
            return await self._prove(account_id, session_id, Password(held))

    async def prove(self, account_id: str, session_id: str, proof: Proof) -> SignedIn:
        """Take *proof*: the session goes on under another token, and is fresh for ten minutes.

        Raises:
            ProofRejected: when it proves nothing; the fifth in one session ends it.
            SessionUnknown: when the session is not open.
            TooManyAttempts: when as many were made as are let through.
            CodesLocked: when no one-time password is looked at for a while.
            DatabaseAway: when it cannot be known.
        """
        if isinstance(proof, RecoveryCode):
            raise ProofRejected  # They stand in for what is lost, at log-in only.
        async with self._guard.proving(account_id):
            return await self._prove(account_id, session_id, proof)

    async def _is_password(self, account_id: str, text: str) -> bool:
        self._passwords.admit()
        table = tables.accounts
        query = select(table.c.password_hash).where(
            table.c.account_id == account_id, table.c.has_password
        )

        async def work(connection: AsyncConnection) -> str | None:
            found: str | None = (await connection.execute(query)).scalar_one_or_none()
            return found

        known = await self._transact(work)
        try:
            secret = password_of(text)
        except FieldInvalid:
            secret, known = "", None
        return await self._passwords.match(secret, known, None) is not None

    async def _prove(self, account_id: str, session_id: str, proof: Proof) -> SignedIn:
        now = self._now()
        asked = Asked(account_id, _CHALLENGE, alone=True)

        async def work(connection: AsyncConnection) -> SignedIn | None:
            if not await _hold(connection, account_id, session_id, now):
                raise SessionUnknown
            proven = await self._prover.holds(connection, asked, proof, now)
            if proven is None:
                await _count_failure(connection, account_id, session_id, now)
                return None
            goes_on = await rotate(connection, account_id, session_id, now, proven=True)
            await record(connection, Act(account_id, OWNER, "proven", proven.method), now)
            return goes_on

        goes_on = await self._transact(work)
        self._recorded()
        if goes_on is None:
            raise ProofRejected
        return goes_on


async def _hold(
    connection: AsyncConnection, account_id: str, session_id: str, now: datetime
) -> bool:
    table = tables.sessions
    mine = select(table.c.session_id).where(
        table.c.session_id == session_id,
        table.c.account_id == account_id,
        table.c.expires_at > now,
    )
    return (await connection.execute(mine.with_for_update())).one_or_none() is not None


async def _count_failure(
    connection: AsyncConnection, account_id: str, session_id: str, now: datetime
) -> None:
    """Count a proof that did not hold; a session that brings too many may be in foreign hands."""
    table = tables.sessions
    counted = (
        update(table)
        .where(table.c.session_id == session_id)
        .values(failed_proofs=table.c.failed_proofs + 1)
        .returning(table.c.failed_proofs)
    )
    if (await connection.execute(counted)).scalar_one() >= MOST_ATTEMPTS:
        await end_session(connection, account_id, session_id, now)
        await record(connection, Act(account_id, OWNER, "session_ended", "wrong proofs"), now)
