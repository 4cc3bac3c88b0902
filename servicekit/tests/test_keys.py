"""Keys in settings: read in their order, and what is malformed named without being told."""

import base64

import pytest

from servicekit.keys import parse_keys


def encoded(letter: str) -> str:
    return base64.urlsafe_b64encode(letter.encode() * 32).decode()


def test_keys_are_read_in_their_order_padded_or_not() -> None:
    keys = parse_keys(f"new:{encoded('b')}, old:{encoded('a').rstrip('=')}")
    assert list(keys.items()) == [("new", b"b" * 32), ("old", b"a" * 32)]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "its id"),
        (f"k-1:{encoded('a')}", "its id"),
        (f"k:{encoded('a')},k:{encoded('b')}", "used twice"),
        ("k:c2VjcmV0", "32 bytes"),
        ("k:s3cr3t!", "32 bytes"),
    ],
)
def test_what_is_malformed_is_said_without_repeating_it(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as raised:
        parse_keys(text)
    assert "c2VjcmV0" not in str(raised.value)
    assert "s3cr3t" not in str(raised.value)
