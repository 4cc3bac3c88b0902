"""Sends the mail that waits: never loses any, and repeats one only where nobody can know.

A mail is forgotten right after the server has said that it has it. Whoever dies between those two
leaves a mail that may have been sent: it is sent again, under the same Message-ID, as a link that
never comes is worse than one that comes twice. Whoever dies before, or gets another answer, leaves
one that was not. A folder has no such gap: a file that is written again is the same file.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from accounts.availability import Availability
from accounts.database import DatabaseAway, DatabaseFault
from accounts.letters import Letterhead, Unwritable
from accounts.mail_carriers import Carrier, MailDeferred, MailRefused, ServerAway
from accounts.mail_queue import MailQueue, Taken
from accounts.mailed_tokens import LIFETIMES
from servicekit.logs import get_logger
from servicekit.metrics import Counter, Gauge

log = get_logger("accounts.mail_sender")

MAILS = Counter("accounts_mails_total", "Attempts to send a mail.", ["kind", "outcome"])
OLDEST = Gauge("accounts_mails_oldest_age_seconds", "Age of the oldest mail that waits.")

GIVE_UP = timedelta(days=1)
"""A mail is not tried for longer, nor longer than what it carries is good for."""

_AT_ONCE = 4
_IDLE_SECONDS = 1.0
_MEASURE_SECONDS = 1.0
_DATABASE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 30.0
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=30), timedelta(hours=1)
_LONGEST_AWAY = timedelta(minutes=2)
_STOP_SECONDS = 4.0


class MailSender:
    """Sends through *carrier*, whose every wait ends within *seconds*; any number may at once.

    Without a carrier mail waits, and how long it does is measured all the same.
    """

    def __init__(
        self,
        queue: MailQueue,
        carrier: Carrier | None,
        letterhead: Letterhead,
        availability: Availability,
        now: Callable[[], datetime],
        *,
        seconds: float,
    ) -> None:
        self._queue = queue
        self._carrier = carrier
        self._letterhead = letterhead
        self._availability = availability
        self._now = now
        # Longer than all the waits of one attempt: two senders never have a mail at once.
        self._lease = timedelta(seconds=4 * seconds + 1)
        self._wake = asyncio.Event()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._in_hand: set[asyncio.Task[None]] = set()
        self._failures = 0

    def wake(self) -> None:
        """Say that there is a new mail."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._measure())
            if self._carrier is not None:
                group.create_task(self._send(self._carrier))

    async def stop(self) -> None:
        """Finish what is in hand, for as long as a stop may take."""
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=_STOP_SECONDS)
        for task in self._in_hand:
            task.cancel()

    async def _send(self, carrier: Carrier) -> None:
        while True:
            await self._availability.regained()
            self._wake.clear()
            try:
                took = await self._next(carrier)
            except (DatabaseAway, DatabaseFault) as error:
                log.warning("mail_unreachable", why=str(error))
                await asyncio.sleep(_IDLE_SECONDS)
                continue
            if self._failures:
                # One mail at a time shows whether the server takes any.
                if self._in_hand:
                    await asyncio.wait(self._in_hand)
                pause = min(_LONGEST_PAUSE_SECONDS, 0.5 * 2**self._failures)
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            elif not took:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), _IDLE_SECONDS)

    async def _next(self, carrier: Carrier) -> bool:
        """Begin with the mail that is due longest; False when none is."""
        await self._room.acquire()
        taken = None
        try:
            taken = await self._queue.take(self._now(), self._lease)
        finally:
            if taken is None:
                self._room.release()
        if taken is None:
            return False
        task = asyncio.create_task(self._deliver(carrier, taken))
        self._in_hand.add(task)
        task.add_done_callback(self._done)
        return True

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self._room.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("mail_failed", exc_info=error)

    async def _deliver(self, carrier: Carrier, taken: Taken) -> None:
        outcome = "unknown"
        try:
            outcome = await self._attempt(carrier, taken)
        except (DatabaseAway, DatabaseFault) as error:
            # It is due again when its lease is over.
            log.warning("mail_not_noted", mail=str(taken.id), why=str(error))
        finally:
            MAILS.labels(taken.mail.kind, outcome).inc()

    async def _attempt(self, carrier: Carrier, taken: Taken) -> str:
        """Try once; says what came of it."""
        if (taken.attempt > 1 or taken.mail.kind in LIFETIMES) and self._now() > _worth(taken):
            return await self._give_up(taken, "nobody could send it in time")
        if taken.perhaps_sent:
            log.warning("mail_perhaps_twice", mail=str(taken.id), kind=taken.mail.kind)
        begun = False
        try:
            async with carrier.ready(self._letterhead.letter(taken)) as hand_over:
                if not await self._queue.begin(taken, self._now()):
                    return "overtaken"
                begun = True
                await hand_over()
                await self._sent(taken)
        except (MailRefused, Unwritable) as refusal:
            log.warning("mail_refused", mail=str(taken.id), kind=taken.mail.kind, why=str(refusal))
            await self._queue.forget(taken)
            return "refused"
        except MailDeferred as deferral:
            return await self._put_off(taken, str(deferral), _LONGEST_RETRY)
        except ServerAway as away:
            if not self._failures:
                log.warning("mail_server_away", why=str(away))
            self._failures += 1
            return await self._put_off(taken, str(away), _LONGEST_AWAY, begun=begun)
        if self._failures:
            log.info("mail_server_back")
        self._failures = 0
        return "repeated" if taken.perhaps_sent else "sent"

    async def _sent(self, taken: Taken) -> None:
        """Forget what was sent, however long the database takes: nobody else knows that it was."""
        while True:
            try:
                return await self._queue.forget(taken)
            except (DatabaseAway, DatabaseFault) as error:
                log.warning("mail_not_noted", mail=str(taken.id), why=str(error))
                await asyncio.sleep(_DATABASE_SECONDS)

    async def _put_off(
        self, taken: Taken, why: str, longest: timedelta, *, begun: bool = False
    ) -> str:
        until = self._now() + min(longest, _FIRST_RETRY * 2 ** min(taken.attempt - 1, 10))
        if until > _worth(taken):
            return await self._give_up(taken, why)
        await self._queue.put_off(taken, until, perhaps_sent=begun or taken.perhaps_sent)
        return "put_off"

    async def _give_up(self, taken: Taken, why: str) -> str:
        log.warning("mail_given_up", mail=str(taken.id), kind=taken.mail.kind, why=why)
        await self._queue.forget(taken)
        return "given_up"

    async def _measure(self) -> None:
        while True:
            with suppress(DatabaseAway, DatabaseFault):
                oldest = await self._queue.oldest()
                age = (self._now() - oldest).total_seconds() if oldest else 0.0
                OLDEST.set(max(0.0, age))
            await asyncio.sleep(_MEASURE_SECONDS)


def _worth(taken: Taken) -> datetime:
    """Until when a mail is worth sending."""
    return taken.made_at + LIFETIMES.get(taken.mail.kind, GIVE_UP)
