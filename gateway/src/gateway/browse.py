"""The hierarchy of a code system: ``/{system}`` and ``/{system}/{place}``, free to anybody.

A place is a range of codes, or, of ICD-10-PCS, what codes begin with: there each page shows what
has been chosen so far and what may follow, down to a whole code.
"""

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from codingahead.lookup.v1 import lookup_pb2
from gateway import problems
from gateway.addresses import CPT, SYSTEMS, path_of, place_meant, system_of
from gateway.catalog import Lookup
from gateway.problems import Problem, Refused
from gateway.rendering import Pages
from gateway.views import Viewer
from gateway.wording import asked_on, cpt_not_loaded, parsed_day, system_name, with_dashes
from servicekit.errors import ServiceError

_NO_SUCH_PLACE = {"CODE_NOT_FOUND", "REQUEST_INVALID"}
_BUILT = "icd-10-pcs"


class Browse:
    """Answers places of the hierarchy.

    Methods raise :class:`gateway.problems.Refused`, and what calls to lookup raise.
    """

    def __init__(self, lookup: Lookup, pages: Pages) -> None:
        self._lookup = lookup
        self._pages = pages

    async def at(
        self, system_spelling: str, place_spelling: str, on: date | None, viewer: Viewer
    ) -> bytes | str:
        """The page of a system, or of a place in it; the path to go to where it is spelled so."""
        system = system_of(system_spelling)
        assert system is not None, "only addresses of known systems are browsed"
        place = place_meant(system, place_spelling) or ""
        own_path = path_of(system, place) if place else f"/{system}"
        day = on.isoformat() if on else ""
        if (system_spelling, place_spelling) != (system, place):
            return own_path + asked_on(day)
        self.check(system, on)
        try:
            browsed = await self._lookup.browse(system, place, day)
        except ServiceError as error:
            if error.reason == "CODE_SET_NOT_LOADED":
                raise Refused(not_loaded(system)) from None
            if place and error.reason in _NO_SUCH_PLACE:
                raise Refused(_no_such_place(system, place)) from None
            raise
        return self._page(viewer, system, place, browsed, day)

    def loaded(self, system: str) -> Sequence[lookup_pb2.Release]:
        """The releases of *system* that are loaded, the newest first."""
        catalog = self._lookup.catalog
        return catalog.releases.get(system, ()) if catalog else ()

    def check(self, system: str, on: date | None) -> None:
        """See that *system* is loaded, and known for the day *on*, as far as can be told here."""
        catalog = self._lookup.catalog
        if catalog is None:
            return
        if system not in catalog.systems:
            raise Refused(not_loaded(system))
        if catalog.release(system, on) is None:
            raise Refused(
                problems.not_known_for_date(SYSTEMS[system], on, catalog.releases[system])
            )

    def _page(
        self,
        viewer: Viewer,
        system: str,
        place: str,
        browsed: lookup_pb2.BrowseResponse,
        on: str,
    ) -> bytes:
        catalog = self._lookup.catalog
        here = browsed.place
        title = f"{system_name(system)} {with_dashes(place)}".rstrip()
        own_path = path_of(system, place) if place else f"/{system}"
        licence = catalog.cpt_licence if catalog and system == CPT else None
        return self._pages.page(
            "place.html",
            viewer,
            f"{title} – {here.display}" if here.display else title,
            current="case2code",
            system=system,
            span=place,
            own_path=quote(own_path),
            on=on,
            is_changes=False,
            place=here,
            ancestors=browsed.ancestors,
            chosen=[*browsed.ancestors, here] if system == _BUILT and place else [],
            entries=browsed.entries,
            heading=_heading(browsed.entries),
            release=browsed.release,
            newest=catalog.newest(system) if catalog else None,
            ended=self._pages.has_ended(parsed_day(browsed.release.expires)),
            loaded=catalog.systems.get(system) if catalog and not on else None,
            notices=licence.notices if licence else (),
        )


def _heading(entries: Sequence[lookup_pb2.BrowseEntry]) -> str:
    """What the entries are called where they are all of one kind."""
    kinds = {entry.place.kind for entry in entries}
    return kinds.pop().capitalize() if len(kinds) == 1 and "" not in kinds else "Codes"


def not_loaded(system: str) -> Problem:
    """*system* has an address and no release of it is loaded."""
    detail = f"{SYSTEMS[system]} is not loaded here, so there is nothing to browse."
    if system == CPT:
        detail = cpt_not_loaded("")
    return Problem(problems.NOT_FOUND, "CODE_SET_NOT_LOADED", detail)


def _no_such_place(system: str, place: str) -> Problem:
    name = SYSTEMS[system]
    what = f"lies in {with_dashes(place)}" if "-" in place else f"begins with {place}"
    detail = (
        f"No {name} code {what}. Browse {name} from its beginning, or search for a code or for "
        "words of its title."
    )
    return Problem(problems.NOT_FOUND, "RANGE_NOT_FOUND", detail)
