"""The hierarchy of a code system: ``/{system}`` and ``/{system}/{range}``, free to anybody."""

from gateway import problems
from gateway.addresses import SYSTEMS, path_of, range_meant, system_of
from gateway.catalog import Lookup
from gateway.problems import Problem, Refused
from gateway.rendering import Pages
from gateway.views import Viewer
from gateway.wording import cpt_not_loaded, with_dashes
from servicekit.errors import ServiceError

_NO_SUCH_RANGE = {"CODE_NOT_FOUND", "REQUEST_INVALID"}


class Browse:
    """Answers places of the hierarchy.

    Methods raise :class:`gateway.problems.Refused`, and what calls to lookup raise.
    """

    def __init__(self, lookup: Lookup, pages: Pages) -> None:
        self._lookup = lookup
        self._pages = pages

    async def at(self, system_spelling: str, range_spelling: str, viewer: Viewer) -> bytes | str:
        """The page of a system, or of a range of it; the path to go to where it is spelled so."""
        system = system_of(system_spelling)
        assert system is not None, "only addresses of known systems are browsed"
        span = range_meant(range_spelling) or ""
        if (system_spelling, range_spelling) != (system, span):
            return path_of(system, span) if span else f"/{system}"
        catalog = self._lookup.catalog
        loaded = catalog.systems.get(system) if catalog else None
        if catalog is not None and loaded is None:
            raise Refused(_not_loaded(system))
        try:
            place = await self._lookup.browse(system, span)
        except ServiceError as error:
            if error.reason == "CODE_SET_NOT_LOADED":
                raise Refused(_not_loaded(system)) from None
            if span and error.reason in _NO_SUCH_RANGE:
                raise Refused(_no_such_range(system, span)) from None
            raise
        return self._pages.place(viewer, system, span, place, loaded)


def _not_loaded(system: str) -> Problem:
    detail = f"{SYSTEMS[system]} is not loaded here, so there is nothing to browse."
    if system == "cpt":
        detail = cpt_not_loaded("")
    return Problem(problems.NOT_FOUND, "CODE_SET_NOT_LOADED", detail)


def _no_such_range(system: str, span: str) -> Problem:
    detail = (
        f"No {SYSTEMS[system]} code lies in {with_dashes(span)}. Browse {SYSTEMS[system]} from its "
        "chapters, or search for a code or for words of its title."
    )
    return Problem(problems.NOT_FOUND, "RANGE_NOT_FOUND", detail)
