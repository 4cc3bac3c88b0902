"""Addresses and passwords: what they may be, and the one form in which each is compared."""

import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

MAX_ADDRESS = 254
MIN_PASSWORD, MAX_PASSWORD = 10, 128

# A character has at most four code points when it is taken apart; what is longer than this could
# not become a password, and is not worth normalising.
_MAX_UNNORMALISED = 4 * MAX_PASSWORD
_NOT_IN_PASSWORDS = ("Cc", "Cs")


class FieldInvalid(Exception):  # noqa: N818 - it describes the field
    """A value that cannot be; its text says why and never repeats the value."""


class FieldsInvalid(Exception):  # noqa: N818 - it describes the fields
    """Fields that cannot be: each by its name, with what is wrong with it."""

    def __init__(self, violations: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in violations.items()))
        self.violations = violations


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address: *email* as mail is sent to it, *key* by which it is one and the same."""

    email: str
    key: str


def address_of(text: str) -> Address:
    """Read an address, without asking DNS whether it exists.

    Raises:
        FieldInvalid: when it is none.
    """
    text = text.strip()
    if not text:
        raise FieldInvalid("must not be empty")
    if len(text) > MAX_ADDRESS:
        raise FieldInvalid(f"must be at most {MAX_ADDRESS} characters")
    if not text.isprintable():
        raise FieldInvalid("must not contain control characters")
    try:
        email = validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise FieldInvalid(str(error)) from None
    if len(email) > MAX_ADDRESS:
        raise FieldInvalid(f"must be at most {MAX_ADDRESS} characters")
    # The local part's case matters to no mail system people use, and to nobody who logs in.
    return Address(email, unicodedata.normalize("NFC", email.casefold()))


def password_of(text: str) -> str:
    """Read a password in NFC, so that each keyboard's way of writing it counts as the same.

    Raises:
        FieldInvalid: when it is too short, too long, or holds what no keyboard writes.
    """
    if len(text) > _MAX_UNNORMALISED:
        raise FieldInvalid(f"must be at most {MAX_PASSWORD} characters")
    if any(unicodedata.category(character) in _NOT_IN_PASSWORDS for character in text):
        raise FieldInvalid("must not contain control characters")
    password = unicodedata.normalize("NFC", text)
    if len(password) < MIN_PASSWORD:
        raise FieldInvalid(f"must be at least {MIN_PASSWORD} characters")
    if len(password) > MAX_PASSWORD:
        raise FieldInvalid(f"must be at most {MAX_PASSWORD} characters")
    return password
