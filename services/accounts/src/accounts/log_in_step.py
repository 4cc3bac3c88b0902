"""What a log-in waits for once its first proof is given: a second factor, if there is one."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import factor_store, secret_tokens
from accounts.factors import STEP_LIFETIME, SecondFactorDue

LOG_IN: Final = "log_in"
"""Purpose of the token that a log-in waits with."""


async def due(
    connection: AsyncConnection, account_id: str, now: datetime
) -> SecondFactorDue | None:
    """What a log-in of the account still needs; None when it needs nothing more."""
    methods = (await factor_store.factors_of(connection, account_id)).second
    if not methods:
        return None
    # Several devices may be logging in at once: none makes the others' tokens void.
    token = await secret_tokens.give_out(
        connection, LOG_IN, account_id, now, STEP_LIFETIME, replace=False
    )
    return SecondFactorDue(token, methods, now + STEP_LIFETIME)
