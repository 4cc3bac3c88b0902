"""Puts pages, codes and releases on the wire."""

from codingahead.lookup.v1 import lookup_pb2 as pb
from lookup.browse import Browsed
from lookup.content import Block, BlockKind, Line, Link, Page, Section, link_to, note_line
from lookup.facts import Node, NodeKind, NoteKind, Release, Source
from lookup.pair_notes import PairNote
from lookup.search import Hit
from lookup.systems import ICD_10_CM

_KINDS = {
    BlockKind.PARAGRAPH: pb.Block.KIND_PARAGRAPH,
    BlockKind.LIST: pb.Block.KIND_LIST,
    BlockKind.TABLE: pb.Block.KIND_TABLE,
    BlockKind.NOTICE: pb.Block.KIND_NOTICE,
}
_PAIR_KINDS = {
    NoteKind.EXCLUDES1: pb.PairNote.KIND_EXCLUDES1,
    NoteKind.EXCLUDES2: pb.PairNote.KIND_EXCLUDES2,
    NoteKind.CODE_FIRST: pb.PairNote.KIND_CODE_FIRST,
    NoteKind.USE_ADDITIONAL: pb.PairNote.KIND_USE_ADDITIONAL,
    NoteKind.CODE_ALSO: pb.PairNote.KIND_CODE_ALSO,
}


def code_ref(node: Node) -> pb.CodeRef:
    """A code with what may always be shown of it."""
    return pb.CodeRef(system=ICD_10_CM, code=node.label, display=node.title, billable=node.billable)


def release(of: Release) -> pb.Release:
    """A release with its days."""
    return pb.Release(
        id=of.id,
        name=of.name,
        effective=of.effective.isoformat(),
        expires=of.expires.isoformat(),
    )


def code_page(page: Page) -> pb.CodePage:
    """A whole page."""
    return pb.CodePage(
        code=code_ref(page.node),
        release=release(page.release),
        ancestors=[_ancestor(node) for node in page.ancestors],
        sections=[_section(section) for section in page.sections],
        sources=[source(cited) for cited in page.sources],
    )


def search_result(hit: Hit) -> pb.SearchResult:
    """A code found, with why."""
    return pb.SearchResult(
        code=code_ref(hit.node),
        score=hit.score,
        highlights=[
            pb.Highlight(
                field=highlight.field,
                text=highlight.text,
                marks=[pb.Mark(start=start, end=end) for start, end in highlight.marks],
            )
            for highlight in hit.highlights
        ],
    )


def source(of: Source) -> pb.Source:
    """A source with its release and licence."""
    return pb.Source(
        id=of.id,
        name=of.name,
        release=of.release,
        effective=of.effective,
        licence=of.licence,
        origin=of.origin,
    )


def browsed(of: Browsed, catalog_id: str, read: Release) -> pb.BrowseResponse:
    """A place of the hierarchy with what lies right below it."""
    answer = pb.BrowseResponse(
        catalog_id=catalog_id,
        release=release(read),
        ancestors=[_place(node) for node in of.ancestors],
        entries=[
            pb.BrowseEntry(
                place=_place(entry.node),
                billable=entry.node.billable,
                billable_count=entry.billable_count,
            )
            for entry in of.entries
        ],
    )
    if of.place is not None:
        answer.place.CopyFrom(_place(of.place))
    elif of.label:
        link = _link(Link(of.label, is_range=True))
        answer.place.CopyFrom(pb.Ancestor(label=of.label, link=link))
    return answer


def pair_note(note: PairNote) -> pb.PairNote:
    """A note on two codes."""
    return pb.PairNote(
        kind=_PAIR_KINDS[note.kind],
        holds_for=note.holds_for.label,
        names=note.names.label,
        origin=_origin(note.place) if note.inherited else None,
        text=_line(note_line(note.line)),
        condition=note.condition,
        source_id=note.source_id,
    )


def _ancestor(node: Node) -> pb.Ancestor:
    ancestor = pb.Ancestor(kind=node.kind.value, label=node.label, display=node.title)
    if (link := link_to(node)) is not None:
        ancestor.link.CopyFrom(_link(link))
    return ancestor


def _place(node: Node) -> pb.Ancestor:
    """As :func:`_ancestor`; a section of one category leads to that category."""
    place = _ancestor(node)
    if node.kind is NodeKind.SECTION and not place.HasField("link"):
        place.link.CopyFrom(_link(Link(node.label)))
    return place


def _section(section: Section) -> pb.Section:
    return pb.Section(
        key=section.key,
        title=section.title,
        public=section.public,
        blocks=[_block(block) for block in section.blocks],
    )


def _block(block: Block) -> pb.Block:
    return pb.Block(
        kind=_KINDS[block.kind],
        title=block.title,
        text=block.text,
        items=[_line(item) for item in block.items],
        columns=block.columns,
        rows=[pb.Row(cells=[_line(cell) for cell in row]) for row in block.rows],
        origin=_origin(block.origin) if block.origin is not None else None,
        source_id=block.source_id,
        condition=block.condition,
    )


def _line(line: Line) -> pb.Line:
    return pb.Line(
        spans=[
            pb.Span(text=span.text, link=_link(span.link) if span.link is not None else None)
            for span in line
        ]
    )


def _link(link: Link) -> pb.Link:
    if link.is_range:
        return pb.Link(system=link.system, range=link.target)
    return pb.Link(system=link.system, code=link.target)


def _origin(node: Node) -> pb.Origin:
    if node.kind is NodeKind.CHAPTER:
        return pb.Origin(chapter=node.label)
    if node.kind is NodeKind.SECTION:
        return pb.Origin(range=node.label)
    return pb.Origin(code=node.label)
