"""The texts that are served: the imported packs over the starter pack that is shipped."""

from importlib import resources
from pathlib import Path

from lookup.build.errors import SourceError
from lookup.packs.pack_store import PackStore
from lookup.packs.pack_text import Fault, PackText, Status
from lookup.packs.read import Pack, read_stored

STARTER = "starter"
"""Name of the pack that is shipped."""


def published(catalog_dir: Path) -> list[PackText]:
    """The published texts, one at most for a section of a code, by system, code and section.

    Raises:
        SourceError: when a pack is damaged, or two imported packs write about the same.
    """
    texts = {text.key: text for text in _published(starter())}
    store = PackStore(catalog_dir)
    imported: dict[tuple[str, str, str], PackText] = {}
    for name in store.names():
        pack = store.read(name)
        if pack is None:
            continue
        for text in _published(pack):
            if rival := imported.get(text.key):
                raise SourceError(
                    text.file,
                    text.line,
                    f"{text.system} {text.code} is written in {rival.file} too; remove one of the "
                    "packs with `lookup content remove`",
                )
            imported[text.key] = text
    texts |= imported
    return [texts[key] for key in sorted(texts)]


def starter() -> Pack:
    """The pack that is shipped with this service."""
    return read_stored(STARTER, resources.files("lookup.packs") / STARTER)


def rivals(store: PackStore, name: str, pack: Pack) -> list[Fault]:
    """A fault for each published text of *pack*, to be kept as *name*, that another pack has."""
    held = {
        text.key: text
        for other in store.names()
        if other != name and (stored := store.read(other)) is not None
        for text in stored.texts
        if text.status is Status.PUBLISHED
    }
    return [
        Fault(
            text.file,
            text.line,
            f"{text.system} {text.code} is published in {held[text.key].file} already; take it "
            "out of one pack, or remove the other with `lookup content remove`",
        )
        for text in pack.texts
        if text.status is Status.PUBLISHED and text.key in held
    ]


def _published(pack: Pack) -> list[PackText]:
    if pack.faults:
        fault = pack.faults[0]
        raise SourceError(fault.file, fault.line, f"{fault.what}; then import the pack again")
    return [text for text in pack.texts if text.status is Status.PUBLISHED]
