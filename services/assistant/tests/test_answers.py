"""What answers say, and what they never say, whatever the facts are."""

from dataclasses import replace

import pytest

from assistant import answers
from assistant.evidence import Draft
from assistant.facts import Code, CodeFacts, Fact, NoteKind, PairFacts, PairNote, Place, Release
from assistant.verifier import fault

RELEASE = Release("ICD-10-CM April 2026", "2026-04-01", "2026-09-30")
SOURCE = "ICD-10-CM April 2026 (ICD-10-CM Tabular List of Diseases and Injuries)"
DIABETES = CodeFacts(
    Code("icd-10-cm", "E11.9", "Type 2 diabetes mellitus without complications", True),
    RELEASE,
    SOURCE,
    places=(
        Place("chapter", "4", "Endocrine, nutritional and metabolic diseases"),
        Place("section", "E08-E13", "Diabetes mellitus"),
        Place("category", "E11", "Type 2 diabetes mellitus"),
    ),
    standing=Fact("E11.9 is billable: from 2026-04-01 to 2026-09-30.", SOURCE),
)
OTHER = CodeFacts(
    Code("icd-10-cm", "E10.9", "Type 1 diabetes mellitus without complications", True),
    RELEASE,
    SOURCE,
)
HEADING = CodeFacts(
    Code("icd-10-cm", "E11", "Type 2 diabetes mellitus", False),
    RELEASE,
    SOURCE,
    standing=Fact("E11 cannot be reported as it stands: it is a heading over 10 entries.", SOURCE),
    more_specific=tuple(
        Code("icd-10-cm", code, "…", True) for code in ("E11.00", "E11.01", "E11.10", "E11.11")
    ),
)
FALL = CodeFacts(
    Code("icd-10-cm", "W19", "Unspecified fall", False),
    RELEASE,
    SOURCE,
    standing=Fact("W19 cannot be reported as it stands: it needs a 7th character.", SOURCE),
)
NOTE = PairNote(
    NoteKind.EXCLUDES1, "E11.9", "E10.9", "E11", "type 1 diabetes mellitus (E10.-)", "", SOURCE
)


def pair(*notes: PairNote, first: CodeFacts = DIABETES, second: CodeFacts = OTHER) -> PairFacts:
    return PairFacts(first, second, RELEASE, notes)


def text(draft: Draft) -> str:
    return " ".join(sentence.text for sentence in draft.sentences)


def note(kind: NoteKind, condition: str = "") -> PairNote:
    return replace(NOTE, kind=kind, condition=condition)


DRAFTS = [
    answers.what_is([DIABETES]),
    answers.what_is([HEADING, OTHER, FALL]),
    answers.is_billable([DIABETES, OTHER]),
    answers.is_billable([HEADING, FALL]),
    answers.together(pair()),
    answers.together(pair(second=DIABETES)),
    answers.together(pair(second=HEADING)),
    answers.together(pair(second=FALL)),
    *(answers.together(pair(note(kind))) for kind in NoteKind),
    answers.together(pair(*(note(kind, "if applicable, with .52") for kind in NoteKind))),
]


@pytest.mark.parametrize("draft", DRAFTS)
def test_every_composed_sentence_is_borne_out_by_its_evidence(draft: Draft) -> None:
    evidence = {item.id: item for item in draft.evidence}
    assert draft.sentences
    for sentence in draft.sentences:
        assert fault(sentence, evidence) is None, sentence
    assert all(item.source and item.href.startswith("/icd-10-cm/") for item in draft.evidence)


@pytest.mark.parametrize("draft", DRAFTS)
def test_no_answer_promises_or_rules_out_payment(draft: Draft) -> None:
    said = text(draft).casefold()
    assert "cannot be paid" not in said
    assert "will be paid" not in said


def test_a_code_is_told_with_its_title_standing_and_place() -> None:
    said = text(answers.what_is([DIABETES]))
    assert "E11.9 is “Type 2 diabetes mellitus without complications” in ICD-10-CM." in said
    assert "E11.9 is billable" in said
    assert "category E11 (Type 2 diabetes mellitus), section E08-E13" in said


def test_a_description_that_tells_the_place_is_not_repeated() -> None:
    described = Fact("E11.9 belongs to type 2 diabetes mellitus (E11).", SOURCE)
    said = text(answers.what_is([replace(DIABETES, description=described)]))
    assert described.text in said
    assert "stands in" not in said


def test_a_heading_leads_to_codes_that_can_be_reported() -> None:
    said = text(answers.is_billable([HEADING]))
    assert said.startswith("No: E11 cannot be reported as it stands")
    assert said.endswith("such as E11.00, E11.01 or E11.10.")


def test_a_code_that_lacks_its_7th_character_is_to_be_completed() -> None:
    assert "Complete it with the 7th character" in text(answers.is_billable([FALL]))


def test_without_words_of_the_page_the_standing_is_told_with_its_dates() -> None:
    said = text(answers.is_billable([OTHER]))
    assert "E10.9 is billable in the ICD-10-CM April 2026 release" in said
    assert "from 2026-04-01 to 2026-09-30" in said


def test_excludes1_is_a_warning_with_an_exception() -> None:
    meaning = Fact("… unrelated to each other (guideline I.A.12.a) …", "Guidelines, FY 2026")
    first = replace(DIABETES, meanings={NoteKind.EXCLUDES1: meaning})
    draft = answers.together(pair(note(NoteKind.EXCLUDES1), first=first))
    said = text(draft)
    assert "normally not coded together" in said
    assert "both may be reported when the two conditions are unrelated" in said
    assert "(guideline I.A.12.a)" in said
    assert "guideline" not in text(answers.together(pair(note(NoteKind.EXCLUDES1))))


def test_excludes2_allows_both_when_documented() -> None:
    said = text(answers.together(pair(note(NoteKind.EXCLUDES2))))
    assert "may be reported together when the record documents both" in said
    assert "not a statement that a payer" in said


@pytest.mark.parametrize(
    ("kind", "sequence"),
    [
        (NoteKind.CODE_FIRST, "E10.9 is sequenced before E11.9"),
        (NoteKind.USE_ADDITIONAL, "E11.9 is sequenced before E10.9, which is added"),
        (NoteKind.CODE_ALSO, "which comes first depends on the encounter"),
    ],
)
def test_companions_are_told_with_their_sequence(kind: NoteKind, sequence: str) -> None:
    said = text(answers.together(pair(note(kind, "if applicable"))))
    assert sequence in said
    assert "(condition: if applicable)" in said
    assert "no excludes note between E11.9 and E10.9" in said


def test_no_note_is_no_promise() -> None:
    assert text(answers.together(pair())) == (
        "The ICD-10-CM April 2026 release lists no excludes note between E11.9 and E10.9. "
        "That is not a statement that a payer will accept both."
    )


def test_a_code_paired_with_itself_or_its_heading_is_told_so() -> None:
    assert "the same code, E11.9" in text(answers.together(pair(second=DIABETES)))
    said = text(answers.together(pair(second=HEADING)))
    assert "E11 is a heading that E11.9 stands under" in said
    assert "payer" not in said


def test_a_code_of_the_pair_that_cannot_be_reported_is_named() -> None:
    assert "W19 cannot be reported as it stands" in text(answers.together(pair(second=FALL)))
