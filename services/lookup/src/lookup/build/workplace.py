"""Makes a catalog out of sight, and puts it in its place as a whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookup.pointer import CATALOG_FILE, CatalogFolder, sync_folder
from lookup.served_catalog import open_finder
from lookup.store import Store

_UNFINISHED = ".building-"


@contextmanager
def new_catalog(folder: CatalogFolder, catalog_id: str) -> Iterator[Path]:
    """A folder to make the catalog *catalog_id* in; at the end it is in its place and current.

    For whoever is alone in *folder*. What was made is opened as it is for serving before it is
    switched to; when that or the making fails, everything stays as it was.

    Raises:
        UnreadableCatalog: when what was made could not be served.
        OSError: when the folder cannot be written.
    """
    # Nobody else builds here now: whatever is unfinished was left by a build that was killed.
    for left in folder.path.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    workplace = folder.path / f"{_UNFINISHED}{catalog_id}"
    workplace.mkdir()
    try:
        yield workplace
        _seal(workplace / CATALOG_FILE)
        check(workplace, catalog_id)
        place = folder.place(catalog_id)
        shutil.rmtree(place, ignore_errors=True)
        workplace.rename(place)
    except BaseException:
        shutil.rmtree(workplace, ignore_errors=True)
        raise
    sync_folder(folder.path)
    folder.switch(catalog_id)


def check(place: Path, catalog_id: str) -> None:
    """Open the catalog *catalog_id* in the folder *place* as it is for serving.

    Raises:
        UnreadableCatalog: when its files are missing, damaged or another's.
    """
    with Store.open(place) as store:
        store.check(catalog_id)
        open_finder(place, store.search_id)


def _seal(catalog: Path) -> None:
    """See that the file is on the disk, and that nobody writes to it any more."""
    catalog.chmod(0o444)
    with catalog.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(catalog.parent)
