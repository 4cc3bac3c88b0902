"""Quarters in order, and what is counted or said alike in several of them made one row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from lookup.build.ioce import Quarter


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of a row, both included, and the source that it was read from last."""

    effective: date
    expires: date
    source_id: str

    @property
    def days(self) -> tuple[str, str]:
        """Both days in ISO 8601, as tables have them."""
        return self.effective.isoformat(), self.expires.isoformat()


class Timeline:
    """The quarters of the outpatient code editor, each with the source it is read from."""

    def __init__(self, quarters: Sequence[Quarter]) -> None:
        self.quarters = tuple(quarters)
        self._at = {quarter.effective: place for place, quarter in enumerate(quarters)}
        self._ends = {quarter.expires: place for place, quarter in enumerate(quarters)}

    def __len__(self) -> int:
        return len(self.quarters)

    def span(self, effective: date, expires: date) -> Span:
        """The days of a row that holds from the first day of one quarter to the end of another."""
        return Span(effective, expires, source_of(self.quarters[self._ends[expires]].effective))

    def places(self, effective: date, expires: date) -> range:
        """The quarters of a row, by their place among all."""
        return range(self._at[effective], self._ends[expires] + 1)

    def runs(self, counts: Sequence[int]) -> Iterator[tuple[Span, int]]:
        """*counts* by quarter as rows: neighbours that are alike are one, zeros are none."""
        for count, of in groupby(range(len(self)), key=counts.__getitem__):
            if count:
                places = list(of)
                first, last = self.quarters[places[0]], self.quarters[places[-1]]
                yield self.span(first.effective, last.expires), count


def source_of(quarter: date) -> str:
    """The source of what the outpatient code editor says of the quarter that begins so."""
    return f"ioce-{quarter:%Y-%m}"


class Withheld:
    """Counts, by quarter, the rows that a missing licence keeps out."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._changes: dict[tuple[str, str], list[int]] = {}

    def add(self, code: str, relation: str, effective: date, expires: date) -> None:
        """A row about *code* is left out that holds from *effective* to *expires*."""
        places = self._timeline.places(effective, expires)
        changes = self._changes.get((code, relation))
        if changes is None:
            changes = self._changes[code, relation] = [0] * (len(self._timeline) + 1)
        changes[places.start] += 1
        changes[places.stop] -= 1

    def rows(self) -> Iterator[tuple[str, str, Span, int]]:
        """Code, relation, days and how many, in order."""
        for (code, relation), changes in sorted(self._changes.items()):
            for span, count in self._timeline.runs(list(_sums(changes[:-1]))):
                yield code, relation, span, count


def _sums(changes: Iterable[int]) -> Iterator[int]:
    total = 0
    for change in changes:
        total += change
        yield total
