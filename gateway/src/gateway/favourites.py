"""Marked codes of an account: spelled as published, and how each stands in the current catalog."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from codingahead.accounts.v1 import notebook_pb2
from codingahead.lookup.v1 import lookup_pb2
from gateway import problems
from gateway.addresses import CPT, SYSTEMS
from gateway.catalog import Lookup, LookupAway
from gateway.cpt_gate import CptGate
from gateway.notebook import Notebook
from gateway.parameters import address_of
from gateway.problems import Problem, Refused
from gateway.wording import code_path, cpt_not_loaded, json_time
from servicekit.errors import ServiceError

_LOOKED_UP_AT_ONCE = 16

type Standing = Literal["listed", "ended", "not_listed", "not_loaded", "terms", "unknown"]
"""How a code stands in the newest release of its set.

``ended``: another release that is loaded lists it; ``not_listed``: none does; ``not_loaded``: its
set is not; ``terms``: what it is may be shown once CPT's terms are accepted; ``unknown``: the
catalog cannot be asked.
"""


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What the catalog says of a code; *last_day* that of one that ended, ISO 8601."""

    standing: Standing
    code: lookup_pb2.CodeRef | None = None
    last_day: str = ""
    release: lookup_pb2.Release | None = None


@dataclass(frozen=True, slots=True)
class Favourite:
    """A marked code as its owner sees it."""

    system: str
    code: str
    note: str
    changed_at: datetime | None
    """UTC; None where it is not marked yet."""
    catalogued: Catalogued

    @property
    def title(self) -> str:
        """As published; empty where it cannot be told."""
        found = self.catalogued.code
        return found.display if found is not None else ""

    @property
    def path(self) -> str:
        """Where its page is: of a code that ended, as of its last day."""
        ref = lookup_pb2.CodeRef(system=self.system, code=self.code)
        return code_path(ref, self.catalogued.last_day)

    @property
    def own_path(self) -> str:
        """Where its mark is changed."""
        return "/account/favourites" + code_path(
            lookup_pb2.CodeRef(system=self.system, code=self.code)
        )

    def json(self) -> dict[str, object]:
        """As the API tells it."""
        found = self.catalogued.code
        return {
            "system": self.system,
            "code": self.code,
            "display": found.display if found is not None else None,
            "billable": found.billable if found is not None else None,
            "standing": self.catalogued.standing,
            "last_day": self.catalogued.last_day or None,
            "note": self.note,
            "changed_at": json_time(self.changed_at),
        }


class Favourites:
    """Reads and changes the marks of accounts.

    Methods raise :class:`gateway.problems.Refused`, and what calls to lookup raise.
    """

    def __init__(self, lookup: Lookup, gate: CptGate, notebook: Notebook) -> None:
        self._lookup = lookup
        self._gate = gate
        self._notebook = notebook

    async def of_code(self, account_id: str, system: str, code: str, cookies: str) -> Favourite:
        """The mark of a code in any spelling, or what would be its mark.

        A mark stays within reach, whatever becomes of its code.
        """
        address = address_of(system, code)
        kept = await self._notebook.favourite(account_id, address.system, address.code)
        if kept is not None:
            (shown,) = await self.shown([kept], cookies)
            return shown
        catalogued = await self._found(address.system, address.code, cookies)
        assert catalogued.code is not None
        published = catalogued.code.code
        kept = await self._notebook.favourite(account_id, address.system, published)
        note, changed_at = (kept.note, _changed_at(kept)) if kept is not None else ("", None)
        return Favourite(address.system, published, note, changed_at, catalogued)

    async def save(
        self, account_id: str, system: str, code: str, note: str, cookies: str
    ) -> Favourite:
        """Mark a code, or replace its note."""
        marked = await self.of_code(account_id, system, code, cookies)
        kept = await self._notebook.save(
            account_id, marked.system, marked.code, note.replace("\r\n", "\n")
        )
        return _favourite(kept, marked.catalogued)

    async def delete(self, account_id: str, system: str, code: str) -> None:
        """Take the mark of a code away, in whatever spelling, if it is there."""
        address = address_of(system, code)
        spellings = {address.code}
        try:
            told = await self._lookup.resolve(address.system, address.code, "")
        except (LookupAway, ServiceError):
            pass  # Then it goes by the spelling it was asked for with.
        else:
            spellings |= {it.code for it in (told.code, *(s.code for s in told.stretches))} - {""}
        for spelling in spellings:
            await self._notebook.delete(account_id, address.system, spelling)

    async def shown(self, kept: Sequence[notebook_pb2.Favourite], cookies: str) -> list[Favourite]:
        """Marks with how their codes stand; without it where the catalog cannot be asked."""
        turn = asyncio.Semaphore(_LOOKED_UP_AT_ONCE)

        async def one(mark: notebook_pb2.Favourite) -> Favourite:
            async with turn:
                return _favourite(mark, await self._catalogued(mark.system, mark.code, cookies))

        return list(await asyncio.gather(*map(one, kept)))

    async def _catalogued(self, system: str, code: str, cookies: str) -> Catalogued:
        if system == CPT and self._gate.shut(cookies) is not None:
            return Catalogued("terms")
        try:
            told = await self._lookup.resolve(system, code, "")
        except (LookupAway, ServiceError):
            return Catalogued("unknown")
        return _standing(told)

    async def _found(self, system: str, code: str, cookies: str) -> Catalogued:
        """As the catalog has a code that is to be marked, which some release must list."""
        self._gate.demand_for(system, cookies)
        told = await self._lookup.resolve(system, code, "")
        catalogued = _standing(told)
        if catalogued.standing == "not_loaded":
            name = SYSTEMS[system]
            detail = cpt_not_loaded(code) if system == CPT else f"{name} is not loaded here."
            raise Refused(Problem(problems.NOT_FOUND, "CODE_SET_NOT_LOADED", detail))
        if catalogued.code is None:
            detail = f"No release of {SYSTEMS[system]} that is loaded lists {code}."
            near = tuple(told.suggestions)
            raise Refused(Problem(problems.NOT_FOUND, "CODE_NOT_FOUND", detail, suggestions=near))
        return catalogued


def _standing(told: lookup_pb2.ResolveCodeResponse) -> Catalogued:
    outcome = lookup_pb2.ResolveCodeResponse
    if told.outcome == outcome.OUTCOME_FOUND:
        return Catalogued("listed", told.code, release=told.release)
    if told.outcome == outcome.OUTCOME_CODE_SET_NOT_LOADED:
        return Catalogued("not_loaded")
    if told.stretches:
        last = told.stretches[-1]
        return Catalogued("ended", last.code, last.expires)
    return Catalogued("not_listed")


def _favourite(kept: notebook_pb2.Favourite, catalogued: Catalogued) -> Favourite:
    return Favourite(kept.system, kept.code, kept.note, _changed_at(kept), catalogued)


def _changed_at(kept: notebook_pb2.Favourite) -> datetime:
    return kept.changed_at.ToDatetime(UTC)
