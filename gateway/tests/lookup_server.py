"""A lookup that serves pages written by hand, over gRPC as the real one does."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import grpc

from codingahead.lookup.v1 import lookup_pb2 as pb
from codingahead.lookup.v1 import lookup_pb2_grpc
from servicekit.errors import ServiceError
from tests.support import code_pages

CATALOG = "catalog-1"
EXPIRES = "2026-09-30"


def _key(spelling: str) -> str:
    return spelling.replace(".", "").replace(" ", "").upper()


def _link(**target: str) -> pb.Link:
    return pb.Link(system=code_pages.SYSTEM, **target)


CHAPTERS = (
    pb.Ancestor(
        kind="chapter",
        label="4",
        display="Endocrine, nutritional and metabolic diseases",
        link=_link(range="E00-E89"),
    ),
    pb.Ancestor(
        kind="chapter",
        label="9",
        display="Diseases of the circulatory system",
        link=_link(range="I00-I99"),
    ),
)
DIABETES = pb.Ancestor(
    kind="section", label="E08-E13", display="Diabetes mellitus", link=_link(range="E08-E13")
)


def _entry(place: pb.Ancestor, billable_count: int) -> pb.BrowseEntry:
    return pb.BrowseEntry(place=place, billable_count=billable_count)


def _refuse(context: grpc.ServicerContext, code: grpc.StatusCode, reason: str) -> NoReturn:
    error = ServiceError(code, reason, f"refused: {reason}")
    context.set_trailing_metadata(error.trailing_metadata("lookup.codingahead"))
    context.abort(code, error.message)


# What a contract grows that nobody here asks for answers UNIMPLEMENTED.
_Servicer: Any = lookup_pb2_grpc.LookupServiceServicer


class LookupServer(_Servicer):  # type: ignore[misc]
    """Serves *pages* of one code system; runs in threads, can be stopped and started again."""

    def __init__(self, pages: Sequence[pb.CodePage]) -> None:
        self.pages = {page.code.code: page for page in pages}
        self.release = pages[0].release
        self.asked: list[str] = []
        self.port = 0
        self.pages_from = CATALOG
        """The catalog that code pages are read from."""
        self.score = 1.0
        """Of what a search finds first."""
        self._server: grpc.Server | None = None

    def start(self) -> None:
        self._server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
        lookup_pb2_grpc.add_LookupServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        self._server.start()

    def stop(self) -> None:
        assert self._server is not None
        self._server.stop(0).wait()

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def GetCatalog(self, _request: Any, _context: Any) -> pb.GetCatalogResponse:  # noqa: N802
        system = pb.CodeSystem(
            system=code_pages.SYSTEM,
            name="ICD-10-CM",
            release=self.release,
            code_count=98_186,
            billable_count=74_719,
        )
        return pb.GetCatalogResponse(catalog_id=CATALOG, systems=[system])

    def GetCodePage(  # noqa: N802
        self, request: pb.GetCodePageRequest, context: grpc.ServicerContext
    ) -> pb.GetCodePageResponse:
        self.asked.append(request.code)
        if request.on > EXPIRES:
            _refuse(context, grpc.StatusCode.NOT_FOUND, "NOT_KNOWN_FOR_DATE")
        if request.code not in self.pages:
            _refuse(context, grpc.StatusCode.NOT_FOUND, "CODE_NOT_FOUND")
        page = self.pages[request.code]
        if request.sections:
            shown = [section for section in page.sections if section.key in request.sections]
            page = pb.CodePage(
                code=page.code,
                release=page.release,
                ancestors=page.ancestors,
                sections=shown,
                sources=page.sources,
            )
        return pb.GetCodePageResponse(catalog_id=self.pages_from, page=page)

    def GetPairNotes(  # noqa: N802
        self, request: pb.GetPairNotesRequest, _context: grpc.ServicerContext
    ) -> pb.GetPairNotesResponse:
        """Every code excludes every other, in a word that is gated."""
        note = pb.PairNote(
            kind=pb.PairNote.KIND_EXCLUDES1,
            holds_for=request.first,
            names=request.second,
            text=code_pages.text(f"{code_pages.canary('ncci_edits')} ({request.second})"),
            source_id=code_pages.SOURCE.id,
        )
        return pb.GetPairNotesResponse(
            first=self.pages[request.first].code,
            second=self.pages[request.second].code,
            release=self.release,
            notes=[note],
            sources=[code_pages.SOURCE],
        )

    def ResolveCode(  # noqa: N802
        self, request: pb.ResolveCodeRequest, context: grpc.ServicerContext
    ) -> pb.ResolveCodeResponse:
        if len(request.text) > 64:
            _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "QUERY_TOO_LONG")
        for page in self.pages.values():
            if _key(page.code.code) == _key(request.text):
                return pb.ResolveCodeResponse(
                    outcome=pb.ResolveCodeResponse.OUTCOME_FOUND, code=page.code
                )
        near = [page.code for page in self.pages.values() if page.code.code[0] == request.text[0]]
        return pb.ResolveCodeResponse(
            outcome=pb.ResolveCodeResponse.OUTCOME_CODE_NOT_FOUND, suggestions=near[:8]
        )

    def Search(  # noqa: N802
        self, request: pb.SearchRequest, context: grpc.ServicerContext
    ) -> pb.SearchResponse:
        if len(request.query) > 500:
            _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "QUERY_TOO_LONG")
        words = request.query.casefold().split()
        found = [
            page.code
            for page in self.pages.values()
            if words and all(word in page.code.display.casefold() for word in words)
        ]
        return pb.SearchResponse(
            catalog_id=CATALOG,
            total=len(found),
            results=[
                pb.SearchResult(
                    code=code, score=self.score / (1 + n), highlights=self._highlights(code, words)
                )
                for n, code in enumerate(found)
            ],
        )

    def Browse(  # noqa: N802
        self, request: pb.BrowseRequest, context: grpc.ServicerContext
    ) -> pb.BrowseResponse:
        """Chapters, then the section of diabetes, then codes in the order of their labels."""
        if request.system != code_pages.SYSTEM:
            _refuse(context, grpc.StatusCode.NOT_FOUND, "CODE_SET_NOT_LOADED")
        answer = pb.BrowseResponse(catalog_id=CATALOG, release=self.release)
        if not request.range:
            answer.entries.extend(_entry(chapter, 1_000) for chapter in CHAPTERS)
            return answer
        first, dash, last = request.range.partition("-")
        if not dash or "-" in last:
            _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")
        published = [place for place in (*CHAPTERS, DIABETES) if place.link.range == request.range]
        answer.place.CopyFrom(
            published[0]
            if published
            else pb.Ancestor(label=request.range, link=_link(range=request.range))
        )
        if published == [CHAPTERS[0]]:
            answer.entries.append(_entry(DIABETES, 12))
            return answer
        if published == [DIABETES]:
            answer.ancestors.append(CHAPTERS[0])
        codes = sorted(
            (p.code for p in self.pages.values() if first <= p.code.code <= last + "~"),
            key=lambda code: code.code,
        )
        if not codes:
            _refuse(context, grpc.StatusCode.NOT_FOUND, "CODE_NOT_FOUND")
        for code in codes:
            place = pb.Ancestor(
                kind="category", label=code.code, display=code.display, link=_link(code=code.code)
            )
            entry = _entry(place, 1 if code.billable else 7)
            entry.billable = code.billable
            answer.entries.append(entry)
        return answer

    def Suggest(self, request: pb.SuggestRequest, _context: Any) -> pb.SuggestResponse:  # noqa: N802
        key = _key(request.query)
        found = [p.code for p in self.pages.values() if _key(p.code.code).startswith(key)]
        return pb.SuggestResponse(suggestions=found)

    def _highlights(self, code: pb.CodeRef, words: list[str]) -> list[pb.Highlight]:
        start = code.display.casefold().index(words[0])
        mark = pb.Mark(start=start, end=start + len(words[0]))
        # A gateway must not pass on what a later lookup might find in text that is not public.
        return [
            pb.Highlight(field="title", text=code.display, marks=[mark]),
            pb.Highlight(field="guidelines", text="canary-highlight"),
        ]
