"""Places of the classification, and lines of its notes, as pages show them."""

from lookup.content import Line, Link, Origin, OriginKind, Place, Span
from lookup.facts import Code, Release
from lookup.icd10cm.facts import Node, NodeKind, NoteLine
from lookup.systems import ICD_10_CM


def code_of(node: Node, release: Release) -> Code:
    """The code that *node* is in *release*."""
    return Code(
        ICD_10_CM,
        node.label,
        node.title,
        node.billable,
        release.effective,
        release.expires,
        node.source_id,
    )


def code_line(node: Node) -> Line:
    """A code, linked to its page."""
    return (Span(node.label, Link(ICD_10_CM, node.label)),)


def place_line(node: Node) -> Line:
    """A place of the hierarchy, linked where it has a page."""
    if node.is_code:
        return code_line(node)
    if node.kind is NodeKind.SECTION:
        return (Span(node.label, link_to(node)),)
    return (Span(f"Chapter {node.label}", link_to(node)),)


def link_to(node: Node) -> Link | None:
    """Where a place of the hierarchy leads.

    A section of one category is named like it ("B20") and has no address of its own.
    """
    if node.is_code:
        return Link(ICD_10_CM, node.label)
    return Link(ICD_10_CM, node.span, is_range=True) if "-" in node.span else None


def place_of(node: Node) -> Place:
    """A place of the hierarchy."""
    return Place(node.kind.value, node.label, node.title, link_to(node))


def origin_of(node: Node) -> Origin:
    """Where a note stands that is inherited from *node*."""
    if node.kind is NodeKind.CHAPTER:
        return Origin(OriginKind.CHAPTER, node.label)
    if node.kind is NodeKind.SECTION:
        return Origin(OriginKind.RANGE, node.label)
    return Origin(OriginKind.CODE, node.label)


def note_line(line: NoteLine) -> Line:
    """A line of a note with its links."""
    return tuple(
        Span(
            span.text,
            Link(ICD_10_CM, span.target, span.is_range) if span.target else None,
        )
        for span in line
    )
