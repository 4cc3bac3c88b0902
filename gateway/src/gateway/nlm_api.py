"""The contract of NLM's Clinical Table Search Service, so that its widgets work unchanged.

Parameters and answers are those of https://clinicaltables.nlm.nih.gov/apidoc/icd10cm/v3/doc.html.
Which codes come first is our own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from codingahead.lookup.v1 import lookup_pb2
from gateway import problems
from gateway.catalog import Lookup
from gateway.nlm_query import Constraint, parse_query
from gateway.nlm_tables import PATHS, Fields, Table
from gateway.nlm_words import holds, is_explained, typed
from gateway.problems import Problem, Refused

SHARED: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "RateLimit, RateLimit-Policy, Retry-After",
}
"""Lets pages of other sites read an answer. They send no cookies along."""

_DEFAULT_COUNT: Final = 7
_MOST: Final = 500
_FARTHEST: Final = 7_500
_MOST_TOTAL: Final = 10_000
_MOST_FIELDS: Final = 20
_PAGE: Final = 100
"""Results that lookup gives at a time."""
_SEARCHED_PAGES: Final = 5
"""So many pages are looked through for codes that fit."""

_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": (
            "[total, [code…], {extra field: [value…]} or null, [[display string…]…]]. The total "
            "is at most 10,000 and may be less than there are."
        ),
        "content": {"application/json": {"schema": {"type": "array", "items": {}}}},
    }
}

_Text = Annotated[str, Query(max_length=_MOST)]
_FieldNames = Annotated[str | None, Query(max_length=_MOST)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one request asks of *table*: *count* codes from *offset* on, and which fields.

    *strict*: only the *searched* fields count, as they were named.
    """

    table: Table
    terms: str
    constraint: Constraint | None
    searched: tuple[str, ...]
    strict: bool
    shown: tuple[str, ...]
    code_field: str
    extra: tuple[tuple[str, str], ...]
    """Fields and the names to give them."""
    count: int
    offset: int

    def fits(self, result: lookup_pb2.SearchResult) -> bool:
        """Whether *result* is among what is asked for."""
        fields = self.table.fields_of(result.code)
        if self.constraint is not None and not self.constraint.holds(fields):
            return False
        terms = typed(self.terms)
        if self.strict:
            return holds(terms, fields, self.searched)
        # A single word is what the search understands by it: an abbreviation, another spelling.
        return len(terms) < 2 or is_explained(terms, fields, self.searched, result.highlights)

    @property
    def needs_looking_through(self) -> bool:
        """Whether the search may find what does not fit."""
        return self.strict or self.constraint is not None or len(typed(self.terms)) > 1


