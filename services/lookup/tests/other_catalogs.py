"""Catalogs beside the built one, for tests that switch."""

import shutil
import sqlite3
from contextlib import closing

from lookup.pointer import CATALOG_FILE, SEARCH_FOLDER, CatalogFolder


def add_copy(folder: CatalogFolder, catalog_id: str, *, of: str | None = None) -> None:
    """Put a copy of a catalog, the current one, under *catalog_id*; E11.9's title is that id."""
    current = of or folder.current()
    assert current is not None
    place = folder.place(catalog_id)
    shutil.copytree(folder.place(current), place)
    (place / CATALOG_FILE).chmod(0o644)
    with closing(sqlite3.connect(place / CATALOG_FILE)) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'catalog_id'", (catalog_id,))
        connection.execute("UPDATE codes SET title = ? WHERE code = 'E11.9'", (catalog_id,))
        connection.commit()


def add_damaged(folder: CatalogFolder, catalog_id: str) -> None:
    """Put a catalog under *catalog_id* whose search index has lost its description."""
    add_copy(folder, catalog_id)
    (folder.place(catalog_id) / SEARCH_FOLDER / "meta.json").unlink()
