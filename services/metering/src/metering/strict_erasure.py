"""Erasing what the ledger says of an account's strict actions.

First an entry that says so is put behind the others, for every strict action, also one that was
never used. From then on nothing can be written for the holder: whoever read an earlier entry, or
none, finds that another came first, and reads this one. Then each entry before it is replaced as
``erasure`` has it: what was charged is stored without identifiers, and the original overwritten.
"""

import uuid
from collections.abc import Collection

from metering.balance import Holder
from metering.decision import Subject
from metering.ledger_reader import Ledger
from metering.strict_entries import (
    anonymous,
    entry_in,
    erased_event,
    holder_of,
    subjects_of,
)
from servicekit.logs import get_logger

log = get_logger("metering.strict_erasure")


async def erase_units(
    ledger: Ledger, subject: Subject, actions: Collection[str], now_ms: int
) -> int:
    """Make anonymous what *subject* was charged for any action, *actions* included; how often.

    Repeating is safe: a copy that was stored before is told by its name.

    Raises:
        LedgerAway: when the ledger could not be read or written; to be repeated.
    """
    holders = {Holder(subject, action) for action in actions}
    async for messages, _ in ledger.read([subjects_of(subject)]):
        holders.update(holder_of(message.subject) for message in messages)
    last = uuid.uuid4().hex
    for holder in sorted(holders, key=lambda holder: holder.action):
        await ledger.append(erased_event(holder, f"{last}-{holder.action}", now_ms))
    done = 0
    async for messages, _ in ledger.read([subjects_of(subject)]):
        for message in messages:
            try:
                entry = entry_in(message.data)
            except ValueError:
                # It names somebody by its subject, so it goes all the same.
                log.error("ledger_entry_unreadable", sequence=message.metadata.sequence.stream)
            else:
                if entry.entry_id.startswith(last):
                    continue
                if copy := anonymous(entry):
                    await ledger.append(copy)
                    done += 1
            await ledger.delete(message.metadata.sequence.stream)
    return done
