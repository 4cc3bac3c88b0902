"""Signed values: what was signed opens, for its purpose only, and keys can be changed."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.signing import Keyring


def key(letter: str) -> str:
    return base64.urlsafe_b64encode(letter.encode() * 32).rstrip(b"=").decode()


OLD = Keyring.parse(f"a:{key('a')}")
BOTH = Keyring.parse(f"b:{key('b')},a:{key('a')}")


def test_what_was_signed_opens_for_its_purpose() -> None:
    opened = OLD.open("guest", OLD.sign("guest", "visitor-7"))

    assert opened is not None
    assert (opened.value, opened.stale) == ("visitor-7", False)


def test_it_does_not_open_for_another_purpose() -> None:
    assert OLD.open("principal", OLD.sign("guest", "visitor-7")) is None


def test_after_a_change_of_keys_the_old_signature_holds_and_is_stale() -> None:
    opened = BOTH.open("guest", OLD.sign("guest", "visitor-7"))

    assert opened is not None
    assert opened.stale
    assert OLD.open("guest", BOTH.sign("guest", "visitor-7")) is None


@given(st.integers(min_value=0), st.characters())
def test_any_change_to_a_signed_value_is_noticed(position: int, letter: str) -> None:
    signed = OLD.sign("guest", "visitor-7")
    position %= len(signed)
    forged = signed[:position] + letter + signed[position + 1 :]

    assert forged == signed or OLD.open("guest", forged) is None


@given(st.text(max_size=200))
def test_anything_else_is_refused_without_an_error(text: str) -> None:
    assert OLD.open("guest", text) is None


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("", "its id"),
        ("a", "32 bytes"),
        ("a:c2hvcnQ", "32 bytes"),
        ("a:!!!", "32 bytes"),
        (f"a:{key('a')},a:{key('b')}", "twice"),
        (f"a b:{key('a')}", "its id"),
    ],
)
def test_malformed_keys_are_named_but_not_repeated(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as raised:
        Keyring.parse(text)

    assert key("a") not in str(raised.value)
