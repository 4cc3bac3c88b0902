"""Webhooks as Stripe signs and writes them; others offer the same form.

Signatures: https://docs.stripe.com/webhooks#verify-manually. Events:
https://docs.stripe.com/api/events/types.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from accounts.payments import EventMalformed, Kind, PaymentEvent, SignatureRefused

TOLERANCE: Final = timedelta(minutes=5)
"""A signature is good for so long, and may be as far ahead."""
HEADER: Final = "stripe-signature"

_MOST_SIGNATURES: Final = 20
_LONGEST: Final = 2_000
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_TYPE: Final = re.compile(r"[a-z0-9_.]{1,100}")
# Of a subscription that is past due the provider still tries to be paid: it is in force until
# the provider gives up.
_IN_FORCE: Final = {"active", "trialing", "past_due"}
_SUBSCRIPTION: Final = {
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
}


class StripePayments:
    """Verifies with each of *secrets*, so that one can be replaced by another."""

    def __init__(self, secrets: Sequence[str], now: Callable[[], datetime]) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self._now = now

    def verify(self, body: bytes, headers: Mapping[str, str]) -> PaymentEvent:
        """As :class:`accounts.payments.PaymentProvider` has it."""
        moment, given = _parts(headers.get(HEADER, ""))
        # The moment is signed too: a caller cannot make an old event young.
        signed = moment.encode() + b"." + body
        expected = [hmac.new(secret, signed, hashlib.sha256).digest() for secret in self._secrets]
        good = [hmac.compare_digest(one, other) for one in expected for other in given]
        if not any(good):
            raise SignatureRefused
        if abs(self._now().timestamp() - int(moment)) > TOLERANCE.total_seconds():
            raise SignatureRefused
        return _event(body)


def _parts(header: str) -> tuple[str, list[bytes]]:
    """The moment that was signed and the signatures of the scheme ``v1``."""
    moment, given = "", []
    for part in header[:_LONGEST].split(",")[:_MOST_SIGNATURES]:
        name, _, value = part.strip().partition("=")
        if name == "t" and not moment:
            moment = value
        elif name == "v1" and re.fullmatch(r"[0-9a-f]{64}", value):
            given.append(bytes.fromhex(value))
    if not re.fullmatch(r"[0-9]{1,12}", moment) or not given:
        raise SignatureRefused
    return moment, given


def _event(body: bytes) -> PaymentEvent:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise EventMalformed from None
    told = _object(document)
    event_id, type_ = _text(told, "id", _ID), _text(told, "type", _TYPE)
    created_at = _moment(told.get("created"))
    if type_ == "checkout.session.completed":
        thing = _thing(told)
        return PaymentEvent(
            event_id,
            type_,
            created_at,
            Kind.BOUGHT,
            account_id=_optional(thing, "client_reference_id"),
            customer_id=_optional(thing, "customer"),
        )
    if type_ in _SUBSCRIPTION:
        thing = _thing(told)
        ended = type_ == "customer.subscription.deleted"
        in_force = not ended and str(thing.get("status")) in _IN_FORCE
        return PaymentEvent(
            event_id,
            type_,
            created_at,
            Kind.SUBSCRIBED if in_force else Kind.ENDED,
            customer_id=_text(thing, "customer", _ID),
            subscription_id=_text(thing, "id", _ID),
            prices=_prices(thing),
        )
    return PaymentEvent(event_id, type_, created_at, Kind.OTHER)


def _prices(subscription: Mapping[str, Any]) -> tuple[str, ...]:
    """The prices of a subscription's items, and the products they belong to."""
    found: list[str] = []
    items = subscription.get("items")
    lines = items.get("data") if isinstance(items, dict) else None
    for line in lines if isinstance(lines, list) else []:
        price = line.get("price") if isinstance(line, dict) else None
        if isinstance(price, dict):
            found += [it for it in (price.get("id"), price.get("product")) if isinstance(it, str)]
    return tuple(found)


def _thing(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the event is about."""
    return _object(_object(told.get("data")).get("object"))


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise EventMalformed
    return value


def _text(told: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise EventMalformed
    return value


def _optional(told: Mapping[str, Any], name: str) -> str:
    """As :func:`_text`; empty where it is none: who buys can write anything into a link."""
    value = told.get(name)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _moment(value: object) -> datetime:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**11:
        raise EventMalformed
    return datetime.fromtimestamp(value, UTC)