class NlmApi:
    """Handlers of the contract."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def router(self) -> APIRouter:
        """The routes of all tables."""
        router = APIRouter()
        for path in PATHS:
            router.add_api_route(
                path,
                self.search,
                methods=["GET"],
                name=path.split("/")[2],
                responses=_ANSWER,
                response_model=None,
                tags=["NLM Clinical Tables"],
            )
            router.add_api_route(path, self.preflight, methods=["OPTIONS"], include_in_schema=False)
        return router

    async def search(
        self,
        request: Request,
        terms: Annotated[
            str | None, Query(max_length=_MOST, description="Words or beginnings of words.")
        ] = None,
        maxList: Annotated[  # noqa: N803 - named by the contract
            str | None, Query(max_length=10, description="Results: 7, at most 500; empty: 500.")
        ] = None,
        count: Annotated[
            str | None, Query(max_length=10, description="The same, to page with offset.")
        ] = None,
        offset: Annotated[str, Query(max_length=10, description="Results to pass over.")] = "",
        q: Annotated[
            str, Query(max_length=_MOST, description="A condition: words, field:word, AND, OR.")
        ] = "",
        df: _FieldNames = None,
        sf: _FieldNames = None,
        cf: _FieldNames = None,
        ef: _Text = "",
    ) -> JSONResponse:
        """Search a table as NLM's Clinical Tables do. Free.

        All words must match, each as the beginning of a word. ``df``, ``sf``, ``cf`` and ``ef``
        name the fields to display, search, take the code from, and add (``field:alias``).
        """
        if terms is None and not q:
            raise _malformed("terms is missing: say what to search for, as in ?terms=diab.")
        table = PATHS[request.url.path.rstrip("/")]
        searched = _names("sf", sf) or table.searched
        asked = _Asked(
            table=table,
            terms=(terms or "").strip(),
            constraint=_constraint(q),
            searched=searched,
            strict=set(searched) != set(table.searched),
            shown=_names("df", df) or table.shown,
            code_field=(_names("cf", cf) or ("code",))[0],
            extra=tuple(_aliased(name) for name in _names("ef", ef)),
            count=_number("maxList", maxList) if count is None else _number("count", count),
            offset=_number("offset", offset or "0"),
        )
        if asked.offset + asked.count > _FARTHEST:
            raise _malformed(f"offset and count together reach {_FARTHEST:,} at most.")
        total, codes = await self._found(asked)
        return JSONResponse(
            _answer(asked, total, [table.fields_of(code) for code in codes]),
            headers={"Cache-Control": "public, max-age=60", **SHARED},
        )

    async def preflight(self) -> Response:
        """Let scripts of other sites ask, whatever headers they add."""
        allowed = {"Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Headers": "*"}
        return Response(status_code=204, headers={**SHARED, **allowed})

    async def _found(self, asked: _Asked) -> tuple[int, list[lookup_pb2.CodeRef]]:
        """How many codes there are, and those that were asked for."""
        if not asked.needs_looking_through:
            return await self._as_searched(asked)
        fitting: list[lookup_pb2.CodeRef] = []
        for number in range(_SEARCHED_PAGES):
            answer = await self._search(asked, number * _PAGE, _PAGE)
            kept = [result.code for result in answer.results if asked.fits(result)]
            fitting += kept
            if len(answer.results) < _PAGE:
                break
            if asked.constraint is None and not asked.strict:
                if number == 0 and len(kept) == _PAGE:
                    # Only where too few codes hold all words are others added, at the end.
                    return await self._as_searched(asked)
                if not kept:
                    break
        return len(fitting), fitting[asked.offset : asked.offset + asked.count]

    async def _as_searched(self, asked: _Asked) -> tuple[int, list[lookup_pb2.CodeRef]]:
        """What lookup finds, in its order."""
        codes: list[lookup_pb2.CodeRef] = []
        while True:
            missing = asked.count - len(codes)
            size = max(1, min(_PAGE, missing))
            answer = await self._search(asked, asked.offset + len(codes), size)
            codes += [result.code for result in answer.results[:missing]]
            if len(codes) == asked.count or len(answer.results) < size:
                return min(answer.total, _MOST_TOTAL), codes

    async def _search(self, asked: _Asked, offset: int, limit: int) -> lookup_pb2.SearchResponse:
        words = asked.terms
        if not words and asked.constraint is not None:
            words = " ".join(asked.constraint.words)
        return await self._lookup.search(
            words, [asked.table.system], limit, offset, "", billable_only=asked.table.billable_only
        )


def is_shared(path: str) -> bool:
    """Whether pages of other sites may read what *path* answers."""
    return path.rstrip("/") in PATHS


def _answer(asked: _Asked, total: int, rows: Sequence[Fields]) -> list[object]:
    extra = {alias: [row.get(name, "") for row in rows] for name, alias in asked.extra}
    return [
        total,
        [row.get(asked.code_field, "") for row in rows],
        extra or None,
        [[row.get(name, "") for name in asked.shown] for row in rows],
    ]


def _constraint(q: str) -> Constraint | None:
    if not q.strip():
        return None
    try:
        return parse_query(q)
    except ValueError as error:
        raise _malformed(str(error)) from None


def _names(parameter: str, text: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in (text or "").split(",") if name.strip())
    if len(names) > _MOST_FIELDS:
        raise _malformed(f"{parameter} may name {_MOST_FIELDS} fields at most.")
    return names


def _aliased(name: str) -> tuple[str, str]:
    field, _, alias = name.partition(":")
    return field, alias or field


def _number(parameter: str, text: str | None) -> int:
    """The number that *text* is; as many as possible where it is empty."""
    if text is None:
        return _DEFAULT_COUNT
    if not text:
        return _MOST
    if not (text.isascii() and text.isdigit()):
        raise _malformed(f"{parameter} must be a number of results, such as 20, not {text!r}.")
    return int(text) if parameter == "offset" else min(int(text), _MOST)


def _malformed(detail: str) -> Refused:
    return Refused(Problem(problems.BAD_REQUEST, "PARAMETERS_MALFORMED", detail))
