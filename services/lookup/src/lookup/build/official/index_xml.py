"""Reads the alphabetic indexes and index tables that CDC and CMS publish in XML.

ICD-10-CM has four: the Index to Diseases and Injuries, the External Cause of Injuries Index,
the Table of Drugs and Chemicals and the Table of Neoplasms. ICD-10-PCS has one. All are trees
of terms under letters; here they come out flat, one entry for each term that points somewhere.

Nothing is taken on trust: an element this reader does not know, a term at the wrong level, a
cell in a column without a heading are refused with file and line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final
from xml.parsers import expat

from lookup.build.errors import SourceError
from lookup.build.official.official_file import OfficialFile

_CM_ROOT: Final = "ICD10CM.index"
_PCS_ROOT: Final = "ICD10PCS.index"
_HEAD: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<ICD10(?:CM|PCS)\.index[\s>]",
    re.DOTALL,
)
_POINTERS: Final = {"code", "codes", "tab", "manif", "see", "seeAlso", "seecat", "subcat", "use"}
_CHILDREN: Final = {
    "": {_CM_ROOT, _PCS_ROOT},
    _CM_ROOT: {"version", "title", "indexHeading", "letter"},
    _PCS_ROOT: {"version", "title", "letter"},
    "indexHeading": {"head"},
    "letter": {"title", "mainTerm"},
    "mainTerm": {"title", "cell", "term", *_POINTERS},
    "term": {"title", "cell", "term", *_POINTERS},
    "title": {"nemod"},
    "see": {"codes", "tab"},
    "use": {"codes", "tab"},
}
# A category, a code or the beginning of one ("D05.-"), with its manifestation in brackets.
_CM_CODE: Final = re.compile(
    r"(?P<code>[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?(?:\.?-)?)\.?"
    r"(?:\s*\[(?P<manifestation>[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?(?:\.?-)?)\])?"
)
_PCS_CODE: Final = re.compile(r"[0-9A-HJ-NP-Z]{7}")
_PCS_STEM: Final = re.compile(r"[0-9A-HJ-NP-Z]{3,7}")
_EMPTY_CELL: Final = re.compile(r"-*")


class IndexKind(Enum):
    """Which of the published indexes a file is."""

    DISEASES = "ICD-10-CM Index to Diseases and Injuries"
    EXTERNAL_CAUSES = "ICD-10-CM External Cause of Injuries Index"
    DRUGS = "ICD-10-CM Table of Drugs and Chemicals"
    NEOPLASMS = "ICD-10-CM Table of Neoplasms"
    PROCEDURES = "ICD-10-PCS Index"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One term of an index and what it points at.

    ``path`` holds the titles from the main term down, ``modifiers`` the nonessential modifiers
    of each of them ("(mellitus) (sugar)", or ""). Codes are as published, with their dots and
    with "-" where further characters are required.
    """

    line: int
    path: tuple[str, ...]
    modifiers: tuple[str, ...]
    codes: tuple[str, ...] = ()
    manifestations: tuple[str, ...] = ()
    """Codes to add in brackets after the code."""
    columns: tuple[tuple[str, str], ...] = ()
    """In the two tables: (column heading, code), cells without a code left out."""
    stems: tuple[str, ...] = ()
    """In ICD-10-PCS: the first three to seven characters of the codes meant."""
    see: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()
    see_categories: tuple[str, ...] = ()
    """Categories and subcategories of the tabular list to look in."""
    use: tuple[str, ...] = ()
    """In ICD-10-PCS: the value of a table that stands for this term."""
    notes: tuple[str, ...] = ()
    """Text published where a manifestation code belongs."""


@dataclass(frozen=True, slots=True)
class Index:
    """A whole index: the year it states ("2026"), its column headings and its entries."""

    kind: IndexKind
    version: str
    headings: tuple[str, ...]
    entries: tuple[IndexEntry, ...]


def recognises(head: bytes) -> bool:
    """Whether *head* begins an index of ICD-10-CM or ICD-10-PCS in XML."""
    return _HEAD.match(head) is not None


