"""What may be searched of HCPCS Level II: codes and descriptors, abbreviated and spelled out."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from lookup.documents import Alias, AliasField, SearchDocument
from lookup.hcpcs.expansion import expand
from lookup.hcpcs.headings import heading_of
from lookup.systems import HCPCS


def documents_of(connection: sqlite3.Connection) -> Iterator[SearchDocument]:
    """A document for each code and stretch in which its descriptors are the same.

    The title is the long description in the quarters for which one may be shown.
    """
    records: dict[str, list[tuple[date, date, str]]] = {}
    for code, effective, expires, text in connection.execute(
        "SELECT code_key, effective, expires, long_text FROM hcpcs_records WHERE modifier = 0 "
        "ORDER BY code_key, effective"
    ):
        days = (date.fromisoformat(effective), date.fromisoformat(expires))
        records.setdefault(code, []).append((*days, text))
    releases = [
        (date.fromisoformat(row[0]), date.fromisoformat(row[1]))
        for row in connection.execute(
            "SELECT effective, expires FROM releases WHERE system = ? ORDER BY effective", (HCPCS,)
        )
    ]
    rows = connection.execute(
        "SELECT code, title, effective, expires FROM codes WHERE system = ? "
        "ORDER BY code_key, effective",
        (HCPCS,),
    )
    for code, title, effective, expires in rows:
        first, last = date.fromisoformat(effective), date.fromisoformat(expires)
        of = records.get(code, [])
        within = [days for days in releases if first <= days[0] and days[1] <= last]
        for long_text, quarters in groupby(within, key=lambda days: _long_text(of, first, days[0])):
            held = list(quarters)
            yield _document(code, title, long_text, held[0][0], held[-1][1])


def _long_text(records: list[tuple[date, date, str]], first: date, begins: date) -> str:
    """The text of the newest record of the stretch that is not newer than the quarter."""
    held = [
        text for effective, expires, text in records if effective <= begins and expires >= first
    ]
    return held[-1] if held else ""


def _document(
    code: str, short: str, long_text: str, effective: date, expires: date
) -> SearchDocument:
    expanded = expand(code, short)
    aliases = [Alias(AliasField.EXPANDED, expanded)]
    if long_text:
        aliases.append(Alias(AliasField.EXPANDED, short))
    heading = heading_of(code)
    if heading is not None:
        aliases.append(Alias(AliasField.GROUP, heading.title))
    return SearchDocument(
        system=HCPCS,
        code=code,
        title=long_text or short,
        billable=True,
        effective=effective,
        expires=expires,
        chapter=code[0],
        aliases=tuple(aliases),
    )
