"""What the outpatient code editor flags a diagnosis with, and since when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lookup.content import Block, notice, paragraph, plain, table
from lookup.icd10cm.page_facts import PageFacts
from lookup.icd10cm.relations import EditorFlags, Kind, LoadedSource
from lookup.wording import day

_OLDEST = 124
"""The editor's highest age: no limit."""


@dataclass(frozen=True, slots=True)
class _Flag:
    name: str
    meaning: str
    effective: date
    expires: date


def flags(facts: PageFacts) -> Block:
    """The flags with their days; that there are none where the editor was searched."""
    relations, label = facts.relations, facts.node.label
    source = relations.loaded.get(Kind.EDITOR)
    if source is None:
        return notice(
            "Code editor flags (manifestation, unacceptable principal diagnosis, age) not loaded "
            f"for {day(facts.release.effective)}."
        )
    if not facts.node.billable:
        text = (
            f"The code editor flags codes that can be reported, not a heading such as {label}: "
            "the pages of the codes below it show their flags."
        )
        return paragraph(source.source_id, text, "Code editor flags")
    if not relations.editor_lists_it:
        text = source.lists_no(f"entry for {label} on {day(facts.release.effective)}")
        return notice(text, source.source_id)
    found = sorted(_flags(relations.editor), key=lambda flag: (flag.effective, flag.name))
    if not found:
        what = (
            f"flag for {label}: it is neither a manifestation nor unacceptable as principal "
            "diagnosis, and bound to no age"
        )
        return notice(f"{source.lists_no(what)} {_known_to(source)}", source.source_id)
    return table(
        source.source_id,
        "Code editor flags",
        ("Flag", "What it means", "From", "To"),
        [
            (
                plain(flag.name),
                plain(flag.meaning),
                plain(_begin(flag, source)),
                plain(_end(flag, source)),
            )
            for flag in found
        ],
    )


def _known_to(source: LoadedSource) -> str:
    return f"The last quarter loaded ends on {day(source.expires)}."


def _begin(flag: _Flag, source: LoadedSource) -> str:
    begin = flag.effective.isoformat()
    return f"{begin} or earlier" if flag.effective == source.effective else begin


def _end(flag: _Flag, source: LoadedSource) -> str:
    end = flag.expires.isoformat()
    return f"{end}, the last quarter loaded" if flag.expires == source.expires else end


def _flags(rows: tuple[EditorFlags, ...]) -> Iterator[_Flag]:
    for name, meaning in _MEANINGS:
        open_flag: _Flag | None = None
        for row in rows:
            told = meaning(row)
            if open_flag is not None and (
                told != open_flag.meaning or open_flag.expires + timedelta(days=1) != row.effective
            ):
                yield open_flag
                open_flag = None
            if told:
                begin = open_flag.effective if open_flag else row.effective
                open_flag = _Flag(name, told, begin, row.expires)
        if open_flag is not None:
            yield open_flag


def _manifestation(row: EditorFlags) -> str:
    if not row.manifestation:
        return ""
    return "Never first-listed or principal: the underlying condition comes first."


def _unacceptable(row: EditorFlags) -> str:
    if not row.unacceptable:
        return ""
    exempt = {
        "": "",
        "outpatient": " The outpatient editor raises the edit on bill types 12x, 22x and 81x only.",
        "all": " The outpatient editor exempts it from the edit.",
    }[row.exempt]
    return f"Not accepted as principal diagnosis.{exempt}"


def _external_cause(row: EditorFlags) -> str:
    if not row.external_cause:
        return ""
    return "Tells how an injury or condition came about; never principal."


def _age(row: EditorFlags) -> str:
    low, high = row.low_age, row.high_age
    if (low, high) == (0, _OLDEST):
        return ""
    if high == 0:
        return "For newborns only: age 0."
    if low == 0:
        return f"For patients of 0 to {high} years."
    if high == _OLDEST:
        return f"For patients of {low} years and over."
    return f"For patients of {low} to {high} years."


def _mental_health(row: EditorFlags) -> str:
    return "Counts as a mental health diagnosis." if row.mental_health else ""


def _code_first(row: EditorFlags) -> str:
    if not row.code_first:
        return ""
    return (
        "As principal diagnosis of a mental health program it needs a mental health diagnosis as "
        "first secondary one."
    )


_MEANINGS: tuple[tuple[str, Callable[[EditorFlags], str]], ...] = (
    ("Manifestation", _manifestation),
    ("Unacceptable principal diagnosis", _unacceptable),
    ("External cause", _external_cause),
    ("Age", _age),
    ("Mental health", _mental_health),
    ("Code first", _code_first),
)
