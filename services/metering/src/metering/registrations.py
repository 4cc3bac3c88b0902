"""Accounts that were registered: what an interrupted merge left undone is done here."""

import asyncio

from codingahead.accounts.v1 import events_pb2
from metering.availability import Availability
from metering.decision import QuestionInvalid
from metering.merge import Merge
from metering.merger import Merger
from metering.redis_connection import RedisAway
from servicekit.bus import Bus, DurableConsumer
from servicekit.events import Event, EventType, MalformedEvent
from servicekit.logs import get_logger

log = get_logger("metering.registrations")

ACCOUNT_REGISTERED = EventType("accounts", "account_registered", 1, events_pb2.AccountRegistered)
"""What accounts says, as far as it is read here."""
STREAM = "ACCOUNTS"
DURABLE = "metering-account-registered"

_PAUSE_SECONDS = 1.0


class Registrations:
    """Repeats the merge of each account that was registered; nearly all are done already.

    While Redis is away an event waits in hand and none is fetched: an outage must not use up the
    tries after which an event is given up.
    """

    def __init__(self, merger: Merger, availability: Availability) -> None:
        self._merger = merger
        self._availability = availability

    async def consume(self, bus: Bus) -> None:
        """Handle events until cancelled."""
        await self._availability.wait()
        await DurableConsumer(bus, STREAM, ACCOUNT_REGISTERED.subject, DURABLE, self.handle).run()

    async def handle(self, event: Event) -> None:
        """Merge what *event* names, however long Redis is away.

        Raises:
            MalformedEvent: when it cannot be read or its ids cannot be; never worth a retry.
            QuestionInvalid: when there is no such plan, which a plan file yet to come may have.
        """
        registered = ACCOUNT_REGISTERED.parse(event)
        if not registered.guest_id:
            return
        merge = Merge(registered.guest_id, registered.account_id, registered.plan)
        while True:
            await self._availability.wait()
            try:
                merged = await self._merger.merge(merge)
            except QuestionInvalid as fault:
                if fault.field == "plan":
                    raise
                raise MalformedEvent(str(fault)) from None
            except RedisAway as error:
                log.warning("merge_waits", why=str(error))
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                if merged.merge_id and not merged.repeated:
                    log.info("merge_repaired", resources=merged.resources)
                return
