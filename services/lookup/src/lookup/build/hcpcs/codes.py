"""Which codes each quarter has, and how they read in it.

The package's short text is how a code reads; an official file decides which codes its own
quarter has, and how they read where the two differ in more than capitals and signs. Its records
of codes that ended before the first quarter say from when to when there was such a code.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from lookup.build.hcpcs.records import OfficialQuarter
from lookup.build.hcpcs.timeline import Timeline, source_of
from lookup.facts import Code, Release
from lookup.hcpcs.facts import Status
from lookup.systems import HCPCS

_SIGNS: Final = re.compile(r"[^0-9a-z]+")


def releases(timeline: Timeline, official: Sequence[OfficialQuarter]) -> list[Release]:
    """A release for each quarter, oldest first; named after the quarter."""
    found = {
        quarter.effective: (quarter.expires, source_of(quarter.effective))
        for quarter in timeline.quarters
    }
    for quarter in official:
        found[quarter.effective] = (quarter.expires, quarter.source_id)
    return [
        Release(
            id=f"hcpcs-{effective:%Y-%m}",
            system=HCPCS,
            name=f"HCPCS Level II {effective:%B %Y}",
            effective=effective,
            expires=expires,
            code_count=0,
            billable_count=0,
            source_id=source_id,
        )
        for effective, (expires, source_id) in sorted(found.items())
    ]


def codes(
    timeline: Timeline,
    statuses: Mapping[str, Sequence[Status]],
    official: Sequence[OfficialQuarter],
    quarters: Sequence[Release],
) -> Iterator[Code]:
    """Every code of every quarter, by code and then in order of time."""
    by_quarter = {quarter.effective: quarter for quarter in official}
    known = set(statuses)
    known.update(code for quarter in official for code in quarter.records)
    for code in sorted(known):
        texts = _texts(timeline, statuses.get(code, ()))
        if (ended := _ended_before(code, official, quarters[0].effective)) is not None:
            yield ended
        for quarter in quarters:
            text, source_id = texts.get(quarter.effective, ""), source_of(quarter.effective)
            file = by_quarter.get(quarter.effective)
            if file is not None and (record := file.records.get(code)) is not None:
                if not file.holds(code):
                    continue
                if _signs(record.short_text) != _signs(text):
                    text = " ".join(record.short_text.split())
                source_id = file.source_id
            if text:
                yield Code(
                    *(HCPCS, code, text, True),
                    *(quarter.effective, quarter.expires, source_id),
                )


def _ended_before(code: str, official: Sequence[OfficialQuarter], first: date) -> Code | None:
    """*code* as it was until it ended before *first*, by the newest file; None when it did not."""
    file = next((file for file in reversed(official) if code in file.records), None)
    if file is None:
        return None
    record = file.records[code]
    ended = record.terminated
    # A code that came back has its new beginning beside its old end.
    if ended is None or ended >= first or ended < record.added:
        return None
    text = " ".join(record.short_text.split())
    return Code(HCPCS, code, text, True, record.added, ended, file.source_id)


def _texts(timeline: Timeline, statuses: Sequence[Status]) -> dict[date, str]:
    return {
        timeline.quarters[place].effective: status.short_text
        for status in statuses
        for place in timeline.places(status.effective, status.expires)
    }


def _signs(text: str) -> str:
    return _SIGNS.sub("", text.lower())
