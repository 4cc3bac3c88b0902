"""Tokens that go out by mail: what each is good for, and how long."""

from datetime import timedelta
from typing import Final

CONFIRM: Final = "confirm_address"
"""Makes the address an account registered with its own."""
CHANGE: Final = "confirm_new_address"
"""Gives an account another address."""
RESET: Final = "reset_password"
"""Sets a new password."""

LIFETIMES: Final = {
    CONFIRM: timedelta(hours=24),
    CHANGE: timedelta(hours=2),
    RESET: timedelta(minutes=30),
}
"""By purpose. The mail that carries a token is of that kind, and worth nothing after it."""
