"""What became of a code, quarter by quarter."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from lookup.facts import Code
from lookup.hcpcs.facts import Record, Status
from lookup.hcpcs.flags import FLAGS
from lookup.hcpcs.page_facts import Change
from lookup.wording import day


def changes_of(
    stretches: Sequence[Code], statuses: Sequence[Status], records: Sequence[Record], begins: date
) -> tuple[Change, ...]:
    """What became of the code, newest first.

    *begins* is the first day that is loaded: what holds then may have begun at any time before.
    """
    found = [
        *_of_validity(stretches, begins),
        *(change for one, other in pairwise(statuses) for change in _of_status(one, other)),
        *(change for one, other in pairwise(records) for change in _of_record(one, other)),
    ]
    found.sort(key=lambda change: change.day, reverse=True)
    return tuple(found)


def _of_validity(stretches: Sequence[Code], begins: date) -> list[Change]:
    found = []
    last: Code | None = None
    for code in stretches:
        if last is None:
            if code.effective > begins:
                found.append(Change(code.effective, "Added."))
        elif last.expires + timedelta(days=1) < code.effective:
            found.append(
                Change(
                    code.effective,
                    f"Returned, after a gap since {day(last.expires + timedelta(days=1))}.",
                )
            )
            found.append(Change(last.expires + timedelta(days=1), "No longer listed."))
        elif last.title != code.title:
            found.append(
                Change(
                    code.effective, f"Short description changed: “{last.title}” to “{code.title}”."
                )
            )
        last = code
    return found


def _of_status(one: Status, other: Status) -> list[Change]:
    found = []
    if one.status != other.status:
        found.append(f"Status indicator changed from {one.status} to {other.status}.")
    if one.payment != other.payment:
        found.append(f"Payment indicator changed from {one.payment} to {other.payment}.")
    if one.apc != other.apc:
        found.append(f"APC changed from {one.apc or 'none'} to {other.apc or 'none'}.")
    if (one.low_age, one.high_age) != (other.low_age, other.high_age):
        found.append(
            f"Age range changed from {one.low_age}–{one.high_age} "
            f"to {other.low_age}–{other.high_age} years."
        )
    for name, flag in FLAGS.items():
        if (name in one.flags) != (name in other.flags):
            verb = "is now" if name in other.flags else "is no longer"
            found.append(f"In the outpatient code editor it {verb} {flag.words}.")
    return [Change(other.effective, text) for text in found]


def _of_record(one: Record, other: Record) -> list[Change]:
    found = []
    if one.long_text != other.long_text:
        found.append(f"Long description changed: “{one.long_text}” to “{other.long_text}”.")
    if one.coverage != other.coverage:
        found.append(f"Coverage code changed from {one.coverage} to {other.coverage}.")
    return [Change(other.effective, text) for text in found]
