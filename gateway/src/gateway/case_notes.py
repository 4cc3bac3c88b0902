"""A pasted case note: candidate codes for what it tells, as JSON and as a page.

The note goes to lookup and into the answer, and nowhere else: it is in no address, no log, no
cache and no trace, and no problem repeats it.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field

from codingahead.lookup.v1 import lookup_pb2
from gateway import note_marks, problems
from gateway.addresses import SYSTEMS, parse_date_of_service, system_of
from gateway.api_words import body_of, problems_of
from gateway.bodies import form_fields, json_object, texts
from gateway.catalog import Lookup, LookupAway
from gateway.cpt_gate import CptGate
from gateway.event_stream import unless_gone
from gateway.note_marks import STATUSES, Stretch
from gateway.problems import CPT_TERMS, Problem, Refused
from gateway.rendering import Pages
from gateway.responses import UNCACHED
from gateway.viewers import viewer_of
from gateway.visitors import Visitors
from servicekit.errors import ServiceError
from servicekit.metrics import Counter

LONGEST_NOTE = 20_000
"""Characters."""
WITHOUT_CPT = "CPT codes are left out until their terms are accepted."

NOTES = Counter("gateway_case_notes_total", "Case notes sent, by how they ended.", ["outcome"])

_APART = {
    "negated": "Said not to be there",
    "historical": "In the past",
    "uncertain": "Uncertain",
    "family": "In the family",
}
"""What is set apart from what is affirmed, in the order in which it is shown."""

type Mark = Annotated[
    tuple[int, int], Field(description="[start, end) in Unicode code points of the note.")
]


class NoteAsked(BaseModel):
    """A case note of 1 to 20,000 characters.

    ``systems`` limits the codes to some code sets; ``on`` is a date of service, ISO 8601: without
    it the newest releases are searched.
    """

    note: str
    systems: list[str] | None = None
    on: str | None = None


class NoteCandidate(BaseModel):
    """A code that a finding may be coded with.

    ``evidence`` are the words that speak for it, ``missing`` what would make it more specific;
    ``score`` is comparable within one finding only.
    """

    system: str
    code: str
    display: str
    billable: bool
    score: float
    evidence: list[Mark]
    missing: list[str]


class NoteFinding(BaseModel):
    """Something that the note tells; ``cue`` are the words that negate it or set it apart."""

    place: Mark
    status: Literal["affirmed", "negated", "historical", "uncertain", "family"]
    cue: Mark | None
    candidates: list[NoteCandidate]


class NoteRead(BaseModel):
    """What was found, in the order of the note.

    ``left_out`` says what was not searched; ``licence_notices`` are to be shown with the codes.
    """

    findings: list[NoteFinding]
    left_out: str | None = None
    licence_notices: list[str] | None = None


@dataclass(frozen=True, slots=True)
class _Typed:
    """The form as it is shown."""

    note: str = ""
    system: str = ""
    on: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _ShownCandidate:
    code: lookup_pb2.CodeRef
    because: list[str]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class _ShownFinding:
    """A finding, by the *number* that the note shows beside it."""

    number: int
    words: str
    cue: str
    candidates: list[_ShownCandidate]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A note that was read, as the page shows it; *apart* has a heading for each status."""

    note: list[Stretch]
    affirmed: list[_ShownFinding]
    apart: list[tuple[str, list[_ShownFinding]]]


@dataclass(frozen=True, slots=True)
class _Answer:
    findings: list[lookup_pb2.NoteFinding]
    without_cpt: bool
    notices: list[str]


