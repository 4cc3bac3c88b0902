"""Pages: code pages rendered once and joined on every view, and the site's other pages.

A section is rendered when its page is prepared, locked and open; a view only joins bytes, so that
what a visitor may not see is never near what is sent to them.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from codingahead.lookup.v1 import lookup_pb2
from gateway import api_reference, banners, wording
from gateway.addresses import is_cpt_form
from gateway.assets import Assets
from gateway.banners import Standing
from gateway.block_layout import runs
from gateway.local_paths import is_local, with_next
from gateway.plans_offered import PLANS, plan_offered
from gateway.problems import Kind, Problem
from gateway.products import (
    ACTION_NAMES,
    ACTIONS_NOT_OPEN,
    NINE_SECTIONS,
    NOT_OPEN_YET,
    PRODUCTS,
    examples_for,
)
from gateway.section_json import (
    allowance_json,
    encoded,
    identity_json,
    joined,
    locked_section_json,
    section_json,
    source_json,
)
from gateway.templating import OpenSlots, Slotted, environment
from gateway.templating import encoded as encoded_text
from gateway.views import Access, Unlock, Viewer
from gateway.wording import LONGEST_QUESTION

RESULTS_PER_PAGE = 20
LAST_PAGE = 50
"""Search results reach no further; nobody reads there, and it would cost much to rank."""

_NEXT = encoded_text(OpenSlots().next)

_ABOUT = {
    "data": "About the data",
    "licences": "Licences",
    "privacy": "Privacy",
    "terms": "Terms",
    "errors": "Report an error",
}
_LICENCES = {
    "icd-10-cm": (
        "Published by the National Center for Health Statistics and the Centers for Medicare & "
        "Medicaid Services of the United States, as a work of the federal government. It is "
        "based on ICD-10, © World Health Organization, which authorised this modification for "
        "use in the United States."
    ),
    "icd-10-pcs": (
        "Published by the Centers for Medicare & Medicaid Services of the United States, as a "
        "work of the federal government, in the public domain."
    ),
    "hcpcs": (
        "Level II codes are published by the Centers for Medicare & Medicaid Services of the "
        "United States, in the public domain. Dental codes (D) belong to the American Dental "
        "Association and are not held here."
    ),
}


@dataclass(frozen=True, slots=True)
class PreparedSection:
    """A section rendered open: for the page, its table of contents and the API.

    *after* follows it whether it is open or locked.
    """

    key: str
    title: str
    public: bool
    html: bytes
    toc: bytes
    json: bytes
    source_ids: frozenset[str]
    after: bytes = b""


@dataclass(frozen=True, slots=True)
class LockedSection:
    """What stands for a section whose title alone may be shown."""

    html: bytes
    toc: bytes
    json: bytes


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A code's page, rendered as far as it does not depend on who looks."""

    system: str
    code: str
    display: str
    catalog_id: str
    expires: date | None
    public_sections: frozenset[str]
    sections: tuple[PreparedSection, ...]
    frame: Slotted
    wall: Slotted
    ended: bytes
    """Said once the release that was read has ended."""
    path: str
    next: bytes
    """The query by which links to forms lead back here, when no date was asked for."""
    identity_json: bytes
    sources_json: tuple[tuple[str, bytes], ...]
    """Source ids with their JSON, in the order of the page."""
    locked: dict[Unlock, tuple[LockedSection, ...]] = field(default_factory=dict)
    """Its sections as they are locked, once they were needed so."""


