"""Addresses and passwords: one form for each, and a fault for what cannot be one."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.credentials import FieldInvalid, address_of, password_of
from accounts.registration import RegistrationInvalid, registration_of
from services.accounts.tests.people import PASSWORD, registration

# Everything a program can hold, lone surrogates and NUL among it.
HOSTILE = st.text(st.characters(codec=None, exclude_categories=()), max_size=600)


@pytest.mark.parametrize(
    "text", ["Ann@Example.ORG", " ann@example.org\n", "ANN@EXAMPLE.org", "ann@example.org"]
)
def test_one_address_has_one_key(text: str) -> None:
    assert address_of(text).key == "ann@example.org"


def test_mail_goes_to_the_address_as_it_was_written() -> None:
    assert address_of("Ann.Lee@Example.ORG").email == "Ann.Lee@example.org"


def test_an_address_in_another_script_has_one_key() -> None:
    decomposed = unicodedata.normalize("NFD", "zoë@bücher.example")
    assert address_of(decomposed).key == address_of("zoë@bücher.example").key


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "ann", "ann@", "@example.org", "ann@localhost", "a b@example.org"),
        *("ann@example.org\0", "ann@exa\ud800mple.org", "ann@@example.org", "ann@example..org"),
        f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.org",
        "ann@example.org, bob@example.org",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(FieldInvalid):
        address_of(text)


def test_a_password_counts_the_same_from_every_keyboard() -> None:
    composed, decomposed = "café crème brûlée", unicodedata.normalize("NFD", "café crème brûlée")
    assert composed != decomposed
    assert password_of(composed) == password_of(decomposed)


@pytest.mark.parametrize(
    "text", ["0123456789", "x" * 128, "長い長い長い長い長いパスワード", "a b c d e f g", "🔑" * 10]
)
def test_a_password_of_10_to_128_characters_is_taken_as_it_is(text: str) -> None:
    assert password_of(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "123456789", "x" * 129, "x" * 4_000_000, "0123456789\0", "01234\ud8006789"),
        # Nine characters, written as eighteen.
        unicodedata.normalize("NFD", "é" * 9),
        "0123456789\n",
    ],
)
def test_what_cannot_be_a_password_is_refused(text: str) -> None:
    with pytest.raises(FieldInvalid):
        password_of(text)


def test_every_wrong_field_is_named() -> None:
    with pytest.raises(RegistrationInvalid) as refused:
        registration_of("17", "ann", "short", "x" * 101, "a:b")
    assert set(refused.value.violations) == {
        *("request_id", "email", "password", "name", "guest_id")
    }


def test_a_registration_does_not_tell_its_secrets_when_printed() -> None:
    printed = repr(registration("ann@example.org"))
    assert PASSWORD not in printed
    assert "ann@example.org" not in printed


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_whatever_is_sent_is_read_or_refused(
    request_id: str, email: str, password: str, name: str, guest_id: str
) -> None:
    # Any other exception would be an INTERNAL error of the service.
    with suppress(RegistrationInvalid):
        registration_of(request_id, email, password, name, guest_id)


@given(HOSTILE)
def test_what_is_accepted_can_be_stored(text: str) -> None:
    values: list[str] = []
    with suppress(FieldInvalid):
        values.append(address_of(text).key)
    with suppress(FieldInvalid):
        values.append(password_of(text))
    for value in values:
        assert "\0" not in value
        assert value.encode().decode() == value
