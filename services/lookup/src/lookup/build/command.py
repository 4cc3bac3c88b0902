"""``lookup catalog build`` and ``lookup catalog list``."""

import errno
import signal
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookup.build.builder import build, steps
from lookup.build.errors import SourceError
from lookup.build.official.recognise import Findings, recognise
from lookup.build.parts import parts_of
from lookup.build.progress import Progress
from lookup.cpt.record import DamagedRecord
from lookup.pointer import CatalogFolder
from lookup.store import Store, UnreadableCatalog

_STOPPED = 130
"""The exit status of what was interrupted, as shells have it."""


def build_command(folder: Path, official: Path | None, site: str) -> int:
    """Build from the installed packages, and from files in *official* before them.

    0 when a catalog stands, 1 with a reason when not, 130 when it was stopped.
    """
    try:
        with _stopped_by_term():
            return _build(folder, official, site)
    except KeyboardInterrupt:
        print("\nlookup: no catalog built: it was stopped", file=sys.stderr)
        return _STOPPED


def _build(folder: Path, official: Path | None, site: str) -> int:
    try:
        findings = recognise(official) if official is not None else Findings((), ())
        for aside in findings.left_aside:
            print(f"left aside: {aside.name}: {aside.reason}", file=sys.stderr)
        parts = parts_of(folder, findings, site, warn=_warn)
    except (SourceError, DamagedRecord, OSError) as error:
        return _failed(error, folder)
    progress = Progress(steps(parts))
    try:
        built = build(CatalogFolder(folder), parts, progress)
    except (SourceError, UnreadableCatalog, OSError, sqlite3.Error) as error:
        progress.fail()
        return _failed(error, folder)
    if built.fresh:
        newest = {release.system: release for release in reversed(built.releases)}
        held = "; ".join(f"{r.name}, {r.code_count:,} codes" for r in newest.values())
        progress.finish(f"catalog {built.catalog_id} ready in {built.path}: {held}")
    else:
        progress.finish(f"catalog {built.catalog_id} is up to date in {built.path}")
    return 0


@contextmanager
def _stopped_by_term() -> Iterator[None]:
    """While it lasts, being terminated is like being interrupted: what was begun is removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _failed(error: Exception, folder: Path) -> int:
    print(f"lookup: no catalog built: {_reason(error, folder)}", file=sys.stderr)
    return 1


def _reason(error: Exception, folder: Path) -> str:
    full = (
        error.errno == errno.ENOSPC
        if isinstance(error, OSError)
        else getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    )
    if not full:
        return str(error)
    return (
        f"the disk is full ({error}); a build needs about 1 GB, in {folder} and, while it runs, in "
        f"{tempfile.gettempdir()}"
    )


def _warn(fault: str) -> None:
    # On a terminal it takes the place of the line of progress, which the next step draws anew.
    start = "\r\x1b[K" if sys.stderr.isatty() else ""
    print(f"{start}passed over: {fault}", file=sys.stderr)


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
