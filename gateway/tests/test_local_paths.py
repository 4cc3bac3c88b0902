"""Where forms lead: never away from the site, whatever was written into an address."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.local_paths import is_local, local_path, with_next

SITE = "https://codes.example/login"


@pytest.mark.parametrize(
    "path", ["/", "/icd-10-cm/E11.9", "/search?q=type+2&page=2", "/a%20b#part", "/cpt/"]
)
def test_a_path_of_this_site_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "E11.9",
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/x\r\nSet-Cookie: session=stolen",
        "/\x00",
        "/\u202eevil",
        "javascript:alert(1)",
        "data:text/html,x",
        "/" + "a" * 2_000,
    ],
)
def test_anything_else_leads_to_the_front_page(path: str) -> None:
    assert local_path(path) == "/"
    assert not is_local(path)


def test_words_in_a_path_are_escaped() -> None:
    assert local_path("/search?q=Überdruck „x“") == "/search?q=%C3%9Cberdruck%20%E2%80%9Ex%E2%80%9C"


@given(
    st.one_of(
        st.text(max_size=50), st.text("/\\\t\r\n :.@?#%evil", max_size=20).map(lambda t: f"/{t}")
    )
)
def test_no_text_leads_a_browser_away(text: str) -> None:
    path = local_path(text)
    # Browsers take a backslash for a slash, and drop tabs and line breaks.
    as_browsers_read = path.replace("\\", "/")

    assert path.isascii()
    assert path.isprintable()
    assert urlsplit(urljoin(SITE, as_browsers_read)).netloc == "codes.example"


def test_a_page_is_carried_in_a_query() -> None:
    assert with_next("/icd-10-cm/E11.9") == "?next=/icd-10-cm/E11.9"
    assert with_next("/search?q=a&b=c") == "?next=/search%3Fq%3Da%26b%3Dc"
    assert with_next("") == ""
