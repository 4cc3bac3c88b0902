"""Which codes each quarter has, and how they read in it.

The package's short text is how a code reads; an official file decides which codes its own
quarter has, and how they read where the two differ in more than capitals and signs.
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


def _texts(timeline: Timeline, statuses: Sequence[Status]) -> dict[date, str]:
    return {
        timeline.quarters[place].effective: status.short_text
        for status in statuses
        for place in timeline.places(status.effective, status.expires)
    }


def _signs(text: str) -> str:
    return _SIGNS.sub("", text.lower())
