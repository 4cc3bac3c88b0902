"""Between the contracts' messages and the words of the rules."""

from collections.abc import Iterable

from assistant.evidence import Evidence, Sentence
from assistant.facts import Code, CodeFacts, Fact, NoteKind, PairNote, Place, Release
from assistant.sections import COMMON_LANGUAGE, EXCLUDES_AND_COMPANIONS, OFFICIAL_DESCRIPTION
from codingahead.assistant.v1 import assistant_pb2
from codingahead.lookup.v1 import lookup_pb2

_KINDS = {
    lookup_pb2.PairNote.KIND_EXCLUDES1: NoteKind.EXCLUDES1,
    lookup_pb2.PairNote.KIND_EXCLUDES2: NoteKind.EXCLUDES2,
    lookup_pb2.PairNote.KIND_CODE_FIRST: NoteKind.CODE_FIRST,
    lookup_pb2.PairNote.KIND_USE_ADDITIONAL: NoteKind.USE_ADDITIONAL,
    lookup_pb2.PairNote.KIND_CODE_ALSO: NoteKind.CODE_ALSO,
}
_EXPLAINED = (NoteKind.EXCLUDES1, NoteKind.EXCLUDES2)


def code(message: lookup_pb2.CodeRef) -> Code:
    """Read a code."""
    return Code(message.system, message.code, message.display, message.billable)


def release(message: lookup_pb2.Release) -> Release:
    """Read a release."""
    return Release(message.name, message.effective, message.expires)


def code_facts(page: lookup_pb2.CodePage) -> CodeFacts:
    """Read from a page what answers are made of; *more_specific* is not on it."""
    sources = _Sources(page.release.name, page.sources)
    paragraphs = {
        section.key: [
            block for block in section.blocks if block.kind == lookup_pb2.Block.KIND_PARAGRAPH
        ]
        for section in page.sections
    }
    official = paragraphs.get(OFFICIAL_DESCRIPTION, [])
    described = paragraphs.get(COMMON_LANGUAGE, [])
    standing = [block for block in official if block.text != page.code.display]
    return CodeFacts(
        code=code(page.code),
        release=release(page.release),
        source=sources.of((official or described)[0].source_id if official or described else ""),
        places=tuple(
            Place(ancestor.kind, ancestor.label, ancestor.display) for ancestor in page.ancestors
        ),
        standing=_fact(standing[0], sources) if standing else None,
        description=_fact(described[0], sources) if described else None,
        meanings={
            kind: _fact(block, sources)
            for block in paragraphs.get(EXCLUDES_AND_COMPANIONS, [])
            for kind in _EXPLAINED
            if block.title == kind
        },
    )


def pair_notes(answer: lookup_pb2.GetPairNotesResponse) -> tuple[PairNote, ...]:
    """Read the notes on two codes."""
    sources = _Sources(answer.release.name, answer.sources)
    return tuple(
        PairNote(
            kind=_KINDS[note.kind],
            holds_for=note.holds_for,
            names=note.names,
            place=_place(note),
            text="".join(span.text for span in note.text.spans),
            condition=note.condition,
            source=sources.of(note.source_id),
        )
        for note in answer.notes
        if note.kind in _KINDS
    )


def evidence_piece(evidence: Evidence) -> assistant_pb2.AskResponse:
    """Write a fact."""
    return assistant_pb2.AskResponse(
        evidence=assistant_pb2.Evidence(
            id=evidence.id, text=evidence.text, source=evidence.source, href=evidence.href
        )
    )


def sentence_piece(sentence: Sentence) -> assistant_pb2.AskResponse:
    """Write a sentence."""
    return assistant_pb2.AskResponse(
        sentence=assistant_pb2.Sentence(text=sentence.text, citations=sentence.citations)
    )


def status_piece(state: str) -> assistant_pb2.AskResponse:
    """Write what is being done."""
    return assistant_pb2.AskResponse(status=assistant_pb2.Status(state=state))


def done_piece(reason: str, conversation_id: str) -> assistant_pb2.AskResponse:
    """Write the end: declined when there is a *reason*, answered when there is none."""
    outcome = assistant_pb2.Done
    return assistant_pb2.AskResponse(
        done=assistant_pb2.Done(
            outcome=outcome.OUTCOME_DECLINED if reason else outcome.OUTCOME_ANSWERED,
            reason=reason,
            conversation_id=conversation_id,
        )
    )


class _Sources:
    """The sources of one answer, worded for people."""

    def __init__(self, release_name: str, sources: Iterable[lookup_pb2.Source]) -> None:
        self._release_name = release_name
        self._sources = {source.id: source for source in sources}

    def of(self, source_id: str) -> str:
        """ "ICD-10-CM April 2026 (ICD-10-CM Tabular List of Diseases and Injuries)"."""
        source = self._sources.get(source_id)
        if source is None:
            return self._release_name
        if self._release_name.endswith(source.release):
            return f"{self._release_name} ({source.name})"
        return f"{source.name}, {source.release}"


def _fact(block: lookup_pb2.Block, sources: _Sources) -> Fact:
    return Fact(block.text, sources.of(block.source_id))


def _place(note: lookup_pb2.PairNote) -> str:
    match note.origin.WhichOneof("place"):
        case "code":
            return note.origin.code
        case "range":
            return note.origin.range
        case "chapter":
            return f"chapter {note.origin.chapter}"
        case _:
            return note.holds_for
