"""A case note cut into stretches, so that what was found in it can be shown where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from codingahead.lookup.v1 import lookup_pb2

STATUSES = {
    lookup_pb2.NoteFinding.STATUS_AFFIRMED: "affirmed",
    lookup_pb2.NoteFinding.STATUS_NEGATED: "negated",
    lookup_pb2.NoteFinding.STATUS_HISTORICAL: "historical",
    lookup_pb2.NoteFinding.STATUS_UNCERTAIN: "uncertain",
    lookup_pb2.NoteFinding.STATUS_FAMILY: "family",
}
"""What a note says of a finding, by the contract's number."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some text of the note; *kind* is a status, "evidence", "cue", or empty for all else.

    *ends* are the findings, counted from 1, whose place ends with it.
    """

    text: str
    kind: str = ""
    ends: tuple[int, ...] = ()


def stretches(note: str, findings: Sequence[lookup_pb2.NoteFinding]) -> list[Stretch]:
    """All of *note*, in order; marks that make no sense are passed over.

    A place goes before a cue and a cue before evidence where they overlap.
    """
    kinds = [""] * len(note)
    for finding in findings:
        for candidate in finding.candidates:
            for mark in candidate.evidence:
                _paint(kinds, mark, "evidence")
    for finding in findings:
        if finding.HasField("cue"):
            _paint(kinds, finding.cue, "cue")
    ends: dict[int, list[int]] = {}
    for number, finding in enumerate(findings, 1):
        if _fits(finding.place, len(note)):
            _paint(kinds, finding.place, STATUSES.get(finding.status, "uncertain"))
            ends.setdefault(finding.place.end, []).append(number)
    # Places that touch are two: each begins a stretch of its own.
    begins = {finding.place.start for finding in findings}
    cut = [0]
    cut.extend(
        position
        for position in range(1, len(note))
        if kinds[position] != kinds[position - 1] or position in begins or position in ends
    )
    return [
        Stretch(note[start:end], kinds[start], tuple(ends.get(end, ())))
        for start, end in zip(cut, [*cut[1:], len(note)], strict=True)
        if start < end
    ]


def quoted(note: str, mark: lookup_pb2.Mark) -> str:
    """The words at *mark* on one line; empty where there are none."""
    return " ".join(note[mark.start : mark.end].split()) if _fits(mark, len(note)) else ""


def _fits(mark: lookup_pb2.Mark, length: int) -> bool:
    return 0 <= mark.start < mark.end <= length


def _paint(kinds: list[str], mark: lookup_pb2.Mark, kind: str) -> None:
    if _fits(mark, len(kinds)):
        kinds[mark.start : mark.end] = [kind] * (mark.end - mark.start)
