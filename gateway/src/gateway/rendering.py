"""Pages: code pages rendered once and joined on every view, and the site's other pages.

A section is rendered when its page is prepared, locked and open; a view only joins bytes, so that
what a visitor may not see is never near what is sent to them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from codingahead.lookup.v1 import lookup_pb2
from gateway import api_reference, banners, dated_links, wording
from gateway.addresses import CPT
from gateway.assets import Assets
from gateway.banners import Standing
from gateway.block_layout import runs
from gateway.catalog import Catalog
from gateway.local_paths import is_local, with_next
from gateway.plans_offered import PLANS, plan_offered
from gateway.problems import CPT_TERMS, Kind, Problem
from gateway.products import (
    ACTION_NAMES,
    ACTIONS_NOT_OPEN,
    EXAMPLES,
    NINE_SECTIONS,
    NOT_OPEN_YET,
    PRODUCTS,
    examples_for,
    what_answers,
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

_NEXT = encoded_text(OpenSlots().next)

_ABOUT = {
    "data": "About the data",
    "licences": "Licences",
    "privacy": "Privacy",
    "cookies": "Cookies",
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
    release_id: str
    expires: date | None
    public_sections: frozenset[str]
    sections: tuple[PreparedSection, ...]
    frame: Slotted
    wall: Slotted
    older: bytes
    """Said where the release that was read is not the newest."""
    ended: bytes
    """Said once the release that was read has ended."""
    has_cpt: bool
    """Whether it is CPT content, or has some: its terms come first."""
    notices: tuple[str, ...]
    """Lines that a licence asks to be shown with it."""
    path: str
    next: bytes
    """The query by which links to forms lead back here, when no date was asked for."""
    identity_json: bytes
    sources_json: tuple[tuple[str, bytes], ...]
    """Source ids with their JSON, in the order of the page."""
    locked: dict[Unlock, tuple[LockedSection, ...]] = field(default_factory=dict)
    """Its sections as they are locked, once they were needed so."""
    dated: list["PreparedPage"] = field(default_factory=list)
    """The page with links that keep a day, once it was needed so."""


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

    def prepare(
        self,
        page: lookup_pb2.CodePage,
        catalog_id: str = "",
        newest: lookup_pb2.Release | None = None,
    ) -> PreparedPage:
        """Render everything of *page* that does not depend on who looks or for which day.

        *newest* is the newest release of its code set, where that is known.
        """
        sources = {source.id: source for source in page.sources}
        shared = {
            "code": page.code,
            "release": page.release,
            "structured": self._structured(page),
            "slot": OpenSlots(),
            "current": "case2code",
            "query": "",
            "notices": page.licence_notices,
        }
        frame = self._text(
            "code_page.html",
            ancestors=page.ancestors,
            previous=page.previous if page.HasField("previous") else None,
            following=page.next if page.HasField("next") else None,
            **shared,
        )
        older = newest is not None and page.release.effective < newest.effective
        return PreparedPage(
            system=page.code.system,
            code=page.code.code,
            display=page.code.display,
            catalog_id=catalog_id,
            release_id=page.release.id,
            expires=wording.parsed_day(page.release.expires),
            public_sections=frozenset(s.key for s in page.sections if s.public),
            sections=tuple(self._section(page, section, sources) for section in page.sections),
            frame=Slotted.parse(frame),
            wall=Slotted.parse(self._text("wall.html", **shared)),
            older=self._bytes(
                "older.html",
                release=page.release,
                newest=newest,
                path=wording.code_path(page.code),
            )
            if older
            else b"",
            ended=self._bytes("ended.html", release=page.release),
            has_cpt=bool(page.licence_notices) or page.code.system == CPT,
            notices=tuple(page.licence_notices),
            path=wording.code_path(page.code),
            next=_leading_back(wording.code_path(page.code), None),
            identity_json=encoded(identity_json(page))[:-1],
            sources_json=tuple((s.id, encoded(source_json(s))) for s in page.sources),
        )

    def assemble(
        self, page: PreparedPage, viewer: Viewer, access: Access, on: date | None = None
    ) -> bytes:
        """The page as *viewer* may see it; its wall when *access* is denied.

        *on* is the date of service that was asked for: links keep it, forms lead back to it.
        """
        if on is not None and not access.denied:
            return dated_links.filled(self._assembled(_dated(page), viewer, access, on), on)
        return self._assembled(page, viewer, access, on)

    def _assembled(
        self, page: PreparedPage, viewer: Viewer, access: Access, on: date | None
    ) -> bytes:
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
        values["dated"] = page.older or (page.ended if self.has_ended(page.expires) else b"")
        values["day"], values["day_field"] = _day(on) if on else (b"", b"")
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
                told.append(
                    self._locked(page.system, section.key, section.title, access.way_out).json
                )
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

    def home(self, viewer: Viewer, systems: Sequence[str]) -> bytes:
        """The front page; *systems* are the keys of the code systems that are loaded."""
        return self.page(
            "home.html",
            viewer,
            "",
            nine=NINE_SECTIONS,
            plans=list(PLANS.values()),
            systems=systems,
            examples=[EXAMPLES[system] for system in systems if system in EXAMPLES],
        )

    def problem(self, viewer: Viewer, problem: Problem, back: str = "/") -> bytes:
        """What went wrong and what to do; the nearest codes where some are known.

        *back* is the address that was asked for, to which a form leads back.
        """
        if problem.kind is CPT_TERMS:
            return self.page(
                "cpt_terms.html", viewer, problem.kind.title, problem=problem, next=back
            )
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

    def about(self, viewer: Viewer, name: str, catalog: Catalog | None) -> bytes | None:
        """A page about the site and its *catalog*; None when there is none of that name."""
        if name not in _ABOUT:
            return None
        return self.page(
            f"about/{name}.html", viewer, _ABOUT[name], catalog=catalog, licences=_LICENCES
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

    def has_ended(self, expires: date | None) -> bool:
        """Whether a release whose last day is *expires* has ended."""
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
        locked = [self._locked(page.system, it.key, it.title, unlock) for it in page.sections]
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

    def _render_locked(self, system: str, key: str, title: str, unlock: Unlock) -> LockedSection:
        shown = {"key": key, "title": title, "about": what_answers(system, key)}
        shown["unlock"] = unlock.value
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


def _dated(page: PreparedPage) -> PreparedPage:
    """*page* with links that keep a day; made once."""
    if not page.dated:
        made = replace(
            page,
            sections=tuple(replace(it, html=dated_links.opened(it.html)) for it in page.sections),
            frame=replace(page.frame, texts=tuple(map(dated_links.opened, page.frame.texts))),
            locked={},
        )
        page.dated.append(made)
    return page.dated[0]


@lru_cache(1024)
def _day(on: date) -> tuple[bytes, bytes]:
    """The day that was asked for, as a page says it and as its form holds it."""
    said = f"<li>as of {wording.day_in_words(on)}</li>"
    return said.encode(), f' value="{on.isoformat()}"'.encode()


def _leading_back(path: str, on: date | None) -> bytes:
    return encoded_text(with_next(f"{path}?on={on.isoformat()}" if on else path))
