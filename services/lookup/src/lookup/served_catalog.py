"""One catalog opened for serving: its releases, and threads that read it."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from lookup.facts import Release
from lookup.finder.errors import UnreadableIndex
from lookup.finder.finder import Finder
from lookup.pointer import SEARCH_FOLDER, CatalogFolder
from lookup.reader import Reader
from lookup.store import Store, UnreadableCatalog


def open_finder(place: Path, search_id: str) -> Finder:
    """Open the search index of the catalog in the folder *place*.

    Raises:
        UnreadableCatalog: when it is missing, damaged, of another schema or not *search_id*.
    """
    try:
        finder = Finder.open(place / SEARCH_FOLDER)
        finder.check(search_id)
    except UnreadableIndex as error:
        raise UnreadableCatalog(str(error)) from None
    return finder


class ServedCatalog:
    """A catalog and the threads that read it, each through a store of its own.

    SQLite is read in threads because some questions take several milliseconds, for which neither
    health checks nor everybody else's answers should wait.
    """

    def __init__(
        self, catalog_id: str, stores: list[Store], finder: Finder, releases: list[Release]
    ) -> None:
        self.id = catalog_id
        self.releases = releases
        self.finder = finder
        self._stores = stores
        self._unclaimed = list(stores)
        self._mine = threading.local()
        self._threads = ThreadPoolExecutor(len(stores), "catalog", self._claim_reader)

    @classmethod
    def open(cls, folder: CatalogFolder, catalog_id: str, readers: int) -> Self:
        """Open the catalog *catalog_id* whole.

        Raises:
            UnreadableCatalog: when its files are missing, damaged, of another schema or of
                another catalog.
        """
        stores: list[Store] = []
        try:
            for _ in range(readers):
                stores.append(Store.open(folder.place(catalog_id)))  # noqa: PERF401 - closed below
            stores[0].check(catalog_id)
            finder = open_finder(folder.place(catalog_id), stores[0].search_id)
            releases = stores[0].releases()
            if not releases:
                raise UnreadableCatalog(f"{folder.place(catalog_id)}: holds no release")
            return cls(catalog_id, stores, finder, releases)
        except UnreadableCatalog:
            for store in stores:
                store.close()
            raise

    def read[A](self, question: Callable[[Reader], A]) -> Awaitable[A]:
        """What *question* answers when asked of a reader, in one of the threads."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, lambda: question(self._mine.reader))

    async def close(self) -> None:
        """Answer what has been asked, then give the files back."""
        await asyncio.to_thread(self._threads.shutdown)
        for store in self._stores:
            store.close()

    def _claim_reader(self) -> None:
        self._mine.reader = Reader(self._unclaimed.pop())
