"""``lookup content check``, ``lookup content import`` and ``lookup content remove``."""

import sys
from collections.abc import Sequence
from pathlib import Path

from lookup.packs.pack_store import PackStore, is_pack_name
from lookup.packs.pack_text import Fault
from lookup.packs.published import STARTER, rivals
from lookup.packs.read import Pack, counted, read_pack


def check_command(folder: Path) -> int:
    """Say what is wrong with the pack in *folder*; 0 when nothing is, else 1."""
    folder = folder.resolve()
    pack = read_pack(folder)
    if pack.faults:
        return _refuse("the pack cannot be imported", pack.faults)
    print(f"{folder.name}: {_told(pack)}; nothing wrong")
    return 0


def import_command(catalog_dir: Path, folder: Path) -> int:
    """Keep the pack in *folder*, in place of one of its name; 0 when it is kept.

    Where anything is wrong with it nothing is kept, and 1 is the answer.
    """
    folder = folder.resolve()
    pack = read_pack(folder)
    store = PackStore(catalog_dir)
    faults = [*_name_faults(folder), *pack.faults]
    try:
        if not faults:
            faults = rivals(store, folder.name, pack)
        if faults:
            return _refuse("nothing imported", faults)
        store.put(folder.name, pack.files)
    except OSError as error:
        print(f"lookup: nothing imported: {error}", file=sys.stderr)
        return 1
    print(f"{folder.name}: {_told(pack)}; imported")
    return 0


def remove_command(catalog_dir: Path, name: str) -> int:
    """Forget the imported pack *name*; 1 when there is none, and those there are are named."""
    store = PackStore(catalog_dir)
    try:
        removed = store.remove(name)
    except OSError as error:
        print(f"lookup: nothing removed: {error}", file=sys.stderr)
        return 1
    if not removed:
        known = ", ".join(store.names()) or "there are none"
        print(f"lookup: no imported pack is named “{name}”; packs: {known}", file=sys.stderr)
        return 1
    print(f"{name}: removed")
    return 0


def _name_faults(folder: Path) -> list[Fault]:
    if folder.name == STARTER:
        what = "is the name of the pack that is shipped; give the folder another"
    elif not is_pack_name(folder.name):
        what = "cannot name a pack; name the folder with small letters, digits and dashes"
    else:
        return []
    return [Fault(folder.name, None, what)]


def _told(pack: Pack) -> str:
    return f"{len(pack.texts)} texts ({counted(pack.texts)})"


def _refuse(outcome: str, faults: Sequence[Fault]) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"lookup: {outcome}; mend what is named above and try again", file=sys.stderr)
    return 1
