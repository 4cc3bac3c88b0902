"""What an index is made of, as its writer and its reader agree on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import tantivy

from lookup.documents import AliasField

SCHEMA = 1
"""Raised whenever an older reader could not read what is written."""

FIELDS = tuple(AliasField)
"""Fields by number."""
_NAMING = frozenset(
    FIELDS.index(field)
    for field in (AliasField.INCLUSION_TERM, AliasField.EXPANDED, AliasField.INDEX)
)
_FIELD_SHIFT, _SHARED = 28, 1 << 27
_TEXT = _SHARED - 1

SHORTEST_CODE = 3
LONGEST_KEY = 8
"""Of a code's key so many characters are compared; no published code has more."""
LONGEST_TABLED = 3
"""Beginnings of words up to this length are indexed as such."""
TABLED = 40
"""Of so many documents of each system it is written down that they hold such a beginning."""

EDITS = 2
SPELLED_LETTERS = 7
"""Spelling is corrected by up to so many edits, looked for in so many first letters."""

OWN, FIRST_OF_STEM, OF_STEM = range(3)
"""A code of its own; the first billable one a 7th character made of a stem; another of those."""


ASIDE = 1 << 24
"""Added to the number of a word of a text that stands in parentheses."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What documents are told apart by when they are filtered; each is of one kind."""

    system: str
    billable: bool
    fold: int
    effective: date
    expires: date


def alias_number(field: AliasField, text: int) -> int:
    """An alias as one number: that of its text, and in the highest bits that of its field."""
    return text | FIELDS.index(field) << _FIELD_SHIFT


def shared(alias: int) -> int:
    """*alias* as one whose text so many codes share that it names none of them."""
    return alias | _SHARED


def alias_field(alias: int) -> AliasField:
    """Where the text of *alias* comes from."""
    return FIELDS[alias >> _FIELD_SHIFT]


def alias_text(alias: int) -> int:
    """The number of the text of *alias*."""
    return alias & _TEXT


def names_code(alias: int) -> bool:
    """Whether the text of *alias* names the code itself, not something that holds it."""
    return alias >> _FIELD_SHIFT in _NAMING and not alias & _SHARED


def naming_texts(title: int, aliases: Iterable[int]) -> list[int]:
    """The numbers of the texts that name a code itself."""
    return [title, *(alias & _TEXT for alias in aliases if names_code(alias))]


def full_text_schema() -> tantivy.Schema:
    """Stems of a document's texts, beginnings of its words and code, kind, chapter and number."""
    builder = tantivy.SchemaBuilder()
    for name in ("named", "weak"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("begun", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("code", tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("chapter", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("number", fast=True)
    return builder.build()


def full_text_folder(folder: Path) -> Path:
    """Where the full-text index lies."""
    return folder / "full_text"
