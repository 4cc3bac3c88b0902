"""Answers requests from one catalog: reads what was asked, applies the rules, writes the answer.

Every function raises :class:`~lookup.refusals.Refused` when the contract says so.
"""

from collections import Counter
from itertools import chain
from typing import Protocol

from codingahead.lookup.v1 import lookup_pb2 as pb
from lookup import wire
from lookup.case_note.read import read_note
from lookup.changes import change_on, release_before
from lookup.claims.check import check_claim
from lookup.claims.claim import Claim, ClaimLine, day_of_service
from lookup.content import Page
from lookup.editors_texts import with_editors_texts
from lookup.facts import Code, Release
from lookup.page_token import fingerprint, read_token, write_token
from lookup.query_limits import LONGEST_NOTE, LONGEST_QUERY, LONGEST_TYPED
from lookup.reader import Reader
from lookup.refusals import Reason, Refused
from lookup.release_choice import day_of, release_for, releases_to_search
from lookup.resolve import LONGEST_TEXT, nearest, resolve
from lookup.served_catalog import ServedCatalog
from lookup.spelling import code_key
from lookup.systems import CPT, ICD_10_CM, NAMES

_RESULTS, _MOST_RESULTS = 20, 100
_SUGGESTIONS, _MOST_SUGGESTIONS = 8, 25
_CHANGES, _MOST_CHANGES = 100, 500
_OUTCOMES = {
    Reason.CODE_SET_NOT_LOADED: pb.ResolveCodeResponse.OUTCOME_CODE_SET_NOT_LOADED,
    Reason.NOT_KNOWN_FOR_DATE: pb.ResolveCodeResponse.OUTCOME_NOT_KNOWN_FOR_DATE,
}


class Answer[Q, A](Protocol):
    """Reads the answer to a request out of a catalog."""

    def __call__(self, catalog: ServedCatalog, reader: Reader, request: Q) -> A:
        """The answer to *request*."""


def catalog(
    catalog: ServedCatalog, reader: Reader, request: pb.GetCatalogRequest
) -> pb.GetCatalogResponse:
    """What is being served: every release of each system, the newest first."""
    held: dict[str, list[Release]] = {}
    for release in catalog.releases:
        held.setdefault(release.system, []).append(release)
    return pb.GetCatalogResponse(
        catalog_id=catalog.id,
        systems=[
            pb.CodeSystem(
                system=system,
                name=NAMES[system],
                release=wire.release(held[system][0]),
                code_count=held[system][0].code_count,
                billable_count=held[system][0].billable_count,
                releases=[wire.release(release) for release in held[system]],
            )
            for system in NAMES
            if system in held
        ],
        sources=[wire.source(source) for source in reader.store.sources()],
        relations=[wire.relation(relation) for relation in reader.store.relations()],
        cpt_licence=wire.cpt_licence(reader.licence) if reader.licence is not None else None,
    )


def resolution(
    catalog: ServedCatalog, reader: Reader, request: pb.ResolveCodeRequest
) -> pb.ResolveCodeResponse:
    """The code meant, or why there is none and what lies near."""
    _check_length("text", request.text, LONGEST_TEXT)
    day = day_of(request.on)
    try:
        release = release_for(catalog.releases, request.system, day)
    except Refused as refused:
        if refused.reason not in _OUTCOMES:
            raise
        return pb.ResolveCodeResponse(outcome=_OUTCOMES[refused.reason])
    code = resolve(reader.store, release, request.text)
    if code is not None:
        return pb.ResolveCodeResponse(
            outcome=pb.ResolveCodeResponse.OUTCOME_FOUND,
            code=wire.code_ref(code),
            release=wire.release(release),
        )
    stretches = reader.store.stretches(request.system, code_key(request.text))
    return pb.ResolveCodeResponse(
        outcome=pb.ResolveCodeResponse.OUTCOME_CODE_NOT_FOUND,
        suggestions=[wire.code_ref(near) for near in nearest(reader.store, release, request.text)],
        stretches=[wire.stretch(stretch) for stretch in stretches],
        release=wire.release(release),
    )


