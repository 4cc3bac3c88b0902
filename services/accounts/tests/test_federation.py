"""Signing in with an identity at another provider, over a real one that answers as it should."""

import asyncio
from datetime import timedelta

import pytest

from accounts.address_claims import AddressTaken
from accounts.clients import Client
from accounts.database import Database
from accounts.doorkeeper import CredentialsRejected, Doorkeeper
from accounts.factors import SecondFactorDue
from accounts.federation import Federation
from accounts.freshness import FRESH, Freshness, ProofNeeded
from accounts.oidc_client import ProviderRefused
from accounts.provider_rounds import (
    Asked,
    IdentityOther,
    IdentityRefused,
    IdentityTaken,
    OnlyWayIn,
    Purpose,
    Returned,
    RoundInvalid,
)
from accounts.registrar import Registrar
from accounts.secret_tokens import TokenRefused
from services.accounts.tests.conftest import Clock
from services.accounts.tests.people import PASSWORD, registration
from services.accounts.tests.rounds import CALLBACK, NEXT, Browser
from services.accounts.tests.sql import Sql
from tests.support.oidc_provider import OidcProvider, Person


async def test_whoever_is_new_gets_an_account_with_the_address_confirmed(
    browser: Browser, provider: OidcProvider, doorkeeper: Doorkeeper, sql: Sql
) -> None:
    provider.person = Person(email="Zoe@Example.org", name=" Zoë ")
    returned = await browser.begin()
    finished = await browser.federation.finish(
        Returned(
            *("example", returned.token, returned.state, returned.code),
            guest_id="guest-7",
            client=Client("curl/8.5.0", "192.0.2.0/24"),
        )
    )
    assert finished.registered
    assert finished.next == NEXT
    assert finished.signed_in is not None
    made = finished.signed_in
    assert (made.account.name, made.account.plan, made.account.confirmed) == ("Zoë", "free", True)
    resolved = await doorkeeper.resolve(made.session.token)
    assert resolved.account == made.account
    assert await sql("SELECT email_key, has_password FROM accounts") == [("zoe@example.org", False)]
    assert await sql("SELECT device, network FROM sessions") == [("curl", "192.0.2.0/24")]
    ((event,),) = await sql("SELECT data FROM outbox WHERE type LIKE '%account_registered%'")
    assert b"guest-7" in event

    # From then on it signs in, whatever the address has become.
    provider.person = Person(email="elsewhere@example.org")
    again = await browser.sign_in()
    assert again.account == made.account
    assert again.session.id != made.session.id
    assert await sql.count("accounts") == 1
    assert await sql("SELECT act, detail FROM audit ORDER BY position") == [
        ("registered", "example"),
        ("logged_in", "example"),
    ]


async def test_no_password_opens_an_account_without_one(
    browser: Browser, provider: OidcProvider, doorkeeper: Doorkeeper
) -> None:
    await browser.sign_in()
    for password in ("", PASSWORD, provider.person.sub):
        with pytest.raises(CredentialsRejected):
            await doorkeeper.log_in(provider.person.email, password)


async def test_an_address_that_an_account_has_confirmed_lets_nobody_in(
    browser: Browser, provider: OidcProvider, registrar: Registrar, sql: Sql
) -> None:
    owner = await registrar.register(registration(provider.person.email))
    await sql.confirm(owner.account.id)
    with pytest.raises(AddressTaken):
        await browser.round()
    assert await sql.count("accounts") == await sql.count("sessions") == 1
    assert await sql.count("identities") == 0

    # Its owner links it, and is let in by it from then on.
    assert (await browser.link(owner)).signed_in is None
    assert (await browser.sign_in()).account.id == owner.account.id
    assert await sql("SELECT kind FROM mails WHERE kind LIKE 'identity%'") == [("identity_linked",)]


async def test_whoever_claimed_the_address_before_its_owner_came_loses_it(
    browser: Browser, provider: OidcProvider, registrar: Registrar, sql: Sql
) -> None:
    squatter = await registrar.register(registration(provider.person.email))
    made = await browser.sign_in()
    assert await sql("SELECT account_id FROM accounts") == [(made.account.id,)]
    assert made.account.id != squatter.account.id


