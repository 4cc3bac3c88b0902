"""A lookup that serves pages written by hand, over gRPC as the real one does."""

import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import grpc

from codingahead.lookup.v1 import lookup_pb2 as pb
from codingahead.lookup.v1 import lookup_pb2_grpc
from servicekit.errors import ServiceError
from tests.support import code_pages

CATALOG = "catalog-1"
SYSTEMS = {
    "icd-10-cm": "ICD-10-CM",
    "icd-10-pcs": "ICD-10-PCS",
    "hcpcs": "HCPCS Level II",
    "cpt": "CPT",
}
AXES = (
    *("section", "body system", "root operation", "body part", "approach", "device", "qualifier"),
)


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
CHAPTERS_BEGIN = {"4": "E", "9": "I"}
"""How the codes of ICD-10-CM chapters begin; those of other sets begin as their chapters do."""
DIABETES = pb.Ancestor(
    kind="section", label="E08-E13", display="Diabetes mellitus", link=_link(range="E08-E13")
)


def _entry(place: pb.Ancestor, billable_count: int) -> pb.BrowseEntry:
    return pb.BrowseEntry(place=place, billable_count=billable_count)


def _axis(start: str) -> pb.Ancestor:
    """The value that *start*, the first characters of an ICD-10-PCS code, ends with."""
    kind = AXES[len(start) - 1]
    place = pb.Ancestor(
        kind=kind,
        label=start,
        display=f"{kind.capitalize()} {start[-1]}",
        link=pb.Link(system="icd-10-pcs", range=start),
    )
    if kind == "root operation":
        place.definition = "Cutting out or off, without replacement, all of a body part"
    return place


def _refuse(
    context: grpc.ServicerContext, code: grpc.StatusCode, reason: str, **violations: str
) -> NoReturn:
    error = ServiceError(code, reason, f"refused: {reason}", violations=violations)
    context.set_trailing_metadata(error.trailing_metadata("lookup.codingahead"))
    context.abort(code, error.message)


_TOLD = re.compile(r"(denies |history of |possible |mother has )?(diabetes|hypertension|asthma)")
_STATUSES = {
    "": pb.NoteFinding.STATUS_AFFIRMED,
    "denies ": pb.NoteFinding.STATUS_NEGATED,
    "history of ": pb.NoteFinding.STATUS_HISTORICAL,
    "possible ": pb.NoteFinding.STATUS_UNCERTAIN,
    "mother has ": pb.NoteFinding.STATUS_FAMILY,
}
_NOTE_CODES = {"diabetes": "E11.9", "hypertension": "I10", "asthma": "J45.909"}


def _note_mark(text: str, start: int, word: str) -> pb.Mark:
    begin = text.index(word, start)
    return pb.Mark(start=begin, end=begin + len(word))


# What a contract grows that nobody here asks for answers UNIMPLEMENTED.
_Servicer: Any = lookup_pb2_grpc.LookupServiceServicer


