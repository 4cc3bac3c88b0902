"""What may be searched of ICD-10-PCS: descriptions, the words of the seven characters, the index.

All of it is public. A meaning that tens of thousands of codes share is one object.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Final

from lookup.documents import Alias, AliasField, SearchDocument
from lookup.icd10pcs.axes import LENGTH, TABLE_LENGTH
from lookup.icd10pcs.plain_words import search_words
from lookup.systems import ICD_10_PCS

_UNSAID: Final = ("None", "No Device", "No Qualifier")
_MOST_TERMS: Final = 8


def documents_of(connection: sqlite3.Connection) -> Iterator[SearchDocument]:
    """A document for each code and stretch that a release covers."""
    labels = {
        (context, position, character): label
        for context, position, character, label in connection.execute(
            "SELECT context, position, character, label FROM pcs_values"
        )
    }
    index = {
        prefix: tuple(Alias(AliasField.INDEX, term) for _prefix, term in of)
        for prefix, of in groupby(
            connection.execute("SELECT prefix, term FROM pcs_index ORDER BY prefix, term"),
            key=itemgetter(0),
        )
    }
    terms = {
        label: tuple(term for _label, term in of)
        for label, of in groupby(
            connection.execute("SELECT label, term FROM pcs_terms ORDER BY label, term"),
            key=itemgetter(0),
        )
    }
    first = connection.execute(
        "SELECT min(effective) FROM releases WHERE system = ?", (ICD_10_PCS,)
    ).fetchone()[0]
    shared = _SharedAliases(labels, terms)
    rows = connection.execute(
        "SELECT code, title, billable, effective, expires FROM codes "
        "WHERE system = ? AND effective >= ? ORDER BY code_key, effective",
        (ICD_10_PCS, first),
    )
    for code, title, billable, effective, expires in rows:
        yield SearchDocument(
            system=ICD_10_PCS,
            code=code,
            title=title,
            billable=bool(billable),
            effective=date.fromisoformat(effective),
            expires=date.fromisoformat(expires),
            chapter=code[0],
            aliases=tuple(
                dict.fromkeys(
                    (
                        *shared.of(code),
                        *(
                            alias
                            for length in range(TABLE_LENGTH + 1, LENGTH + 1)
                            for alias in index.get(code[:length], ())
                        ),
                    )
                )
            ),
        )


class _SharedAliases:
    """Aliases by meaning, made once."""

    def __init__(
        self,
        labels: Mapping[tuple[str, int, str], str],
        terms: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._labels = labels
        self._terms = terms
        self._made: dict[tuple[str, int, str, str], tuple[Alias, ...]] = {}

    def of(self, code: str) -> Iterator[Alias]:
        """Aliases of the seven characters of *code*."""
        for position in range(2, LENGTH + 1):
            context = code[: min(position - 1, TABLE_LENGTH)]
            character = code[position - 1]
            other = code[LENGTH - 2] if position == LENGTH else code[LENGTH - 1]
            at = context, position, character, other if position >= LENGTH - 1 else ""
            if at not in self._made:
                label = self._labels.get((context, position, character)) or self._labels.get(
                    (f"{context}/{other}", position, character)
                )
                self._made[at] = tuple(self._aliases(code[0], position, character, label))
            yield from self._made[at]

    def _aliases(
        self, section: str, position: int, character: str, label: str | None
    ) -> Iterator[Alias]:
        if label is None or label in _UNSAID:
            return
        yield Alias(AliasField.AXIS, label)
        if words := search_words(section, position, character, label):
            yield Alias(AliasField.AXIS, words)
        for term in self._terms.get(label, ())[:_MOST_TERMS]:
            yield Alias(AliasField.INDEX, term)
