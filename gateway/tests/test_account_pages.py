"""Registering, logging in and out on pages without a script."""

import re
import uuid

import httpx
import pytest

from gateway.tests.gateway_process import PASSWORD, Platform
from tests.support.html_outline import outline

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODE = "/icd-10-cm/E11.9"


def address() -> str:
    return f"{uuid.uuid4().hex}@example.org"


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(f'<input type="hidden" name="{name}" value="([^"]*)">', page)
    assert found, name
    return found[1]


async def registered(browser: httpx.AsyncClient, **changes: str) -> httpx.Response:
    """What comes of filling the form in, with *changes*."""
    form = (await browser.get("/register", params={"next": CODE})).text
    fields = {
        "email": address(),
        "password": PASSWORD,
        "name": "Ann",
        "next": hidden(form, "next"),
        "request_id": hidden(form, "request_id"),
    }
    return await browser.post("/register", data=fields | changes)


async def accounts_made(platform: Platform, email: str) -> int:
    rows = await platform.ask_accounts(f"SELECT account_id FROM accounts WHERE email = '{email}'")
    return len(rows)


async def test_the_forms_say_what_they_want_to_browsers_and_readers(platform: Platform) -> None:
    async with platform.guest() as guest:
        register = (await guest.get(f"/register?next={CODE}")).text
        login = (await guest.get(f"/login?next={CODE}")).text

    for page in (register, login):
        found = outline(page)
        assert hidden(page, "next") == CODE
        assert "email" in found.values("autocomplete")
        for field in ("email", "password"):
            assert field in found.values("for")
            assert field in found.values("id")
    assert "new-password" in register
    assert "current-password" in login
    assert "10 to 128 characters" in register
    assert "all nine sections" in register
    assert "five more code pages every month" in register
    assert "stays open" in register
    assert f'href="/login?next={CODE}"' in register
    assert f'href="/register?next={CODE}"' in login


async def test_registering_signs_in_and_leads_back(platform: Platform) -> None:
    async with platform.guest() as browser:
        answer = await registered(browser)
        page = await browser.get(answer.headers["location"])
        account = await browser.get("/account")

    assert answer.status_code == 303
    assert answer.headers["location"] == CODE
    assert re.fullmatch(
        r"session=[\w-]{43}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax",
        answer.headers["set-cookie"],
    )
    assert answer.headers["cache-control"] == "private, no-store"
    assert '<a href="/account">Ann</a>' in page.text
    assert "Free plan" in page.text
    assert account.status_code == 200
    assert "<dt>Name</dt><dd>Ann</dd>" in account.text
    assert 'action="/logout"' in account.text
    assert "CasePilot questions" in account.text


async def test_the_account_page_says_what_is_left_and_when_it_resets(platform: Platform) -> None:
    async with platform.account() as member:
        await member.get(CODE)
        page = " ".join((await member.get("/account")).text.split())

    assert re.search(
        r"Code pages</th><td class=\"figure\">4</td><td class=\"figure\">5</td>"
        r"<td>\w+ 1, \d{4}</td>",
        page,
    )
    assert 'CasePilot questions</th><td class="figure">10</td>' in page


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"email": "ann"}, ["email"]),
        ({"email": ""}, ["email"]),
        ({"password": "short"}, ["password"]),
        ({"password": "x" * 129}, ["password"]),
        ({"email": "ann@", "password": ""}, ["email", "password"]),
        ({"name": "n" * 101}, ["name"]),
        ({"email": '"><script>alert(1)</script>', "name": "<b>"}, ["email"]),
        ({"email": "a@example.org\u202e"}, ["email"]),
    ],
)
async def test_a_field_that_is_wrong_says_so_and_what_was_written_is_kept(
    platform: Platform, changes: dict[str, str], fields: list[str]
) -> None:
    async with platform.guest() as browser:
        answer = await registered(browser, **changes)

    page = answer.text
    found = outline(page)
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert found.values("aria-invalid") == ["true"] * len(fields)
    for field in fields:
        assert f"{field}-fault" in found.values("id")
        assert f"{field}-fault" in " ".join(found.values("aria-describedby"))
    assert hidden(page, "next") == CODE
    assert "<script>alert" not in page
    for name, value in changes.items():
        if name == "password":
            assert not value or f'"{value}"' not in page
        elif value:
            assert value in found.values("value")