class LookupServer(_Servicer):  # type: ignore[misc]
    """Serves *pages* of ICD-10-CM and *others*; runs in threads, can be stopped and started again.

    *others* are pages of other code systems and of older releases.
    """

    def __init__(
        self,
        pages: Sequence[pb.CodePage],
        others: Sequence[pb.CodePage] = (),
        licence: pb.CptLicence | None = None,
    ) -> None:
        self.pages = {page.code.code: page for page in pages}
        self.others = list(others)
        self.licence = licence
        self.release = pages[0].release
        self.asked: list[str] = []
        self.port = 0
        self.catalog_id = CATALOG
        """The catalog that is served; change it by :meth:`switch`."""
        self.pages_from = CATALOG
        """The catalog that code pages are read from."""
        self.score = 1.0
        """Of what a search finds first."""
        self.why: list[pb.Highlight] = []
        """Further highlights of what a search finds."""
        self.claims: list[pb.CheckClaimRequest] = []
        self.notes: list[pb.ReadNoteRequest] = []
        self._server: grpc.Server | None = None

    def start(self) -> None:
        self._server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
        lookup_pb2_grpc.add_LookupServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        self._server.start()

    def stop(self) -> None:
        assert self._server is not None
        self._server.stop(0).wait()

    def switch(self, catalog_id: str) -> None:
        """Serve another catalog from now on, as it has been set up."""
        self.pages_from = self.catalog_id = catalog_id

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def _held(self) -> list[pb.CodePage]:
        return [*self.pages.values(), *self.others]

    def _releases(self, system: str) -> list[pb.Release]:
        """Those of *system*, newest first."""
        found = {page.release.id: page.release for page in self._held if page.code.system == system}
        return sorted(found.values(), key=lambda release: release.effective, reverse=True)

    def _release(self, system: str, on: str, context: grpc.ServicerContext) -> pb.Release:
        releases = self._releases(system)
        if not releases:
            _refuse(context, grpc.StatusCode.NOT_FOUND, "CODE_SET_NOT_LOADED")
        for release in releases:
            if not on or release.effective <= on <= release.expires:
                return release
        _refuse(context, grpc.StatusCode.NOT_FOUND, "NOT_KNOWN_FOR_DATE")

    def _listed(self, system: str, release: pb.Release) -> list[pb.CodePage]:
        """The pages of a release, in the order in which they were given."""
        return [
            page
            for page in self._held
            if (page.code.system, page.release.id) == (system, release.id)
        ]

    def GetCatalog(self, _request: Any, _context: Any) -> pb.GetCatalogResponse:  # noqa: N802
        held = {page.code.system for page in self._held}
        systems = []
        for key, name in SYSTEMS.items():
            if key not in held:
                continue
            releases = self._releases(key)
            codes = len(self._listed(key, releases[0]))
            is_cm = key == code_pages.SYSTEM
            systems.append(
                pb.CodeSystem(
                    system=key,
                    name=name,
                    release=releases[0],
                    releases=releases,
                    code_count=98_186 if is_cm else codes,
                    billable_count=74_719 if is_cm else codes,
                )
            )
        return pb.GetCatalogResponse(
            catalog_id=self.catalog_id,
            systems=systems,
            sources=[code_pages.SOURCE, code_pages.GUIDELINES],
            relations=[
                pb.Relation(
                    name="NCCI procedure-to-procedure pairs",
                    system="hcpcs",
                    rows_held=827,
                    rows_withheld=34_111,
                    source_id=code_pages.SOURCE.id,
                )
            ],
            cpt_licence=self.licence,
        )

    def GetCodePage(  # noqa: N802
        self, request: pb.GetCodePageRequest, context: grpc.ServicerContext
    ) -> pb.GetCodePageResponse:
        self.asked.append(request.code)
        release = self._release(request.system, request.on, context)
        listed = {page.code.code: page for page in self._listed(request.system, release)}
        if request.code not in listed:
            _refuse(context, grpc.StatusCode.NOT_FOUND, "CODE_NOT_FOUND")
        page = pb.CodePage()
        page.CopyFrom(listed[request.code])
        if request.sections:
            shown = [section for section in page.sections if section.key in request.sections]
            del page.sections[:]
            page.sections.extend(shown)
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
        kind = pb.ResolveCodeResponse
        releases = self._releases(request.system)
        if not releases:
            return kind(outcome=kind.OUTCOME_CODE_SET_NOT_LOADED)
        covering = [
            it for it in releases if not request.on or it.effective <= request.on <= it.expires
        ]
        if not covering:
            return kind(outcome=kind.OUTCOME_NOT_KNOWN_FOR_DATE)
        listed = self._listed(request.system, covering[0])
        for page in listed:
            if _key(page.code.code) == _key(request.text):
                return kind(outcome=kind.OUTCOME_FOUND, code=page.code, release=covering[0])
        near = [page.code for page in listed if page.code.code[0] == request.text[0].upper()]
        stretches = [
            pb.Stretch(
                code=page.code, effective=page.release.effective, expires=page.release.expires
            )
            for page in sorted(self._held, key=lambda page: page.release.effective)
            if page.code.system == request.system and _key(page.code.code) == _key(request.text)
        ]
        return kind(
            outcome=kind.OUTCOME_CODE_NOT_FOUND,
            suggestions=near[:8],
            stretches=stretches,
            release=covering[0],
        )

    def Search(  # noqa: N802
        self, request: pb.SearchRequest, context: grpc.ServicerContext
    ) -> pb.SearchResponse:
        if len(request.query) > 500:
            _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "QUERY_TOO_LONG")
        words = request.query.casefold().split()
        found = [
            page.code
            for page in self._searched(request)
            if words and all(word in page.code.display.casefold() for word in words)
            if page.code.code.startswith(CHAPTERS_BEGIN.get(request.chapter, request.chapter))
            if page.code.billable or not request.billable_only
        ]
        begin, end = request.skip, request.skip + (request.page_size or 20)
        has_cpt = self.licence and any(code.system == "cpt" for code in found)
        return pb.SearchResponse(
            catalog_id=self.catalog_id,
            licence_notices=self.licence.notices if self.licence and has_cpt else (),
            total=len(found),
            results=[
                pb.SearchResult(
                    code=code, score=self.score / (1 + n), highlights=self._highlights(code, words)
                )
                for n, code in list(enumerate(found))[begin:end]
            ],
        )

    def Browse(  # noqa: N802
        self, request: pb.BrowseRequest, context: grpc.ServicerContext
    ) -> pb.BrowseResponse:
        """Chapters, then the section of diabetes, then codes in the order of their labels."""
        release = self._release(request.system, request.on, context)
        answer = pb.BrowseResponse(catalog_id=self.catalog_id, release=release)
        listed = self._listed(request.system, release)
        if request.system == "icd-10-pcs":
            return self._axes(answer, listed, request.range, context)
        if request.system != code_pages.SYSTEM and not request.range:
            numbers = sorted(page.code.code for page in listed)
            whole = f"{numbers[0]}-{numbers[-1]}"
            group = pb.Ancestor(
                kind="group",
                label=whole,
                display="All there are",
                link=pb.Link(system=request.system, range=whole),
            )
            answer.entries.append(_entry(group, len(listed)))
            return answer
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
            else pb.Ancestor(
                label=request.range, link=pb.Link(system=request.system, range=request.range)
            )
        )
        if published == [CHAPTERS[0]]:
            answer.entries.append(_entry(DIABETES, 12))
            return answer
        if published == [DIABETES]:
            answer.ancestors.append(CHAPTERS[0])
        codes = sorted(
            (page.code for page in listed if first <= page.code.code <= last + "~"),
            key=lambda code: code.code,
        )
        if not codes:
            _refuse(context, grpc.StatusCode.NOT_FOUND, "CODE_NOT_FOUND")
        for code in codes:
            place = pb.Ancestor(
                kind="category" if code.system == code_pages.SYSTEM else "code",
                label=code.code,
                display=code.display,
                link=pb.Link(system=code.system, code=code.code),
            )
            entry = _entry(place, 1 if code.billable else 7)
            entry.billable = code.billable
            answer.entries.append(entry)
        return answer

    def _axes(
        self,
        answer: pb.BrowseResponse,
        listed: Sequence[pb.CodePage],
        start: str,
        context: grpc.ServicerContext,
    ) -> pb.BrowseResponse:
        """What may follow the first characters of a code."""
        codes = [page.code for page in listed if page.code.code.startswith(start)]
        if not codes:
            _refuse(context, grpc.StatusCode.NOT_FOUND, "CODE_NOT_FOUND")
        chosen = [_axis(start[:length]) for length in range(1, len(start) + 1)]
        answer.ancestors.extend(chosen[:-1])
        if chosen:
            answer.place.CopyFrom(chosen[-1])
        for following in sorted({code.code[: len(start) + 1] for code in codes}):
            count = sum(code.code.startswith(following) for code in codes)
            entry = _entry(_axis(following), count)
            if len(following) == 7:
                entry.billable = True
                entry.place.kind = "code"
                entry.place.link.code = following
            answer.entries.append(entry)
        return answer

    def ListChanges(  # noqa: N802
        self, request: pb.ListChangesRequest, context: grpc.ServicerContext
    ) -> pb.ListChangesResponse:
        """From how codes read in the release and in the one before it."""
        release = self._release(request.system, request.on, context)
        answer = pb.ListChangesResponse(catalog_id=self.catalog_id, release=release)
        releases = self._releases(request.system)
        older = releases[releases.index(release) + 1 :]
        if not older:
            return answer
        answer.before.CopyFrom(older[0])
        kinds = pb.CodeChange
        now, was, ever = (
            {page.code.code: page.code for it in some for page in self._listed(request.system, it)}
            for some in ([release], [older[0]], older)
        )
        found = []
        for number in sorted({*now, *was}):
            if number not in was:
                kind = kinds.KIND_RETURNED if number in ever else kinds.KIND_ADDED
                found.append(pb.CodeChange(kind=kind, code=now[number]))
            elif number not in now:
                found.append(pb.CodeChange(kind=kinds.KIND_ENDED, code=was[number]))
            elif now[number] != was[number]:
                text = was[number].display
                found.append(pb.CodeChange(kind=kinds.KIND_REVISED, code=now[number], before=text))
        counts = Counter(change.kind for change in found)
        answer.counts.extend(pb.ChangeCount(kind=kind, count=counts[kind]) for kind in counts)
        wanted = [it for it in found if request.kind in (kinds.KIND_UNSPECIFIED, it.kind)]
        begin = int(request.page_token or 0)
        end = begin + (request.page_size or 100)
        answer.changes.extend(wanted[begin:end])
        answer.next_page_token = str(end) if end < len(wanted) else ""
        return answer

    def CheckClaim(  # noqa: N802
        self, request: pb.CheckClaimRequest, context: grpc.ServicerContext
    ) -> pb.CheckClaimResponse:
        """Unknown codes are errors, E11 is to be looked at, units were not checked."""
        self.claims.append(request)
        for number, line in enumerate(request.lines):
            if _key(line.code) == "BAD":
                fault = {f"lines[{number}].code": "must not be bad"}
                _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID", **fault)
        kinds = pb.ClaimFinding
        findings = [
            kinds(
                severity=kinds.SEVERITY_INFO,
                rule="USE_ADDITIONAL",
                lines=[0],
                message="Good to know <b>of</b> the first line.",
                source_id=code_pages.SOURCE.id,
            )
        ]
        for number, line in enumerate(request.lines):
            known = {_key(page.code.code): page.code for page in self._held}
            if line.system == "cpt" and self.licence is None:
                continue
            if (code := known.get(_key(line.code))) is None:
                findings.insert(
                    0,
                    kinds(
                        severity=kinds.SEVERITY_ERROR,
                        rule="CODE_UNKNOWN",
                        lines=[number],
                        message=f"{line.code} is no code.",
                        source_id=code_pages.SOURCE.id,
                    ),
                )
            elif code.code == "E11":
                findings.insert(
                    -1,
                    kinds(
                        severity=kinds.SEVERITY_WARNING,
                        rule="A_LATER_RULE",
                        lines=[number],
                        message=f"{code.code} is a heading.",
                        source_id=code_pages.SOURCE.id,
                    ),
                )
        return pb.CheckClaimResponse(
            catalog_id=self.catalog_id,
            findings=findings,
            not_checked=[pb.NotChecked(rule="MUE", why="MUE values are not loaded.")],
            sources=[code_pages.SOURCE],
            releases=[self.release],
        )

    def ReadNote(  # noqa: N802
        self, request: pb.ReadNoteRequest, _context: grpc.ServicerContext
    ) -> pb.ReadNoteResponse:
        """Three diseases, and the words before them that set them apart."""
        self.notes.append(request)
        findings = []
        for told in _TOLD.finditer(request.note):
            cue, word = told[1] or "", told[2]
            finding = pb.NoteFinding(
                place=_note_mark(request.note, told.start(), word), status=_STATUSES[cue]
            )
            if cue:
                finding.cue.CopyFrom(_note_mark(request.note, told.start(), cue.strip()))
            if finding.status != pb.NoteFinding.STATUS_NEGATED:
                finding.candidates.append(
                    pb.NoteCandidate(
                        code=self.pages[_NOTE_CODES[word]].code,
                        score=self.score,
                        evidence=[finding.place],
                        missing=["type not stated"],
                    )
                )
            findings.append(finding)
        return pb.ReadNoteResponse(catalog_id=self.catalog_id, findings=findings)

    def _searched(self, request: pb.SearchRequest | pb.SuggestRequest) -> list[pb.CodePage]:
        found = []
        for system in request.systems or SYSTEMS:
            for release in self._releases(system):
                if not request.on or release.effective <= request.on <= release.expires:
                    found.extend(self._listed(system, release))
                    break
        return found

    def Suggest(self, request: pb.SuggestRequest, _context: Any) -> pb.SuggestResponse:  # noqa: N802
        key = _key(request.query)
        found = [p.code for p in self._searched(request) if _key(p.code.code).startswith(key)]
        return pb.SuggestResponse(suggestions=found)

    def _highlights(self, code: pb.CodeRef, words: list[str]) -> list[pb.Highlight]:
        start = code.display.casefold().index(words[0])
        mark = pb.Mark(start=start, end=start + len(words[0]))
        # A gateway must not pass on what a later lookup might find in text that is not public.
        return [
            pb.Highlight(field="title", text=code.display, marks=[mark]),
            pb.Highlight(field="guidelines", text="canary-highlight"),
            *self.why,
        ]
