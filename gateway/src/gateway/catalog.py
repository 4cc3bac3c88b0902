"""What lookup knows, as the gateway sees it: the catalog in force, pages, searches."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Self

import grpc
from grpc.aio import AioRpcError, Channel

from codingahead.lookup.v1 import events_pb2, lookup_pb2, lookup_pb2_grpc
from servicekit.errors import ServiceError, from_rpc_error
from servicekit.events import Event, EventType
from servicekit.logs import get_logger

SERVICE = "codingahead.lookup.v1.LookupService"
RELEASE_PUBLISHED = EventType("lookup", "release_published", 1, events_pb2.ReleasePublished)

log = get_logger("gateway.catalog")

type ChangeKind = lookup_pb2.CodeChange.Kind.ValueType
"""A way in which a code can change."""

_LOOKUP_SECONDS = 0.3
_CHANGES_SECONDS = 1.0
"""Two releases are compared code by code."""
_CLAIM_SECONDS = 1.0
"""Every rule is applied to every line, and to every two of them."""
_NOTE_SECONDS = 3.0
"""Every finding of a note is a search of its own."""
_POLL_SECONDS = 2.0


class LookupAway(Exception):  # noqa: N818 - it names a state, not a mistake
    """Lookup cannot answer now; trying again later may help."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The catalog lookup serves: its id, what is loaded of each system, what it was read from.

    *releases* are those of each loaded system, the newest first. *cpt_licence* is None where no
    CPT content is loaded.
    """

    id: str
    systems: dict[str, lookup_pb2.CodeSystem]
    releases: dict[str, tuple[lookup_pb2.Release, ...]]
    sources: tuple[lookup_pb2.Source, ...] = ()
    relations: tuple[lookup_pb2.Relation, ...] = ()
    cpt_licence: lookup_pb2.CptLicence | None = None

    @classmethod
    def of(cls, told: lookup_pb2.GetCatalogResponse) -> Self:
        """What lookup told."""
        return cls(
            told.catalog_id,
            {loaded.system: loaded for loaded in told.systems},
            {it.system: tuple(it.releases) or (it.release,) for it in told.systems},
            tuple(told.sources),
            tuple(told.relations),
            told.cpt_licence if told.HasField("cpt_licence") else None,
        )

    def release(self, system: str, on: date | None) -> lookup_pb2.Release | None:
        """The release of *system* that answers *on* a day, the newest where no day is named.

        None when none that is loaded does.
        """
        held = self.releases.get(system, ())
        if on is None:
            return held[0] if held else None
        day = on.isoformat()
        return next((it for it in held if it.effective <= day <= it.expires), None)

    def newest(self, system: str) -> lookup_pb2.Release | None:
        """The newest release of *system*, if it is loaded."""
        return self.release(system, None)


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

    async def browse(self, system: str, place: str, on: str) -> lookup_pb2.BrowseResponse:
        """What lies right below *place*; below the whole system where it is empty."""
        request = lookup_pb2.BrowseRequest(system=system, range=place, on=on)
        return await self._answered(self._stub.Browse(request, timeout=_LOOKUP_SECONDS))

    async def search(
        self,
        query: str,
        systems: list[str],
        limit: int,
        offset: int,
        on: str,
        *,
        chapter: str = "",
        billable_only: bool = False,
    ) -> lookup_pb2.SearchResponse:
        """Ranked codes for *query*; of one *chapter*, or billable ones alone, where asked."""
        request = lookup_pb2.SearchRequest(
            query=query,
            systems=systems,
            page_size=limit,
            skip=offset,
            on=on,
            chapter=chapter,
            billable_only=billable_only,
        )
        return await self._answered(self._stub.Search(request, timeout=_LOOKUP_SECONDS))

    async def list_changes(
        self, system: str, on: str, kind: ChangeKind, limit: int, token: str
    ) -> lookup_pb2.ListChangesResponse:
        """What a release changed against the one before it."""
        request = lookup_pb2.ListChangesRequest(
            system=system, on=on, kind=kind, page_size=limit, page_token=token
        )
        return await self._answered(self._stub.ListChanges(request, timeout=_CHANGES_SECONDS))

    async def suggest(
        self, query: str, systems: list[str], limit: int, on: str
    ) -> lookup_pb2.SuggestResponse:
        """Completions of *query*."""
        request = lookup_pb2.SuggestRequest(query=query, systems=systems, page_size=limit, on=on)
        return await self._answered(self._stub.Suggest(request, timeout=_LOOKUP_SECONDS))

    async def check_claim(
        self, request: lookup_pb2.CheckClaimRequest
    ) -> lookup_pb2.CheckClaimResponse:
        """What the rules say of a claim."""
        return await self._answered(self._stub.CheckClaim(request, timeout=_CLAIM_SECONDS))

    async def read_note(
        self, note: str, systems: list[str], on: str
    ) -> lookup_pb2.ReadNoteResponse:
        """Candidate codes for the findings of a case note."""
        request = lookup_pb2.ReadNoteRequest(note=note, systems=systems, on=on)
        return await self._answered(self._stub.ReadNote(request, timeout=_NOTE_SECONDS))

    async def _get_catalog(self) -> Catalog:
        request = lookup_pb2.GetCatalogRequest()
        answer = await self._answered(self._stub.GetCatalog(request, timeout=_LOOKUP_SECONDS))
        return Catalog.of(answer)

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
