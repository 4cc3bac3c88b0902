"""What a person gives to register: pure rules over the fields."""

import re
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from accounts.common_passwords import weakness_of
from accounts.credentials import Address, FieldInvalid, password_of
from accounts.disposable_addresses import lasting_address_of

PLAN = "free"
"""The plan every account starts on."""

MAX_NAME = 100

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_GUEST_ID = re.compile(r"[A-Za-z0-9_-]{0,64}")


class RegistrationInvalid(Exception):  # noqa: N818 - it describes the registration
    """A registration that cannot be: each field at fault, with what is wrong with it."""

    def __init__(self, violations: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in violations.items()))
        self.violations = violations


@dataclass(frozen=True, slots=True)
class Registration:
    """A person's wish for an account; *guest_id* is the guest it takes over, or empty."""

    request_id: uuid.UUID
    address: Address = field(repr=False)
    password: str = field(repr=False)
    name: str = field(repr=False)
    guest_id: str


def registration_of(
    request_id: str, email: str, password: str, name: str, guest_id: str, site: str = ""
) -> Registration:
    """Read a registration at the site called *site*.

    Raises:
        RegistrationInvalid: naming every field that is wrong.
    """
    faults: dict[str, str] = {}

    def read[T](of: Callable[[str], T], label: str, text: str) -> T | None:
        try:
            return of(text)
        except FieldInvalid as fault:
            faults[label] = str(fault)
            return None

    request = read(_request_id_of, "request_id", request_id)
    address = read(lasting_address_of, "email", email)
    secret = read(password_of, "password", password)
    if secret is not None and (fault := weakness_of(secret, email, name, site)):
        faults["password"] = fault
    called = read(_name_of, "name", name)
    guest = read(_guest_id_of, "guest_id", guest_id)
    if (
        faults
        or request is None
        or address is None
        or secret is None
        or called is None
        or guest is None
    ):
        raise RegistrationInvalid(faults)
    return Registration(request, address, secret, called, guest)


def _request_id_of(text: str) -> uuid.UUID:
    if not _UUID.fullmatch(text):
        raise FieldInvalid("must be a UUID")
    return uuid.UUID(text)


def _name_of(text: str) -> str:
    name = text.strip()
    if len(name) > MAX_NAME or not name.isprintable():
        raise FieldInvalid(f"must be at most {MAX_NAME} printable characters")
    return unicodedata.normalize("NFC", name)


def _guest_id_of(text: str) -> str:
    if not _GUEST_ID.fullmatch(text):
        raise FieldInvalid("must be at most 64 characters of [A-Za-z0-9_-]")
    return text
