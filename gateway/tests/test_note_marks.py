"""A note cut at what was found in it: nothing lost, nothing out of place."""

from codingahead.lookup.v1 import lookup_pb2 as pb
from gateway.note_marks import Stretch, quoted, stretches

NOTE = "Denies chest pain. Type 2 diabetes, right foot."


def mark(words: str) -> pb.Mark:
    return pb.Mark(start=NOTE.index(words), end=NOTE.index(words) + len(words))


def test_places_cues_and_evidence_are_cut_out_in_order() -> None:
    denied = pb.NoteFinding(
        place=mark("chest pain"), status=pb.NoteFinding.STATUS_NEGATED, cue=mark("Denies")
    )
    affirmed = pb.NoteFinding(
        place=mark("Type 2 diabetes"),
        status=pb.NoteFinding.STATUS_AFFIRMED,
        candidates=[pb.NoteCandidate(evidence=[mark("diabetes"), mark("right foot")])],
    )

    assert stretches(NOTE, [denied, affirmed]) == [
        Stretch("Denies", "cue"),
        Stretch(" "),
        Stretch("chest pain", "negated", (1,)),
        Stretch(". "),
        Stretch("Type 2 diabetes", "affirmed", (2,)),
        Stretch(", "),
        Stretch("right foot", "evidence"),
        Stretch("."),
    ]


def test_findings_that_touch_or_nest_keep_their_numbers() -> None:
    status = pb.NoteFinding.STATUS_AFFIRMED
    findings = [
        pb.NoteFinding(place=mark("Type 2"), status=status),
        pb.NoteFinding(place=mark(" diabetes"), status=status),
        pb.NoteFinding(place=mark("diabetes"), status=status),
    ]
    found = [it for it in stretches(NOTE, findings) if it.kind]

    assert found == [
        Stretch("Type 2", "affirmed", (1,)),
        Stretch(" ", "affirmed"),
        Stretch("diabetes", "affirmed", (2, 3)),
    ]


def test_marks_outside_the_note_mark_nothing() -> None:
    odd = [pb.Mark(start=-1, end=3), pb.Mark(start=5, end=5), pb.Mark(start=9, end=2_000)]
    findings = [
        pb.NoteFinding(place=it, cue=it, candidates=[pb.NoteCandidate(evidence=odd)]) for it in odd
    ]

    assert "".join(it.text for it in stretches(NOTE, findings)) == NOTE
    assert not [it for it in stretches(NOTE, findings) if it.kind or it.ends]
    assert [quoted(NOTE, it) for it in odd] == ["", "", ""]
    assert stretches("", []) == []


def test_positions_are_code_points() -> None:
    note = "🫀 pain"
    place = pb.Mark(start=2, end=6)
    finding = pb.NoteFinding(place=place, status=pb.NoteFinding.STATUS_AFFIRMED)

    assert stretches(note, [finding]) == [Stretch("🫀 "), Stretch("pain", "affirmed", (1,))]
    assert quoted(note, place) == "pain"