def read(file: OfficialFile) -> Index:
    """Read the index in *file*.

    Raises:
        SourceError: naming file and line, when it is truncated, malformed, of an unknown
            kind or has a structure that this reader does not know.
    """
    reader = _Reader(file)
    try:
        reader.parser.Parse(file.content, True)
    except expat.ExpatError as error:
        raise file.fault(
            error.lineno,
            f"{expat.ErrorString(error.code)}: the file is damaged, cut short or not in the "
            "encoding it states; download it again",
        ) from None
    return reader.finished()


@dataclass(slots=True)
class _Term:
    """A term that is being read."""

    tag: str
    line: int
    number: int
    title: str = ""
    modifiers: list[str] = field(default_factory=list)
    has_children: bool = False
    cells: dict[str, str] = field(default_factory=dict)
    pointers: dict[str, list[str]] = field(default_factory=dict)


class _Reader:
    def __init__(self, file: OfficialFile) -> None:
        self._file = file
        self._tags: list[str] = [""]
        self._texts: list[list[str]] = [[]]
        self._terms: list[_Term] = []
        self._column = ""
        self._root = ""
        self._version = ""
        self._title = ""
        self._headings: dict[str, str] = {}
        self._letters: set[str] = set()
        self._opened = 0
        # By the number of their term: a term closes after those below it.
        self._entries: dict[int, IndexEntry] = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._refuse_entity

    def finished(self) -> Index:
        if not re.fullmatch(r"20\d\d", self._version):
            raise self._file.fault(
                None, f"it does not say of which year it is (version {self._version!r})"
            )
        if not self._entries:
            raise self._file.fault(None, "it has no terms")
        entries = tuple(self._entries[number] for number in sorted(self._entries))
        return Index(self._kind(), self._version, tuple(self._headings.values()), entries)

    def _kind(self) -> IndexKind:
        if self._root == _PCS_ROOT:
            return IndexKind.PROCEDURES
        subject = next(iter(self._headings.values()), "").casefold()
        title = self._title.casefold()
        if subject == "neoplasm":
            return IndexKind.NEOPLASMS
        if subject == "substance":
            return IndexKind.DRUGS
        if "external cause" in title:
            return IndexKind.EXTERNAL_CAUSES
        if "diseases and injuries" in title:
            return IndexKind.DISEASES
        raise self._file.fault(
            None, f"an index that is not known (title {self._title!r}, first column {subject!r})"
        )

    def _fault(self, what: str) -> SourceError:
        return self._file.fault(self.parser.CurrentLineNumber, what)

    def _refuse_entity(self, name: str, *_details: object) -> None:
        raise self._fault(f"it declares an entity, {name}, which published indexes never do")

    def _characters(self, text: str) -> None:
        self._texts[-1].append(text)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        parent = self._tags[-1]
        if tag not in _CHILDREN.get(parent, ()):
            raise self._fault(
                f"unknown element <{tag}> in <{parent or 'the document'}>: "
                "this release has a structure that the builder does not know"
            )
        if not parent:
            self._root = tag
        self._tags.append(tag)
        # A word ends where an element begins: "autonomic<nemod>(poly)</nemod>neuropathy".
        self._texts[-1].append(" ")
        self._texts.append([])
        if tag in ("mainTerm", "term"):
            self._open_term(tag, attributes)
        elif tag in ("head", "cell"):
            self._column = attributes.get("col", "")

    def _open_term(self, tag: str, attributes: Mapping[str, str]) -> None:
        level = attributes.get("level", "") if tag == "term" else "0"
        if level != str(len(self._terms)):
            raise self._fault(
                f"a term of level {level or 'none'} stands {len(self._terms)} deep: "
                "a line is missing before it"
            )
        if self._terms:
            self._terms[-1].has_children = True
        self._terms.append(_Term(tag, self.parser.CurrentLineNumber, self._opened))
        self._opened += 1

    def _end(self, tag: str) -> None:
        self._tags.pop()
        text = " ".join("".join(self._texts.pop()).split())
        parent = self._tags[-1]
        match tag:
            case "version":
                self._version = text
            case "head":
                self._heading(text)
            case "nemod":
                if self._terms:
                    self._terms[-1].modifiers.append(text)
            case "title":
                self._close_title(parent, text)
            case "cell":
                self._cell(text)
            case "mainTerm" | "term":
                self._close_term()
            case _ if tag in _POINTERS:
                self._pointer(tag, text)

    def _heading(self, text: str) -> None:
        if not text or not self._column or self._column in self._headings:
            raise self._fault(
                f"the heading of column {self._column or 'none'} is empty or there twice"
            )
        self._headings[self._column] = text

    def _close_title(self, parent: str, text: str) -> None:
        if not text:
            raise self._fault(f"the <{parent}> has an empty title")
        if parent == "letter":
            if text in self._letters:
                raise self._fault(f"the letter {text} is there twice")
            self._letters.add(text)
        elif self._terms:
            if self._terms[-1].title:
                raise self._fault("a term with two titles")
            self._terms[-1].title = text
        else:
            self._title = text

    def _pointer(self, tag: str, text: str) -> None:
        # CMS has published an empty <see>: a term that points nowhere, not a damaged file.
        texts = self._terms[-1].pointers.setdefault(tag, [])
        if text:
            texts.append(text)

    def _cell(self, text: str) -> None:
        # The first column is the term itself.
        if self._column not in list(self._headings)[1:]:
            raise self._fault(f"a cell in column {self._column or 'none'}, which has no heading")
        cells = self._terms[-1].cells
        if self._column in cells:
            raise self._fault(f"two cells in column {self._column}")
        cells[self._column] = text

    def _close_term(self) -> None:
        term = self._terms[-1]
        # Terms of ICD-10-PCS may only point elsewhere; they then belong to the title above.
        if not term.title and (term.tag == "mainTerm" or not term.pointers):
            raise self._file.fault(term.line, f"the <{term.tag}> has no title")
        if any(term.pointers.values()) or term.cells or (term.title and not term.has_children):
            self._entries[term.number] = self._entry(term)
        self._terms.pop()

    def _entry(self, term: _Term) -> IndexEntry:
        titled = [open_term for open_term in self._terms if open_term.title]
        codes: list[str] = []
        manifestations: list[str] = []
        for text in term.pointers.get("code", ()):
            code, manifestation = self._code(term, text)
            codes.append(code)
            manifestations += [manifestation] if manifestation else []
        notes: list[str] = []
        for text in term.pointers.get("manif", ()):
            if _CM_CODE.fullmatch(text.strip("[]")):
                manifestations.append(text.strip("[]"))
            else:
                notes.append(text)
        columns = tuple(
            (self._headings[column], self._code(term, text)[0])
            for column, text in term.cells.items()
            if not _EMPTY_CELL.fullmatch(text)
        )
        stems = (*term.pointers.get("codes", ()), *term.pointers.get("tab", ()))
        for stem in stems:
            if not _PCS_STEM.fullmatch(stem):
                raise self._file.fault(term.line, f"{stem!r} does not begin an ICD-10-PCS code")
        return IndexEntry(
            line=term.line,
            path=tuple(open_term.title for open_term in titled),
            modifiers=tuple(" ".join(open_term.modifiers) for open_term in titled),
            codes=tuple(codes),
            manifestations=tuple(manifestations),
            columns=columns,
            stems=stems,
            see=tuple(term.pointers.get("see", ())),
            see_also=tuple(term.pointers.get("seeAlso", ())),
            see_categories=(
                *term.pointers.get("seecat", ()),
                *term.pointers.get("subcat", ()),
            ),
            use=tuple(term.pointers.get("use", ())),
            notes=tuple(notes),
        )

    def _code(self, term: _Term, text: str) -> tuple[str, str]:
        """The code and its manifestation ("") in *text*."""
        if self._root == _PCS_ROOT:
            if not _PCS_CODE.fullmatch(text):
                raise self._file.fault(term.line, f"{text!r} is not an ICD-10-PCS code")
            return text, ""
        found = _CM_CODE.fullmatch(text.upper())
        if found is None:
            raise self._file.fault(term.line, f"{text!r} is not an ICD-10-CM code")
        return found["code"], found["manifestation"] or ""
