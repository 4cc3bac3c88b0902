"""Whether what somebody gives proves who they are; every proof is used up by being looked at."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import factor_store, passkeys, recovery_codes, secret_tokens
from accounts.audit import OWNER, Act, record
from accounts.factors import (
    ONE_TIME_PASSWORD,
    PASSKEY,
    PASSWORD,
    RECOVERY_CODE,
    CodesLocked,
    OneTimePassword,
    PasskeyAnswer,
    Password,
    Proof,
    RecoveryCode,
)
from accounts.one_time_passwords import FAILURE_WINDOW, MOST_FAILURES, step_of
from accounts.passkeys import PasskeyRefused, RelyingParty
from accounts.secret_keys import KeyMissing, SecretKeys, Spoilt
from accounts.secret_tokens import TokenRefused
from servicekit.logs import get_logger

log = get_logger("accounts.proving")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be proven: that somebody owns *account_id*, empty where the proof shall tell.

    *challenge* is the purpose that passkeys' challenges were given out for; *alone*: nothing else
    was proven before.
    """

    account_id: str
    challenge: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Proven:
    """Whose proof it was, and of which kind."""

    account_id: str
    method: str


class Prover:
    """Looks at proofs; *keys* open the secrets of apps, *party* is the site passkeys are for."""

    def __init__(self, keys: SecretKeys, party: RelyingParty) -> None:
        self._keys = keys
        self._party = party

    async def holds(
        self, connection: AsyncConnection, asked: Asked, proof: Proof, now: datetime
    ) -> Proven | None:
        """Whose *proof* it is; None when it proves nothing. Of two that bring the same, one wins.

        What it writes must be committed either way: it counts what failed.

        Raises:
            CodesLocked: when no one-time password is looked at for a while.
        """
        if isinstance(proof, PasskeyAnswer):
            return await self._passkey(connection, asked, proof.credential, now)
        account_id = asked.account_id
        match proof:
            case Password(held):
                method = PASSWORD if held else ""
            case OneTimePassword(code):
                held = await self._app(connection, account_id, code, now)
                method = ONE_TIME_PASSWORD if held else ""
            case RecoveryCode(code):
                held = await self._recovery_code(connection, account_id, code, now)
                method = RECOVERY_CODE if held else ""
        return Proven(account_id, method) if method else None

    async def _app(
        self, connection: AsyncConnection, account_id: str, code: str, now: datetime
    ) -> bool:
        app = await factor_store.hold_app(connection, account_id)
        if app is None or app.confirmed_at is None:
            return False
        failed, since = app.failed, app.failing_since or now
        if now - since >= FAILURE_WINDOW:
            failed, since = 0, now
        if failed >= MOST_FAILURES:
            raise CodesLocked
        try:
            secret = self._keys.open(app.secret, account_id).decode()
        except (KeyMissing, Spoilt) as error:
            log.error("one_time_password_not_opened", key_id=str(error), why=type(error).__name__)
            return False
        step = step_of(secret, code, now, app.last_step)
        if step is None:
            await factor_store.note_failures(connection, account_id, failed + 1, since)
            if failed + 1 == MOST_FAILURES:
                act = Act(account_id, OWNER, "codes_locked")
                await record(connection, act, now)
            return False
        await factor_store.note_step(connection, account_id, step)
        return True

    async def _recovery_code(
        self, connection: AsyncConnection, account_id: str, code: str, now: datetime
    ) -> bool:
        code_hash = recovery_codes.hash_of(code)
        if code_hash is None or not await factor_store.use_code(connection, account_id, code_hash):
            return False
        await record(connection, Act(account_id, OWNER, "recovery_code_used"), now)
        return True

    async def _passkey(
        self, connection: AsyncConnection, asked: Asked, credential: str, now: datetime
    ) -> Proven | None:
        try:
            answer = passkeys.answer_of(credential)
            challenge = await secret_tokens.use(connection, asked.challenge, answer.challenge, now)
            if challenge.account_id != asked.account_id:
                return None
            passkey = await factor_store.hold_passkey(connection, answer.credential_id)
            if passkey is None or passkey.account_id != (asked.account_id or answer.user_handle):
                return None
            count = self._party.count_of(answer, passkey, alone=asked.alone)
        except (PasskeyRefused, TokenRefused):
            return None
        account_id = passkey.account_id
        if passkeys.went_back(passkey, count):
            act = Act(account_id, OWNER, "passkey_refused", "its count of uses went back")
            await record(connection, act, now)
            log.warning("passkey_count_went_back")
            return None
        await factor_store.note_use(connection, passkey.id, count, now)
        return Proven(account_id, PASSKEY)
