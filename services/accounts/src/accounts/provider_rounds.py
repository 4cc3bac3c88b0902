"""A round to a provider of identities and back: what is asked, what returns, what comes of it."""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from accounts.clients import UNKNOWN, Client
from accounts.factors import SecondFactorDue
from accounts.registrar import SignedIn


class IdentityRefused(Exception):  # noqa: N818 - it is the answer
    """An identity that cannot sign in here; its text says why and what to do, to its owner."""


class IdentityTaken(Exception):  # noqa: N818 - it is the answer
    """Another account has the identity."""


class IdentityOther(Exception):  # noqa: N818 - it is the answer
    """The account has another identity at the provider, or none."""


class OnlyWayIn(Exception):  # noqa: N818 - it is the answer
    """Without it nobody could get into the account."""


class ProviderUnknown(Exception):  # noqa: N818 - it is the answer
    """No provider of that key is configured."""


class RoundInvalid(Exception):  # noqa: N818 - it describes the request
    """A round that cannot be begun: *field* is at fault, its text says how."""

    def __init__(self, field_name: str, fault: str) -> None:
        super().__init__(fault)
        self.field = field_name


class Purpose(enum.StrEnum):
    """What a round is for."""

    SIGN_IN = "sign_in"
    LINK = "link"
    PROVE = "prove"


@dataclass(frozen=True, slots=True)
class Asked:
    """A round somebody wants to begin; *account_id* and *session_id* are whose page asks."""

    provider: str
    purpose: Purpose
    redirect_uri: str
    next: str
    account_id: str = ""
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and the secret it keeps meanwhile."""

    url: str
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Returned:
    """What a provider sent a browser back with, and the secret that this browser kept."""

    provider: str
    token: str = field(repr=False)
    state: str = field(repr=False)
    code: str = field(repr=False)
    issuer: str = ""
    account_id: str = ""
    session_id: str = ""
    guest_id: str = ""
    client: Client = UNKNOWN


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a round; neither a session nor anything due when it linked an identity."""

    purpose: Purpose
    next: str
    signed_in: SignedIn | None = None
    due: SecondFactorDue | None = None
    registered: bool = False
