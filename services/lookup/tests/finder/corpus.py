"""Some hundred real codes, as the code sets hand them over.

``codes.tsv`` holds ICD-10-CM and ICD-10-PCS (NCHS and CMS) and HCPCS Level II (CMS), all in the
public domain: system, code, flags ("b" billable, "d" default), chapter, stem, title, and aliases
as field and text.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from lookup.documents import Alias, AliasField, SearchDocument

FIRST, LAST = date(2025, 10, 1), date(2026, 9, 30)
DAY = date(2026, 4, 1)
SYSTEMS = ("hcpcs", "icd-10-cm", "icd-10-pcs")
DAYS = dict.fromkeys(SYSTEMS, DAY)


def documents() -> Iterator[SearchDocument]:
    """The codes, each for the whole year, and a few made up."""
    text = (Path(__file__).parent / "codes.tsv").read_text("utf-8")
    for line in text.splitlines():
        system, code, flags, chapter, stem, title, *aliases = line.split("\t")
        yield SearchDocument(
            system=system,
            code=code,
            title=title,
            billable="b" in flags,
            effective=FIRST,
            expires=LAST,
            stem=stem,
            chapter=chapter,
            default="d" in flags,
            aliases=tuple(
                Alias(AliasField(field), words)
                for field, _, words in (alias.partition("=") for alias in aliases)
            ),
        )
    ended = date(2025, 12, 31)
    yield code_of("A9999", "Walking frame with seat", FIRST, ended)
    yield code_of("A9999", "Rollator with seat", date(2026, 1, 1), LAST)
    yield code_of("A9997", "Adapter pe, each", FIRST, LAST)
    yield code_of("A9998", "Walking frame withdrawn", FIRST, ended)


def code_of(code: str, title: str, effective: date, expires: date) -> SearchDocument:
    """A code made for these tests; HCPCS has none of these numbers."""
    return SearchDocument("hcpcs", code, title, True, effective, expires, chapter="A")