def page(
    catalog: ServedCatalog, reader: Reader, request: pb.GetCodePageRequest
) -> pb.GetCodePageResponse:
    """A code's page; the code must be spelled as published."""
    release = release_for(catalog.releases, request.system, day_of(request.on))
    code = _published(reader, release, "code", request.code)
    composed = reader.code_set(request.system).page(code, release, frozenset(request.sections))
    composed = with_editors_texts(composed, reader.store)
    shown = wire.code_page(composed)
    if reader.licence is not None and _holds_cpt(composed):
        shown.licence_notices.extend(reader.licence.notices)
    return pb.GetCodePageResponse(catalog_id=catalog.id, page=shown)


def browsed(catalog: ServedCatalog, reader: Reader, request: pb.BrowseRequest) -> pb.BrowseResponse:
    """A place of the hierarchy with what lies right below it."""
    _check_length("range", request.range, LONGEST_TEXT)
    release = release_for(catalog.releases, request.system, day_of(request.on))
    found = reader.code_set(request.system).browse(release, request.range)
    return wire.browsed(found, catalog.id, release)


def pair(
    catalog: ServedCatalog, reader: Reader, request: pb.GetPairNotesRequest
) -> pb.GetPairNotesResponse:
    """What notes say of two codes together; both must be spelled as published."""
    release = release_for(catalog.releases, request.system, day_of(request.on))
    first = _published(reader, release, "first", request.first)
    second = _published(reader, release, "second", request.second)
    # Only ICD-10-CM has such notes; of the others there are none.
    notes = reader.icd10cm.pair_notes(first, second, release) if request.system == ICD_10_CM else ()
    return pb.GetPairNotesResponse(
        first=wire.code_ref(first),
        second=wire.code_ref(second),
        release=wire.release(release),
        notes=[wire.pair_note(note) for note in notes],
        sources=[
            wire.source(reader.store.source(source_id))
            for source_id in dict.fromkeys(note.source_id for note in notes)
        ],
    )


def results(catalog: ServedCatalog, reader: Reader, request: pb.SearchRequest) -> pb.SearchResponse:
    """One page of ranked codes."""
    _check_length("query", request.query, LONGEST_QUERY)
    _check_length("chapter", request.chapter, LONGEST_TEXT)
    limit = _size(request.page_size, _RESULTS, _MOST_RESULTS)
    if request.skip < 0:
        raise Refused(Reason.REQUEST_INVALID, "skip", "must not be negative")
    asked = fingerprint(
        catalog.id,
        request.query,
        *sorted(set(request.systems)),
        *(request.on, request.chapter, str(request.billable_only)),
    )
    offset = read_token(request.page_token, asked) + request.skip
    releases = releases_to_search(catalog.releases, request.systems, day_of(request.on))
    found = catalog.finder.search(
        request.query,
        {release.system: release.effective for release in releases},
        offset=offset,
        limit=limit,
        chapter=request.chapter or None,
        billable=True if request.billable_only else None,
    )
    shown = offset + len(found.hits)
    more = bool(found.hits) and shown < found.total
    return pb.SearchResponse(
        catalog_id=catalog.id,
        total=found.total,
        results=[wire.search_result(hit) for hit in found.hits],
        next_page_token=write_token(asked, shown) if more else "",
        licence_notices=(
            reader.licence.notices
            if reader.licence is not None and any(hit.system == CPT for hit in found.hits)
            else ()
        ),
    )


def suggestions(
    catalog: ServedCatalog, reader: Reader, request: pb.SuggestRequest
) -> pb.SuggestResponse:
    """Completions."""
    _check_length("query", request.query, LONGEST_TYPED)
    limit = _size(request.page_size, _SUGGESTIONS, _MOST_SUGGESTIONS)
    releases = releases_to_search(catalog.releases, request.systems, day_of(request.on))
    days = {release.system: release.effective for release in releases}
    found = catalog.finder.suggest(request.query, days, limit=limit)
    return pb.SuggestResponse(suggestions=[wire.found(hit) for hit in found])


