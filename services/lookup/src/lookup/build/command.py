"""``lookup catalog build`` and ``lookup catalog list``."""

import sqlite3
import sys
from pathlib import Path

from lookup.build.builder import build, steps
from lookup.build.errors import SourceError
from lookup.build.official.recognise import Findings, recognise
from lookup.build.parts import parts_of
from lookup.build.progress import Progress
from lookup.cpt.record import DamagedRecord
from lookup.pointer import CatalogFolder
from lookup.store import Store, UnreadableCatalog


def build_command(folder: Path, official: Path | None, site: str) -> int:
    """Build from the installed packages, and from files in *official* before them.

    0 when a catalog stands, 1 with a reason when not.
    """
    try:
        findings = recognise(official) if official is not None else Findings((), ())
        for aside in findings.left_aside:
            print(f"left aside: {aside.name}: {aside.reason}", file=sys.stderr)
        parts = parts_of(folder, findings, site, warn=_warn)
    except (SourceError, DamagedRecord, OSError) as error:
        print(f"lookup: no catalog built: {error}", file=sys.stderr)
        return 1
    progress = Progress(steps(parts))
    try:
        built = build(CatalogFolder(folder), parts, progress)
    except (SourceError, OSError, sqlite3.Error) as error:
        progress.fail()
        print(f"lookup: no catalog built: {error}", file=sys.stderr)
        return 1
    if built.fresh:
        newest = {release.system: release for release in reversed(built.releases)}
        held = "; ".join(f"{r.name}, {r.code_count:,} codes" for r in newest.values())
        progress.finish(f"catalog {built.catalog_id} ready in {built.path}: {held}")
    else:
        progress.finish(f"catalog {built.catalog_id} is up to date in {built.path}")
    return 0


def _warn(fault: str) -> None:
    print(f"\npassed over: {fault}", file=sys.stderr)


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
