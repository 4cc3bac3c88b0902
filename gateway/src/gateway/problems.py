"""What can go wrong for a visitor, in one register: the same words for pages and for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import grpc

from codingahead.lookup.v1 import lookup_pb2
from gateway.wording import (
    CROWDED,
    day_in_words,
    iso_day_in_words,
    json_time,
    minutes_in_words,
)
from servicekit.errors import ServiceError
from servicekit.logs import get_logger

MEDIA_TYPE = "application/problem+json"
NOTHING_THERE = {"CODE_SET_NOT_LOADED", "NOT_KNOWN_FOR_DATE"}
"""Reasons of lookup's that say: what was asked for is not held here."""

_FEW_SECONDS = 5
"""Whoever waits no longer waits for others; else for attempts of their own to be made up for."""

log = get_logger("gateway.problems")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: *slug* ends its ``type`` address, *meaning* is what that page says."""

    slug: str
    status: int
    title: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem met by one request.

    *detail* says what was wrong and what to do; *reason* is the stable UPPER_SNAKE word that
    programs test; *members* are further fields of the JSON form.
    """

    kind: Kind
    reason: str
    detail: str
    suggestions: tuple[lookup_pb2.CodeRef, ...] = ()
    stretches: tuple[lookup_pb2.Stretch, ...] = ()
    """When other releases that are loaded list the code."""
    on: str = ""
    """The date of service that was asked for: links to suggestions keep it."""
    retry_after: int | None = None
    """Seconds."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further headers of the answer."""
    members: Mapping[str, object] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with each field at fault, by the field's name."""

    def json(self, public_url: str) -> bytes:
        """``application/problem+json`` as RFC 9457 has it."""
        document: dict[str, object] = {
            "type": f"{public_url}/problems/{self.kind.slug}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "reason": self.reason,
            **self.members,
        }
        if self.kind is NOT_FOUND:
            document["suggestions"] = list(code_refs(self.suggestions))
        if self.stretches:
            document["listed"] = [
                {
                    "code": it.code.code,
                    "display": it.code.display,
                    "effective": it.effective,
                    "expires": it.expires,
                }
                for it in self.stretches
            ]
        if self.errors:
            document["errors"] = [
                {"field": name, "detail": fault} for name, fault in self.errors.items()
            ]
        return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


def code_refs(codes: Iterable[lookup_pb2.CodeRef]) -> Iterable[dict[str, object]]:
    """Codes in the form the JSON API lists them in."""
    for code in codes:
        yield {"system": code.system, "code": code.code, "display": code.display}


