"""What notes say of two codes: both directions, inherited, in ranges, under qualifiers."""

import pytest

from codingahead.lookup.v1 import lookup_pb2 as pb
from lookup.facts import Release
from lookup.icd10cm.facts import Naming, Node, NodeKind, Note, NoteKind, NoteLine, NoteSpan
from lookup.icd10cm.pair_notes import PairNote, pair_notes
from lookup.icd10cm.store import TabularStore
from lookup.spelling import code_key
from services.lookup.tests.lookup_process import LookupProcess

EXCLUDES1, EXCLUDES2 = NoteKind.EXCLUDES1, NoteKind.EXCLUDES2
CODE_FIRST, USE_ADDITIONAL = NoteKind.CODE_FIRST, NoteKind.USE_ADDITIONAL


class Classification:
    """The built release, asked for pairs by code."""

    def __init__(self, store: TabularStore, release: Release) -> None:
        self._store = store
        self._release = release

    def pair(self, first: str, second: str) -> list[PairNote]:
        one, other = (self._node(code) for code in (first, second))
        store = self._store
        return list(
            pair_notes(one, other, store.pair_namings(one, other), store.pair_namings(other, one))
        )

    def _node(self, code: str) -> Node:
        node = self._store.code(self._release.id, code_key(code))
        assert node is not None, code
        return node


@pytest.fixture
def icd(tabular: TabularStore, release: Release) -> Classification:
    return Classification(tabular, release)


def said(note: PairNote) -> tuple[NoteKind, str, str, str]:
    """Kind, the code it holds for, where it is written, the code it names."""
    return note.kind, note.holds_for.label, note.place.label, note.names.label


def worded(line: NoteLine) -> str:
    return "".join(span.text for span in line)


def test_a_conflict_noted_at_both_categories_is_found_from_either_code(
    icd: Classification,
) -> None:
    expected = {(EXCLUDES1, "E11.9", "E11", "E10.9"), (EXCLUDES1, "E10.9", "E10", "E11.9")}
    notes = icd.pair("E11.9", "E10.9")
    assert {said(note) for note in notes} == expected
    assert {worded(note.line) for note in notes} == {
        "type 1 diabetes mellitus (E10.-)",
        "type 2 diabetes mellitus (E11.-)",
    }
    assert {said(note) for note in icd.pair("E10.9", "E11.9")} == expected


def test_a_conflict_noted_at_one_code_only_is_found_from_either(icd: Classification) -> None:
    expected = [(EXCLUDES1, "E11.9", "E11", "O24.410")]
    assert [said(note) for note in icd.pair("O24.410", "E11.9")] == expected
    assert [said(note) for note in icd.pair("E11.9", "O24.410")] == expected


def test_a_note_holds_below_what_it_names(icd: Classification) -> None:
    """I96 excludes I70.26-: so it does I70.261, and not I70.25."""
    assert (EXCLUDES1, "I96", "I96", "I70.261") in map(said, icd.pair("I96", "I70.261"))
    assert EXCLUDES1 not in {note.kind for note in icd.pair("I96", "I70.25")}


def test_a_chapters_note_reaches_every_code_of_it_and_of_the_range_it_names(
    icd: Classification,
) -> None:
    (note,) = icd.pair("E11.9", "I10")
    assert said(note) == (EXCLUDES2, "I10", "9", "E11.9")
    assert worded(note.line) == "endocrine, nutritional and metabolic diseases (E00-E88)"
    assert note.inherited


def test_a_qualifier_admits_or_keeps_out(icd: Classification) -> None:
    """Gangrene in diabetes (E08-E13 with .52) is excluded at I96: E11.52 is, E11.51 is not."""
    admitted = [note for note in icd.pair("I96", "E11.52") if note.place.label == "I96"]
    assert [(note.kind, note.condition) for note in admitted] == [(EXCLUDES2, "with .52")]
    assert not [note for note in icd.pair("I96", "E11.51") if note.place.label == "I96"]


def test_ranges_run_in_tabular_order(icd: Classification) -> None:
    """D49 excludes D37-D44: D3A, which the list prints before D37, is not in it."""
    assert (EXCLUDES2, "D49.9", "D49", "D37.1") in map(said, icd.pair("D49.9", "D37.1"))
    assert not [note for note in icd.pair("D49.9", "D3A.00") if note.place.label == "D49"]


def test_companions_say_which_comes_first(icd: Classification) -> None:
    notes = [note for note in icd.pair("E11.22", "N18.4") if note.kind is not EXCLUDES2]
    assert {said(note) for note in notes} == {
        (CODE_FIRST, "N18.4", "N18", "E11.22"),
        (USE_ADDITIONAL, "E11.22", "E11.22", "N18.4"),
    }


