"""What lookup knows, as the gateway sees it: the catalog in force, pages, searches."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

import grpc
from grpc.aio import AioRpcError, Channel

from codingahead.lookup.v1 import events_pb2, lookup_pb2, lookup_pb2_grpc
from servicekit.errors import ServiceError, from_rpc_error
from servicekit.events import Event, EventType
from servicekit.logs import get_logger

SERVICE = "codingahead.lookup.v1.LookupService"
RELEASE_PUBLISHED = EventType("lookup", "release_published", 1, events_pb2.ReleasePublished)

log = get_logger("gateway.catalog")

_LOOKUP_SECONDS = 0.3
_POLL_SECONDS = 2.0


class LookupAway(Exception):  # noqa: N818 - it names a state, not a mistake
    """Lookup cannot answer now; trying again later may help."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The catalog lookup serves: its id and the newest release of each loaded system."""

    id: str
    systems: dict[str, lookup_pb2.CodeSystem]

    def serves(self, system: str, on: date) -> bool:
        """Whether the newest release of *system* is the one in force *on* that day."""
        loaded = self.systems.get(system)
        if loaded is None:
            return False
        return loaded.release.effective <= on.isoformat() <= loaded.release.expires


class Lookup:
    """Calls to lookup, and the catalog it was last seen to serve.

    Methods raise :class:`LookupAway` when it cannot be reached in time and
    :class:`servicekit.errors.ServiceError` when it refuses what was asked.
    """

    def __init__(self, channel: Channel) -> None:
        self._stub = lookup_pb2_grpc.LookupServiceStub(channel)
        self._look = asyncio.Event()
        self.catalog: Catalog | None = None
        self.reachable = False

    async def watch(self, changed: Callable[[Catalog], None]) -> None:
        """Keep :attr:`catalog` current for ever; *changed* hears of each new one."""
        while True:
            self._look.clear()
            try:
                catalog = await self._get_catalog()
            except LookupAway:
                self._note(reachable=False)
            except ServiceError as error:
                log.warning("catalog_unavailable", reason=error.reason)
            else:
                self._note(reachable=True)
                if self.catalog is None or self.catalog.id != catalog.id:
                    self.catalog = catalog
                    log.info("catalog_changed", catalog=catalog.id)
                    changed(catalog)
            try:
                await asyncio.wait_for(self._look.wait(), _POLL_SECONDS)
            except TimeoutError:
                continue

    def look_again(self) -> None:
        """Ask for the catalog now rather than at the next turn."""
        self._look.set()

    async def on_release_published(self, _event: Event) -> None:
        """Handle ``release_published``."""
        self.look_again()

    async def get_code_page(
        self, system: str, code: str, on: str
    ) -> lookup_pb2.GetCodePageResponse:
        """The page of *code* as spelled; see the contract for what is refused."""
        request = lookup_pb2.GetCodePageRequest(system=system, code=code, on=on)
        return await self._answered(self._stub.GetCodePage(request, timeout=_LOOKUP_SECONDS))

    async def resolve(self, system: str, text: str, on: str) -> lookup_pb2.ResolveCodeResponse:
        """Which code *text* means, or what lies near."""
        request = lookup_pb2.ResolveCodeRequest(system=system, text=text, on=on)
        return await self._answered(self._stub.ResolveCode(request, timeout=_LOOKUP_SECONDS))

    async def browse(self, system: str, span: str) -> lookup_pb2.BrowseResponse:
        """What lies right below the range *span*; below the whole system where it is empty."""
        request = lookup_pb2.BrowseRequest(system=system, range=span)
        return await self._answered(self._stub.Browse(request, timeout=_LOOKUP_SECONDS))

    async def search(
        self, query: str, systems: list[str], limit: int, offset: int, on: str
    ) -> lookup_pb2.SearchResponse:
        """Ranked codes for *query*."""
        request = lookup_pb2.SearchRequest(
            query=query, systems=systems, page_size=limit, skip=offset, on=on
        )
        return await self._answered(self._stub.Search(request, timeout=_LOOKUP_SECONDS))

    async def suggest(
        self, query: str, systems: list[str], limit: int
    ) -> lookup_pb2.SuggestResponse:
        """Completions of *query*."""
        request = lookup_pb2.SuggestRequest(query=query, systems=systems, page_size=limit)
        return await self._answered(self._stub.Suggest(request, timeout=_LOOKUP_SECONDS))

    async def _get_catalog(self) -> Catalog:
        request = lookup_pb2.GetCatalogRequest()
        answer = await self._answered(self._stub.GetCatalog(request, timeout=_LOOKUP_SECONDS))
        return Catalog(answer.catalog_id, {loaded.system: loaded for loaded in answer.systems})

    async def _answered[A](self, call: Awaitable[A]) -> A:
        try:
            answer = await call
        except AioRpcError as error:
            failure = from_rpc_error(error)
            if failure.code in _AWAY:
                raise LookupAway(failure.message) from None
            raise failure from None
        return answer

    def _note(self, *, reachable: bool) -> None:
        if reachable != self.reachable:
            log.info("lookup_back") if reachable else log.warning("lookup_away")
        self.reachable = reachable


_AWAY = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