def changes(
    catalog: ServedCatalog, reader: Reader, request: pb.ListChangesRequest
) -> pb.ListChangesResponse:
    """What a release changed against the one before it."""
    limit = _size(request.page_size, _CHANGES, _MOST_CHANGES)
    release = release_for(catalog.releases, request.system, day_of(request.on))
    before = release_before(catalog.releases, release)
    if before is None:
        return pb.ListChangesResponse(catalog_id=catalog.id, release=wire.release(release))
    asked = fingerprint(catalog.id, release.id, str(request.kind))
    offset = read_token(request.page_token, asked)
    found = [
        change
        for stretches in reader.store.codes_changed_on(release)
        if (change := change_on(stretches, release.effective)) is not None
    ]
    counts = Counter(wire.CHANGES[change.kind] for change in found)
    wanted = [
        change
        for change in found
        if request.kind in (pb.CodeChange.KIND_UNSPECIFIED, wire.CHANGES[change.kind])
    ]
    end = offset + limit
    return pb.ListChangesResponse(
        catalog_id=catalog.id,
        release=wire.release(release),
        before=wire.release(before),
        counts=[pb.ChangeCount(kind=kind, count=counts[kind]) for kind in sorted(counts)],
        changes=[wire.change(change) for change in wanted[offset:end]],
        next_page_token=write_token(asked, end) if end < len(wanted) else "",
    )


def note_read(
    catalog: ServedCatalog, reader: Reader, request: pb.ReadNoteRequest
) -> pb.ReadNoteResponse:
    """The findings of a case note, with candidate codes."""
    _check_length("note", request.note, LONGEST_NOTE)
    releases = releases_to_search(catalog.releases, request.systems, day_of(request.on))
    days = {release.system: release.effective for release in releases}
    findings = read_note(catalog.finder, request.note, days)
    return pb.ReadNoteResponse(
        catalog_id=catalog.id, findings=[wire.note_finding(finding) for finding in findings]
    )


def claim_checked(
    catalog: ServedCatalog, reader: Reader, request: pb.CheckClaimRequest
) -> pb.CheckClaimResponse:
    """What the rules say of a claim."""
    claim_type = wire.CLAIM_TYPES.get(request.claim_type)
    if claim_type is None:
        raise Refused(
            Reason.REQUEST_INVALID, "claim_type", "must be one of the types of the contract"
        )
    claim = Claim(
        claim_type=claim_type,
        date_of_service=day_of_service(request.date_of_service),
        lines=tuple(
            ClaimLine(line.system, line.code, tuple(line.modifiers), line.units)
            for line in request.lines
        ),
        patient_age=request.patient_age if request.HasField("patient_age") else None,
    )
    return wire.checked(check_claim(reader, claim, catalog.releases), catalog.id)


def _holds_cpt(page: Page) -> bool:
    """Whether *page* shows anything that belongs to CPT."""
    if page.code.system == CPT:
        return True
    lines = (
        line
        for section in page.sections
        for block in section.blocks
        for line in (*block.items, *chain.from_iterable(block.rows))
    )
    return any(span.link is not None and span.link.system == CPT for line in lines for span in line)


def _published(reader: Reader, release: Release, field: str, text: str) -> Code:
    _check_length(field, text, LONGEST_TEXT)
    code = reader.store.code(release, code_key(text))
    if code is None or code.code != text:
        raise Refused(
            Reason.CODE_NOT_FOUND,
            field,
            f"{release.name} has no code of exactly this spelling; ResolveCode finds others",
        )
    return code


def _check_length(field: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise Refused(
            Reason.QUERY_TOO_LONG,
            field,
            f"must be at most {longest} characters long, not {len(text)}",
        )


def _size(asked: int, usual: int, most: int) -> int:
    if not 0 <= asked <= most:
        raise Refused(Reason.REQUEST_INVALID, "page_size", f"must be 1 to {most}, or 0 for {usual}")
    return asked or usual
