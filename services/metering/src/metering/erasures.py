"""Accounts that were erased: what is counted and recorded of them goes too."""

import asyncio
import time

from codingahead.accounts.v1 import events_pb2
from metering.availability import Availability
from metering.decision import QuestionInvalid, Subject, check_id
from metering.erasure import Eraser
from metering.ledger_reader import LedgerAway
from metering.redis_connection import RedisAway
from servicekit.bus import Bus, DurableConsumer
from servicekit.events import Event, EventType, MalformedEvent
from servicekit.logs import get_logger
from servicekit.metrics import Counter

log = get_logger("metering.erasures")

ACCOUNT_ERASED = EventType("accounts", "account_erased", 1, events_pb2.AccountErased)
"""What accounts says, as far as it is read here."""
STREAM = "ACCOUNTS"
DURABLE = "metering-account-erased"

ERASED = Counter("metering_accounts_erased_total", "Accounts erased.")

_PAUSE_SECONDS = 1.0


class Erasures:
    """Erases each account that accounts says is erased; an outage is waited for."""

    def __init__(self, eraser: Eraser, availability: Availability) -> None:
        self._eraser = eraser
        self._availability = availability

    async def consume(self, bus: Bus) -> None:
        """Handle events until cancelled."""
        await self._availability.wait()
        await DurableConsumer(
            bus, STREAM, ACCOUNT_ERASED.subject, DURABLE, self.handle, ack_wait=120.0
        ).run()

    async def handle(self, event: Event) -> None:
        """Erase the account that *event* names, however long Redis or the ledger is away.

        Raises:
            MalformedEvent: when it cannot be read or its id cannot be; never worth a retry.
        """
        account_id = ACCOUNT_ERASED.parse(event).account_id
        try:
            check_id("account_id", account_id)
        except QuestionInvalid as fault:
            raise MalformedEvent(str(fault)) from None
        while True:
            await self._availability.wait()
            try:
                grants = await self._eraser.erase(
                    Subject("account", account_id), int(time.time() * 1000)
                )
            except (RedisAway, LedgerAway) as error:
                log.warning("erasure_waits", why=str(error))
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                ERASED.inc()
                log.info("account_erased", grants=grants)
                return
