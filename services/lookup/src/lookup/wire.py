"""Puts pages, codes and releases on the wire."""

from codingahead.lookup.v1 import lookup_pb2 as pb
from lookup.browsing import Browsed
from lookup.case_note.finding import Finding, Mark, Status
from lookup.changes import Change, ChangeKind
from lookup.claims.claim import ClaimType
from lookup.claims.findings import Checked, Severity
from lookup.content import Block, BlockKind, Line, Link, Origin, OriginKind, Page, Place, Section
from lookup.cpt.licence import CptLicence
from lookup.facts import Code, Relation, Release, Source
from lookup.finder.finder import Hit
from lookup.icd10cm.facts import NoteKind
from lookup.icd10cm.pair_notes import PairNote
from lookup.icd10cm.places import note_line, origin_of

_KINDS = {
    BlockKind.PARAGRAPH: pb.Block.KIND_PARAGRAPH,
    BlockKind.LIST: pb.Block.KIND_LIST,
    BlockKind.TABLE: pb.Block.KIND_TABLE,
    BlockKind.NOTICE: pb.Block.KIND_NOTICE,
}
CHANGES = {
    ChangeKind.ADDED: pb.CodeChange.KIND_ADDED,
    ChangeKind.RETURNED: pb.CodeChange.KIND_RETURNED,
    ChangeKind.ENDED: pb.CodeChange.KIND_ENDED,
    ChangeKind.REVISED: pb.CodeChange.KIND_REVISED,
}
CLAIM_TYPES = {
    pb.CheckClaimRequest.CLAIM_TYPE_PROFESSIONAL: ClaimType.PROFESSIONAL,
    pb.CheckClaimRequest.CLAIM_TYPE_HOSPITAL_OUTPATIENT: ClaimType.HOSPITAL_OUTPATIENT,
    pb.CheckClaimRequest.CLAIM_TYPE_INPATIENT: ClaimType.INPATIENT,
    pb.CheckClaimRequest.CLAIM_TYPE_DME: ClaimType.DME,
}
_SEVERITIES = {
    Severity.ERROR: pb.ClaimFinding.SEVERITY_ERROR,
    Severity.WARNING: pb.ClaimFinding.SEVERITY_WARNING,
    Severity.INFO: pb.ClaimFinding.SEVERITY_INFO,
}
_NOTE_STATUSES = {
    Status.AFFIRMED: pb.NoteFinding.STATUS_AFFIRMED,
    Status.NEGATED: pb.NoteFinding.STATUS_NEGATED,
    Status.HISTORICAL: pb.NoteFinding.STATUS_HISTORICAL,
    Status.UNCERTAIN: pb.NoteFinding.STATUS_UNCERTAIN,
    Status.FAMILY: pb.NoteFinding.STATUS_FAMILY,
}
_PAIR_KINDS = {
    NoteKind.EXCLUDES1: pb.PairNote.KIND_EXCLUDES1,
    NoteKind.EXCLUDES2: pb.PairNote.KIND_EXCLUDES2,
    NoteKind.CODE_FIRST: pb.PairNote.KIND_CODE_FIRST,
    NoteKind.USE_ADDITIONAL: pb.PairNote.KIND_USE_ADDITIONAL,
    NoteKind.CODE_ALSO: pb.PairNote.KIND_CODE_ALSO,
}


def code_ref(code: Code) -> pb.CodeRef:
    """A code with what may always be shown of it."""
    return pb.CodeRef(
        system=code.system, code=code.code, display=code.title, billable=code.billable
    )


def stretch(code: Code) -> pb.Stretch:
    """Some time in which a code reads the same."""
    return pb.Stretch(
        code=code_ref(code),
        effective=code.effective.isoformat(),
        expires=code.expires.isoformat(),
    )


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
        code=code_ref(page.code),
        release=release(page.release),
        ancestors=[_place(place) for place in page.ancestors],
        sections=[_section(section) for section in page.sections],
        sources=[source(cited) for cited in page.sources],
        previous=code_ref(page.previous) if page.previous is not None else None,
        next=code_ref(page.following) if page.following is not None else None,
    )


