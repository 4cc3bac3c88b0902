"""What a release changed against the one before it: ``/{system}/changes``, free to anybody."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from codingahead.lookup.v1 import lookup_pb2
from gateway import problems
from gateway.addresses import CPT
from gateway.browse import Browse
from gateway.catalog import ChangeKind, Lookup, LookupAway
from gateway.problems import Problem, Refused
from gateway.rendering import Pages
from gateway.views import Viewer
from gateway.wording import parsed_day
from servicekit.errors import ServiceError

NAME = "changes"
"""What stands for a code in the address."""
KINDS = {
    "added": lookup_pb2.CodeChange.KIND_ADDED,
    "returned": lookup_pb2.CodeChange.KIND_RETURNED,
    "revised": lookup_pb2.CodeChange.KIND_REVISED,
    "ended": lookup_pb2.CodeChange.KIND_ENDED,
}
"""Kinds of change by the word for them, in the order in which they are offered."""
WORDS = {kind: word for word, kind in KINDS.items()}
LAST_PAGE = 1_000

_PER_PAGE = 100
_AT_ONCE = 500
"""As many as lookup tells at once: a whole number of pages."""


@dataclass(frozen=True, slots=True)
class _KindOffered:
    name: str
    path: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class _Change:
    code: lookup_pb2.CodeRef
    name: str
    before: str
    ended: bool
    on: str
    """The day for which the code's page is asked: the last one of a code that ended."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which page is shown; *kind* is a word or empty for all, *day* may be empty."""

    system: str
    day: str
    kind: str
    page: int
    last_page: int

    @property
    def own_path(self) -> str:
        return f"/{self.system}/{NAME}"

    def path(self, kind: str, page: int = 1) -> str:
        """The address of another page for the same day."""
        asked = {"on": self.day, "kind": kind, "page": str(page) if page > 1 else ""}
        query = urlencode({key: value for key, value in asked.items() if value})
        return f"{self.own_path}?{query}" if query else self.own_path


class Changes:
    """Answers what releases changed.

    Methods raise :class:`gateway.problems.Refused`, and what calls to lookup raise.
    """

    def __init__(self, lookup: Lookup, browse: Browse, pages: Pages) -> None:
        self._lookup = lookup
        self._browse = browse
        self._pages = pages

    async def at(
        self, system: str, on: date | None, kind_word: str, page: int, viewer: Viewer
    ) -> bytes:
        """The page of what the release of *system* that answers on a day changed."""
        kind = kind_asked(kind_word)
        self._browse.check(system, on)
        day = on.isoformat() if on else ""
        told, changes = await self._told(system, day, kind, page)
        counts = {it.kind: it.count for it in told.counts}
        total = counts.get(kind, 0) if kind else sum(counts.values())
        last_page = max(1, -(-total // _PER_PAGE))
        if page > last_page:
            detail = f"There are {last_page} pages of these changes."
            raise Refused(Problem(problems.NOT_FOUND, "PAGE_NOT_FOUND", detail))
        shown = _Shown(system, day, kind_word, page, last_page)
        return self._page(viewer, shown, told, changes)

    async def _told(
        self, system: str, day: str, kind: ChangeKind, page: int
    ) -> tuple[lookup_pb2.ListChangesResponse, list[lookup_pb2.CodeChange]]:
        """The answer that holds *page*, and the changes of that page."""
        skipped, token = (page - 1) * _PER_PAGE, ""
        try:
            told = await self._lookup.list_changes(system, day, kind, _AT_ONCE, token)
            while skipped >= _AT_ONCE and told.next_page_token:
                skipped -= _AT_ONCE
                token = told.next_page_token
                told = await self._lookup.list_changes(system, day, kind, _AT_ONCE, token)
        except ServiceError as error:
            if token and error.reason == "PAGE_TOKEN_INVALID":
                raise LookupAway("a catalog came between two pages") from None
            raise
        return told, list(told.changes)[skipped : skipped + _PER_PAGE]

    def _page(
        self,
        viewer: Viewer,
        shown: _Shown,
        told: lookup_pb2.ListChangesResponse,
        changes: list[lookup_pb2.CodeChange],
    ) -> bytes:
        catalog = self._lookup.catalog
        system, page = shown.system, shown.page
        counts = {it.kind: it.count for it in told.counts}
        licence = catalog.cpt_licence if catalog and system == CPT else None
        return self._pages.page(
            "changes.html",
            viewer,
            f"What {told.release.name} changed",
            current="case2code",
            system=system,
            own_path=shown.own_path,
            on=shown.day,
            is_changes=True,
            release=told.release,
            before=told.before if told.HasField("before") else None,
            newest=catalog.newest(system) if catalog else None,
            ended=self._pages.has_ended(parsed_day(told.release.expires)),
            releases=catalog.releases.get(system, ()) if catalog else (),
            kinds=[
                _KindOffered("All", shown.path(""), sum(counts.values()), not shown.kind),
                *(
                    _KindOffered(
                        word.capitalize(), shown.path(word), counts.get(kind, 0), word == shown.kind
                    )
                    for word, kind in KINDS.items()
                ),
            ],
            changes=[_change(it, told, shown.day) for it in changes],
            first=(page - 1) * _PER_PAGE + 1,
            page=page,
            last_page=shown.last_page,
            previous_page=shown.path(shown.kind, page - 1) if page > 1 else "",
            next_page=shown.path(shown.kind, page + 1) if page < shown.last_page else "",
            notices=licence.notices if licence else (),
        )


def kind_asked(word: str) -> ChangeKind:
    """The kind of change that *word* names; unspecified, which means all, for no word.

    Raises:
        Refused: when there is no such kind.
    """
    if not word:
        return lookup_pb2.CodeChange.KIND_UNSPECIFIED
    kind = KINDS.get(word)
    if kind is None:
        detail = f"There is no such kind of change. Use one of: {', '.join(KINDS)}."
        raise Refused(Problem(problems.BAD_REQUEST, "KIND_UNKNOWN", detail))
    return kind


def _change(
    change: lookup_pb2.CodeChange, told: lookup_pb2.ListChangesResponse, day: str
) -> _Change:
    ended = change.kind == lookup_pb2.CodeChange.KIND_ENDED
    word = WORDS.get(change.kind, "changed")
    return _Change(
        change.code, word.capitalize(), change.before, ended, told.before.expires if ended else day
    )
