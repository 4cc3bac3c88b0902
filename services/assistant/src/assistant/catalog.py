"""Calls to lookup, the only source of facts, each with a deadline."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from grpc.aio import AioRpcError, Channel

from assistant import wire
from assistant.facts import Code, CodeFacts, PairNote, Release
from assistant.questions import Mention
from codingahead.lookup.v1 import lookup_pb2 as pb
from codingahead.lookup.v1 import lookup_pb2_grpc
from servicekit.errors import from_rpc_error
from servicekit.health import Readiness

SERVICE = "codingahead.lookup.v1.LookupService"
PART = "lookup"

_WATCH_SECONDS = 1.0
_COMPLETIONS = 25


class LookupAway(Exception):  # noqa: N818 - it names a state, not a mistake
    """Lookup cannot answer now; trying again later may help."""


@dataclass(frozen=True, slots=True)
class NoSuchCode:
    """The *system* is loaded and has no such code; *near* are the nearest, best first.

    *not_loaded* are other systems that the spelling has the form of. *listed* says when other
    releases have the code: first and last day of each stretch, oldest first.
    """

    system: str
    near: tuple[Code, ...]
    not_loaded: tuple[str, ...] = ()
    listed: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class NotLoaded:
    """The spelling has the form of a *system* that is not loaded."""

    system: str


@dataclass(frozen=True, slots=True)
class NotKnownForDate:
    """No loaded release covers the date asked about."""


type Resolution = Code | NoSuchCode | NotLoaded | NotKnownForDate

_Outcome = pb.ResolveCodeResponse.Outcome


class Lookup:
    """What may be asked of lookup. Every method raises :class:`LookupAway` when it cannot answer.

    A refusal counts as being away: what is asked here was found by lookup itself a moment ago,
    so a refusal means that its catalog has just changed.
    """

    def __init__(self, channel: Channel, readiness: Readiness, *, seconds: float) -> None:
        readiness.require(PART)
        self._stub = lookup_pb2_grpc.LookupServiceStub(channel)
        self._readiness = readiness
        self._seconds = seconds

    async def watch(self) -> None:
        """Report for ever whether lookup answers."""
        while True:
            try:
                await self._answered(
                    self._stub.GetCatalog(pb.GetCatalogRequest(), timeout=self._seconds)
                )
            except LookupAway as error:
                self._readiness.down(PART, str(error))
            else:
                self._readiness.up(PART)
            await asyncio.sleep(_WATCH_SECONDS)

    async def resolve(self, mention: Mention, on: date | None) -> Resolution:
        """Which code *mention* means.

        Its systems are tried in order. Where none has it, the first answers that has it in another
        release, else the first that knows that it has none and says what lies near.
        """
        missing: list[NoSuchCode] = []
        not_loaded: list[str] = []
        not_known = False
        for system in mention.systems:
            request = pb.ResolveCodeRequest(system=system, text=mention.spelling, on=_iso(on))
            answer = await self._answered(self._stub.ResolveCode(request, timeout=self._seconds))
            match answer.outcome:
                case _Outcome.OUTCOME_FOUND:
                    return wire.code(answer.code)
                case _Outcome.OUTCOME_CODE_NOT_FOUND:
                    missing.append(_no_such_code(system, answer))
                case _Outcome.OUTCOME_NOT_KNOWN_FOR_DATE:
                    not_known = True
                case _:
                    not_loaded.append(system)
        if elsewhen := next((none for none in missing if none.listed), None):
            return elsewhen
        if not_known:
            return NotKnownForDate()
        if missing:
            return replace(missing[0], not_loaded=tuple(not_loaded))
        return NotLoaded(not_loaded[0])

    async def code_facts(self, code: Code, sections: Sequence[str], on: date | None) -> CodeFacts:
        """What *sections*, never none of them, say of *code*."""
        assert sections, "an empty list would ask for every section"
        request = pb.GetCodePageRequest(
            system=code.system, code=code.code, on=_iso(on), sections=sections
        )
        answer = await self._answered(self._stub.GetCodePage(request, timeout=self._seconds))
        return wire.code_facts(answer.page)

    async def more_specific(self, code: Code) -> tuple[Code, ...]:
        """Some codes below *code* that can be reported; public facts only."""
        request = pb.SuggestRequest(query=code.code, systems=[code.system], page_size=_COMPLETIONS)
        answer = await self._answered(self._stub.Suggest(request, timeout=self._seconds))
        found = (wire.code(suggestion) for suggestion in answer.suggestions)
        return tuple(
            other for other in found if other.billable and other.code.startswith(code.code)
        )

    async def pair_notes(
        self, first: Code, second: Code, on: date | None
    ) -> tuple[Release, tuple[PairNote, ...]]:
        """The notes on two codes of one system, and the release that was searched."""
        request = pb.GetPairNotesRequest(
            system=first.system, first=first.code, second=second.code, on=_iso(on)
        )
        answer = await self._answered(self._stub.GetPairNotes(request, timeout=self._seconds))
        return wire.release(answer.release), wire.pair_notes(answer)

    async def _answered[A](self, call: Awaitable[A]) -> A:
        try:
            answer = await call
        except AioRpcError as error:
            failure = from_rpc_error(error)
            raise LookupAway(f"{failure.reason}: {failure.message}") from None
        return answer


def _no_such_code(system: str, answer: pb.ResolveCodeResponse) -> NoSuchCode:
    return NoSuchCode(
        system,
        near=tuple(wire.code(suggestion) for suggestion in answer.suggestions),
        listed=tuple(
            (date.fromisoformat(stretch.effective), date.fromisoformat(stretch.expires))
            for stretch in answer.stretches
        ),
    )


def _iso(on: date | None) -> str:
    return on.isoformat() if on else ""
