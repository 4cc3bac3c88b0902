"""Builds a catalog from the installed source and makes it current."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import lookup
from lookup.build.classification import check_against_list, classify
from lookup.build.errors import SourceError
from lookup.build.progress import Progress
from lookup.build.search_index import write_search_index
from lookup.build.source import TabularSource
from lookup.build.tabular_xml import read_tabular
from lookup.build.write import write_catalog
from lookup.facts import Release, Source
from lookup.pointer import CATALOG_FILE, SEARCH_FILE, CatalogFolder, sync_folder
from lookup.store import Store, UnreadableCatalog
from lookup.systems import ICD_10_CM

STEPS = 5
SOURCE_ID = "icd-10-cm"
LICENCE = (
    "ICD-10-CM is produced by the U.S. National Center for Health Statistics (CDC) and is in the "
    "public domain; package simple-icd-10-cm, MIT licence."
)

_RULES = (
    "facts.py",
    "ranges.py",
    "row_set.py",
    "schema.py",
    "seventh_characters.py",
    "spelling.py",
    "systems.py",
)


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a build; *fresh* is False when the catalog was there already."""

    catalog_id: str
    path: Path
    fresh: bool
    release: str
    codes: int = 0
    billable: int = 0


def build(folder: CatalogFolder, source: TabularSource, progress: Progress) -> Built:
    """Build the catalog of *source* in *folder* and make it current.

    The catalog's id is derived from the content of the sources and of the programs that read
    them; when a whole catalog of that id is there, it is only made current. A build that fails
    leaves everything as it was.

    Raises:
        SourceError: when the source is not whole or says what cannot be right.
        OSError, sqlite3.Error: when the folder cannot be written.
    """
    folder.path.mkdir(parents=True, exist_ok=True)
    with _alone(folder.path):
        progress.step(f"checking {source.package} {source.version}")
        catalog_id = _catalog_id(source)
        place = folder.place(catalog_id)
        if catalog_id in folder.catalogs() and _is_whole(place, catalog_id):
            if folder.current() != catalog_id:
                folder.switch(catalog_id)
            return Built(catalog_id, place, False, source.release_name)
        workplace = folder.path / f".building-{catalog_id}"
        shutil.rmtree(workplace, ignore_errors=True)
        workplace.mkdir()
        try:
            built = _build_in(workplace, catalog_id, source, progress)
            shutil.rmtree(place, ignore_errors=True)
            workplace.rename(place)
        except BaseException:
            shutil.rmtree(workplace, ignore_errors=True)
            raise
        sync_folder(folder.path)
        folder.switch(catalog_id)
        return Built(
            catalog_id, place, True, source.release_name, built.code_count, built.billable_count
        )


def _is_whole(place: Path, catalog_id: str) -> bool:
    """Whether the finished catalog in *place* can still be read; a damaged one is built anew."""
    try:
        with Store.open(place) as store:
            store.check(catalog_id)
    except UnreadableCatalog:
        return False
    return True


def _build_in(
    workplace: Path, catalog_id: str, source: TabularSource, progress: Progress
) -> Release:
    progress.step(f"reading {source.tabular.name}")
    tabular = read_tabular(source.tabular.content, source.tabular.name)
    if tabular.version != str(source.effective.year):
        raise SourceError(
            source.tabular.name,
            None,
            f"states version {tabular.version}, but is named for {source.effective.year}",
        )
    progress.step("spelling out 7th characters")
    classification = classify(tabular)
    check_against_list(
        classification, source.code_list.content, source.code_list.name, source.tabular.name
    )
    release = Release(
        id=source.release_id,
        system=ICD_10_CM,
        name=source.release_name,
        effective=source.effective,
        expires=source.expires,
        code_count=len(classification.codes),
        billable_count=classification.billable_count,
        source_id=SOURCE_ID,
    )
    progress.step(f"writing {len(classification.codes):,} codes")
    catalog = workplace / CATALOG_FILE
    write_catalog(catalog, catalog_id, _source(source), release, classification)
    progress.step("indexing titles and inclusion terms")
    search = workplace / SEARCH_FILE
    write_search_index(search, catalog_id, classification)
    for path in (catalog, search):
        path.chmod(0o444)
        with path.open("rb") as file:
            os.fsync(file.fileno())
    sync_folder(workplace)
    return release


def _source(source: TabularSource) -> Source:
    files = "; ".join(
        f"{file.name}, SHA-256 {file.sha256}" for file in (source.tabular, source.code_list)
    )
    return Source(
        id=SOURCE_ID,
        name="ICD-10-CM Tabular List of Diseases and Injuries",
        release=f"{source.effective:%B %Y}",
        published="",
        effective=source.effective.isoformat(),
        licence=LICENCE,
        origin=f"{source.package} {source.version}; {files}",
    )


def _catalog_id(source: TabularSource) -> str:
    digest = hashlib.sha256()
    for part in (source.package, source.version, source.effective.isoformat()):
        digest.update(part.encode() + b"\0")
    for file in (source.tabular, source.code_list):
        digest.update(f"{file.name}\0{file.sha256}\0".encode())
    # The rules decide the content as much as the source does.
    package = Path(lookup.__file__).parent
    for program in (*sorted((package / "build").glob("*.py")), *(package / n for n in _RULES)):
        digest.update(program.read_bytes())
    return f"{source.effective:%Y%m%d}-{digest.hexdigest()[:16]}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One build at a time in a folder; a second one waits for the first."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