async def test_a_form_that_is_sent_twice_makes_one_account(platform: Platform) -> None:
    email = address()
    async with platform.guest() as browser:
        form = (await browser.get("/register")).text
        fields = {
            "email": email,
            "password": PASSWORD,
            "request_id": hidden(form, "request_id"),
            "next": hidden(form, "next"),
        }
        first = await browser.post("/register", data=fields)
        browser.cookies.clear()
        second = await browser.post("/register", data=fields)
        browser.cookies.clear()
        other = await browser.post("/register", data=fields | {"email": address()})

    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == "/account"
    assert await accounts_made(platform, email) == 1
    # Another registration under the same form is told, and can be sent again.
    assert other.status_code == 422
    assert "This form was sent before with other details." in other.text
    assert hidden(other.text, "request_id") != fields["request_id"]


async def test_an_address_that_is_known_is_answered_like_any_other(platform: Platform) -> None:
    email = address()
    async with platform.guest() as browser:
        first = await registered(browser, email=email)
        browser.cookies.clear()
        second = await registered(browser, email=email, password="another long password")

    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]


async def test_wrong_credentials_are_one_sentence_whatever_was_wrong(platform: Platform) -> None:
    async with platform.account() as member, platform.guest() as browser:
        wrong = [
            {"email": member.email, "password": "not the password"},
            {"email": address(), "password": PASSWORD},
            {"email": "", "password": ""},
            {"email": "no address", "password": "x" * 4_000},
        ]
        answers = [await browser.post("/login", data=fields) for fields in wrong]

    for fields, answer in zip(wrong, answers, strict=True):
        assert answer.status_code == 401
        assert answer.text.count("The e-mail address or the password is wrong.") == 1
        assert "set-cookie" not in answer.headers
        if fields["email"]:
            assert f'value="{fields["email"]}"' in answer.text


async def test_logging_in_leads_back_and_out_ends_the_session_for_good(
    platform: Platform,
) -> None:
    async with platform.account() as member, platform.guest() as browser:
        entered = await browser.post(
            "/login", data={"email": member.email, "password": PASSWORD, "next": CODE}
        )
        token = browser.cookies["session"]
        asked = await browser.get(f"/logout?next={CODE}")
        still = await browser.get("/account")
        left = await browser.post("/logout", data={"next": ""})
        after = await browser.get("/account")
        replayed = await browser.get("/account", headers={"Cookie": f"session={token}"})

    assert (entered.status_code, entered.headers["location"]) == (303, CODE)
    # Opening an address ends nothing.
    assert asked.status_code == 200
    assert 'action="/logout" method="post"' in asked.text
    assert f'href="{CODE}"' in asked.text
    assert still.status_code == 200
    assert (left.status_code, left.headers["location"]) == (303, "/")
    assert left.headers["set-cookie"].startswith("session=; Max-Age=0;")
    for answer in (after, replayed):
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert replayed.headers["set-cookie"].startswith("session=; Max-Age=0;")


async def test_whoever_is_signed_in_is_offered_to_log_out_first(platform: Platform) -> None:
    async with platform.account() as member:
        for path in ("/register", "/login"):
            shown = await member.get(path)
            sent = await member.post(path, data={"email": address(), "password": PASSWORD})
            for answer, status in ((shown, 200), (sent, 409)):
                assert answer.status_code == status
                assert "You are logged in" in answer.text
                assert 'action="/logout"' in answer.text
                assert 'type="password"' not in answer.text
                assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_no_form_leads_to_another_site(platform: Platform, away: str) -> None:
    async with platform.guest() as browser:
        answer = await registered(browser, next=away)
        left = await browser.post("/logout", data={"next": away})
        form = await browser.get("/login", params={"next": away})

    assert answer.headers["location"] == left.headers["location"] == "/"
    assert hidden(form.text, "next") == "/"


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"email=%ff%fe&password=%00", "application/x-www-form-urlencoded", 422),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % n for n in range(50)), "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"", "", 415),
        (b"--x--", "multipart/form-data; boundary=x", 415),
    ],
)
async def test_a_malformed_form_is_refused(
    platform: Platform, content: bytes, media_type: str, status: int
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    async with platform.guest() as browser:
        for path in ("/register", "/login", "/casepilot"):
            answer = await browser.post(path, content=content, headers=headers)
            expected = 401 if (path, status) == ("/login", 422) else status
            assert answer.status_code == expected, path


async def test_links_of_pages_lead_back_to_them(platform: Platform) -> None:
    async with platform.guest() as guest:
        page = (await guest.get(CODE)).text
        wall = (await guest.get("/icd-10-cm/I10")).text
        home = (await guest.get("/")).text

    assert page.count(f'href="/register?next={CODE}"') == 9
    assert page.count(f'href="/login?next={CODE}"') == 2
    assert wall.count('href="/register?next=/icd-10-cm/I10"') == 2
    assert "slot" not in page + wall
    assert 'href="/login"' in home
