"""Visitors: known again by their cookie, and by nothing they could have written themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.signing import Keyring
from gateway.visitors import Account, Guest, Visitors

GUESTS = Keyring.ephemeral()
PRINCIPALS = Keyring.ephemeral()
LOCAL = Visitors(GUESTS, PRINCIPALS, secure=False)
TLS = Visitors(GUESTS, PRINCIPALS, secure=True)
SOON = timedelta(hours=1)


def pair(set_cookie: str) -> str:
    return set_cookie.partition(";")[0]


def guest(visitors: Visitors, cookies: str) -> Guest:
    visitor = visitors.identify(cookies)
    assert isinstance(visitor, Guest)
    return visitor


def test_a_stranger_gets_an_id_and_is_known_by_it_afterwards() -> None:
    first = guest(LOCAL, "")
    again = guest(LOCAL, f"theme=dark; {pair(first.set_cookie)}; lang=en")

    assert again.id == first.id
    assert again.set_cookie == ""
    assert len(first.id) >= 22  # 128 bits in base64url


def test_two_strangers_are_two_guests() -> None:
    assert guest(LOCAL, "").id != guest(LOCAL, "").id


def test_cookies_cannot_be_read_by_scripts_nor_sent_across_sites() -> None:
    attributes = guest(LOCAL, "").set_cookie
    assert "; HttpOnly" in attributes
    assert "; SameSite=Lax" in attributes
    assert "Secure" not in attributes

    secure = guest(TLS, "").set_cookie
    assert secure.startswith("__Host-guest=")
    assert secure.endswith("; Secure")


def test_under_tls_a_cookie_without_the_host_prefix_is_not_believed() -> None:
    known = guest(LOCAL, "")

    assert guest(TLS, pair(known.set_cookie)).id != known.id


def test_a_guest_signed_with_an_older_key_keeps_the_id_and_gets_a_new_cookie() -> None:
    key = "A" * 43
    before = Visitors(Keyring.parse(f"old:{key}"), None, secure=False)
    after = Visitors(Keyring.parse(f"new:{'B' * 42}A,old:{key}"), None, secure=False)
    known = guest(before, "")
    again = guest(after, pair(known.set_cookie))

    assert again.id == known.id
    assert again.set_cookie.startswith("guest=new.")


def test_a_principal_is_an_account_until_it_ends() -> None:
    account = Account("acc-1", "free")
    now = datetime.now(UTC)

    assert LOCAL.identify(LOCAL.principal_cookie(account, now + SOON)) == account
    assert isinstance(LOCAL.identify(LOCAL.principal_cookie(account, now - SOON)), Guest)


def test_a_guest_signature_makes_no_principal() -> None:
    cookie = pair(guest(LOCAL, "").set_cookie).replace("guest=", "principal=")

    assert isinstance(LOCAL.identify(cookie), Guest)


def test_without_principal_keys_nobody_is_signed_in() -> None:
    cookie = LOCAL.principal_cookie(Account("acc-1", "free"), datetime.now(UTC) + SOON)
    closed = Visitors(GUESTS, None, secure=False)

    assert isinstance(closed.identify(cookie), Guest)
    with pytest.raises(ValueError, match="GATEWAY_PRINCIPAL_KEYS"):
        closed.principal_cookie(Account("acc-1", "free"), datetime.now(UTC))


@pytest.mark.parametrize("plan", ["", "FREE", "free; Path=/", "x" * 80])
def test_a_principal_with_a_malformed_plan_is_not_believed(plan: str) -> None:
    cookie = LOCAL.principal_cookie(Account("acc-1", plan), datetime.now(UTC) + SOON)

    assert isinstance(LOCAL.identify(cookie), Guest)


@given(st.text(max_size=300))
def test_no_cookie_header_is_an_error(cookies: str) -> None:
    assert isinstance(LOCAL.identify(f"guest={cookies}; principal={cookies}"), Guest)
