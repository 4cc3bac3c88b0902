"""Providers that answer falsely, late or not at all: nobody is let in by any of it."""

import asyncio
from datetime import timedelta

import pytest

from accounts.oidc_client import ProviderAway, ProviderRefused
from accounts.provider_rounds import Asked, ProviderUnknown, Purpose, Returned
from accounts.secret_tokens import TokenRefused
from servicekit import deadlines
from services.accounts.tests.conftest import Clock
from services.accounts.tests.rounds import CALLBACK, NEXT, Browser
from services.accounts.tests.sql import Sql
from tests.support.oidc_provider import CLIENT_ID, OidcProvider


async def refused(browser: Browser, sql: Sql, why: str) -> None:
    with pytest.raises(ProviderRefused, match=why):
        await browser.round()
    assert await sql.count("accounts") == await sql.count("sessions") == 0


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_token_is_taken_in_each_way_that_is_accepted(
    browser: Browser, provider: OidcProvider, algorithm: str
) -> None:
    provider.twists.algorithm = algorithm
    assert (await browser.round()).registered


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512", "None", "", "PS256"])
async def test_a_token_signed_in_another_way_is_refused(
    browser: Browser, provider: OidcProvider, sql: Sql, algorithm: str
) -> None:
    provider.twists.algorithm = algorithm
    await refused(browser, sql, "signed in a way that is not accepted")


async def test_a_token_signed_by_a_key_of_nobody_is_refused(
    browser: Browser, provider: OidcProvider, sql: Sql
) -> None:
    provider.twists.kid = "unheard-of"
    await refused(browser, sql, "names no key")
    # It was looked whether there are newer ones, once.
    assert provider.asked[-3:] == ["/token", "/jwks", "/jwks"]


async def test_a_token_signed_by_another_key_than_it_names_is_refused(
    browser: Browser, provider: OidcProvider, sql: Sql
) -> None:
    await browser.begin()
    old = provider._keys["RS256"].kid
    provider.change_keys()
    await browser.federation._oidc.keys(browser.federation.providers["example"])
    provider.change_keys()
    provider.twists.kid = old
    await refused(browser, sql, "names no key")


async def test_keys_that_were_changed_are_fetched_anew(
    browser: Browser, provider: OidcProvider
) -> None:
    first = (await browser.round()).signed_in
    provider.change_keys()
    second = (await browser.round()).signed_in
    assert first is not None
    assert second is not None
    assert first.account.id == second.account.id


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "another"}, "answers another request"),
        ({"nonce": None}, "answers another request"),
        ({"iss": "https://accounts.google.com"}, "of another issuer"),
        ({"iss": None}, "of another issuer"),
        ({"aud": "another-site"}, "for another site"),
        ({"aud": []}, "for another site"),
        ({"aud": None}, "for another site"),
        ({"aud": [CLIENT_ID, "another-site"]}, "given to another site"),
        ({"azp": "another-site"}, "given to another site"),
        ({"exp": 1}, "has expired"),
        ({"exp": None}, "lacks exp"),
        ({"exp": "tomorrow"}, "lacks exp"),
        ({"exp": True}, "lacks exp"),
        ({"exp": 1e300}, "exp is no time"),
        ({"iat": 1}, "not issued just now"),
        ({"iat": 2**33}, "not issued just now"),
        ({"iat": None}, "lacks iat"),
        ({"nbf": 2**33}, "does not hold yet"),
        ({"sub": None}, "names no subject"),
        ({"sub": ""}, "names no subject"),
        ({"sub": 7}, "names no subject"),
        ({"sub": "x" * 256}, "names no subject"),
        ({"sub": "a\0b"}, "names no subject"),
    ],
)
async def test_a_token_that_says_anything_but_what_it_must_is_refused(
    browser: Browser, provider: OidcProvider, sql: Sql, claims: dict[str, object], why: str
) -> None:
    provider.twists.claims = claims
    await refused(browser, sql, why)


@pytest.mark.parametrize(
    "claims", [{"aud": [CLIENT_ID]}, {"aud": [CLIENT_ID, "x"], "azp": CLIENT_ID}]
)
async def test_a_token_for_this_site_among_others_is_taken(
    browser: Browser, provider: OidcProvider, claims: dict[str, object]
) -> None:
    provider.twists.claims = claims
    assert (await browser.round()).registered


async def test_a_token_is_too_old_once_its_time_has_passed(
    browser: Browser, provider: OidcProvider, sql: Sql, clock: Clock
) -> None:
    returned = await browser.begin()
    now = clock()
    provider.now = now.timestamp
    clock.pass_by(timedelta(minutes=9, seconds=59))
    with pytest.raises(ProviderRefused, match="has expired"):
        await browser.federation.finish(returned)
    assert await sql.count("accounts") == 0


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("issuer", "https://accounts.google.com"),
        ("issuer", None),
        ("token_endpoint", "ftp://127.0.0.1/token"),
        ("token_endpoint", "http://10.0.0.1/token"),
        ("jwks_uri", 7),
        ("authorization_endpoint", "javascript:alert(1)"),
    ],
)
async def test_a_provider_that_publishes_what_cannot_be_is_not_gone_to(
    browser: Browser, provider: OidcProvider, member: str, value: object
) -> None:
    provider.twists.document = {member: value}
    with pytest.raises(ProviderRefused):
        await browser.begin()


