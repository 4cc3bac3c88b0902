"""What an account proves itself with, in words: factors, proofs, and what is answered to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from accounts.credentials import FieldInvalid

PASSWORD: Final = "password"  # noqa: S105 - a word for it
PASSKEY: Final = "passkey"
ONE_TIME_PASSWORD: Final = "one_time_password"  # noqa: S105 - a word for it
RECOVERY_CODE: Final = "recovery_code"

MOST_PASSKEYS: Final = 20
LONGEST_NAME: Final = 60
STEP_LIFETIME: Final = timedelta(minutes=10)
"""So long a log-in waits for its second factor."""
MOST_ATTEMPTS: Final = 5
"""So many wrong second factors end a log-in, and so many wrong proofs a session."""


class SecondFactorDue(Exception):  # noqa: N818 - it is an answer
    """Address and password are right, and the account has a second factor, which is still due.

    *token* is good once to bring it, until *expires_at*; *methods* are what the account has.
    """

    def __init__(self, token: str, methods: Sequence[str], expires_at: datetime) -> None:
        super().__init__("a second factor is due")
        self.token = token
        self.methods = methods
        self.expires_at = expires_at


class ProofRejected(Exception):  # noqa: N818 - it is an answer
    """What was given proves nothing; why is not told."""


class CodesLocked(Exception):  # noqa: N818 - it is an answer
    """So many wrong one-time passwords were tried that none is looked at for a while."""


class FactorExists(Exception):  # noqa: N818 - it is an answer
    """The account has an app already; one is enough."""


class FactorUnknown(Exception):  # noqa: N818 - it is an answer
    """The account has no such factor."""


class FactorsFull(Exception):  # noqa: N818 - it is an answer
    """There are as many passkeys as an account may have."""


class OneTimePasswordsOff(Exception):  # noqa: N818 - it is an answer
    """No key is configured to encrypt their secrets with, so none can be set up here."""


@dataclass(frozen=True, slots=True)
class Password:
    """The account's password was verified before; only whether it held is left to say."""

    held: bool


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """Six digits of an app."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """A recovery code as it was typed."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What a browser answered for a passkey: a ``PublicKeyCredential`` as JSON."""

    credential: str = field(repr=False)


type Proof = Password | OneTimePassword | RecoveryCode | PasskeyAnswer


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey; *used_at* is None when it never was."""

    id: bytes
    account_id: str
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str = field(repr=False)
    transports: tuple[str, ...]
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account has; *app_since* is None where it has no app that is confirmed."""

    passkeys: Sequence[Passkey]
    app_since: datetime | None
    recovery_codes_left: int
    has_password: bool

    @property
    def second(self) -> tuple[str, ...]:
        """What can finish a log-in; empty where a password alone is enough."""
        methods = (
            *((PASSKEY,) if self.passkeys else ()),
            *((ONE_TIME_PASSWORD,) if self.app_since else ()),
        )
        recovery = (RECOVERY_CODE,) if methods and self.recovery_codes_left else ()
        return methods + recovery

    @property
    def proofs(self) -> tuple[str, ...]:
        """What can prove again who the owner of a session is."""
        password = (PASSWORD,) if self.has_password else ()
        return password + tuple(way for way in self.second if way != RECOVERY_CODE)


def name_of(text: str, now: datetime) -> str:
    """What a passkey is called; one that is given no name is named for the day.

    Raises:
        FieldInvalid: when it is too long or cannot be printed.
    """
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise FieldInvalid(f"must be at most {LONGEST_NAME} printable characters")
    return name or f"Passkey of {now:%B} {now.day}, {now.year}"