BAD_REQUEST = Kind(
    "bad-request",
    400,
    "The request cannot be understood",
    "Part of the request is malformed; the detail names it and says what it must look like.",
)
CREDENTIALS_REJECTED = Kind(
    "credentials-rejected",
    401,
    "Logging in was refused",
    "The address or the password is wrong. Which of them it is, is never told.",
)
SECOND_FACTOR_DUE = Kind(
    "second-factor-due",
    401,
    "A second factor is due",
    "Address and password are right, and the account has a second factor. Send one of the methods "
    "that the member methods names with the member token to /api/v1/sessions/second-factor.",
)
NOT_SIGNED_IN = Kind(
    "not-signed-in",
    401,
    "Please log in first",
    "What was asked for belongs to an account. Log in, or send the session's cookie along.",
)
NOT_IN_PLAN = Kind(
    "not-in-plan",
    403,
    "The plan does not include this",
    "What was asked for is part of a larger plan, which the detail names; the member unlock says "
    "what opens it. Nothing was charged.",
)
CROSS_SITE = Kind(
    "cross-site-request",
    403,
    "The request came from another site",
    "What changes something must be sent from this site's own pages, or by a program that is no "
    "browser. Open the page here and send it again.",
)
PROOF_NEEDED = Kind(
    "proof-needed",
    403,
    "Please prove who you are first",
    "What was asked for changes who may get in, or takes something away for good. It is done only "
    "within ten minutes of logging in or of proving again who you are, at /account/prove.",
)
PROOF_REASON = "REAUTHENTICATION_REQUIRED"
"""The reason that goes with it."""
KEY_REFUSED = Kind(
    "key-refused",
    401,
    "The key is not valid",
    "What was sent as a key is none, was revoked or has ended. Nothing was charged. The owner of "
    "the account can make another at /account/keys.",
)
KEY_NOT_ENOUGH = Kind(
    "key-not-enough",
    403,
    "The key does not open this",
    "A key opens the routes of the API for which it has the scope, and nothing else; the detail "
    "says which scope is missing. Nothing was charged.",
)
REFUSED_BY_ACCOUNTS = Kind(
    "refused-by-accounts",
    409,
    "The account does not allow this",
    "The state of the account is against what was asked for; the detail says what, and what to do.",
)
TOKEN_REFUSED = Kind(
    "token-refused",
    410,
    "The link or code is not valid any more",
    "It was used before, has become too old, or a newer one took its place. Ask for a new one.",
)
CPT_TERMS = Kind(
    "cpt-terms",
    403,
    "Please accept the CPT terms first",
    "What was asked for has CPT content, which is shown once its terms are accepted. The members "
    "terms, terms_version and accept say what they are and how to accept them. Nothing was "
    "charged.",
)
NOT_FOUND = Kind(
    "not-found",
    404,
    "There is no such page",
    "The address names nothing here. For codes, the nearest ones are suggested, and the member "
    "listed says when other releases have the code. A page that does not exist is never charged.",
)
NOTEBOOK_FULL = Kind(
    "notebook-full",
    409,
    "No more codes can be marked",
    "An account can mark so many codes. Take a mark away, then mark another.",
)
METHOD_NOT_ALLOWED = Kind(
    "method-not-allowed",
    405,
    "The method is not allowed here",
    "The address exists but does not answer this method; the Allow header names those it answers.",
)
TIMED_OUT = Kind(
    "request-timeout",
    408,
    "The request took too long to arrive",
    "The rest of the request did not arrive in time. Send it again.",
)
TOO_LARGE = Kind(
    "content-too-large",
    413,
    "The request is too large",
    "The body is longer than this address takes. Send less.",
)
UNSUPPORTED_MEDIA_TYPE = Kind(
    "unsupported-media-type",
    415,
    "The body has a form that is not read here",
    "The address reads bodies of one media type, which the detail names; set Content-Type to it.",
)
INVALID_FIELDS = Kind(
    "invalid-fields",
    422,
    "Some of what was filled in is not right",
    "The member errors names each field at fault and says what is wrong with it.",
)
TOO_MANY_ATTEMPTS = Kind(
    "too-many-attempts",
    429,
    "Too many attempts for the moment",
    "Checking a password takes effort on purpose: only so many are checked at once, and only so "
    "many wrong ones are looked at for one address, from one network and in all. The same holds "
    "for registrations and for mails that are asked for. Try again after the seconds that the "
    "Retry-After header names.",
)
TOO_MANY_REQUESTS = Kind(
    "too-many-requests",
    429,
    "Too many searches in a short time",
    "Searches, completions and case notes are free, but only so many a minute; the RateLimit "
    "headers say how many. Try again after the seconds that the Retry-After header names.",
)
QUOTA_EXCEEDED = Kind(
    "quota-exceeded",
    429,
    "The limit of this period is spent",
    "The plan's limit for this period is spent. What was already seen stays free; the member "
    "unlock says what opens more and reset_time when the period ends.",
)
NETWORK_CEILING = Kind(
    "network-ceiling",
    429,
    "Many new visitors came from your network today",
    "So many visitors without an account or a guest's cookie are let in from one network on one "
    "day (UTC), and that many have come. Whoever has come before goes on; a free account is never "
    "held up. The member unlock says so and reset_time when new guests are welcome again.",
)
INTERNAL = Kind(
    "internal",
    500,
    "Something failed on our side",
    "The failure has been logged. Trying again may help; nothing was charged for the failure.",
)
UNAVAILABLE = Kind(
    "unavailable",
    503,
    "A part of the site cannot be reached",
    "A part the answer depends on is away for the moment. Try again after the seconds that the "
    "Retry-After header names.",
)
ACCOUNT_UNCHECKED = Kind(
    "account-unchecked",
    503,
    "We cannot check your account just now",
    "The request carries a session, and whose it is cannot be found out for the moment. Nothing "
    "was charged and nobody was logged out. Try again after the seconds that the Retry-After "
    "header names.",
)

