"""What a server says is believed only as far as it can be."""

import httpx
import pytest

from lookup.fetch.answer import NotFetched, check_redirect, same_version, validator

DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


def test_a_redirect_may_lead_to_encryption_and_never_out_of_it() -> None:
    plain, encrypted = httpx.URL("http://example.org/a"), httpx.URL("https://example.org/b")
    assert check_redirect(plain, str(encrypted)) == encrypted
    assert check_redirect(encrypted, "c?d=e") == httpx.URL("https://example.org/c?d=e")
    with pytest.raises(NotFetched, match="which is not encrypted"):
        check_redirect(encrypted, str(plain))


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({"ETag": '"a"', "Last-Modified": DATE}, '"a"'),
        ({"ETag": 'W/"a"', "Last-Modified": DATE, "Date": DATE}, None),
        ({"Last-Modified": DATE, "Date": DATE.replace("00:00:00", "00:00:01")}, DATE),
        ({"Last-Modified": DATE, "Date": DATE}, None),
        ({"Last-Modified": DATE}, None),
        ({"Last-Modified": "yesterday", "Date": DATE}, None),
        ({"Last-Modified": DATE, "Date": "Thu, 01 Jan 2026 00:00:00"}, None),
        ({}, None),
    ],
)
def test_parts_are_joined_only_under_what_names_one_version(
    headers: dict[str, str], version: str | None
) -> None:
    assert same_version(httpx.Headers(headers)) == version


@pytest.mark.parametrize("value", ["", "é", "\x1b", "a" * 1001])
def test_what_cannot_be_sent_back_is_no_validator(value: str) -> None:
    assert validator(httpx.Headers([(b"ETag", value.encode())]), "etag") is None
