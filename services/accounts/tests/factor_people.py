"""Somebody with an account and factors, and the parts of accounts that deal with these."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import pyotp

from accounts.database import Database
from accounts.doorkeeper import Doorkeeper
from accounts.factor_keeper import FactorKeeper
from accounts.factors import ProofRejected, SecondFactorDue
from accounts.freshness import Freshness
from accounts.login_guard import LoginGuard
from accounts.mail_texts import MailTexts
from accounts.passkeys import RelyingParty
from accounts.passwords import Passwords
from accounts.proving import Prover
from accounts.reauthentication import Reauthentication
from accounts.registrar import Registrar, SignedIn
from accounts.second_step import SecondStep
from accounts.secret_keys import SecretKeys
from accounts.secret_tokens import TokenRefused
from services.accounts.tests.passkey_device import ORIGIN, PasskeyDevice
from services.accounts.tests.people import PASSWORD, registration
from services.accounts.tests.sql import Sql

KEYS = "k1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
EMAIL = "ann@example.org"


@dataclass
class Desk:
    """Everything that deals with factors, over one database and one clock."""

    keeper: FactorKeeper
    second_step: SecondStep
    reauthentication: Reauthentication
    doorkeeper: Doorkeeper
    registrar: Registrar
    clock: Callable[[], datetime]

    async def person(self, email: str = EMAIL) -> "Person":
        return Person(self, email, await self.registrar.register(registration(email)))


def new_desk(
    database: Database,
    passwords: Passwords,
    guard: LoginGuard,
    doorkeeper: Doorkeeper,
    registrar: Registrar,
    recorded: list[None],
    clock: Callable[[], datetime],
    *,
    keys: str = KEYS,
) -> Desk:
    secret_keys = SecretKeys.parse(keys)
    party = RelyingParty.of(ORIGIN, "Coding Ahead")
    prover = Prover(secret_keys, party)
    transact = database.transact
    return Desk(
        FactorKeeper(
            transact,
            Freshness(transact, clock),
            secret_keys,
            party,
            MailTexts("Coding Ahead", ORIGIN),
            lambda: recorded.append(None),
            clock,
        ),
        SecondStep(transact, prover, party, guard, clock),
        Reauthentication(
            transact, passwords, prover, party, guard, lambda: recorded.append(None), clock
        ),
        doorkeeper,
        registrar,
        clock,
    )


@dataclass
class Person:
    """Somebody signed in; *signed_in* is the session they have now."""

    desk: Desk
    email: str
    signed_in: SignedIn
    app: pyotp.TOTP | None = None

    @property
    def id(self) -> str:
        return self.signed_in.account.id

    @property
    def session(self) -> str:
        return self.signed_in.session.id

    async def set_up_app(self) -> list[str]:
        """Set an app up; answers the recovery codes."""
        offer = await self.desk.keeper.offer_app(self.id, self.session)
        self.app = pyotp.TOTP(offer.secret)
        return await self.desk.keeper.confirm_app(self.id, self.session, self.code())

    def code(self, steps: int = 0) -> str:
        """What the app shows now, or *steps* later."""
        assert self.app is not None
        return self.app.at(self.desk.clock(), counter_offset=steps)

    async def set_up_passkey(
        self, device: PasskeyDevice | None = None, name: str = "Blue key"
    ) -> PasskeyDevice:
        device = device or PasskeyDevice()
        options = await self.desk.keeper.passkey_options(self.id, self.session)
        await self.desk.keeper.add_passkey(self.id, self.session, device.create(options), name)
        return device

    async def log_in(self) -> SecondFactorDue:
        """Give the password; answers what is due then."""
        try:
            await self.desk.doorkeeper.log_in(self.email, PASSWORD)
        except SecondFactorDue as due:
            return due
        raise AssertionError("the password alone was enough")


async def acts(sql: Sql, person: Person) -> list[str]:
    """What the audit log says of somebody, in its order."""
    rows = await sql("SELECT act FROM audit WHERE account_id = :id ORDER BY position", id=person.id)
    return [row[0] for row in rows]


async def winners(*attempts: Awaitable[SignedIn]) -> int:
    """How many of those made at once succeed."""
    done = await asyncio.gather(*attempts, return_exceptions=True)
    assert all(isinstance(it, SignedIn | ProofRejected | TokenRefused) for it in done), done
    return sum(isinstance(it, SignedIn) for it in done)
