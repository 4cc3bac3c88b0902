"""What characters mean, from everything that is read, each meaning with its source."""

from collections.abc import Sequence
from typing import Final

from lookup.build.icd10pcs.coder_database import CoderDatabase
from lookup.build.icd10pcs.known_values import BODY_SYSTEMS, OPERATIONS
from lookup.build.icd10pcs.membership import CodeList
from lookup.build.icd10pcs.values_in_descriptions import Value, read_values
from lookup.cited import SITE
from lookup.icd10pcs.axes import AXES, LENGTH, SECTIONS, TABLE_LENGTH, is_approach

_BODY_PART: Final = 4
_APPROACH: Final = 5


def axis_values(
    lists: Sequence[CodeList], database: CoderDatabase, database_id: str
) -> dict[str, list[Value]]:
    """Meanings by source; where two sources have one, that of the first counts.

    Published meanings come first, then what the descriptions of a list prove, the newest list
    before the others, then the names that this site holds.
    """
    codes = {code for one in lists for code in one.codes}
    found = {
        database_id: [
            *database.values,
            *_operations(codes, database),
            *_body_parts(codes, database.values),
            *_nothing(codes, database.values),
        ]
    }
    with_text = [one for one in lists if one.descriptions and one.whole]
    for one in sorted(with_text, key=lambda one: (one.effective, one.source_id), reverse=True):
        values, _unread = read_values(one.descriptions)
        found[one.source_id] = values
    found[SITE.id] = [*_named(codes), *_approaches(codes, database)]
    taken: set[tuple[str, int, str]] = set()
    return {source_id: _first(values, taken) for source_id, values in found.items()}


def _first(values: list[Value], taken: set[tuple[str, int, str]]) -> list[Value]:
    kept: list[Value] = []
    for value in values:
        at = value.context, value.position, value.character
        if at not in taken:
            taken.add(at)
            kept.append(value)
    return kept


def _named(codes: set[str]) -> list[Value]:
    """Sections, body systems and operations of tables that there are."""
    found = [Value("", 1, section, name) for section, name in SECTIONS.items()]
    for section, names in BODY_SYSTEMS.items():
        found += [Value(section, 2, character, name) for character, name in names.items()]
    for table in sorted({code[:TABLE_LENGTH] for code in codes}):
        if name := OPERATIONS.get(table[0], {}).get(table[2]):
            found.append(Value(table[:2], TABLE_LENGTH, table[2], name))
    return found


def _operations(codes: set[str], database: CoderDatabase) -> list[Value]:
    """Root operations of tables that are newer than the database; a section defines them."""
    tables = sorted({code[:TABLE_LENGTH] for code in codes})
    return [
        Value(table[:2], TABLE_LENGTH, table[2], name)
        for table in tables
        if (name := database.operations.get((table[0], table[2])))
    ]


def _body_parts(codes: set[str], values: Sequence[Value]) -> list[Value]:
    """Body parts of section 0 in tables that are newer than the database or have new rows.

    What such a value means depends on the body system (guideline A4) and on nothing else: taken
    are those on which all tables of the body system agree, two at least.
    """
    said: dict[tuple[str, str], list[str]] = {}
    for value in values:
        if value.position == _BODY_PART and value.context[0] == "0":
            said.setdefault((value.context[:2], value.character), []).append(value.label)
    used = {(code[:TABLE_LENGTH], code[_BODY_PART - 1]) for code in codes if code[0] == "0"}
    return [
        Value(table, _BODY_PART, character, labels[0])
        for table, character in sorted(used)
        if len(labels := said.get((table[:2], character), [])) > 1 and len(set(labels)) == 1
    ]


def _nothing(codes: set[str], values: Sequence[Value]) -> list[Value]:
    """Z for no device and no qualifier in tables that are newer or have new rows.

    It is said so in every table of sections 0 and 1 that has it.
    """
    found: list[Value] = []
    for position in (LENGTH - 1, LENGTH):
        said = {v.label for v in values if (v.position, v.character) == (position, "Z")}
        tables = {c[:TABLE_LENGTH] for c in codes if c[0] in "01" and c[position - 1] == "Z"}
        if len(said) == 1:
            (label,) = said
            found += [Value(table, position, "Z", label) for table in sorted(tables)]
    return found


def _approaches(codes: set[str], database: CoderDatabase) -> list[Value]:
    """Approaches of tables whose descriptions do not tell them.

    There are seven, and each has its character in every section that has the axis (guidelines
    A1 and A2).
    """
    names: dict[str, set[str]] = {}
    for value in database.values:
        if value.position == _APPROACH:
            names.setdefault(value.character, set()).add(value.label)
    same = {character: min(labels) for character, labels in names.items() if len(labels) == 1}
    sections = [section for section in AXES if is_approach(section, _APPROACH)]
    used = {(code[:TABLE_LENGTH], code[_APPROACH - 1]) for code in codes if code[0] in sections}
    return [
        Value(table, _APPROACH, character, same[character])
        for table, character in sorted(used)
        if character in same
    ]
