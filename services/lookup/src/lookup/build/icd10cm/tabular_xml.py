"""Reads the ICD-10-CM tabular list in the XML that the CDC publishes.

The reader streams: what it holds is the tree it has made so far, never the text. It takes
nothing on trust, because a fact that is dropped silently is a denied claim later: an element it
does not know, a node without a name, a file that ends early are refused with file and line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from lookup.build.errors import SourceError
from lookup.icd10cm.facts import Extension, NoteKind

_ROOT: Final = "ICD10CM.tabular"
_NOTE_KINDS: Final = {
    "notes": NoteKind.NOTES,
    "includes": NoteKind.INCLUDES,
    "inclusionTerm": NoteKind.INCLUSION_TERM,
    "excludes1": NoteKind.EXCLUDES1,
    "excludes2": NoteKind.EXCLUDES2,
    "codeFirst": NoteKind.CODE_FIRST,
    "useAdditionalCode": NoteKind.USE_ADDITIONAL,
    "codeAlso": NoteKind.CODE_ALSO,
}
_PLACES: Final = {"chapter", "section", "diag"}
_IMPAIRMENT: Final = "visualImpairment"
_SKIPPED: Final = {"introduction", "sectionIndex"}
_CHILDREN: Final = {
    "": {_ROOT},
    _ROOT: {"version", "introduction", "chapter"},
    "chapter": {"name", "desc", "section", "sectionIndex", *_NOTE_KINDS},
    "section": {"desc", "diag", *_NOTE_KINDS},
    "diag": {
        *("name", "desc", "diag", "sevenChrNote", "sevenChrDef", _IMPAIRMENT),
        *_NOTE_KINDS,
    },
    "sevenChrNote": {"note"},
    "sevenChrDef": {"extension", "note"},
    _IMPAIRMENT: {"visCategory"},
    "visCategory": {"heading", "value", "visRange"},
    "visRange": {"heading", "visMax", "visMin"},
    "visMax": {"heading", "value"},
    "visMin": {"heading", "value"},
    **{tag: {"note"} for tag in _NOTE_KINDS},
}


@dataclass(slots=True)
class TabularNote:
    """A note as published: its lines in order."""

    kind: NoteKind
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class TabularSeventh:
    """A 7th character definition: the instruction and what each character means."""

    instruction: str = ""
    extensions: list[Extension] = field(default_factory=list)


@dataclass(slots=True)
class TabularNode:
    """A chapter, section or code as published; *line* is where it begins."""

    tag: str
    line: int
    label: str = ""
    title: str = ""
    notes: list[TabularNote] = field(default_factory=list)
    seventh: TabularSeventh | None = None
    children: "list[TabularNode]" = field(default_factory=list)


@dataclass(slots=True)
class Tabular:
    """The whole list: its chapters, and the version it states ("2026")."""

    file: str
    version: str
    chapters: list[TabularNode]


def read_tabular(content: bytes, file: str) -> Tabular:
    """Read the tabular list in *content*; *file* is named in errors.

    Raises:
        SourceError: naming file and line, when it is truncated, malformed or has a structure
            that this reader does not know.
    """
    reader = _Reader(file)
    parser = reader.parser
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise SourceError(
            file,
            error.lineno,
            f"{expat.ErrorString(error.code)}: the file is damaged or not complete; "
            "fetch or install it again",
        ) from None
    return reader.finished()


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._tags: list[str] = [""]
        self._text: list[str] = []
        self._skipping = 0
        self._nodes: list[TabularNode] = []
        self._impairment: _ImpairmentTable | None = None
        self._character = ""
        self._version = ""
        self._chapters: list[TabularNode] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.EntityDeclHandler = self._refuse_entity

    def finished(self) -> Tabular:
        if not self._chapters:
            raise self._fault("it has no chapters")
        if not self._version:
            raise self._fault("it does not say which version it is")
        return Tabular(self._file, self._version, self._chapters)

    def _fault(self, what: str) -> SourceError:
        return SourceError(self._file, self.parser.CurrentLineNumber, what)

    def _refuse_entity(self, name: str, *_details: object) -> None:
        raise self._fault(f"it declares an entity, {name}, which published lists never do")

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipping:
            self._skipping += 1
            return
        parent = self._tags[-1]
        if tag not in _CHILDREN.get(parent, ()):
            raise self._fault(
                f"unknown element <{tag}> in <{parent or 'the document'}>: "
                "this release has a structure that the builder does not know"
            )
        self._text.clear()
        if tag in _SKIPPED:
            self._skipping = 1
            return
        self._tags.append(tag)
        if tag in _PLACES:
            node = TabularNode(tag, self.parser.CurrentLineNumber, attributes.get("id", ""))
            if self._nodes:
                self._nodes[-1].children.append(node)
            self._nodes.append(node)
        elif tag in _NOTE_KINDS:
            self._nodes[-1].notes.append(TabularNote(_NOTE_KINDS[tag]))
        elif tag in ("sevenChrNote", "sevenChrDef"):
            if self._nodes[-1].seventh is None:
                self._nodes[-1].seventh = TabularSeventh()
        elif tag == "extension":
            self._character = attributes.get("char", "")
        elif tag == _IMPAIRMENT:
            self._impairment = _ImpairmentTable()
        elif self._impairment is not None:
            self._impairment.start(tag)

    def _end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        self._tags.pop()
        text = " ".join("".join(self._text).split())
        self._text.clear()
        match tag:
            case "name":
                self._nodes[-1].label = text
            case "desc":
                self._nodes[-1].title = text
            case "version":
                self._version = text
            case "note":
                self._note(text)
            case "extension":
                self._extension(text)
            case "chapter" | "section" | "diag":
                self._close_place()
            case "visualImpairment":
                assert self._impairment is not None
                lines = self._impairment.lines()
                self._nodes[-1].notes.append(TabularNote(NoteKind.VISUAL_IMPAIRMENT, lines))
                self._impairment = None
            case _ if self._impairment is not None:
                self._impairment.end(tag, text)

    def _note(self, text: str) -> None:
        if not text:
            raise self._fault("an empty note")
        parent = self._tags[-1]
        node = self._nodes[-1]
        if parent in _NOTE_KINDS:
            node.notes[-1].lines.append(text)
            return
        assert node.seventh is not None
        if parent == "sevenChrNote":
            node.seventh.instruction = text
        elif not node.seventh.extensions:
            raise self._fault("a remark on a 7th character stands before any 7th character")
        else:
            last = node.seventh.extensions[-1]
            node.seventh.extensions[-1] = Extension(
                last.character, last.meaning, (*last.remarks, text)
            )

    def _extension(self, text: str) -> None:
        seventh = self._nodes[-1].seventh
        assert seventh is not None
        if len(self._character) != 1 or not text:
            raise self._fault("a 7th character needs one character and its meaning")
        if any(known.character == self._character for known in seventh.extensions):
            raise self._fault(f"7th character {self._character} is defined twice")
        seventh.extensions.append(Extension(self._character, text))

    def _close_place(self) -> None:
        node = self._nodes.pop()
        if not node.label or not node.title:
            raise SourceError(
                self._file,
                node.line,
                f"the <{node.tag}> {node.label or node.title!r} has no name or no description",
            )
        if node.seventh is not None and not node.seventh.extensions:
            raise SourceError(
                self._file, node.line, f"{node.label} has a 7th character note without characters"
            )
        if node.tag == "chapter":
            self._chapters.append(node)


class _ImpairmentTable:
    """The table of visual impairment in H54: rows of tab-separated cells, headings first."""

    def __init__(self) -> None:
        self._headings: list[str] = []
        self._rows: list[list[str]] = []
        self._category = ""
        self._limits = {"visMax": "", "visMin": ""}
        self._in = ""
        self._heading = ""

    def start(self, tag: str) -> None:
        if tag == "visRange":
            self._limits = {"visMax": "", "visMin": ""}
        elif tag in self._limits:
            self._in = tag

    def end(self, tag: str, text: str) -> None:
        if tag == "heading":
            if self._in:
                self._headings.append(f"{self._heading}: {text.rstrip(':').lower()}")
            elif self._headings:
                self._heading = text
            else:
                self._headings.append(text)
        elif tag == "value":
            if self._in:
                self._limits[self._in] = text
            else:
                self._category = text
        elif tag in self._limits:
            self._in = ""
        elif tag == "visRange" and any(self._limits.values()):
            self._rows.append([self._category, self._limits["visMax"], self._limits["visMin"]])

    def lines(self) -> list[str]:
        return ["\t".join(cells) for cells in (self._headings, *self._rows)]
