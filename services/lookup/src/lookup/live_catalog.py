"""The catalog being served: the current one of the folder, taken up while running."""

import asyncio
from collections.abc import Callable

from lookup.pointer import CatalogFolder
from lookup.served_catalog import ServedCatalog
from lookup.store import UnreadableCatalog
from servicekit.health import Readiness
from servicekit.logs import get_logger
from servicekit.metrics import Counter, Gauge

log = get_logger("lookup.catalog")

PART = "catalog"

SWITCHES = Counter("lookup_catalog_switches_total", "Catalogs found current.", ["outcome"])
LOADED = Gauge("lookup_catalog_loaded", "1 while a catalog is served.")

_POLL_SECONDS = 0.5
_RETRY_SECONDS = 10.0


class LiveCatalog:
    """Holds the catalog in force; one that cannot be read leaves the one before it in force.

    *switched* is called with each catalog as it begins to be served.
    """

    def __init__(
        self,
        folder: CatalogFolder,
        readers: int,
        readiness: Readiness,
        switched: Callable[[ServedCatalog], None],
    ) -> None:
        readiness.require(PART)
        readiness.down(PART, f"no catalog in {folder.path}; run `lookup catalog build`")
        for outcome in ("taken", "refused"):
            SWITCHES.labels(outcome)
        LOADED.set(0)
        self._folder = folder
        self._readers = readers
        self._readiness = readiness
        self._switched = switched
        self._refused: str | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self.catalog: ServedCatalog | None = None

    async def watch(self) -> None:
        """Serve what is current, until cancelled."""
        waited = 0.0
        while True:
            current = await asyncio.to_thread(self._folder.current)
            if waited >= _RETRY_SECONDS:
                # What could not be read may have been mended in place.
                self._refused, waited = None, 0.0
            if current is not None and current not in (self._serving, self._refused):
                await self._take(current)
                waited = 0.0
            await asyncio.sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS

    async def close(self) -> None:
        """Finish what is being read and close every catalog."""
        catalog, self.catalog = self.catalog, None
        if catalog is not None:
            await catalog.close()
        await asyncio.gather(*self._retiring)

    @property
    def _serving(self) -> str | None:
        return self.catalog.id if self.catalog else None

    async def _take(self, catalog_id: str) -> None:
        try:
            opened = await asyncio.to_thread(
                ServedCatalog.open, self._folder, catalog_id, self._readers
            )
        except UnreadableCatalog as error:
            self._refuse(catalog_id, str(error))
            return
        retired, self.catalog = self.catalog, opened
        self._refused = None
        SWITCHES.labels("taken").inc()
        LOADED.set(1)
        self._readiness.up(PART)
        log.info("catalog_taken", catalog=catalog_id, releases=[r.id for r in opened.releases])
        self._switched(opened)
        if retired is not None:
            # Calls in hand finish on it, however long they take.
            task = asyncio.create_task(retired.close())
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    def _refuse(self, catalog_id: str, why: str) -> None:
        self._refused = catalog_id
        SWITCHES.labels("refused").inc()
        if self.catalog is None:
            cure = f"remove {self._folder.place(catalog_id)} and run `lookup catalog build`"
            self._readiness.down(PART, f"{why}; {cure}")
        log.error("catalog_refused", catalog=catalog_id, why=why, serving=self._serving)