KINDS = {
    kind.slug: kind
    for kind in (
        *(BAD_REQUEST, CREDENTIALS_REJECTED, CROSS_SITE, CPT_TERMS, NOT_FOUND, METHOD_NOT_ALLOWED),
        *(TIMED_OUT, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, INVALID_FIELDS, TOO_MANY_ATTEMPTS),
        *(TOO_MANY_REQUESTS, QUOTA_EXCEEDED, NOT_SIGNED_IN, NOT_IN_PLAN, NOTEBOOK_FULL),
        NETWORK_CEILING,
        SECOND_FACTOR_DUE,
        *(PROOF_NEEDED, REFUSED_BY_ACCOUNTS, TOKEN_REFUSED, KEY_REFUSED, KEY_NOT_ENOUGH),
        *(INTERNAL, UNAVAILABLE, ACCOUNT_UNCHECKED),
    )
}


def internal() -> Problem:
    """Something failed here that nobody foresaw."""
    return Problem(INTERNAL, "INTERNAL", "The request could not be answered. Please try again.")


def cpt_terms(licence: lookup_pb2.CptLicence) -> Problem:
    """CPT content is asked for and its terms have not been accepted."""
    return Problem(
        CPT_TERMS,
        "CPT_TERMS_NOT_ACCEPTED",
        "This has CPT content. Please read its terms and accept them; nothing was charged.",
        members={
            "terms": licence.terms,
            "terms_version": licence.terms_version,
            "accept": {
                "method": "POST",
                "href": "/api/v1/licences/cpt/acceptances",
                "body": {"terms_version": licence.terms_version},
            },
        },
    )


def not_known_for_date(
    system_name: str, on: date | None, loaded: Sequence[lookup_pb2.Release]
) -> Problem:
    """No loaded release covers the day *on*; *loaded* are those that there are, newest first."""
    day = day_in_words(on) if on else "this date"
    detail = f"No loaded release of {system_name} covers {day}: it is not known for this date."
    if loaded:
        newest = loaded[0]
        detail += (
            f" The newest, {newest.name}, applies from {iso_day_in_words(newest.effective)} to "
            f"{iso_day_in_words(newest.expires)}."
        )
    if len(loaded) > 1:
        detail += f" The oldest begins on {iso_day_in_words(loaded[-1].effective)}."
    return Problem(NOT_FOUND, "NOT_KNOWN_FOR_DATE", detail)


def network_ceiling(until: datetime) -> Problem:
    """A new guest is not let in before *until* (UTC), as their network has brought so many."""
    seconds = round((until - datetime.now(UTC)).total_seconds())
    return Problem(
        NETWORK_CEILING,
        "NETWORK_CEILING",
        f"{CROWDED} Register a free account to go on; it is never held up by others. New guests "
        f"are welcome again on {day_in_words(until.date())} (UTC).",
        retry_after=max(1, seconds),
        members={"unlock": "REGISTER", "reset_time": json_time(until)},
    )


def lookup_away() -> Problem:
    """Lookup cannot be reached."""
    return Problem(
        UNAVAILABLE,
        "LOOKUP_UNAVAILABLE",
        "The code catalog cannot be reached for the moment. Please try again in a few seconds.",
        retry_after=2,
    )


def refused_by_lookup(error: ServiceError) -> Problem:
    """What lookup refused; a refusal that is no visitor's doing counts as an outage of lookup."""
    if error.reason in NOTHING_THERE:
        return Problem(NOT_FOUND, error.reason, error.message)
    if error.code is grpc.StatusCode.INVALID_ARGUMENT:
        return Problem(BAD_REQUEST, error.reason, error.message)
    log.error("lookup_refused", reason=error.reason, code=error.code.name)
    return lookup_away()


def of_failure(failure: Exception) -> Problem:
    """What a call to lookup ended with: its refusal, one of ours, or that it is away."""
    match failure:
        case Refused():
            return failure.problem
        case ServiceError():
            return refused_by_lookup(failure)
        case _:
            return lookup_away()


def metering_away() -> Problem:
    """Metering cannot be reached, and the answer is nothing but its."""
    return Problem(
        UNAVAILABLE,
        "METERING_UNAVAILABLE",
        "What is left of your plan cannot be read for the moment. Please try again in a few "
        "seconds.",
        retry_after=2,
    )


def records_away() -> Problem:
    """The record of page views cannot be read now, or not in time."""
    return Problem(
        UNAVAILABLE,
        "RECORDS_UNAVAILABLE",
        "Part of what is held about you cannot be read for the moment, and half a document would "
        "mislead. Please try again in a minute.",
        retry_after=60,
    )


def accounts_away() -> Problem:
    """Accounts cannot be reached."""
    return Problem(
        UNAVAILABLE,
        "ACCOUNTS_UNAVAILABLE",
        "Accounts cannot be reached for the moment. Please try again in a few seconds.",
        retry_after=5,
    )


