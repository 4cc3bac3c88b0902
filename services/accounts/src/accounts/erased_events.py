"""Events of accounts that were erased: they go from the stream, but the one that says so.

That one stays for those who have not heard it yet. What came before it on the stream has reached
everybody who was listening; whoever was not forgets all that they believed when they are back.
"""

from accounts.events import ACCOUNT_ERASED
from servicekit.bus import Bus, DurableConsumer
from servicekit.events import Event
from servicekit.logs import get_logger
from servicekit.mentions import erase_mentions

log = get_logger("accounts.erased_events")

STREAM, DEAD_LETTERS = "ACCOUNTS", "DEAD_LETTER"
DURABLE = "accounts-account-erased"
_ACK_SECONDS = 120.0


class ErasedEvents:
    """Removes what the bus still says of erased accounts; one process does for each."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def run(self) -> None:
        """Handle events until cancelled."""
        await DurableConsumer(
            self._bus, STREAM, ACCOUNT_ERASED.subject, DURABLE, self.handle, ack_wait=_ACK_SECONDS
        ).run()

    async def handle(self, event: Event) -> None:
        """Remove what is said of the account that *event* names; to be repeated at will."""
        account_id = ACCOUNT_ERASED.parse(event).account_id
        if not account_id:
            return
        for stream in (STREAM, DEAD_LETTERS):
            gone = await erase_mentions(self._bus, stream, account_id, but=ACCOUNT_ERASED.type)
            if gone:
                log.info("events_erased", stream=stream, events=gone)
