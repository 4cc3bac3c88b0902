"""Catalogs beside the built one, for tests that switch."""

import shutil
import sqlite3

from lookup.pointer import CATALOG_FILE, SEARCH_FILE, CatalogFolder


def add_copy(folder: CatalogFolder, catalog_id: str, *, of: str | None = None) -> None:
    """Put a copy of a catalog, the current one, under *catalog_id*; E11.9's title is that id."""
    current = of or folder.current()
    assert current is not None
    place = folder.place(catalog_id)
    shutil.copytree(folder.place(current), place)
    for name in (CATALOG_FILE, SEARCH_FILE):
        (place / name).chmod(0o644)
        connection = sqlite3.connect(place / name)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'catalog_id'", (catalog_id,))
        if name == CATALOG_FILE:
            connection.execute("UPDATE nodes SET title = ? WHERE label = 'E11.9'", (catalog_id,))
        connection.commit()
        connection.close()


def add_damaged(folder: CatalogFolder, catalog_id: str) -> None:
    """Put a catalog under *catalog_id* whose search index was cut short."""
    add_copy(folder, catalog_id)
    with (folder.place(catalog_id) / SEARCH_FILE).open("r+b") as file:
        file.truncate(1 << 20)
