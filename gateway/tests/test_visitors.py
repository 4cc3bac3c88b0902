"""Visitors: known again by their cookie, and by nothing they could have written themselves."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts import Accounts
from gateway.sessions import Sessions
from gateway.signing import Keyring
from gateway.visitors import Guest, Visitors

GUESTS = Keyring.ephemeral()


class NobodyAsked(Accounts):
    """Accounts that must not be asked."""

    def __init__(self) -> None:
        pass


def visitors(guests: Keyring = GUESTS, *, secure: bool = False) -> Visitors:
    return Visitors(guests, Sessions(NobodyAsked()), secure=secure)


LOCAL = visitors()
TLS = visitors(secure=True)


def pair(set_cookie: str) -> str:
    return set_cookie.partition(";")[0]


def guest(visitors: Visitors, cookies: str) -> Guest:
    visitor = visitors.at_hand(cookies)
    assert isinstance(visitor, Guest)
    return visitor


def test_a_stranger_gets_an_id_and_is_known_by_it_afterwards() -> None:
    first = guest(LOCAL, "")
    cookies = f"theme=dark; {pair(first.set_cookie)}; lang=en"
    again = guest(LOCAL, cookies)

    assert again.id == first.id
    assert list(again.set_cookies) == []
    assert len(first.id) >= 22  # 128 bits in base64url
    assert LOCAL.presented_guest(cookies) == first.id


def test_only_a_guest_that_was_signed_here_is_presented() -> None:
    forged = pair(guest(visitors(Keyring.ephemeral()), "").set_cookie)

    assert LOCAL.presented_guest("") == ""
    assert LOCAL.presented_guest("guest=c1.abc.def") == ""
    assert LOCAL.presented_guest(forged) == ""


def test_two_strangers_are_two_guests() -> None:
    assert guest(LOCAL, "").id != guest(LOCAL, "").id


def test_cookies_cannot_be_read_by_scripts_nor_sent_across_sites() -> None:
    for cookie in (guest(LOCAL, "").set_cookie, LOCAL.session_cookie("t"), LOCAL.session_cleared):
        assert "; Path=/; HttpOnly; SameSite=Lax" in cookie
        assert "Secure" not in cookie
    for name, cookie in (
        ("guest", guest(TLS, "").set_cookie),
        ("session", TLS.session_cookie("t")),
        ("session", TLS.session_cleared),
    ):
        assert cookie.startswith(f"__Host-{name}=")
        assert cookie.endswith("; Secure")
    assert "; Max-Age=2592000;" in LOCAL.session_cookie("t")


def test_under_tls_a_cookie_without_the_host_prefix_is_not_believed() -> None:
    known = guest(LOCAL, "")

    assert guest(TLS, pair(known.set_cookie)).id != known.id
    assert TLS.token("session=" + "A" * 43) == ""


def test_a_guest_signed_with_an_older_key_keeps_the_id_and_gets_a_new_cookie() -> None:
    key = "A" * 43
    before = visitors(Keyring.parse(f"old:{key}"))
    after = visitors(Keyring.parse(f"new:{'B' * 42}A,old:{key}"))
    known = guest(before, "")
    again = guest(after, pair(known.set_cookie))

    assert again.id == known.id
    assert again.set_cookie.startswith("guest=new.")


@given(st.text(max_size=300))
def test_no_cookie_header_is_an_error(cookies: str) -> None:
    # No such text is a token, so that nobody need be asked.
    assert isinstance(LOCAL.at_hand(f"guest={cookies}; session={cookies}"), Guest)