@pytest.mark.parametrize("verified", [False, None, "false", 1, "yes"])
async def test_an_address_the_provider_does_not_vouch_for_makes_no_account(
    browser: Browser, provider: OidcProvider, sql: Sql, verified: object
) -> None:
    provider.person.email_verified = verified
    with pytest.raises(IdentityRefused, match="vouches for no e-mail address"):
        await browser.round()
    assert await sql.count("accounts") == 0


@pytest.mark.parametrize("email", ["not an address", "a@mailinator.com"])
async def test_an_address_that_cannot_be_kept_makes_no_account(
    browser: Browser, provider: OidcProvider, sql: Sql, email: str
) -> None:
    provider.person.email = email
    with pytest.raises(IdentityRefused):
        await browser.round()
    assert await sql.count("accounts") == 0


async def test_one_identity_in_two_tabs_makes_one_account(browser: Browser, sql: Sql) -> None:
    tabs = [await browser.begin() for _ in range(4)]
    finished = await asyncio.gather(*(browser.federation.finish(tab) for tab in tabs))
    assert len({one.signed_in.account.id for one in finished if one.signed_in}) == 1
    assert [one.registered for one in finished].count(True) == 1
    assert await sql.count("accounts") == await sql.count("identities") == 1
    assert await sql.count("sessions") == 4


async def test_a_disabled_account_is_not_entered(browser: Browser, sql: Sql) -> None:
    await browser.sign_in()
    await sql("UPDATE accounts SET disabled_at = now()")
    with pytest.raises(IdentityRefused, match="closed"):
        await browser.round()
    assert await sql.count("sessions") == 1


async def test_a_second_factor_is_due_all_the_same(browser: Browser, sql: Sql) -> None:
    made = await browser.sign_in()
    await sql(
        "INSERT INTO one_time_passwords (account_id, secret, key_id, made_at, confirmed_at) "
        "VALUES (:id, 'x', 'k', now(), now())",
        id=made.account.id,
    )
    finished = await browser.round()
    assert finished.signed_in is None
    assert isinstance(finished.due, SecondFactorDue)
    assert finished.due.methods == ("one_time_password",)
    assert await sql.count("sessions") == 1


async def test_linking_needs_a_fresh_proof(
    browser: Browser, registrar: Registrar, clock: Clock, sql: Sql
) -> None:
    owner = await registrar.register(registration())
    clock.pass_by(FRESH + timedelta(seconds=1))
    with pytest.raises(ProofNeeded):
        await browser.link(owner)
    assert await sql.count("identities") == 0


async def test_an_identity_signs_in_one_account_and_an_account_has_one_of_a_provider(
    browser: Browser, provider: OidcProvider, registrar: Registrar, sql: Sql
) -> None:
    ann = await registrar.register(registration())
    eve = await registrar.register(registration("eve@example.org"))
    await browser.link(ann)
    await browser.link(ann)
    with pytest.raises(IdentityTaken):
        await browser.link(eve)
    provider.person = Person("another")
    with pytest.raises(IdentityOther):
        await browser.link(ann)
    assert await sql("SELECT account_id FROM identities") == [(ann.account.id,)]


async def test_a_round_that_one_account_began_links_nothing_to_another(
    browser: Browser, registrar: Registrar, sql: Sql
) -> None:
    ann = await registrar.register(registration())
    eve = await registrar.register(registration("eve@example.org"))
    returned = await browser.begin(
        Purpose.LINK, account_id=ann.account.id, session_id=ann.session.id
    )
    for account_id in (eve.account.id, ""):
        returned = await browser.begin(
            Purpose.LINK, account_id=ann.account.id, session_id=ann.session.id
        )
        with pytest.raises(TokenRefused):
            await browser.federation.finish(
                Returned("example", returned.token, returned.state, returned.code,
                         account_id=account_id)
            )  # fmt: skip
    assert await sql.count("identities") == 0


