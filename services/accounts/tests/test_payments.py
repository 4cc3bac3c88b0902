"""What payment providers tell: believed when signed, applied once, in whatever order it comes."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import grpc
import pytest
from grpc import aio
from pydantic import SecretStr

from accounts.database import Database
from accounts.payment_settings import parse_payment_plans
from accounts.payment_store import PaymentStore
from accounts.payments import EventMalformed, Kind, PaymentEvent, SignatureRefused
from accounts.plan_api import PlanApi
from accounts.plan_changes import Plans
from accounts.settings import AccountsSettings
from accounts.stripe_payments import StripePayments
from codingahead.accounts.v1 import plans_pb2, plans_pb2_grpc
from servicekit.errors import ServiceError, from_rpc_error
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings, load_settings
from services.accounts.tests.accounts_process import AccountsProcess
from services.accounts.tests.conftest import Clock
from services.accounts.tests.sql import Sql
from tests.support.nats_server import NatsServer

SECRET, NEXT_SECRET = "whsec_of_the_test", "whsec_that_follows"
PLANS = {"price_pro": "professional", "price_ent": "enterprise", "prod_pro": "professional"}
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWNER, CUSTOMER, SUBSCRIPTION = "owner-1", "cus_1", "sub_1"


def signature(body: bytes, at: datetime, *secrets: str) -> str:
    moment = str(int(at.timestamp()))
    signed = f"{moment}.".encode() + body
    made = [hmac.new(it.encode(), signed, hashlib.sha256).hexdigest() for it in secrets]
    return ",".join([f"t={moment}", *(f"v1={it}" for it in made)])


def body(
    type_: str,
    thing: dict[str, Any] | None = None,
    *,
    event_id: str = "evt_1",
    created: datetime = BEGAN,
) -> bytes:
    event = {"id": event_id, "object": "event", "type": type_, "created": int(created.timestamp()),
             "data": {"object": thing or {}}}  # fmt: skip
    return json.dumps(event).encode()


def subscription(price: str = "price_pro", status: str = "active") -> dict[str, Any]:
    price_told = {"id": price, "product": "prod_x"}
    return {
        "id": SUBSCRIPTION,
        "customer": CUSTOMER,
        "status": status,
        "items": {"data": [{"price": price_told}]},
        "default_payment_method": "pm_card_4242",
    }


# Signatures


@pytest.fixture
def stripe(clock: Clock) -> StripePayments:
    return StripePayments([SECRET, NEXT_SECRET], clock)


@pytest.mark.parametrize("secrets", [[SECRET], [NEXT_SECRET], ["another", NEXT_SECRET]])
def test_any_of_our_secrets_signs(stripe: StripePayments, clock: Clock, secrets: list[str]) -> None:
    sent = body("charge.succeeded")
    event = stripe.verify(sent, {"stripe-signature": signature(sent, clock(), *secrets)})
    assert (event.id, event.kind, event.created_at) == ("evt_1", Kind.OTHER, BEGAN)


@pytest.mark.parametrize("minutes", [-4.9, 4.9])
def test_a_signature_is_good_for_five_minutes(
    stripe: StripePayments, clock: Clock, minutes: float
) -> None:
    sent = body("charge.succeeded")
    header = signature(sent, clock() + timedelta(minutes=minutes), SECRET)
    assert stripe.verify(sent, {"stripe-signature": header}).id == "evt_1"
    header = signature(sent, clock() + timedelta(minutes=minutes * 1.1), SECRET)
    with pytest.raises(SignatureRefused):
        stripe.verify(sent, {"stripe-signature": header})


FORGERIES: dict[str, Callable[[bytes, datetime], str]] = {
    "none": lambda sent, at: "",
    "another secret": lambda sent, at: signature(sent, at, "another"),
    "another body": lambda sent, at: signature(sent + b" ", at, SECRET),
    "another moment": lambda sent, at: signature(sent, at, SECRET).replace("t=1", "t=2"),
    "a moment before it": lambda sent, at: "t=1," + signature(sent, at, SECRET),
    "no moment": lambda sent, at: signature(sent, at, SECRET).partition(",")[2],
    "an old scheme": lambda sent, at: signature(sent, at, SECRET).replace("v1=", "v0="),
    "cut off": lambda sent, at: signature(sent, at, SECRET)[:-1],
    "odd digits": lambda sent, at: "t=١,v1=" + "0" * 64,
    "too many": lambda sent, at: f"v1={'0' * 64}," * 30 + signature(sent, at, SECRET),
    "endless": lambda sent, at: "v1=" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_refused(stripe: StripePayments, clock: Clock, forgery: str) -> None:
    sent = body("customer.subscription.updated", subscription())
    with pytest.raises(SignatureRefused):
        stripe.verify(sent, {"stripe-signature": FORGERIES[forgery](sent, clock())})


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b"{}",
        b'{"id":"evt_1","type":"x","created":true}',
        b'{"id":"evt_1","type":"x","created":1e9}',
        b'{"id":"evt 1","type":"x","created":1000000000}',
        b'{"id":"evt_1","type":"X\\u0000","created":1000000000}',
        body("checkout.session.completed").replace(b'"data"', b'"date"'),
        body("customer.subscription.updated", {"id": "sub_1"}),
        body("customer.subscription.updated", {"customer": "cus_1", "id": ["sub_1"]}),
    ],
)  # fmt: skip
def test_what_is_signed_and_makes_no_sense_is_malformed(
    stripe: StripePayments, clock: Clock, sent: bytes
) -> None:
    with pytest.raises(EventMalformed):
        stripe.verify(sent, {"stripe-signature": signature(sent, clock(), SECRET)})


@pytest.mark.parametrize(
    ("type_", "thing", "kind", "prices"),
    [
        ("customer.subscription.created", subscription(), Kind.SUBSCRIBED, ("price_pro", "prod_x")),
        ("customer.subscription.updated", subscription(status="past_due"), Kind.SUBSCRIBED, None),
        ("customer.subscription.updated", subscription(status="unpaid"), Kind.ENDED, None),
        ("customer.subscription.updated", subscription(status="incomplete"), Kind.ENDED, None),
        ("customer.subscription.updated", subscription() | {"status": []}, Kind.ENDED, None),
        ("customer.subscription.deleted", subscription(), Kind.ENDED, None),
        ("customer.subscription.updated", subscription() | {"items": [1]}, Kind.SUBSCRIBED, ()),
    ],
)
def test_a_subscription_is_in_force_or_has_ended(
    stripe: StripePayments,
    clock: Clock,
    type_: str,
    thing: dict[str, Any],
    kind: Kind,
    prices: tuple[str, ...] | None,
) -> None:
    sent = body(type_, thing)
    event = stripe.verify(sent, {"stripe-signature": signature(sent, clock(), SECRET)})
    assert (event.kind, event.customer_id, event.subscription_id) == (kind, CUSTOMER, SUBSCRIPTION)
    assert prices is None or event.prices == prices


def test_what_a_buyer_wrote_into_the_link_may_be_anything(
    stripe: StripePayments, clock: Clock
) -> None:
    for reference in ("a b", "x" * 300, "a\0b", 7, None, ["x"]):
        thing = {"client_reference_id": reference, "customer": CUSTOMER}
        sent = body("checkout.session.completed", thing)
        event = stripe.verify(sent, {"stripe-signature": signature(sent, clock(), SECRET)})
        assert (event.account_id, event.customer_id) == ("", CUSTOMER)


# What becomes of them


@pytest.fixture
def payments(database: Database, clock: Clock, recorded: list[None]) -> PaymentStore:
    return PaymentStore(database.transact, PLANS, lambda: recorded.append(None), clock)


@pytest.fixture
async def plans(database: Database, clock: Clock, sql: Sql) -> Plans:
    await sql.make_account(OWNER)
    return Plans(database.transact, clock)


def bought(event_id: str = "evt_b", account_id: str = OWNER, at: int = 0) -> PaymentEvent:
    created_at = BEGAN + timedelta(seconds=at)
    return PaymentEvent(
        event_id, "checkout.session.completed", created_at, Kind.BOUGHT,
        account_id=account_id, customer_id=CUSTOMER,
    )  # fmt: skip


def subscribed(
    event_id: str = "evt_s",
    price: str = "price_pro",
    *,
    at: int = 0,
    subscription_id: str = SUBSCRIPTION,
    customer_id: str = CUSTOMER,
) -> PaymentEvent:
    created_at = BEGAN + timedelta(seconds=at)
    return PaymentEvent(
        event_id, "customer.subscription.updated", created_at, Kind.SUBSCRIBED,
        customer_id=customer_id, subscription_id=subscription_id, prices=(price, "prod_x"),
    )  # fmt: skip


def ended(
    event_id: str = "evt_e", *, at: int = 0, subscription_id: str = SUBSCRIPTION
) -> PaymentEvent:
    created_at = BEGAN + timedelta(seconds=at)
    return PaymentEvent(
        event_id, "customer.subscription.deleted", created_at, Kind.ENDED,
        customer_id=CUSTOMER, subscription_id=subscription_id,
    )  # fmt: skip


async def test_what_is_bought_is_held_until_it_ends(
    payments: PaymentStore, plans: Plans, recorded: list[None]
) -> None:
    assert await payments.apply(bought()) == "unchanged"
    assert await payments.apply(subscribed()) == "changed"
    assert (await plans.held(OWNER)).plan == "professional"
    assert await payments.apply(subscribed("evt_u", "price_ent", at=5)) == "changed"
    assert (await plans.held(OWNER)).plan == "enterprise"
    assert await payments.apply(ended(at=9)) == "changed"
    held = await plans.held(OWNER)
    assert (held.plan, [it.by for it in held.changes]) == ("free", ["payments"] * 3)
    assert len(recorded) == 3


async def test_it_does_not_matter_which_is_told_first(payments: PaymentStore, plans: Plans) -> None:
    assert await payments.apply(subscribed()) == "unchanged"
    assert (await plans.held(OWNER)).plan == "free"
    assert await payments.apply(bought(at=1)) == "changed"
    assert (await plans.held(OWNER)).plan == "professional"


async def test_an_event_is_applied_once_however_often_it_is_sent_at_once(
    payments: PaymentStore, plans: Plans, sql: Sql
) -> None:
    await payments.apply(bought())
    outcomes = await asyncio.gather(*(payments.apply(subscribed()) for _ in range(8)))
    assert sorted(outcomes) == ["changed", *["repeated"] * 7]
    assert await sql("SELECT count(*) FROM outbox") == [(1,)]
    assert len((await plans.held(OWNER)).changes) == 1


async def test_older_news_change_nothing(payments: PaymentStore, plans: Plans) -> None:
    await payments.apply(bought())
    await payments.apply(subscribed("evt_2", "price_ent", at=10))
    assert await payments.apply(subscribed("evt_1", "price_pro", at=9)) == "late"
    assert (await plans.held(OWNER)).plan == "enterprise"
    await payments.apply(ended("evt_4", at=20))
    assert await payments.apply(subscribed("evt_3", "price_ent", at=15)) == "late"
    # Of two in one second the end stands.
    assert await payments.apply(subscribed("evt_5", "price_ent", at=20)) == "late"
    assert (await plans.held(OWNER)).plan == "free"


async def test_of_several_subscriptions_one_that_is_in_force_counts(
    payments: PaymentStore, plans: Plans
) -> None:
    await payments.apply(bought())
    await payments.apply(subscribed("evt_1", "price_ent", at=1, subscription_id="sub_1"))
    await payments.apply(subscribed("evt_2", "price_pro", at=2, subscription_id="sub_2"))
    assert (await plans.held(OWNER)).plan == "professional"
    await payments.apply(ended("evt_3", at=3, subscription_id="sub_2"))
    assert (await plans.held(OWNER)).plan == "enterprise"
    await payments.apply(ended("evt_4", at=4, subscription_id="sub_1"))
    assert (await plans.held(OWNER)).plan == "free"


async def test_what_could_not_be_applied_can_be_sent_again(
    payments: PaymentStore, plans: Plans, sql: Sql, database: Database, clock: Clock
) -> None:
    await payments.apply(bought())
    assert await payments.apply(subscribed(price="price_new")) == "unknown_price"
    assert (await plans.held(OWNER)).plan == "free"
    mended = PaymentStore(database.transact, PLANS | {"price_new": "gold"}, lambda: None, clock)
    assert await mended.apply(subscribed(price="price_new")) == "changed"
    assert (await plans.held(OWNER)).plan == "gold"
    assert await payments.apply(bought("evt_x", "nobody")) == "unknown_account"


async def test_a_customer_stays_with_its_first_account(
    payments: PaymentStore, plans: Plans, sql: Sql
) -> None:
    await sql.make_account("other")
    await payments.apply(bought())
    await payments.apply(subscribed())
    assert await payments.apply(bought("evt_2", "other")) == "of_another_account"
    assert (await plans.held("other")).plan == "free"
    assert (await plans.held(OWNER)).plan == "professional"


async def test_what_does_not_concern_plans_is_passed_over(
    payments: PaymentStore, recorded: list[None], sql: Sql
) -> None:
    other = PaymentEvent("evt_9", "charge.refunded", BEGAN, Kind.OTHER)
    assert await payments.apply(other) == "ignored"
    assert await sql("SELECT count(*) FROM payment_events") == [(0,)]
    assert await payments.apply(bought("evt_10", "")) == "ignored"
    assert recorded == []


async def test_what_was_paid_goes_with_the_account(
    payments: PaymentStore, plans: Plans, sql: Sql
) -> None:
    await payments.apply(bought())
    await payments.apply(subscribed())
    await sql("DELETE FROM accounts")
    for table in ("payment_customers", "payment_subscriptions", "plan_changes"):
        assert await sql(f"SELECT count(*) FROM {table}") == [(0,)]


def test_plans_of_prices_are_read_strictly() -> None:
    assert parse_payment_plans("price_1 = professional , prod_2=enterprise,") == {
        "price_1": "professional",
        "prod_2": "enterprise",
    }
    for wrong in ("price_1", "=free", "p=guest", "p=", "p=free,p=free", "p=Free"):
        with pytest.raises(ValueError, match="plan"):
            parse_payment_plans(wrong)


# Over gRPC


async def sent(stub: "plans_pb2_grpc.PlanServiceAsyncStub", what: bytes, header: str) -> str:
    request = plans_pb2.ApplyPaymentEventRequest(body=what, headers={"stripe-signature": header})
    return (await stub.ApplyPaymentEvent(request, timeout=5)).outcome


async def refused(
    stub: "plans_pb2_grpc.PlanServiceAsyncStub", what: bytes, header: str
) -> ServiceError:
    with pytest.raises(aio.AioRpcError) as raised:
        await sent(stub, what, header)
    return from_rpc_error(raised.value)


async def test_a_signed_event_changes_a_plan_and_nothing_of_it_is_kept(
    database_url: str, nats_server: NatsServer, sql: Sql
) -> None:
    await sql.make_account(OWNER)
    process = AccountsProcess(
        database_url,
        nats_server.url,
        ACCOUNTS_PAYMENT_SECRETS=f"{SECRET},{NEXT_SECRET}",
        ACCOUNTS_PAYMENT_PLANS="price_pro=professional",
    )
    try:
        await process.start()
        channel = open_channel(process.target, ServiceSettings())
        stub = plans_pb2_grpc.PlanServiceStub(channel)
        now = datetime.now(UTC)
        checkout = {"client_reference_id": OWNER, "customer": CUSTOMER,
                    "customer_details": {"email": "payer@example.org"}}  # fmt: skip
        first = body("checkout.session.completed", checkout, event_id="evt_1")
        second = body("customer.subscription.created", subscription(), event_id="evt_2")
        assert await sent(stub, first, signature(first, now, SECRET)) == "unchanged"
        assert await sent(stub, second, signature(second, now, NEXT_SECRET)) == "changed"
        assert await sent(stub, second, signature(second, now, NEXT_SECRET)) == "repeated"
        forged = await refused(stub, second, signature(second, now, "another"))
        assert (forged.code, forged.reason) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            "SIGNATURE_REFUSED",
        )
        malformed = await refused(stub, b"{}", signature(b"{}", now, SECRET))
        assert malformed.reason == "EVENT_MALFORMED"
        assert await process.metric('accounts_payment_events_total{outcome="changed"') == 1
        await channel.close()
    finally:
        await process.kill()
    assert await sql("SELECT plan FROM accounts") == [("professional",)]
    everything = await sql.everything() + str(process.lines)
    for private in ("4242", "payer@example.org", SECRET):
        assert private not in everything


async def test_without_a_secret_nobody_is_believed(payments: PaymentStore, plans: Plans) -> None:
    api = PlanApi(plans, payments, None)
    what = body("charge.succeeded")
    header = signature(what, datetime.now(UTC), "")
    request = plans_pb2.ApplyPaymentEventRequest(body=what, headers={"stripe-signature": header})
    with pytest.raises(ServiceError) as raised:
        await api.ApplyPaymentEvent(request, cast(Any, None))
    assert (raised.value.code, raised.value.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "PAYMENTS_NOT_CONFIGURED",
    )


@pytest.mark.parametrize(
    "environment",
    [
        {"ACCOUNTS_PAYMENT_SECRETS": "short", "ACCOUNTS_PAYMENT_PLANS": "p=free"},
        {"ACCOUNTS_PAYMENT_SECRETS": SECRET},
        {"ACCOUNTS_PAYMENT_SECRETS": f"{SECRET},", "ACCOUNTS_PAYMENT_PLANS": "p=free"},
        {"ACCOUNTS_PAYMENT_PLANS": "nonsense"},
    ],
)
def test_nonsense_stops_the_start_with_one_line(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        load_settings(AccountsSettings)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ACCOUNTS_PAYMENT_" in said
    assert SECRET not in said


def test_secrets_are_not_told_when_printed() -> None:
    settings = AccountsSettings(
        payment_secrets=SecretStr(f"{SECRET}, {NEXT_SECRET}"), payment_plans="p=free"
    )
    assert settings.payment_secret_list == [SECRET, NEXT_SECRET]
    assert "whsec" not in f"{settings!r} {settings}"
