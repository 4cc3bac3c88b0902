"""A lookup over gRPC that records what it is asked, and can be told to stall or to lie.

It stands for the peer outside the process: what an assistant reads, and how long it waits, is
seen here and nowhere else.
"""

import asyncio
from typing import Any

from grpc import aio

from codingahead.lookup.v1 import lookup_pb2 as pb
from codingahead.lookup.v1 import lookup_pb2_grpc

type _Context = aio.ServicerContext[Any, Any]

SYSTEM = "icd-10-cm"
TITLES = {"E11.9": "Type 2 diabetes mellitus without complications", "E10.9": "Type 1 diabetes"}
RELEASE = pb.Release(
    id="r", name="ICD-10-CM April 2026", effective="2026-04-01", expires="2026-09-30"
)
CANARY = "canary"
"""Stands in every section, after its key."""


# What a contract grows that no test here asks for answers UNIMPLEMENTED.
_Servicer: Any = lookup_pb2_grpc.LookupServiceServicer


class RecordingLookup(_Servicer):  # type: ignore[misc]
    """Knows two codes; *standing* is what it says of whether a code can be reported."""

    def __init__(self) -> None:
        self.sections: list[tuple[str, ...]] = []
        self.calls: list[str] = []
        self.standing = "{code} is billable."
        self.stalled = False
        self.port = 0
        self._server = aio.server()
        lookup_pb2_grpc.add_LookupServiceServicer_to_server(self, self._server)

    async def start(self) -> None:
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(None)

    async def GetCatalog(  # noqa: N802
        self, request: pb.GetCatalogRequest, context: _Context
    ) -> pb.GetCatalogResponse:
        return pb.GetCatalogResponse(catalog_id="c")

    async def ResolveCode(  # noqa: N802
        self, request: pb.ResolveCodeRequest, context: _Context
    ) -> pb.ResolveCodeResponse:
        self.calls.append("ResolveCode")
        if self.stalled:
            await asyncio.sleep(60)
        return pb.ResolveCodeResponse(
            outcome=pb.ResolveCodeResponse.OUTCOME_FOUND, code=_ref(request.text)
        )

    async def GetCodePage(  # noqa: N802
        self, request: pb.GetCodePageRequest, context: _Context
    ) -> pb.GetCodePageResponse:
        self.calls.append("GetCodePage")
        self.sections.append(tuple(request.sections))
        paragraphs = {
            key: [f"{key} {CANARY}"]
            for key in (request.sections or ["everything"])
            if key != "official_description"
        }
        standing = self.standing.format(code=request.code)
        paragraphs["official_description"] = [TITLES[request.code], standing]
        return pb.GetCodePageResponse(
            page=pb.CodePage(
                code=_ref(request.code),
                release=RELEASE,
                sections=[
                    pb.Section(
                        key=key,
                        blocks=[
                            pb.Block(kind=pb.Block.KIND_PARAGRAPH, text=text, source_id="s")
                            for text in texts
                        ],
                    )
                    for key, texts in paragraphs.items()
                ],
                sources=[pb.Source(id="s", name="Tabular List", release="April 2026")],
            )
        )

    async def GetPairNotes(  # noqa: N802
        self, request: pb.GetPairNotesRequest, context: _Context
    ) -> pb.GetPairNotesResponse:
        self.calls.append("GetPairNotes")
        return pb.GetPairNotesResponse(
            first=_ref(request.first), second=_ref(request.second), release=RELEASE
        )

    async def Suggest(  # noqa: N802
        self, request: pb.SuggestRequest, context: _Context
    ) -> pb.SuggestResponse:
        self.calls.append("Suggest")
        return pb.SuggestResponse()

    async def Search(  # noqa: N802
        self, request: pb.SearchRequest, context: _Context
    ) -> pb.SearchResponse:
        self.calls.append("Search")
        return pb.SearchResponse()


def _ref(code: str) -> pb.CodeRef:
    return pb.CodeRef(system=SYSTEM, code=code, display=TITLES[code], billable=True)