class CaseNotes:
    """Reads notes, for ``/case-note`` and for ``POST /api/v1/case-notes``. Free, as a search is."""

    def __init__(self, lookup: Lookup, gate: CptGate, pages: Pages, visitors: Visitors) -> None:
        self._lookup = lookup
        self._gate = gate
        self._pages = pages
        self._visitors = visitors

    def router(self) -> APIRouter:
        """The routes of both."""
        router = APIRouter()
        router.add_api_route("/case-note", self.form, methods=["GET"], include_in_schema=False)
        router.add_api_route("/case-note", self.page, methods=["POST"], include_in_schema=False)
        router.add_api_route(
            "/api/v1/case-notes",
            self.api,
            methods=["POST"],
            response_model=NoteRead,
            response_description="What was found in the note",
            responses=problems_of(400, 403, 404, 415, 422, 429, 503),
            openapi_extra=body_of(NoteAsked),
            tags=["Codes"],
        )
        return router

    async def form(self, request: Request) -> Response:
        """The form."""
        return await self._shown(request, _Typed())

    async def page(self, request: Request) -> Response:
        """The note with what was found in it."""
        form = await form_fields(request)
        # Browsers send each line break as two characters and count it as one.
        note = form.get("note", "").replace("\r\n", "\n")
        typed = _Typed(note, form.get("system", ""), form.get("on", "").strip())
        try:
            systems = [typed.system] if typed.system else []
            answer = await self._read(request, typed.note, systems, typed.on)
        except (LookupAway, ServiceError, Refused) as failure:
            problem = problems.of_failure(failure)
            if problem.kind is CPT_TERMS:
                raise
            return await self._shown(request, typed, problem=problem)
        return await self._shown(request, typed, answer)

    async def api(self, request: Request) -> JSONResponse:
        """Find candidate codes for a case note. Free; the note is neither stored nor logged.

        What the note negates, puts in the past, doubts or says of the family has that status.
        """
        body = await json_object(request)
        note, on = texts(body, "note", optional=("on",))
        answer = await self._read(request, note, _systems_in(body.get("systems")), on)
        told: dict[str, object] = {"findings": [_finding(it) for it in answer.findings]}
        if answer.without_cpt:
            told["left_out"] = WITHOUT_CPT
        if answer.notices:
            told["licence_notices"] = answer.notices
        return JSONResponse(told, headers=UNCACHED)

    async def _read(self, request: Request, note: str, systems: list[str], on: str) -> _Answer:
        """What lookup finds.

        Raises:
            Refused: when the note or what it is limited to makes no sense.
            LookupAway: when lookup cannot be asked.
            ServiceError: when lookup refuses.
        """
        asked = _checked(note, systems, on)
        searched = self._gate.searched(asked, request.headers.get("cookie", ""))
        try:
            told = await unless_gone(request, self._lookup.read_note(note, searched, on))
        except (LookupAway, ServiceError):
            NOTES.labels("unanswered").inc()
            raise
        NOTES.labels("read").inc()
        findings = [it for it in told.findings if it.status in STATUSES]
        codes = [candidate.code for it in findings for candidate in it.candidates]
        return _Answer(findings, searched != asked, self._gate.notices(codes))

    async def _shown(
        self,
        request: Request,
        typed: _Typed,
        answer: _Answer | None = None,
        problem: Problem | None = None,
    ) -> Response:
        viewer = viewer_of(await self._visitors.identify(request.headers.get("cookie", "")))
        catalog = self._lookup.catalog
        body = self._pages.page(
            "case_note.html",
            viewer,
            "Codes for a case note",
            current="case2code",
            form=typed,
            errors=_sentences(problem) if problem else {},
            longest=LONGEST_NOTE,
            systems=list(catalog.systems) if catalog else [],
            shown=_as_shown(typed.note, answer.findings) if answer else None,
            without_cpt=answer.without_cpt if answer else False,
            notices=answer.notices if answer else (),
            problem=problem,
        )
        response = HTMLResponse(body, problem.kind.status if problem else 200, UNCACHED)
        if problem and problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response


def _checked(note: str, systems: list[str], on: str) -> list[str]:
    """The keys of *systems*.

    Raises:
        Refused: naming every field at fault, and repeating none of the note.
    """
    errors: dict[str, str] = {}
    if not note.strip():
        errors["note"] = "is empty; paste the text of a note"
    elif len(note) > LONGEST_NOTE:
        errors["note"] = (
            f"has {len(note):,} characters; at most {LONGEST_NOTE:,} are read, so send less of it"
        )
    keys = [system_of(system) for system in systems]
    if None in keys:
        errors["systems"] = f"must be among {', '.join(SYSTEMS)}"
    if on:
        try:
            parse_date_of_service(on)
        except ValueError as error:
            errors["on"] = str(error)
    if errors:
        NOTES.labels("refused").inc()
        raise Refused(problems.invalid_fields(errors))
    return list(dict.fromkeys(key for key in keys if key))


def _systems_in(value: object) -> list[str]:
    if value is None:
        return []
    if not (isinstance(value, list) and all(isinstance(it, str) for it in value)):
        raise Refused(problems.invalid_fields({"systems": "must be a list of code systems"}))
    return value


def _sentences(problem: Problem) -> dict[str, str]:
    labels = {"note": "The note", "systems": "The code set"}
    return {
        name: f"{labels[name]} {fault}." if name in labels else fault
        for name, fault in problem.errors.items()
    }


def _finding(of: lookup_pb2.NoteFinding) -> dict[str, object]:
    return {
        "place": _mark(of.place),
        "status": STATUSES[of.status],
        "cue": _mark(of.cue) if of.HasField("cue") else None,
        "candidates": [
            {
                "system": candidate.code.system,
                "code": candidate.code.code,
                "display": candidate.code.display,
                "billable": candidate.code.billable,
                "score": round(candidate.score, 4),
                "evidence": [_mark(mark) for mark in candidate.evidence],
                "missing": list(candidate.missing),
            }
            for candidate in of.candidates
        ],
    }


def _mark(of: lookup_pb2.Mark) -> list[int]:
    return [of.start, of.end]


def _as_shown(note: str, findings: list[lookup_pb2.NoteFinding]) -> _Shown:
    by_status: dict[str, list[_ShownFinding]] = {}
    for number, finding in enumerate(findings, 1):
        shown = _ShownFinding(
            number,
            note_marks.quoted(note, finding.place),
            note_marks.quoted(note, finding.cue) if finding.HasField("cue") else "",
            [
                _ShownCandidate(
                    candidate.code,
                    [words for it in candidate.evidence if (words := note_marks.quoted(note, it))],
                    list(candidate.missing),
                )
                for candidate in finding.candidates
            ],
        )
        by_status.setdefault(STATUSES[finding.status], []).append(shown)
    apart = [
        (heading, by_status[status]) for status, heading in _APART.items() if status in by_status
    ]
    return _Shown(note_marks.stretches(note, findings), by_status.get("affirmed", []), apart)