class Pages:
    """Renders the pages of one site.

    *base_url* is where people reach it, without a slash at the end; *contact* an e-mail address
    for reports of errors, if there is one; *today* the day in UTC.
    """

    def __init__(
        self,
        *,
        site_name: str,
        assets: Assets,
        base_url: str,
        contact: str = "",
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._today = today
        self._base_url = base_url
        self._templates = environment(
            site_name=site_name,
            base_url=base_url,
            contact=contact,
            report_path="/about/errors",
            asset=assets.url,
            products=PRODUCTS,
            action_names=ACTION_NAMES,
            actions_not_open=ACTIONS_NOT_OPEN,
            is_local=is_local,
        )
        # Few of each exist, as they depend on plans and counts, not on codes; names are short.
        self._account = lru_cache(16_384)(self._render_account)
        self._banner = lru_cache(4096)(self._render_banner)
        self._way_out = lru_cache(1024)(self._render_way_out)
        self._locked = lru_cache(256)(self._render_locked)

    @property
    def not_open_yet_names(self) -> Iterable[str]:
        """Names of the addresses that :meth:`not_open_yet` answers."""
        return NOT_OPEN_YET.keys()

    # Code pages

    def prepare(self, page: lookup_pb2.CodePage, catalog_id: str = "") -> PreparedPage:
        """Render everything of *page* that does not depend on who looks."""
        sources = {source.id: source for source in page.sources}
        shared = {
            "code": page.code,
            "release": page.release,
            "structured": self._structured(page),
            "slot": OpenSlots(),
            "current": "case2code",
            "query": "",
        }
        frame = self._text("code_page.html", ancestors=page.ancestors, **shared)
        return PreparedPage(
            system=page.code.system,
            code=page.code.code,
            display=page.code.display,
            catalog_id=catalog_id,
            expires=wording.parsed_day(page.release.expires),
            public_sections=frozenset(s.key for s in page.sections if s.public),
            sections=tuple(self._section(page, section, sources) for section in page.sections),
            frame=Slotted.parse(frame),
            wall=Slotted.parse(self._text("wall.html", **shared)),
            ended=self._bytes("ended.html", release=page.release),
            path=wording.code_path(page.code),
            next=_leading_back(wording.code_path(page.code), None),
            identity_json=encoded(identity_json(page))[:-1],
            sources_json=tuple((s.id, encoded(source_json(s))) for s in page.sources),
        )

    def assemble(
        self, page: PreparedPage, viewer: Viewer, access: Access, on: date | None = None
    ) -> bytes:
        """The page as *viewer* may see it; its wall when *access* is denied.

        *on* is the date of service that was asked for: forms lead back to it.
        """
        standing = Standing.of(access)
        back = page.next if on is None else _leading_back(page.path, on)
        values = {
            "account": self._account(viewer).replace(_NEXT, back),
            "banner": self._banner(standing).replace(_NEXT, back),
        }
        if access.denied:
            values["way_out"] = self._way_out(standing).replace(_NEXT, back)
            return page.wall.filled(values)
        toc, body = [], []
        for section, locked in zip(
            page.sections, self._locked_of(page, standing.unlock, back), strict=True
        ):
            open_ = section.public or section.key in access.unlocked
            shown: PreparedSection | LockedSection = section if open_ else locked
            toc.append(shown.toc)
            body.append(shown.html)
            body.append(section.after)
        values["ended"] = page.ended if self._ended(page.expires) else b""
        values["toc"] = b"".join(toc)
        values["sections"] = b"".join(body)
        return page.frame.filled(values)

    def assemble_json(self, page: PreparedPage, access: Access, verdict: str, mode: str) -> bytes:
        """The page as the API tells it; *verdict* is ``GRANTED`` or ``REPEAT``.

        Sources are those that the open sections name.
        """
        told: list[bytes] = []
        named: set[str] = set()
        for section in page.sections:
            if not access.denied and (section.public or section.key in access.unlocked):
                told.append(section.json)
                named |= section.source_ids
            else:
                told.append(self._locked(section.key, section.title, access.way_out).json)
        return b"".join(
            (
                page.identity_json,
                b',"verdict":',
                encoded(verdict),
                b',"mode":',
                encoded(mode),
                b',"sections":',
                joined(told),
                b',"sources":',
                joined(source for key, source in page.sources_json if key in named),
                b',"allowance":',
                encoded(allowance_json(access)),
                b"}",
            )
        )

    # Other pages

    def home(self, viewer: Viewer) -> bytes:
        """The front page."""
        plans = list(PLANS.values())
        return self.page("home.html", viewer, "", nine=NINE_SECTIONS, plans=plans)

    def search(
        self,
        viewer: Viewer,
        query: str,
        results: lookup_pb2.SearchResponse | None,
        page: int,
        system: str = "",
    ) -> bytes:
        """One page of *results*; None where nothing has been asked yet."""
        total = results.total if results else 0
        reachable = RESULTS_PER_PAGE * LAST_PAGE
        last_page = max(1, math.ceil(min(total, reachable) / RESULTS_PER_PAGE))

        def address(number: int) -> str:
            asked = {"q": query, "system": system, "page": str(number) if number > 1 else ""}
            return "/search?" + urlencode({key: value for key, value in asked.items() if value})

        return self.page(
            "search.html",
            viewer,
            f"Results for “{query}”" if query else "Search codes",
            current="case2code",
            query=query,
            results=[_result(found) for found in results.results] if results else [],
            total=total,
            reachable=reachable,
            page=page,
            last_page=last_page,
            first=(page - 1) * RESULTS_PER_PAGE + 1,
            previous=address(page - 1) if page > 1 else "",
            next=address(page + 1) if page < last_page else "",
            cpt=wording.cpt_not_loaded(query) if is_cpt_form(query) else "",
        )

    def place(
        self,
        viewer: Viewer,
        system: str,
        span: str,
        place: lookup_pb2.BrowseResponse,
        loaded: lookup_pb2.CodeSystem | None,
    ) -> bytes:
        """What lies below the range *span* of *system*, or below all of it where that is empty.

        *loaded* is the system as a whole, when it is known.
        """
        name = wording.system_name(system)
        title = f"{name} {wording.with_dashes(span)}".rstrip()
        return self.page(
            "place.html",
            viewer,
            f"{title} – {place.place.display}" if place.place.display else title,
            current="case2code",
            system=system,
            span=span,
            place=place.place,
            ancestors=place.ancestors,
            entries=place.entries,
            release=place.release,
            ended=self._ended(wording.parsed_day(place.release.expires)),
            loaded=loaded,
        )

    def problem(self, viewer: Viewer, problem: Problem) -> bytes:
        """What went wrong and what to do; the nearest codes where some are known."""
        return self.page("problem.html", viewer, problem.kind.title, problem=problem)

    def problem_kind(self, viewer: Viewer, kind: Kind) -> bytes:
        """What a problem's ``type`` address means."""
        return self.page("problem_kind.html", viewer, kind.title, kind=kind)

    def not_open_yet(self, viewer: Viewer, name: str) -> bytes:
        """An honest page where something will be.

        Raises:
            KeyError: when *name* is not one of :attr:`not_open_yet_names`.
        """
        product = NOT_OPEN_YET[name]
        return self.page("not_open_yet.html", viewer, product.title, current=name, product=product)

    def about(
        self, viewer: Viewer, name: str, systems: Sequence[lookup_pb2.CodeSystem]
    ) -> bytes | None:
        """A page about the site; None when there is none of that name."""
        if name not in _ABOUT:
            return None
        return self.page(
            f"about/{name}.html", viewer, _ABOUT[name], systems=systems, licences=_LICENCES
        )

    def api_docs(self, viewer: Viewer, document: dict[str, Any], kinds: Sequence[Kind]) -> bytes:
        """The reference of the API that the OpenAPI *document* describes."""
        return self.page(
            "api_docs.html",
            viewer,
            "API",
            document=document,
            operations=api_reference.operations(document),
            schemas=api_reference.schemas(document),
            kinds_of_problem=kinds,
        )

    def page(self, template: str, viewer: Viewer, title: str, **values: object) -> bytes:
        """Any other page: *template*, headed *title*, as *viewer* sees it."""
        greeting = {"viewer": viewer, "plan": plan_offered(viewer.plan)}
        given = {"current": "", "query": "", "next": "", "title": title, **greeting, **values}
        return self._bytes(template, **given)

    # Pieces

    def _ended(self, expires: date | None) -> bool:
        return expires is not None and expires < self._today()

    def _section(
        self,
        page: lookup_pb2.CodePage,
        section: lookup_pb2.Section,
        sources: dict[str, lookup_pb2.Source],
    ) -> PreparedSection:
        after = b""
        if section.key == "common_language":
            after = self._bytes(
                "ask_box.html",
                code=page.code,
                examples=examples_for(page.code.system, page.code.code),
                longest=LONGEST_QUESTION,
            )
        return PreparedSection(
            key=section.key,
            title=section.title,
            public=section.public,
            html=self._bytes("section.html", section=section, runs=runs(section, sources)),
            toc=self._bytes("toc_item.html", key=section.key, title=section.title, locked=False),
            json=encoded(section_json(section)),
            source_ids=frozenset(block.source_id for block in section.blocks),
            after=after,
        )

    def _structured(self, page: lookup_pb2.CodePage) -> dict[str, object]:
        """JSON-LD of a code's page: its identity, and that parts of it are not free."""
        code = page.code
        return {
            "@context": "https://schema.org",
            "@type": "MedicalWebPage",
            "url": f"{self._base_url}{wording.code_path(code)}",
            "name": f"{code.code} {code.display}",
            "about": {
                "@type": "MedicalCode",
                "codeValue": code.code,
                "codingSystem": wording.system_name(code.system),
                "name": code.display,
            },
            "isAccessibleForFree": False,
            "hasPart": {
                "@type": "WebPageElement",
                "isAccessibleForFree": False,
                "cssSelector": ".gated",
            },
        }

    def _locked_of(
        self, page: PreparedPage, unlock: Unlock, back: bytes
    ) -> tuple[LockedSection, ...]:
        """Every section of *page* as it is locked, its links leading *back*.

        Made once for each way to unlock it, but for dates of service, of which there are many.
        """
        held = back is page.next
        if held and (made := page.locked.get(unlock)) is not None:
            return made
        locked = [self._locked(section.key, section.title, unlock) for section in page.sections]
        made = tuple(replace(it, html=it.html.replace(_NEXT, back)) for it in locked)
        if held:
            page.locked[unlock] = made
        return made

    def _render_account(self, viewer: Viewer) -> bytes:
        return self._bytes(
            "account.html", viewer=viewer, plan=plan_offered(viewer.plan), next=OpenSlots().next
        )

    def _render_banner(self, standing: Standing) -> bytes:
        banner = banners.banner(standing)
        if banner is None:
            return b""
        unlock = standing.unlock.value
        return self._bytes(
            "banner.html",
            banner=banner,
            unlock=unlock,
            denied=standing.denied,
            next=OpenSlots().next,
        )

    def _render_way_out(self, standing: Standing) -> bytes:
        way_out = banners.way_out(standing)
        return self._bytes(
            "way_out.html", way_out=way_out, unlock=standing.unlock.value, next=OpenSlots().next
        )

    def _render_locked(self, key: str, title: str, unlock: Unlock) -> LockedSection:
        about = next((section.what for section in NINE_SECTIONS if section.key == key), "")
        shown = {"key": key, "title": title, "about": about, "unlock": unlock.value}
        shown["next"] = OpenSlots().next
        return LockedSection(
            html=self._bytes("locked_section.html", **shown),
            toc=self._bytes("toc_item.html", key=key, title=title, locked=True),
            json=encoded(locked_section_json(key, title, unlock)),
        )

    def _text(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(**values)

    def _bytes(self, template: str, **values: object) -> bytes:
        return encoded_text(self._text(template, **values))


def _leading_back(path: str, on: date | None) -> bytes:
    return encoded_text(with_next(f"{path}?on={on.isoformat()}" if on else path))


@dataclass(frozen=True, slots=True)
class _Result:
    code: lookup_pb2.CodeRef
    title: Markup | str
    found: tuple[Markup, ...]
    """Inclusion terms in which the query was found."""


def _result(result: lookup_pb2.SearchResult) -> _Result:
    title: Markup | str = result.code.display
    found = []
    for highlight in result.highlights:
        if highlight.field == "title":
            title = wording.marked(highlight)
        elif highlight.field == "inclusion_term":
            found.append(wording.marked(highlight))
    return _Result(result.code, title, tuple(found))
