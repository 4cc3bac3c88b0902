"""Makes a catalog with other editors' texts out of the current one, without reading sources anew.

Nothing else in it changes, so its search index is the same files; a build later reads the same
texts by itself.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.editors_texts import SOURCE_ID, EditorsTexts
from lookup.build.workplace import new_catalog
from lookup.packs.pack_text import PackText, digest
from lookup.pointer import CATALOG_FILE, SEARCH_FOLDER, CatalogFolder, alone
from lookup.store import UnreadableCatalog


def lay_over(
    folder: CatalogFolder, texts: Sequence[PackText], site: str, warn: Callable[[str], None]
) -> str | None:
    """Make a catalog with *texts* of the current one and make it current; returns its id.

    None when there is no catalog yet: the first build will read the texts.

    Raises:
        UnreadableCatalog: when the current catalog cannot be read, or what was made of it.
        OSError, sqlite3.Error: when the folder cannot be written.
    """
    with alone(folder.path):
        current = folder.current()
        if current is None:
            return None
        base = folder.place(current)
        if not (base / CATALOG_FILE).is_file():
            raise UnreadableCatalog(f"{base}: is named as current and is not there")
        date, _, _rest = current.partition("-")
        told = hashlib.sha256(f"{current}\0{digest(texts)}".encode()).hexdigest()
        catalog_id = f"{date}-{told[:16]}"
        with new_catalog(folder, catalog_id) as workplace:
            _copy(base, workplace)
            _rewrite(workplace / CATALOG_FILE, catalog_id, texts, site, warn)
        return catalog_id


def _copy(base: Path, workplace: Path) -> None:
    shutil.copyfile(base / CATALOG_FILE, workplace / CATALOG_FILE)
    # The index never changes once it is there, so that both catalogs may hold the same files.
    shutil.copytree(base / SEARCH_FOLDER, workplace / SEARCH_FOLDER, copy_function=os.link)


def _rewrite(
    path: Path,
    catalog_id: str,
    texts: Sequence[PackText],
    site: str,
    warn: Callable[[str], None],
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("BEGIN")
        connection.execute("DELETE FROM editors_texts")
        connection.execute("DELETE FROM relations WHERE source_id = ?", (SOURCE_ID,))
        connection.execute("DELETE FROM sources WHERE source_id = ?", (SOURCE_ID,))
        EditorsTexts(texts, site, warn).write(CatalogWriter(connection))
        connection.execute("UPDATE meta SET value = ? WHERE key = 'catalog_id'", (catalog_id,))
        connection.execute("COMMIT")