def test_a_condition_is_given_as_worded(icd: Classification) -> None:
    (note,) = icd.pair("J45.909", "J44.9")
    assert (note.kind, note.condition) == (NoteKind.CODE_ALSO, "if applicable")
    assert worded(note.line) == "Code also type of asthma, if applicable (J45.-)"


def test_a_line_of_a_list_comes_with_the_line_that_introduces_it(icd: Classification) -> None:
    (note,) = icd.pair("E11.9", "Z79.4")
    assert worded(note.line) == "Use additional code to identify control using: insulin (Z79.4)"


def test_excludes_come_before_companions(icd: Classification) -> None:
    kinds = [note.kind for note in icd.pair("E11.22", "N18.4")]
    assert kinds == [EXCLUDES2, CODE_FIRST, USE_ADDITIONAL]


def test_a_note_above_both_codes_sets_the_one_it_names_apart(icd: Classification) -> None:
    """D72 excludes D72.824: for the other codes of D72, not for D72.824 itself."""
    assert (EXCLUDES1, "D72.825", "D72", "D72.824") in map(said, icd.pair("D72.824", "D72.825"))
    assert (USE_ADDITIONAL, "I25.10", "I25", "I25.82") in map(said, icd.pair("I25.82", "I25.10"))


def test_codes_that_a_note_is_for_are_not_taken_for_what_it_asks(icd: Classification) -> None:
    """ "Use additional code, for codes G31.0-G31.83, …, to identify:" names its own readers."""
    assert not [note for note in icd.pair("G31.84", "G31.01") if note.kind is USE_ADDITIONAL]


@pytest.mark.parametrize(
    ("first", "second"), [("E11.9", "E11.9"), ("E11", "E11.9"), ("Z79.4", "E10.9")]
)
def test_nothing_is_noted_where_nothing_is_written(
    icd: Classification, first: str, second: str
) -> None:
    conflicts = [note for note in icd.pair(first, second) if note.kind in (EXCLUDES1, EXCLUDES2)]
    assert conflicts == []


def test_a_line_that_names_both_codes_from_above_is_about_neither() -> None:
    category = _node(1, 9, "A01")
    first, second = _node(2, 2, "A01.0"), _node(3, 3, "A01.1")
    note = Note(1, 1, EXCLUDES1, ((NoteSpan("both (A01.0-A01.1)"),),), "source")
    naming = Naming(category, note, 0, "")
    assert pair_notes(first, second, [naming], [naming]) == ()
    (one,) = pair_notes(first, second, [naming], [])
    assert said(one) == (EXCLUDES1, "A01.0", "A01", "A01.1")


def _node(node_id: int, last_id: int, label: str) -> Node:
    kind = NodeKind.SUBCATEGORY if "." in label else NodeKind.CATEGORY
    return Node(node_id, None, last_id, kind, label, "", label, label, "." in label, None, "source")


async def test_the_service_answers_for_a_pair_with_its_sources(lookup: LookupProcess) -> None:
    request = pb.GetPairNotesRequest(system="icd-10-cm", first="E11.9", second="E10.9")
    answer = await lookup.stub.GetPairNotes(request, timeout=5)
    assert (answer.first.code, answer.second.code) == ("E11.9", "E10.9")
    assert answer.release.id == "icd-10-cm-2026-04"
    assert [note.kind for note in answer.notes] == [pb.PairNote.KIND_EXCLUDES1] * 2
    assert {note.origin.code for note in answer.notes} == {"E11", "E10"}
    assert {note.source_id for note in answer.notes} == {source.id for source in answer.sources}
    links = [span.link.code for note in answer.notes for span in note.text.spans if span.link.code]
    assert set(links) == {"E10", "E11"}


async def test_only_the_sections_asked_for_are_answered(lookup: LookupProcess) -> None:
    request = pb.GetCodePageRequest(
        system="icd-10-cm", code="E11.9", sections=["ncci_edits", "official_description"]
    )
    page = (await lookup.stub.GetCodePage(request, timeout=5)).page
    assert [section.key for section in page.sections] == ["official_description", "ncci_edits"]
    named = {block.source_id for section in page.sections for block in section.blocks}
    assert {source.id for source in page.sources} == named - {""}


async def test_a_key_that_is_no_section_opens_nothing(lookup: LookupProcess) -> None:
    request = pb.GetCodePageRequest(system="icd-10-cm", code="E11.9", sections=["everything"])
    page = (await lookup.stub.GetCodePage(request, timeout=5)).page
    assert list(page.sections) == []
    assert page.code.code == "E11.9"
