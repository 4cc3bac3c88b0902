"""Builds a catalog from its parts and makes it current."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import lookup
from lookup.build.catalog_file import catalog_file
from lookup.build.catalog_writer import CatalogWriter
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.build.workplace import check, new_catalog
from lookup.documents import SearchDocument, joined
from lookup.facts import Release
from lookup.finder.write import write_index
from lookup.pointer import CATALOG_FILE, SEARCH_FOLDER, CatalogFolder, alone
from lookup.store import Store, UnreadableCatalog

_RULES = (
    *("documents.py", "facts.py", "schema.py", "spelling.py", "systems.py"),
    *("build/**/*", "finder/**/*", "packs/**/*"),
    *("icd10cm/*.py", "icd10pcs/*.py", "hcpcs/*.py", "cpt/*.py", "ms_drg/*.py"),
)
"""The programs that decide what is in a catalog."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a build; *fresh* is False when the catalog was there already."""

    catalog_id: str
    path: Path
    fresh: bool
    releases: tuple[Release, ...]


def steps(parts: Sequence[Part]) -> int:
    """How many steps a build of *parts* takes."""
    return len(parts) + 3


def build(folder: CatalogFolder, parts: Sequence[Part], progress: Progress) -> Built:
    """Build the catalog of *parts* in *folder* and make it current.

    The catalog's id is derived from the content of the sources and of the programs that read
    them; when a whole catalog of that id is there, it is only made current. A build that fails
    leaves everything as it was.

    Raises:
        SourceError: when a source is not whole or says what cannot be right.
        UnreadableCatalog: when what was built could not be served.
        OSError, sqlite3.Error: when the folder cannot be written.
    """
    folder.path.mkdir(parents=True, exist_ok=True)
    with alone(folder.path):
        progress.step("checking what there is to read")
        catalog_id = _catalog_id(parts)
        place = folder.place(catalog_id)
        if catalog_id in folder.catalogs() and _is_whole(place, catalog_id):
            if folder.current() != catalog_id:
                folder.switch(catalog_id)
            return Built(catalog_id, place, False, _releases(place))
        with new_catalog(folder, catalog_id) as workplace:
            _build_in(workplace, catalog_id, parts, progress)
        return Built(catalog_id, place, True, _releases(place))


def _is_whole(place: Path, catalog_id: str) -> bool:
    """Whether the finished catalog *place* can be served; a damaged one is built anew."""
    try:
        check(place, catalog_id)
    except UnreadableCatalog:
        return False
    return True


def _releases(place: Path) -> tuple[Release, ...]:
    with Store.open(place) as store:
        return tuple(store.releases())


def _build_in(workplace: Path, catalog_id: str, parts: Sequence[Part], progress: Progress) -> None:
    catalog = workplace / CATALOG_FILE
    with catalog_file(catalog, catalog_id, parts, progress) as writer:
        progress.step("indexing titles and terms")
        write_index(workplace / SEARCH_FOLDER, catalog_id, _documents(parts, writer))
        progress.step("closing the catalog")


def _documents(parts: Sequence[Part], writer: CatalogWriter) -> Iterator[SearchDocument]:
    return joined(chain.from_iterable(part.documents(writer) for part in parts))


def _catalog_id(parts: Sequence[Part]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        for read in part.reads():
            digest.update(f"{read.name}\0{read.sha256}\0".encode())
    # The rules decide the content as much as the sources do.
    package = Path(lookup.__file__).parent
    programs = {
        path
        for pattern in _RULES
        for path in package.glob(pattern)
        if path.is_file() and path.suffix != ".pyc"
    }
    for program in sorted(programs):
        digest.update(f"{program.relative_to(package)}\0".encode())
        digest.update(program.read_bytes())
    newest = max(part.effective for part in parts)
    return f"{newest:%Y%m%d}-{digest.hexdigest()[:16]}"
