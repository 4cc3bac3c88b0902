"""Page views of accounts that were erased: they go from the stream."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from gateway.account_events import ACCOUNT_ERASED
from gateway.account_events import STREAM as ACCOUNTS_STREAM
from gateway.page_views import STREAM
from servicekit.bus import Bus, DurableConsumer
from servicekit.events import Event
from servicekit.logs import get_logger
from servicekit.mentions import erase_mentions
from servicekit.metrics import Counter

log = get_logger("gateway.erased_views")

ERASED = Counter("gateway_page_views_erased_total", "Page views removed, as accounts were erased.")

DURABLE: Final = "gateway-account-erased"
_ACK_SECONDS: Final = 120.0
_UNDER_WAY_SECONDS: Final = 2.0
"""Views of pages served before the account was gone may wait to be published for so long."""


class ErasedViews:
    """Removes the page views of each account that is erased; one process does for each."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def run(self) -> None:
        """Handle events until cancelled."""
        await DurableConsumer(
            self._bus,
            ACCOUNTS_STREAM,
            ACCOUNT_ERASED.subject,
            DURABLE,
            self.handle,
            ack_wait=_ACK_SECONDS,
        ).run()

    async def handle(self, event: Event) -> None:
        """Remove the page views of the account that *event* names; to be repeated at will."""
        account_id = ACCOUNT_ERASED.parse(event).account_id
        if not account_id:
            return
        age = (datetime.now(UTC) - event.time).total_seconds()
        await asyncio.sleep(max(0.0, min(_UNDER_WAY_SECONDS, _UNDER_WAY_SECONDS - age)))
        gone = await erase_mentions(self._bus, STREAM, account_id, but=ACCOUNT_ERASED.type)
        ERASED.inc(gone)
        log.info("page_views_erased", views=gone)