async def test_an_identity_is_taken_away_unless_it_is_the_only_way_in(
    browser: Browser, registrar: Registrar, federation: Federation, sql: Sql
) -> None:
    owner = await registrar.register(registration())
    await browser.link(owner)
    ((linked, at),) = await federation.linked(owner.account.id)
    assert at is not None
    assert at.name == "Example Login"
    whose = (owner.account.id, owner.session.id)
    await federation.unlink(*whose, "unheard-of")
    assert await sql.count("identities") == 1
    await sql("UPDATE accounts SET has_password = false")
    with pytest.raises(OnlyWayIn):
        await federation.unlink(*whose, linked.id)
    assert await sql.count("identities") == 1
    await sql("UPDATE accounts SET has_password = true")
    await federation.unlink(*whose, linked.id)
    await federation.unlink(*whose, linked.id)
    assert await sql.count("identities") == 0
    assert await sql("SELECT count(*) FROM audit WHERE act = 'identity_unlinked'") == [(1,)]


async def test_taking_an_identity_away_needs_a_fresh_proof(
    browser: Browser, registrar: Registrar, federation: Federation, clock: Clock
) -> None:
    owner = await registrar.register(registration())
    clock.pass_by(FRESH + timedelta(seconds=1))
    with pytest.raises(ProofNeeded):
        await federation.unlink(owner.account.id, owner.session.id, "x")


async def test_proving_anew_is_a_proof_and_changes_the_session_token(
    browser: Browser, provider: OidcProvider, database: Database, clock: Clock
) -> None:
    owner = await browser.sign_in()
    freshness = Freshness(database.transact, clock)
    clock.pass_by(FRESH + timedelta(hours=2))
    with pytest.raises(ProofNeeded):
        await freshness.require(owner.account.id, owner.session.id)
    finished = await browser.prove(owner)
    asked = provider.authorizations[-1]
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert finished.signed_in is not None
    assert finished.signed_in.session.token != owner.session.token
    await freshness.require(owner.account.id, finished.signed_in.session.id)


async def test_a_provider_that_asked_for_no_proof_gives_none(
    browser: Browser, provider: OidcProvider, clock: Clock
) -> None:
    owner = await browser.sign_in()
    provider.twists.lazy = True
    clock.pass_by(timedelta(hours=2))
    with pytest.raises(ProviderRefused, match="not proven anew"):
        await browser.prove(owner)
    provider.twists.claims = {"auth_time": None}
    with pytest.raises(ProviderRefused, match="lacks auth_time"):
        await browser.prove(owner)


async def test_another_identity_proves_nothing(
    browser: Browser, provider: OidcProvider, registrar: Registrar
) -> None:
    owner = await browser.sign_in()
    provider.person = Person("another")
    with pytest.raises(IdentityOther):
        await browser.prove(owner)
    stranger = await registrar.register(registration("eve@example.org"))
    with pytest.raises(IdentityOther):
        await browser.prove(stranger)


@pytest.mark.parametrize(
    ("redirect_uri", "next_path"),
    [("http://codes.example/x", "/"), ("javascript:alert(1)", "/"), (CALLBACK, "/" + "x" * 2_000)],
)
async def test_a_round_that_would_lead_astray_is_not_begun(
    federation: Federation, redirect_uri: str, next_path: str
) -> None:
    with pytest.raises(RoundInvalid):
        await federation.begin(Asked("example", Purpose.SIGN_IN, redirect_uri, next_path))


async def test_nothing_that_is_stored_or_sent_finishes_a_round(
    browser: Browser, provider: OidcProvider, sql: Sql
) -> None:
    returned = await browser.begin()
    asked = provider.authorizations[-1]
    stored = await sql.everything()
    assert returned.token not in str(asked)
    for secret in (returned.token, asked["state"], asked["nonce"], asked["code_challenge"]):
        assert secret not in stored
    for token in (asked["state"], asked["nonce"], ""):
        with pytest.raises(TokenRefused):
            await browser.federation.finish(
                Returned("example", token, asked["state"], returned.code)
            )
    # Meanwhile nothing was spent.
    assert (await browser.federation.finish(returned)).registered
