"""From the published list to the finished tree: sections nested, 7th characters spelled out.

The published file is flat where the printed list is not: a section such as T20-T32 stands
beside T20-T25 although it holds it, and its notes hold for everything in it. Here sections are
nested by what they span. Codes made with a 7th character are not in the file either; they
follow from its rules, and the list of codes that comes with it must agree to the last one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lookup.build.errors import SourceError
from lookup.build.icd10cm.tabular_xml import Tabular, TabularNode, TabularNote, TabularSeventh
from lookup.build.official.order_file import OrderCode
from lookup.icd10cm.facts import NodeKind, NoteKind
from lookup.icd10cm.seventh_characters import Bar, applicable, bar_in, extended_code, extended_title
from lookup.icd10cm.spelling import CATEGORY, is_published_form
from lookup.spelling import code_key

_SPAN = re.compile(rf"\s*\((?P<span>{CATEGORY}(?:-{CATEGORY})?)\)$")


@dataclass(slots=True)
class TreeNode:
    """A node of the finished tree, in tabular order, numbered in it."""

    id: int
    parent: "TreeNode | None"
    kind: NodeKind
    label: str
    span: str
    title: str
    line: int
    notes: list[TabularNote]
    seventh: TabularSeventh | None
    stem: "TreeNode | None" = None
    last_id: int = 0
    children: "list[TreeNode]" = field(default_factory=list)

    @property
    def is_code(self) -> bool:
        """Whether it is a category or lies below one."""
        return self.kind in (NodeKind.CATEGORY, NodeKind.SUBCATEGORY)

    @property
    def billable(self) -> bool:
        """Whether it is a code with nothing below it."""
        return self.is_code and not self.children


@dataclass(slots=True)
class Classification:
    """The tree as a list in tabular order, and its codes by key ("E119")."""

    nodes: list[TreeNode]
    codes: dict[str, TreeNode]

    @property
    def billable_count(self) -> int:
        """Number of codes that can be reported."""
        return sum(node.billable for node in self.codes.values())


def classify(tabular: Tabular, first_id: int = 1) -> Classification:
    """Make the tree of *tabular*, its nodes numbered from *first_id*.

    Raises:
        SourceError: when a name is no code, stands twice or lies outside its parent.
    """
    builder = _TreeBuilder(tabular.file, first_id)
    for chapter in tabular.chapters:
        builder.add_chapter(chapter)
    return Classification(builder.nodes, builder.codes)


def check_against_list(
    classification: Classification, content: bytes, file: str, tabular_file: str
) -> None:
    """Compare the codes made with the list of codes that comes with them.

    Raises:
        SourceError: naming file and line of the first code on which the two differ.
    """
    listed: dict[str, int] = {}
    lines = content.decode("ascii", errors="replace").splitlines()
    labels = {node.label for node in classification.nodes if not node.is_code}
    for number, line in enumerate(lines, 1):
        key = code_key(line)
        if not key or (line.strip() in labels and key not in classification.codes):
            continue
        if key not in classification.codes:
            raise SourceError(
                file, number, f"{line.strip()} is listed, but {tabular_file} does not make it"
            )
        listed.setdefault(key, number)
    for key, node in classification.codes.items():
        if key not in listed:
            raise SourceError(
                file,
                len(lines),
                f"the list ends without {node.label}, which {tabular_file}:{node.line} makes; "
                "one of the two files is not complete",
            )


def check_against_order_file(
    classification: Classification, listed: Sequence[OrderCode], file: str, tabular_file: str
) -> None:
    """Compare the codes made, and whether each can be reported, with those of an order file.

    Raises:
        SourceError: naming file and line of the first code on which the two differ.
    """
    for code in listed:
        node = classification.codes.get(code.code)
        if node is None:
            raise SourceError(
                *(file, code.line), f"{code.code} is listed, but {tabular_file} does not make it"
            )
        if node.billable != code.billable:
            stands, says = ("a code", "a header") if node.billable else ("a header", "a code")
            raise SourceError(
                *(file, code.line),
                f"{code.code} is {says} here and {stands} in {tabular_file}:{node.line}",
            )
    if missing := classification.codes.keys() - {code.code for code in listed}:
        node = classification.codes[min(missing)]
        raise SourceError(
            file,
            len(listed),
            f"it is without {node.label}, which {tabular_file}:{node.line} makes; "
            "one of the two files is not complete",
        )


class _TreeBuilder:
    def __init__(self, file: str, first_id: int) -> None:
        self._file = file
        self._first_id = first_id
        self.nodes: list[TreeNode] = []
        self.codes: dict[str, TreeNode] = {}

    def add_chapter(self, published: TabularNode) -> None:
        chapter = self._add(None, NodeKind.CHAPTER, published)
        order = {
            category.label: place
            for place, category in enumerate(
                category for section in published.children for category in section.children
            )
        }
        open_sections: list[tuple[TreeNode, tuple[int, int]]] = []
        for section in published.children:
            extent = self._extent(section, order)
            while open_sections and not _contains(open_sections[-1][1], extent):
                self._close(open_sections.pop()[0])
            parent = open_sections[-1][0] if open_sections else chapter
            node = self._add(parent, NodeKind.SECTION, section)
            open_sections.append((node, extent))
            for category in section.children:
                self._add_code(node, NodeKind.CATEGORY, category, [], [])
        for node, _extent in reversed(open_sections):
            self._close(node)
        self._close(chapter)

    def _extent(self, section: TabularNode, order: dict[str, int]) -> tuple[int, int]:
        """First and last category of *section*, as places in its chapter."""
        if section.children:
            first, last = section.children[0].label, section.children[-1].label
        else:
            first, _, last = section.label.partition("-")
        if first not in order or last not in order:
            raise SourceError(
                self._file,
                section.line,
                f"section {section.label} begins or ends with a category that its chapter lacks",
            )
        return order[first], order[last]

    def _add_code(
        self,
        parent: TreeNode,
        kind: NodeKind,
        published: TabularNode,
        rules: Sequence[TabularSeventh],
        bars: Sequence[Bar],
    ) -> None:
        label = published.label
        if not is_published_form(label) or (kind is NodeKind.CATEGORY) != (len(label) == 3):
            raise SourceError(self._file, published.line, f"{label!r} is not a code")
        if kind is NodeKind.SUBCATEGORY and not label.startswith(parent.label):
            raise SourceError(self._file, published.line, f"{label} does not lie in {parent.label}")
        node = self._add(parent, kind, published)
        if kind is NodeKind.CATEGORY:
            node.notes = [*node.notes, *_printed_below(published)]
        if published.seventh is not None:
            rules = (published.seventh, *rules)
        bars = (*bars, *_bars(published.notes))
        for child in published.children:
            self._add_code(node, NodeKind.SUBCATEGORY, child, rules, bars)
        if not published.children and rules:
            self._extend(node, rules[0], bars)
        self._close(node)

    def _extend(self, stem: TreeNode, rule: TabularSeventh, bars: Sequence[Bar]) -> None:
        # The innermost rule holds: a lower level narrows a higher one.
        for extension in applicable(stem.label, rule.extensions, bars):
            published = TabularNode(
                "diag",
                stem.line,
                extended_code(stem.label, extension.character),
                extended_title(stem.title, extension),
            )
            node = self._add(stem, NodeKind.SUBCATEGORY, published)
            node.stem = stem
            self._close(node)

    def _add(self, parent: TreeNode | None, kind: NodeKind, published: TabularNode) -> TreeNode:
        span = _SPAN.search(published.title)
        is_code = kind in (NodeKind.CATEGORY, NodeKind.SUBCATEGORY)
        node = TreeNode(
            id=self._first_id + len(self.nodes),
            parent=parent,
            kind=kind,
            label=published.label,
            span="" if is_code else span["span"] if span else "",
            # A chapter's or section's range is its label or span, not part of its name.
            title=published.title if is_code else _SPAN.sub("", published.title),
            line=published.line,
            notes=[n for n in published.notes if n.kind is not NoteKind.VISUAL_IMPAIRMENT],
            seventh=published.seventh,
        )
        if kind is NodeKind.SECTION:
            node.span = node.label
        if is_code:
            key = code_key(node.label)
            if key in self.codes:
                raise SourceError(self._file, published.line, f"{node.label} stands twice")
            self.codes[key] = node
        if parent is not None:
            parent.children.append(node)
        self.nodes.append(node)
        return node

    def _close(self, node: TreeNode) -> None:
        node.last_id = self._first_id + len(self.nodes) - 1


def _printed_below(category: TabularNode) -> Iterator[TabularNote]:
    """The table that *category* prints once, below its last code, for all its codes.

    "For definition of visual impairment categories see table below", says H54.
    """
    for child in category.children:
        yield from (note for note in child.notes if note.kind is NoteKind.VISUAL_IMPAIRMENT)
        yield from _printed_below(child)


def _bars(notes: Sequence[TabularNote]) -> Iterator[Bar]:
    for note in notes:
        for line in note.lines:
            if (bar := bar_in(line)) is not None:
                yield bar


def _contains(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