async def test_a_provider_that_says_which_it_is_must_be_it(
    browser: Browser, provider: OidcProvider
) -> None:
    provider.twists.document = {"authorization_response_iss_parameter_supported": True}
    assert (await browser.round()).registered
    for issuer in ("", "https://accounts.google.com"):
        back = await browser.begin()
        with pytest.raises(ProviderRefused, match="another issuer"):
            await browser.federation.finish(
                Returned("example", back.token, back.state, back.code, issuer)
            )


async def test_a_person_who_says_no_is_signed_in_nowhere(
    browser: Browser, provider: OidcProvider, sql: Sql
) -> None:
    provider.twists.denies = True
    await refused(browser, sql, "sent no code")


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, ProviderRefused), (302, ProviderRefused), (503, ProviderAway), (429, ProviderAway)],
)
async def test_a_provider_that_refuses_and_one_that_is_away_are_told_apart(
    browser: Browser, provider: OidcProvider, status: int, error: type[Exception]
) -> None:
    provider.twists.status = status
    with pytest.raises(error, match=str(status)):
        await browser.round()


async def test_an_answer_that_does_not_end_is_not_read_to_its_end(
    browser: Browser, provider: OidcProvider
) -> None:
    returned = await browser.begin()
    provider.twists.padding = 1_000_000
    with pytest.raises(ProviderRefused, match="too large"):
        await browser.federation.finish(returned)


async def test_a_slow_provider_is_given_up_before_the_caller_gives_up(
    browser: Browser, provider: OidcProvider
) -> None:
    returned = await browser.begin()
    provider.twists.seconds = 1.0
    deadlines.begin(1.2)
    try:
        with pytest.raises(ProviderAway, match="no answer in time"):
            await browser.federation.finish(returned)
    finally:
        deadlines.begin(None)


async def test_a_provider_that_is_not_there_is_away(browser: Browser) -> None:
    with pytest.raises(ProviderAway):
        await browser.federation.begin(
            Asked("other", Purpose.SIGN_IN, CALLBACK.replace("example/c", "other/c"), NEXT)
        )
    with pytest.raises(ProviderUnknown):
        await browser.federation.begin(Asked("nobody", Purpose.SIGN_IN, CALLBACK, NEXT))


async def test_a_round_is_finished_once_whatever_came_of_it(
    browser: Browser, provider: OidcProvider, sql: Sql
) -> None:
    done = await browser.begin()
    await browser.federation.finish(done)
    provider.twists.status = 400
    failed = await browser.begin()
    with pytest.raises(ProviderRefused):
        await browser.federation.finish(failed)
    provider.twists.status = 200
    for spent in (done, failed):
        with pytest.raises(TokenRefused):
            await browser.federation.finish(spent)
    # Two at once: one of them finishes it.
    twice = await browser.begin()
    answers = await asyncio.gather(
        *(browser.federation.finish(twice) for _ in range(2)), return_exceptions=True
    )
    assert [type(answer) for answer in answers].count(TokenRefused) == 1


async def test_a_code_that_was_spent_signs_nobody_in(browser: Browser, sql: Sql) -> None:
    first = await browser.begin()
    await browser.federation.finish(first)
    second = await browser.begin()
    with pytest.raises(ProviderRefused, match="400"):
        await browser.federation.finish(Returned("example", second.token, second.state, first.code))
    assert await sql.count("sessions") == 1


async def test_a_code_that_another_browser_got_signs_nobody_in(
    browser: Browser, provider: OidcProvider, sql: Sql
) -> None:
    mine, thiefs = await browser.begin(), await browser.begin()
    # PKCE binds it to the round it was given in.
    with pytest.raises(ProviderRefused, match="400"):
        await browser.federation.finish(Returned("example", thiefs.token, thiefs.state, mine.code))
    assert await sql.count("sessions") == 0


async def test_a_round_that_comes_back_elsewhere_or_late_is_refused(
    browser: Browser, sql: Sql, clock: Clock
) -> None:
    mine, other = await browser.begin(), await browser.begin()
    with pytest.raises(TokenRefused):
        await browser.federation.finish(Returned("example", mine.token, other.state, other.code))
    with pytest.raises(TokenRefused):
        await browser.federation.finish(Returned("other", mine.token, mine.state, mine.code))
    late = await browser.begin()
    clock.pass_by(timedelta(minutes=10))
    with pytest.raises(TokenRefused):
        await browser.federation.finish(late)
    assert await sql.count("accounts") == 0
