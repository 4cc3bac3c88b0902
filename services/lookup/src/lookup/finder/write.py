"""Writes an index folder. The same documents give the same answers."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import tantivy

from lookup.documents import SearchDocument
from lookup.finder.collected import VARIANT, Collection, Entry
from lookup.finder.columns import ColumnsWriter
from lookup.finder.deletes import write_deletes
from lookup.finder.knowledge import words_of_tables
from lookup.finder.layout import (
    LONGEST_KEY,
    LONGEST_TABLED,
    SCHEMA,
    SHORTEST_CODE,
    TABLED,
    alias_text,
    full_text_folder,
    full_text_schema,
    names_code,
    naming_texts,
)
from lookup.finder.vocabulary import write_vocabulary
from lookup.finder.words import Stemmer, words_in

_HEAP = 256_000_000


def write_index(folder: Path, catalog_id: str, documents: Iterable[SearchDocument]) -> None:
    """Index *documents* of catalog *catalog_id* in *folder*, which is made and must be new.

    Documents of one code must not hold on the same day. When this returns, all of it is on the
    disk.

    Raises:
        OSError: when the folder is there already or cannot be written.
    """
    folder.mkdir()
    collection = Collection()
    for document in documents:
        collection.add(document)
    entries = collection.ranked()
    columns = ColumnsWriter(folder)
    words = write_vocabulary(columns, collection, entries, words_of_tables(), Stemmer())
    begun = [_beginnings_of_words(text) for text in collection.texts.things]
    _write_full_text(full_text_folder(folder), entries, words.stems_of_texts, begun)
    columns.lists("texts.words", words.words_of_texts)
    columns.strings("texts", collection.texts.things)
    _write_documents(columns, entries)
    _write_codes(columns, entries)
    _write_completions(columns, entries, begun)
    write_deletes(columns, words.spelled)
    columns.finish(
        {
            "catalog_id": catalog_id,
            "schema": SCHEMA,
            "systems": collection.systems.things,
            "chapters": collection.chapters.things,
            "kinds": [
                [kind.system, kind.billable, kind.fold, str(kind.effective), str(kind.expires)]
                for kind in collection.kinds.things
            ],
            "documents": len(entries),
            "words": words.count,
            "texts": len(collection.texts.things),
        }
    )
    _sync(full_text_folder(folder))
    _sync(folder)


def _write_full_text(
    folder: Path, entries: list[Entry], stems: list[str], begun: list[tuple[str, ...]]
) -> None:
    """The entries in their order, so that those alike in rank come out in it."""
    folder.mkdir()
    schema = full_text_schema()
    index = tantivy.Index(schema, str(folder))
    writer = index.writer(_HEAP, 1)
    for number, entry in enumerate(entries):
        document = tantivy.Document()
        document.add_unsigned("number", number)
        document.add_text("kind", str(entry.kind))
        document.add_text("chapter", str(entry.chapter))
        document.add_text("named", stems[entry.title])
        for alias in entry.aliases:
            name = "named" if names_code(alias) else "weak"
            document.add_text(name, stems[alias_text(alias)])
        if entry.rank != VARIANT:
            texts = naming_texts(entry.title, entry.aliases)
            document.add_text(
                "begun", " ".join(sorted({one for text in texts for one in begun[text]}))
            )
        document.add_text("code", " ".join(_beginnings(entry.key, SHORTEST_CODE, LONGEST_KEY)))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _write_documents(columns: ColumnsWriter, entries: list[Entry]) -> None:
    columns.strings("documents.code", (entry.code for entry in entries))
    columns.numbers("documents.kind", (entry.kind for entry in entries), "H")
    columns.numbers("documents.chapter", (entry.chapter for entry in entries), "H")
    columns.numbers("documents.system", (entry.system for entry in entries), "B")
    columns.numbers("documents.rank", (entry.rank for entry in entries), "B")
    columns.numbers("documents.stem_length", (len(entry.stem_key) for entry in entries), "B")
    columns.numbers("documents.title", (entry.title for entry in entries))
    columns.lists("documents.aliases", (entry.aliases for entry in entries))


def _write_codes(columns: ColumnsWriter, entries: list[Entry]) -> None:
    numbers = sorted(
        range(len(entries)),
        key=lambda number: (
            entries[number].key,
            entries[number].system,
            entries[number].effective,
        ),
    )
    keys = b"".join(
        entries[number].key.encode()[:LONGEST_KEY].ljust(LONGEST_KEY, b"\0") for number in numbers
    )
    columns.numbers("codes.key", keys, "B")
    columns.numbers("codes.document", numbers)


def _write_completions(
    columns: ColumnsWriter, entries: list[Entry], begun: list[tuple[str, ...]]
) -> None:
    """The first documents that hold a word with a short beginning, for each system."""
    tables: dict[tuple[str, int], list[int]] = {}
    for number, entry in enumerate(entries):
        if entry.rank == VARIANT:
            continue
        for text in naming_texts(entry.title, entry.aliases):
            for one in begun[text]:
                table = tables.setdefault((one, entry.system), [])
                if len(table) < TABLED and (not table or table[-1] != number):
                    table.append(number)
    keys = sorted(tables)
    columns.strings("completions.key", (f"{one}\t{system}" for one, system in keys))
    columns.lists("completions", (tables[key] for key in keys))


def _beginnings(text: str, shortest: int, longest: int) -> Iterator[str]:
    return (text[:length] for length in range(shortest, min(len(text), longest) + 1))


def _beginnings_of_words(text: str) -> tuple[str, ...]:
    return tuple(
        {
            # The same few thousand come back in all texts.
            sys.intern(one)
            for word in words_in(text)
            for one in _beginnings(word, 1, LONGEST_TABLED)
        }
    )


def _sync(folder: Path) -> None:
    """Let the disk have the files of *folder* and their names."""
    for path in [*folder.iterdir(), folder]:
        if path.is_file() or path == folder:
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
