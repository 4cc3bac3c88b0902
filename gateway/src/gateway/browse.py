"""The hierarchy of a code system: ``/{system}`` and ``/{system}/{range}``, free to anybody.

Lookup does not list the hierarchy yet. Until it does, these pages say so and lead on to what can
be opened: the codes with which a range begins and ends, and the search.
"""

from codingahead.lookup.v1 import lookup_pb2
from gateway import problems
from gateway.addresses import SYSTEMS, path_of, range_ends, system_of
from gateway.catalog import Lookup
from gateway.problems import Problem, Refused
from gateway.rendering import Pages
from gateway.views import Viewer
from gateway.wording import cpt_not_loaded


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
        span = range_spelling.rstrip("/").upper()
        path = path_of(system, span) if span else f"/{system}"
        if (system_spelling, range_spelling) != (system, span):
            return path
        catalog = self._lookup.catalog
        loaded = catalog.systems.get(system) if catalog else None
        if catalog is not None and loaded is None:
            raise Refused(_not_loaded(system))
        if not span:
            return self._pages.system(viewer, system, loaded)
        return self._pages.range(viewer, system, span, await self._ends(system, span))

    async def _ends(self, system: str, span: str) -> list[lookup_pb2.CodeRef]:
        """The first and the last code of the range *span*; one where they are the same."""
        found: list[lookup_pb2.CodeRef] = []
        for end in dict.fromkeys(range_ends(span) or ()):
            answer = await self._lookup.resolve(system, end, "")
            if not answer.HasField("code"):
                detail = (
                    f"{span} is no range of {SYSTEMS[system]} codes: there is no code {end}. "
                    "Search for a code or for words of its title."
                )
                raise Refused(
                    Problem(
                        problems.NOT_FOUND,
                        "RANGE_NOT_FOUND",
                        detail,
                        suggestions=tuple(answer.suggestions),
                    )
                )
            found.append(answer.code)
        return found


def _not_loaded(system: str) -> Problem:
    detail = f"{SYSTEMS[system]} is not loaded here, so there is nothing to browse."
    if system == "cpt":
        detail = cpt_not_loaded("")
    return Problem(problems.NOT_FOUND, "CODE_SET_NOT_LOADED", detail)