def provider_away() -> Problem:
    """Another site, through which somebody signs in, cannot be reached."""
    return Problem(
        UNAVAILABLE,
        "PROVIDER_UNAVAILABLE",
        "The other site cannot be reached for the moment. Please try again in a minute, or sign "
        "in another way.",
        retry_after=60,
    )


def account_unchecked() -> Problem:
    """There is a session, and accounts cannot be asked whose it is."""
    return Problem(
        ACCOUNT_UNCHECKED,
        "ACCOUNT_UNCHECKED",
        "You are logged in, but who you are cannot be checked for the moment. Nothing was charged "
        "and you stay logged in. Please try again in a few seconds.",
        retry_after=5,
    )


def assistant_away() -> Problem:
    """The assistant cannot be reached, or its answer broke off before anything was shown."""
    return Problem(
        UNAVAILABLE,
        "ASSISTANT_UNAVAILABLE",
        "CasePilot cannot be reached for the moment. Nothing was charged. Please ask again in a "
        "few seconds.",
        retry_after=5,
    )


def invalid_fields(errors: Mapping[str, str]) -> Problem:
    """What is wrong with fields, by their names."""
    detail = "; ".join(f"{name}: {fault}" for name, fault in errors.items())
    return Problem(INVALID_FIELDS, "FIELDS_INVALID", detail, errors=errors)


def refused_by_accounts(error: ServiceError) -> Problem:
    """What accounts refused."""
    if error.code is grpc.StatusCode.INVALID_ARGUMENT:
        return invalid_fields(error.violations)
    if error.reason == "CREDENTIALS_REJECTED":
        return Problem(
            CREDENTIALS_REJECTED, error.reason, "The e-mail address or the password is wrong."
        )
    if error.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        told = error.metadata.get("retry_after_seconds", "")
        seconds = int(told) if told.isdigit() else 1
        detail = (
            "Too many people are logging in at this moment. Please try again in a few seconds."
            if seconds <= _FEW_SECONDS
            else f"There were too many attempts. Please try again in {minutes_in_words(seconds)}."
        )
        return Problem(TOO_MANY_ATTEMPTS, error.reason, detail, retry_after=seconds)
    if error.reason == "PROOF_REJECTED":
        detail = "That is not right, or it was used before. Please try again."
        return Problem(CREDENTIALS_REJECTED, error.reason, detail)
    if error.reason == PROOF_REASON:
        return Problem(
            PROOF_NEEDED, error.reason, "Please prove again who you are, then send this again."
        )
    if error.reason == "TOKEN_REFUSED":
        detail = "This link or code was used before or is too old. Please ask for a new one."
        return Problem(TOKEN_REFUSED, error.reason, detail)
    if error.reason in ("ACCOUNT_UNKNOWN", "SESSION_UNKNOWN"):
        return not_signed_in()
    if error.reason == "NOTEBOOK_FULL":
        return Problem(NOTEBOOK_FULL, error.reason, error.message)
    if error.code in (grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.NOT_FOUND):
        # These say in words for people what is against it and what to do.
        return Problem(REFUSED_BY_ACCOUNTS, error.reason, error.message)
    log.error("accounts_refused", reason=error.reason, code=error.code.name)
    return accounts_away()


def second_factor_due(token: str, methods: Sequence[str]) -> Problem:
    """A log-in that waits for one of *methods*, to be brought with *token*."""
    return Problem(
        SECOND_FACTOR_DUE,
        "SECOND_FACTOR_DUE",
        "The account has a second factor. Send it to /api/v1/sessions/second-factor with this "
        "token, within ten minutes.",
        members={"token": token, "methods": list(methods)},
    )


def not_signed_in() -> Problem:
    """What is asked for belongs to an account, and nobody is signed in."""
    return Problem(NOT_SIGNED_IN, "NOT_SIGNED_IN", "This belongs to an account. Please log in.")


def refused_by_assistant(error: ServiceError) -> Problem:
    """What the assistant refused, or that it cannot be reached."""
    if error.code is grpc.StatusCode.INVALID_ARGUMENT:
        return invalid_fields(error.violations)
    if error.reason == "LOOKUP_UNAVAILABLE":
        return lookup_away()
    log.warning("assistant_away", reason=error.reason, code=error.code.name)
    return assistant_away()


class Refused(Exception):  # noqa: N818 - it carries the answer
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem
