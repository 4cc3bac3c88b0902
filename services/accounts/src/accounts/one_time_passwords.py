"""One-time passwords of an app: RFC 6238, six digits, a step of 30 seconds."""

import hmac
import re
from datetime import datetime, timedelta

import pyotp

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""How far a device's clock may be off, either way."""
MOST_FAILURES = 10
"""So many wrong ones may be tried in :data:`FAILURE_WINDOW`; then none is looked at.

Guessing at that rate finds the right one of a million, of which three hold at a time, in a day
with a chance of 1 to 1,400, and only whoever knows the password gets to guess.
"""
FAILURE_WINDOW = timedelta(hours=1)

_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """A secret of 160 bits in base32, as RFC 4226 recommends."""
    return pyotp.random_base32(32)


def uri_of(secret: str, site: str, holder: str) -> str:
    """The ``otpauth://`` address by which an app takes *secret*; *holder* is shown beside it."""
    return pyotp.TOTP(secret).provisioning_uri(name=holder, issuer_name=site)


def step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The time step whose password *code* is, if it is later than the step *after*.

    None for any other code; the same work is done whichever step is meant.
    """
    code = code.replace(" ", "")
    if not _CODE.fullmatch(code):
        return None
    current = int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret)
    found = None
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        if hmac.compare_digest(generator.generate_otp(step), code) and step > after:
            found = step
    return found
