"""``lookup content import`` and ``lookup content remove``: a pack in or out of what is served."""

import sqlite3
import sys
from pathlib import Path

from lookup.build.errors import SourceError
from lookup.build.overlay import lay_over
from lookup.packs import command as packs
from lookup.packs.against_catalog import repeated_titles, unknown_codes
from lookup.packs.published import published
from lookup.packs.read import read_pack
from lookup.pointer import CatalogFolder
from lookup.spelling import code_key
from lookup.store import Store, UnreadableCatalog


def import_command(catalog_dir: Path, folder: Path, site: str) -> int:
    """Keep the pack in *folder* and serve its published texts; 0 when both are done.

    Where anything is wrong with it, or a text is about a code that the current catalog lacks,
    nothing is kept, and 1 is the answer.
    """
    try:
        faults = _against_current(catalog_dir, folder)
    except UnreadableCatalog as error:
        print(f"lookup: nothing imported: {error}", file=sys.stderr)
        return 1
    if faults:
        for fault in faults:
            print(fault, file=sys.stderr)
        print("lookup: nothing imported; mend what is named above and try again", file=sys.stderr)
        return 1
    return packs.import_command(catalog_dir, folder) or _serve(catalog_dir, site)


def remove_command(catalog_dir: Path, name: str, site: str) -> int:
    """Forget the imported pack *name* and serve what was composed again."""
    return packs.remove_command(catalog_dir, name) or _serve(catalog_dir, site)


def _against_current(catalog_dir: Path, folder: Path) -> list[str]:
    """What is wrong with the pack in *folder* against the current catalog, if there is one."""
    place = CatalogFolder(catalog_dir)
    current = place.current()
    if current is None:
        return []
    texts = read_pack(folder.resolve()).texts
    with Store.open(place.place(current)) as store:
        titles: dict[tuple[str, str], str] = {}
        for text in texts:
            stretches = store.stretches(text.system, code_key(text.code))
            if stretches and stretches[-1].code == text.code:
                titles[text.system, text.code] = stretches[-1].title
    return [
        str(fault)
        for fault in (
            *unknown_codes(texts, lambda system, code: (system, code) in titles),
            *repeated_titles(texts, lambda system, code: titles.get((system, code))),
        )
    ]


def _serve(catalog_dir: Path, site: str) -> int:
    try:
        catalog_id = lay_over(
            CatalogFolder(catalog_dir),
            published(catalog_dir),
            site,
            lambda fault: print(f"passed over: {fault}", file=sys.stderr),
        )
    except (SourceError, UnreadableCatalog, OSError, sqlite3.Error) as error:
        print(
            f"lookup: kept, but not served yet: {error}; run `lookup catalog build`",
            file=sys.stderr,
        )
        return 1
    if catalog_id is None:
        print("no catalog yet; `lookup catalog build` will read it")
    else:
        print(f"catalog {catalog_id} is current")
    return 0
