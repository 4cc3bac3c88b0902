"""Answers requests from one catalog: reads what was asked, applies the rules, writes the answer.

Every function raises :class:`~lookup.refusals.Refused` when the contract says so.
"""

from typing import Protocol

from codingahead.lookup.v1 import lookup_pb2 as pb
from lookup import wire
from lookup.browse import browse
from lookup.facts import Node, Release
from lookup.page import compose_page
from lookup.page_token import fingerprint, read_token, write_token
from lookup.pair_notes import pair_notes
from lookup.query import LONGEST_QUERY, LONGEST_TYPED
from lookup.refusals import Reason, Refused
from lookup.release_choice import day_of, release_for, releases_to_search
from lookup.resolve import LONGEST_TEXT, nearest, resolve
from lookup.search import search
from lookup.served_catalog import ServedCatalog
from lookup.spelling import code_key, is_published_form
from lookup.store import Store
from lookup.suggest import suggest
from lookup.systems import NAMES

_RESULTS, _MOST_RESULTS = 20, 100
_SUGGESTIONS, _MOST_SUGGESTIONS = 8, 25
_OUTCOMES = {
    Reason.CODE_SET_NOT_LOADED: pb.ResolveCodeResponse.OUTCOME_CODE_SET_NOT_LOADED,
    Reason.NOT_KNOWN_FOR_DATE: pb.ResolveCodeResponse.OUTCOME_NOT_KNOWN_FOR_DATE,
}


class Answer[Q, A](Protocol):
    """Reads the answer to a request out of a catalog."""

    def __call__(self, catalog: ServedCatalog, store: Store, request: Q) -> A:
        """The answer to *request*."""


def catalog(served: ServedCatalog) -> pb.GetCatalogResponse:
    """What is being served: the newest release of each system."""
    order = list(NAMES)
    newest = {release.system: release for release in reversed(served.releases)}
    return pb.GetCatalogResponse(
        catalog_id=served.id,
        systems=[
            pb.CodeSystem(
                system=system,
                name=NAMES[system],
                release=wire.release(newest[system]),
                code_count=newest[system].code_count,
                billable_count=newest[system].billable_count,
            )
            for system in sorted(newest, key=order.index)
        ],
    )


def resolution(
    catalog: ServedCatalog, store: Store, request: pb.ResolveCodeRequest
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
    node = resolve(store, release, request.text)
    if node is not None:
        return pb.ResolveCodeResponse(
            outcome=pb.ResolveCodeResponse.OUTCOME_FOUND, code=wire.code_ref(node)
        )
    return pb.ResolveCodeResponse(
        outcome=pb.ResolveCodeResponse.OUTCOME_CODE_NOT_FOUND,
        suggestions=[wire.code_ref(near) for near in nearest(store, release, request.text)],
    )


def page(
    catalog: ServedCatalog, store: Store, request: pb.GetCodePageRequest
) -> pb.GetCodePageResponse:
    """A code's page; the code must be spelled as published."""
    release = release_for(catalog.releases, request.system, day_of(request.on))
    node = _published(store, release, "code", request.code)
    composed = compose_page(store.page_facts(node, release), frozenset(request.sections))
    return pb.GetCodePageResponse(catalog_id=catalog.id, page=wire.code_page(composed))


def browsed(catalog: ServedCatalog, store: Store, request: pb.BrowseRequest) -> pb.BrowseResponse:
    """A place of the hierarchy with what lies right below it."""
    _check_length("range", request.range, LONGEST_TEXT)
    release = release_for(catalog.releases, request.system, day_of(request.on))
    return wire.browsed(browse(store, release, request.range), catalog.id, release)


def pair(
    catalog: ServedCatalog, store: Store, request: pb.GetPairNotesRequest
) -> pb.GetPairNotesResponse:
    """What notes say of two codes together; both must be spelled as published."""
    release = release_for(catalog.releases, request.system, day_of(request.on))
    first = _published(store, release, "first", request.first)
    second = _published(store, release, "second", request.second)
    at_first, at_second = store.pair_namings(first, second), store.pair_namings(second, first)
    notes = pair_notes(first, second, at_first, at_second)
    return pb.GetPairNotesResponse(
        first=wire.code_ref(first),
        second=wire.code_ref(second),
        release=wire.release(release),
        notes=[wire.pair_note(note) for note in notes],
        sources=[
            wire.source(store.source(source_id))
            for source_id in dict.fromkeys(note.source_id for note in notes)
        ],
    )


def results(catalog: ServedCatalog, store: Store, request: pb.SearchRequest) -> pb.SearchResponse:
    """One page of ranked codes."""
    _check_length("query", request.query, LONGEST_QUERY)
    limit = _size(request.page_size, _RESULTS, _MOST_RESULTS)
    if request.skip < 0:
        raise Refused(Reason.REQUEST_INVALID, "skip", "must not be negative")
    asked = fingerprint(catalog.id, request.query, *sorted(set(request.systems)), request.on)
    offset = read_token(request.page_token, asked) + request.skip
    (release,) = releases_to_search(catalog.releases, request.systems, day_of(request.on))
    found = search(store, release, request.query, offset, limit)
    shown = offset + len(found.hits)
    more = bool(found.hits) and shown < found.total
    return pb.SearchResponse(
        catalog_id=catalog.id,
        total=found.total,
        results=[wire.search_result(hit) for hit in found.hits],
        next_page_token=write_token(asked, shown) if more else "",
    )


def suggestions(
    catalog: ServedCatalog, store: Store, request: pb.SuggestRequest
) -> pb.SuggestResponse:
    """Completions."""
    _check_length("query", request.query, LONGEST_TYPED)
    limit = _size(request.page_size, _SUGGESTIONS, _MOST_SUGGESTIONS)
    (release,) = releases_to_search(catalog.releases, request.systems, None)
    found = suggest(store, release, request.query, limit)
    return pb.SuggestResponse(suggestions=[wire.code_ref(node) for node in found])


def _published(store: Store, release: Release, field: str, text: str) -> Node:
    _check_length(field, text, LONGEST_TEXT)
    node = store.code(release.id, code_key(text)) if is_published_form(text) else None
    if node is None:
        raise Refused(
            Reason.CODE_NOT_FOUND,
            field,
            f"{release.name} has no code of exactly this spelling; ResolveCode finds others",
        )
    return node


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
