"""Which code set a code of a claim belongs to where nobody said: by its form, then by look-up."""

import asyncio
import re
from collections.abc import Sequence

from codingahead.lookup.v1 import lookup_pb2
from gateway.addresses import CPT, is_cpt_form
from gateway.catalog import Lookup
from gateway.claim_lines import TypedLine
from gateway.wording import system_name

_CM, _PCS, _HCPCS = "icd-10-cm", "icd-10-pcs", "hcpcs"
_DIAGNOSIS = re.compile(r"[A-Z][0-9][0-9A-Z](?:\.?[0-9A-Z]{1,4})?")
_PROCEDURE = re.compile(r"[0-9A-HJ-NP-Z]{7}")
_LEVEL_II = re.compile(r"[A-Z][0-9]{4}")
_AT_ONCE = 8


class CodeOfSeveral(Exception):  # noqa: N818 - it asks for more
    """A code that two code sets have; its message goes on from the line."""


def systems_of_form(code: str) -> list[str]:
    """The code sets that have codes of the form of *code*, the likeliest first.

    A code of no form at all is asked of ICD-10-CM, which says what lies near.
    """
    spelled = code.strip().upper()
    if is_cpt_form(spelled):
        return [CPT]
    found = []
    if _LEVEL_II.fullmatch(spelled):
        found.append(_HCPCS)
    if _PROCEDURE.fullmatch(spelled):
        found.append(_PCS)
    if _DIAGNOSIS.fullmatch(spelled):
        # Seven characters that begin as a diagnosis does are mostly one.
        found.insert(0 if found == [_PCS] else len(found), _CM)
    return found or [_CM]


class ClaimSystems:
    """Finds the code sets of codes."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._few = asyncio.Semaphore(_AT_ONCE)

    async def guess(self, lines: Sequence[TypedLine], on: str) -> list[str | CodeOfSeveral]:
        """The code set of each of *lines* on the day *on*, or that there is more than one.

        A code that none has is given to the set whose form it has. Of two, one a diagnosis, it is
        the other where modifiers or units go with the code, or diagnoses are written with dots.

        Raises:
            LookupAway: when lookup cannot be asked.
        """
        unsaid = dict.fromkeys(line.code for line in lines if not line.system)
        found = await asyncio.gather(*(self._having(code, on) for code in unsaid))
        having = dict(zip(unsaid, found, strict=True))
        dotted = any("." in line.code for line in lines)
        return [line.system or _chosen(line, having[line.code], dotted=dotted) for line in lines]

    async def _having(self, code: str, on: str) -> list[str]:
        """The code sets that have *code*; where none has it, the one whose form it has."""
        formed = systems_of_form(code)
        if len(formed) == 1:
            return formed
        listed = await asyncio.gather(*(self._lists(system, code, on) for system in formed))
        return [system for system, has in zip(formed, listed, strict=True) if has] or formed[:1]

    async def _lists(self, system: str, code: str, on: str) -> bool:
        """Whether *system* has the code, on the day or at any other time that is loaded."""
        kind = lookup_pb2.ResolveCodeResponse
        async with self._few:
            answer = await self._lookup.resolve(system, code, on)
            if answer.outcome == kind.OUTCOME_NOT_KNOWN_FOR_DATE:
                answer = await self._lookup.resolve(system, code, "")
        return answer.outcome == kind.OUTCOME_FOUND or bool(answer.stretches)


def _chosen(line: TypedLine, having: list[str], *, dotted: bool) -> str | CodeOfSeveral:
    if len(having) == 1:
        return having[0]
    others = [system for system in having if system != _CM]
    billed = bool(line.modifiers) or line.units > 1
    if len(others) == 1 and (billed or dotted):
        return others[0]
    names = " and of ".join(system_name(system) for system in having)
    return CodeOfSeveral(f"is a code of {names}; name the code set that is meant")
