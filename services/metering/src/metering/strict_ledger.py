"""The ledger as arbiter: the last entry of a holder, and the next one if no other came first."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from metering.balance import Balance, Holder
from metering.ledger_reader import STREAM, LedgerAway
from metering.strict_entries import balance_of, entry_in, subject_of_holder
from servicekit.bus import Bus
from servicekit.events import Event
from servicekit.metrics import Counter

UNKNOWN = Counter(
    "metering_strict_unknown_total", "Entries whose acknowledgement was late: asked for again."
)

_EXPECTED = "Nats-Expected-Last-Subject-Sequence"
_WRONG_SEQUENCE = 10071
_SAME_IN_HAND = 10158
"""The same entry is being stored at this moment."""
_NO_MESSAGE = 10037
_ACK_SECONDS = 0.25
_LATE_SECONDS = 0.05
_REST_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Last:
    """A holder's *balance*, and the stream's *sequence* of the entry that says so; 0: none does."""

    sequence: int
    balance: Balance


class StrictLedger:
    """Reads and writes entries of strict actions. Methods raise :class:`LedgerAway`.

    A ledger that has just let somebody wait in vain is not asked for a moment: what comes in a
    batch with page views must not wait for it time and again.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._rests_until = 0.0

    async def last(self, holder: Holder) -> Last:
        """The last entry of *holder*, from the stream's leader: a follower's may be an older one.

        A leader that has been replaced and does not know it yet may answer too. What follows from
        that cannot be written, as the sequence is another by then.
        """
        if time.monotonic() < self._rests_until:
            raise LedgerAway("it did not answer just now")
        async with self._asking() as jetstream:
            try:
                message = await jetstream.get_last_msg(STREAM, subject_of_holder(holder))
            except NotFoundError as error:
                if error.err_code != _NO_MESSAGE:
                    raise
                return Last(0, Balance())
        try:
            return Last(message.seq or 0, balance_of(entry_in(message.data or b"")))
        except (ValueError, KeyError) as error:
            raise LedgerAway(f"message {message.seq} cannot be read: {error}") from None

    async def write(self, event: Event, after: int) -> bool:
        """Store *event* next to the entry with the sequence *after*; False when another came first.

        When no acknowledgement comes, whether it is stored is unknown and never assumed: it is
        published again. Then it is stored now, or is a duplicate, or its sequence is not the right
        one any more, and who reads the last entry sees whether it is in there.
        """
        headers = {**event.headers(), _EXPECTED: str(after)}
        async with self._asking() as jetstream:
            while True:
                try:
                    await jetstream.publish(
                        event.subject, event.data, timeout=_ACK_SECONDS, headers=dict(headers)
                    )
                except NatsTimeoutError:
                    UNKNOWN.inc()
                except APIError as error:
                    if error.err_code == _WRONG_SEQUENCE:
                        return False
                    if error.err_code != _SAME_IN_HAND:
                        raise
                    await asyncio.sleep(_LATE_SECONDS)
                else:
                    return True

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[JetStreamContext]:
        if not self._bus.connected:
            raise LedgerAway("the bus is not connected")
        began = time.monotonic()
        try:
            yield await self._bus.jetstream()
        except (NatsError, OSError, TimeoutError, asyncio.CancelledError) as error:
            if time.monotonic() - began > _LATE_SECONDS:
                self._rests_until = time.monotonic() + _REST_SECONDS
            if isinstance(error, asyncio.CancelledError):
                raise
            raise LedgerAway(str(error) or type(error).__name__) from error
