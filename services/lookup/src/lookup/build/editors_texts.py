"""Editors' texts as a part of the catalog: the published ones, over what would be composed."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.part import Read
from lookup.documents import SearchDocument
from lookup.facts import Source
from lookup.packs.against_catalog import repeated_titles, unknown_codes
from lookup.packs.pack_text import PackText, digest
from lookup.spelling import code_key

SOURCE_ID = "editors"


class EditorsTexts:
    """The texts *texts*; those about codes that no part before has written are passed over.

    What is passed over is told to *warn*: a pack outlives the codes it is about.
    """

    name = "the texts of editors"
    tables = ""
    effective = date.min

    def __init__(self, texts: Sequence[PackText], site: str, warn: Callable[[str], None]) -> None:
        self._texts = texts
        self._site = site
        self._warn = warn

    def reads(self) -> list[Read]:
        """The texts."""
        return [Read("content packs", digest(self._texts))]

    def write(self, writer: CatalogWriter) -> None:
        """Write the texts that are about codes and say more than their titles."""
        titles = {
            (text.system, text.code): _title(writer, text.system, text.code) for text in self._texts
        }
        faults = [
            *unknown_codes(
                self._texts, lambda system, code: titles.get((system, code)) is not None
            ),
            *repeated_titles(self._texts, lambda system, code: titles.get((system, code))),
        ]
        passed_over = {(fault.file, fault.line): fault for fault in faults}
        loaded = {system for (system,) in writer.connection.execute("SELECT system FROM releases")}
        for text in self._texts:
            # Of a code set that is not loaded at all nothing else was to be expected.
            if (fault := passed_over.get((text.file, text.line))) and text.system in loaded:
                self._warn(str(fault))
        texts = [text for text in self._texts if (text.file, text.line) not in passed_over]
        if not texts:
            return
        writer.source(
            Source(
                id=SOURCE_ID,
                name="Common-language texts by the editors of this site",
                release="",
                published="",
                effective="",
                licence=f"© {self._site}",
                origin="content packs",
            )
        )
        writer.connection.executemany(
            "INSERT INTO editors_texts VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    *(text.system, code_key(text.code), text.section, text.author),
                    *(
                        text.reviewed_on.isoformat(),
                        json.dumps(text.paragraphs, ensure_ascii=False),
                        SOURCE_ID,
                    ),
                )
                for text in texts
            ),
        )
        for system in sorted({text.system for text in texts}):
            held = sum(text.system == system for text in texts)
            writer.relation(system, "Common-language texts by editors", SOURCE_ID, held)

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        """None: texts are not searched."""
        return iter(())


def _title(writer: CatalogWriter, system: str, code: str) -> str | None:
    """The newest title of a code, spelled as published; None when no release has it."""
    row = writer.connection.execute(
        "SELECT title FROM codes WHERE system = ? AND code_key = ? AND code = ? "
        "ORDER BY effective DESC",
        (system, code_key(code), code),
    ).fetchone()
    return row[0] if row else None
