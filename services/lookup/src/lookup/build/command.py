"""``lookup catalog build`` and ``lookup catalog list``."""

import sqlite3
import sys
from pathlib import Path

from lookup.build.builder import STEPS, build
from lookup.build.errors import SourceError
from lookup.build.progress import Progress
from lookup.build.source import installed
from lookup.pointer import CatalogFolder
from lookup.store import Store, UnreadableCatalog


def build_command(folder: Path) -> int:
    """Build from the installed package; 0 when a catalog stands, 1 with a reason when not."""
    progress = Progress(STEPS)
    try:
        built = build(CatalogFolder(folder), installed(), progress)
    except (SourceError, OSError, sqlite3.Error) as error:
        progress.fail()
        print(f"lookup: no catalog built: {error}", file=sys.stderr)
        return 1
    if built.fresh:
        progress.finish(
            f"catalog {built.catalog_id} ready in {built.path}: {built.release}, "
            f"{built.codes:,} codes, {built.billable:,} billable"
        )
    else:
        progress.finish(f"catalog {built.catalog_id} is up to date in {built.path}")
    return 0


def list_command(folder: Path) -> int:
    """Print every catalog in *folder*, the current one marked."""
    place = CatalogFolder(folder)
    current = place.current()
    catalogs = place.catalogs()
    if not catalogs:
        print(f"no catalogs in {folder}; run `lookup catalog build`")
    for catalog_id in catalogs:
        mark = "*" if catalog_id == current else " "
        try:
            with Store.open(place.place(catalog_id)) as store:
                held = ", ".join(
                    f"{release.name} ({release.code_count:,} codes, {release.billable_count:,} "
                    f"billable, {release.effective} to {release.expires})"
                    for release in store.releases()
                )
        except UnreadableCatalog as error:
            held = f"unreadable: {error}"
        print(f"{mark} {catalog_id}  {held}")
    return 0
