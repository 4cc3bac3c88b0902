"""The gRPC service: reads requests, asks the catalog, writes answers."""

from functools import partial
from typing import Any

import grpc
from grpc import aio

from codingahead.lookup.v1 import lookup_pb2 as pb
from codingahead.lookup.v1 import lookup_pb2_grpc
from lookup import answers
from lookup.live_catalog import LiveCatalog
from lookup.refusals import Reason, Refused
from lookup.served_catalog import ServedCatalog
from servicekit.errors import ServiceError

SERVICE = "codingahead.lookup.v1.LookupService"

type _Context = aio.ServicerContext[Any, Any]

_CODES = {
    Reason.CODE_NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Reason.CODE_SET_NOT_LOADED: grpc.StatusCode.NOT_FOUND,
    Reason.NOT_KNOWN_FOR_DATE: grpc.StatusCode.NOT_FOUND,
}


class LookupApi(lookup_pb2_grpc.LookupServiceServicer):
    """Handlers of ``LookupService``; each answer comes from one catalog whole."""

    def __init__(self, live: LiveCatalog) -> None:
        self._live = live

    async def GetCatalog(  # noqa: N802 - named by the contract
        self, request: pb.GetCatalogRequest, context: _Context
    ) -> pb.GetCatalogResponse:
        """Say what is being served."""
        return await self._read(answers.catalog, request)

    async def ResolveCode(  # noqa: N802 - named by the contract
        self, request: pb.ResolveCodeRequest, context: _Context
    ) -> pb.ResolveCodeResponse:
        """Find the code that a spelling means."""
        return await self._read(answers.resolution, request)

    async def GetCodePage(  # noqa: N802 - named by the contract
        self, request: pb.GetCodePageRequest, context: _Context
    ) -> pb.GetCodePageResponse:
        """Compose a code's page."""
        return await self._read(answers.page, request)

    async def Search(  # noqa: N802 - named by the contract
        self, request: pb.SearchRequest, context: _Context
    ) -> pb.SearchResponse:
        """Find codes."""
        return await self._read(answers.results, request)

    async def Browse(  # noqa: N802 - named by the contract
        self, request: pb.BrowseRequest, context: _Context
    ) -> pb.BrowseResponse:
        """Show a place of the hierarchy."""
        return await self._read(answers.browsed, request)

    async def GetPairNotes(  # noqa: N802 - named by the contract
        self, request: pb.GetPairNotesRequest, context: _Context
    ) -> pb.GetPairNotesResponse:
        """Say what notes say of two codes together."""
        return await self._read(answers.pair, request)

    async def Suggest(  # noqa: N802 - named by the contract
        self, request: pb.SuggestRequest, context: _Context
    ) -> pb.SuggestResponse:
        """Complete what was typed."""
        return await self._read(answers.suggestions, request)

    async def ListChanges(  # noqa: N802 - named by the contract
        self, request: pb.ListChangesRequest, context: _Context
    ) -> pb.ListChangesResponse:
        """Say what a release changed."""
        return await self._read(answers.changes, request)

    async def ReadNote(  # noqa: N802 - named by the contract
        self, request: pb.ReadNoteRequest, context: _Context
    ) -> pb.ReadNoteResponse:
        """Find codes for a case note."""
        return await self._read(answers.note_read, request)

    async def CheckClaim(  # noqa: N802 - named by the contract
        self, request: pb.CheckClaimRequest, context: _Context
    ) -> pb.CheckClaimResponse:
        """Check a claim."""
        return await self._read(answers.claim_checked, request)

    async def _read[Q, A](self, answer: answers.Answer[Q, A], request: Q) -> A:
        catalog = self._catalog()
        try:
            return await catalog.read(partial(answer, catalog, request=request))
        except Refused as refused:
            raise _refusal(refused) from None

    def _catalog(self) -> ServedCatalog:
        if self._live.catalog is None:
            raise ServiceError(
                grpc.StatusCode.UNAVAILABLE,
                Reason.CATALOG_NOT_LOADED,
                "No catalog is loaded yet; `lookup catalog build` makes one.",
            )
        return self._live.catalog


def _refusal(refused: Refused) -> ServiceError:
    code = _CODES.get(refused.reason, grpc.StatusCode.INVALID_ARGUMENT)
    malformed = code is grpc.StatusCode.INVALID_ARGUMENT
    return ServiceError(
        code,
        refused.reason,
        str(refused),
        violations={refused.field: refused.fault} if malformed else None,
    )