def found(hit: Hit) -> pb.CodeRef:
    """A code that was found."""
    return pb.CodeRef(system=hit.system, code=hit.code, display=hit.title, billable=hit.billable)


def search_result(hit: Hit) -> pb.SearchResult:
    """A code found, with why."""
    return pb.SearchResult(
        code=found(hit),
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


def relation(of: Relation) -> pb.Relation:
    """A kind of fact that is loaded."""
    return pb.Relation(
        name=of.name,
        system=of.system,
        rows_held=of.rows_held,
        rows_withheld=of.rows_withheld,
        source_id=of.source_id,
    )


def cpt_licence(of: CptLicence) -> pb.CptLicence:
    """Under what licence CPT is loaded."""
    return pb.CptLicence(
        release_year=of.release_year,
        terms=of.terms,
        terms_version=of.terms_version,
        notices=of.notices,
    )


def browsed(of: Browsed, catalog_id: str, read: Release) -> pb.BrowseResponse:
    """A place of the hierarchy with what lies right below it."""
    return pb.BrowseResponse(
        catalog_id=catalog_id,
        release=release(read),
        place=_place(of.place) if of.place is not None else None,
        ancestors=[_place(place) for place in of.ancestors],
        entries=[
            pb.BrowseEntry(
                place=_place(entry.place),
                billable=entry.billable,
                billable_count=entry.billable_count,
            )
            for entry in of.entries
        ],
    )


def note_finding(of: Finding) -> pb.NoteFinding:
    """A finding of a case note."""
    return pb.NoteFinding(
        place=_mark(of.place),
        status=_NOTE_STATUSES[of.status],
        cue=_mark(of.cue) if of.cue is not None else None,
        candidates=[
            pb.NoteCandidate(
                code=pb.CodeRef(
                    system=candidate.system,
                    code=candidate.code,
                    display=candidate.title,
                    billable=candidate.billable,
                ),
                score=candidate.score,
                evidence=[_mark(mark) for mark in candidate.evidence],
                missing=candidate.missing,
            )
            for candidate in of.candidates
        ],
    )


def checked(of: Checked, catalog_id: str) -> pb.CheckClaimResponse:
    """What the rules say of a claim."""
    return pb.CheckClaimResponse(
        catalog_id=catalog_id,
        findings=[
            pb.ClaimFinding(
                severity=_SEVERITIES[finding.severity],
                rule=finding.rule,
                lines=finding.lines,
                message=finding.message,
                source_id=finding.source_id,
            )
            for finding in of.findings
        ],
        not_checked=[pb.NotChecked(rule=said.rule, why=said.why) for said in of.not_checked],
        sources=[source(cited) for cited in of.sources],
        releases=[release(read) for read in of.releases],
    )


def _mark(of: Mark) -> pb.Mark:
    return pb.Mark(start=of.start, end=of.end)


def change(of: Change) -> pb.CodeChange:
    """One code that a release changed."""
    return pb.CodeChange(kind=CHANGES[of.kind], code=code_ref(of.code), before=of.before)


def pair_note(note: PairNote) -> pb.PairNote:
    """A note on two codes."""
    return pb.PairNote(
        kind=_PAIR_KINDS[note.kind],
        holds_for=note.holds_for.label,
        names=note.names.label,
        origin=_origin(origin_of(note.place)) if note.inherited else None,
        text=_line(note_line(note.line)),
        condition=note.condition,
        source_id=note.source_id,
    )


def _place(place: Place) -> pb.Ancestor:
    return pb.Ancestor(
        kind=place.kind,
        label=place.label,
        display=place.title,
        link=_link(place.link) if place.link is not None else None,
        definition=place.definition,
    )


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


def _origin(origin: Origin) -> pb.Origin:
    match origin.kind:
        case OriginKind.CHAPTER:
            return pb.Origin(chapter=origin.label)
        case OriginKind.RANGE:
            return pb.Origin(range=origin.label)
        case OriginKind.CODE:
            return pb.Origin(code=origin.label)
