"""What people type leads to the code they mean."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.facts import Release
from lookup.finder.finder import Finder, Found, Hit
from services.lookup.tests.hostile_texts import HOSTILE


def search(finder: Finder, release: Release, text: str, offset: int, limit: int) -> Found:
    days = {release.system: release.effective}
    return finder.search(text, days, offset=offset, limit=limit)


def hits(finder: Finder, release: Release, text: str, limit: int = 10) -> list[Hit]:
    return list(search(finder, release, text, 0, limit).hits)


def labels(finder: Finder, release: Release, text: str, limit: int = 10) -> list[str]:
    return [hit.code for hit in hits(finder, release, text, limit)]


def marked(hit: Hit, field: str) -> list[str]:
    return [
        highlight.text[start:end]
        for highlight in hit.highlights
        if highlight.field == field
        for start, end in highlight.marks
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("E11.9", "E11.9"),
        ("e119", "E11.9"),
        (" e11 9", "E11.9"),
        ("E11", "E11"),
        ("type 2 diabetes", "E11.9"),
        ("Type II diabetes", "E11.9"),
        ("right knee osteoarthritis", "M17.11"),
        ("hypertension", "I10"),
        ("urinary tract infection", "N39.0"),
        ("atrial fibrillation", "I48.91"),
        ("sepsis", "A41.9"),
        ("crohn's disease", "K50.90"),
        ("MENIERE DISEASE", "H81.0"),
        ("b12 deficiency", "D51.9"),
        ("fracture of the femur", "S72"),
    ],
)
def test_the_code_meant_comes_first(
    finder: Finder, release: Release, text: str, first: str
) -> None:
    assert labels(finder, release, text)[0] == first


def test_the_beginning_of_a_code_lists_what_it_begins(finder: Finder, release: Release) -> None:
    found = search(finder, release, "e11", 0, 100)
    assert found.total == len(found.hits) > 50
    assert all(hit.code.startswith("E11") for hit in found.hits)
    assert marked(found.hits[5], "code") == ["E11"]


def test_the_mark_of_a_code_takes_in_its_dot(finder: Finder, release: Release) -> None:
    assert marked(hits(finder, release, "e116")[0], "code") == ["E11.6"]
    assert marked(hits(finder, release, "W19XX")[0], "code") == ["W19.XX"]


def test_codes_with_a_7th_character_stand_under_their_stem(
    finder: Finder, release: Release
) -> None:
    found = labels(finder, release, "torus fracture lower end right radius")
    assert found[0] == "S52.521"
    assert not [label for label in found if label.startswith("S52.521") and label != "S52.521"]
    assert "S52.521A" not in labels(finder, release, "S52.5", 100)


def test_a_code_that_names_its_7th_character_is_found(finder: Finder, release: Release) -> None:
    assert labels(finder, release, "s52521a") == ["S52.521A"]
    assert labels(finder, release, "S52.521")[:2] == ["S52.521", "S52.521A"]


def test_words_only_7th_characters_have_bring_them_out(finder: Finder, release: Release) -> None:
    text = "torus fracture lower end right radius initial encounter"
    assert labels(finder, release, text)[0] == "S52.521A"


def test_numbers_count_in_roman_and_arabic_figures(finder: Finder, release: Release) -> None:
    roman, arabic = (labels(finder, release, f"type {n} diabetes", 100) for n in ("ii", "2"))
    assert roman[:20] == arabic[:20]
    assert set(roman) == set(arabic)


def test_words_cut_short_are_found_when_nothing_holds_them(
    finder: Finder, release: Release
) -> None:
    assert "J31.1" in labels(finder, release, "chro nasophary")


def test_an_unknown_word_does_not_hide_what_the_others_find(
    finder: Finder, release: Release
) -> None:
    assert labels(finder, release, "qqqzzz chest pain")[0] == "R07.9"
    assert labels(finder, release, "chest pain eosinophilic")[0] == "R07.9"


def test_a_pasted_note_leads_to_codes_of_what_it_tells(finder: Finder, release: Release) -> None:
    note = (
        "54 year old male with type 2 diabetes mellitus and hypertension presents with acute "
        "onset chest pain radiating to left arm, shortness of breath and nausea. Denies cough. "
        "EKG shows ST elevation in anterior leads. Impression: acute anterior wall STEMI."
    )
    assert any(label.startswith(("R07", "I21")) for label in labels(finder, release, note))


def test_nothing_is_found_where_nothing_fits(finder: Finder, release: Release) -> None:
    found = search(finder, release, "qqqzzz", 0, 10)
    assert (found.total, found.hits) == (0, ())


def test_highlights_show_where_words_stand(finder: Finder, release: Release) -> None:
    found = {hit.code: hit for hit in hits(finder, release, "ménière disease")}
    assert marked(found["H81.0"], "title") == ["Ménière", "disease"]
    hit = hits(finder, release, "E11.9 diabetes")[0]
    assert (marked(hit, "code"), marked(hit, "title")) == (["E11.9"], ["diabetes"])


def test_an_inclusion_term_is_shown_when_it_is_why(finder: Finder, release: Release) -> None:
    hit = hits(finder, release, "monilial infection vulva")[0]
    terms = [h.text for h in hit.highlights if h.field == "inclusion_term"]
    assert terms
    assert all(h.marks for h in hit.highlights)


def test_gated_notes_are_not_searched(finder: Finder, release: Release) -> None:
    # Words of E11's excludes and use-additional notes, in no title or inclusion term of E11.
    assert "E11" not in labels(finder, release, "postpancreatectomy hypoglycemic drugs", 100)


@pytest.mark.parametrize("text", ["E11", "diabetes", "unspecified", "fracture sequela", "pain arm"])
def test_pages_join_to_one_stable_order(finder: Finder, release: Release, text: str) -> None:
    whole = search(finder, release, text, 0, 100)
    assert len(whole.hits) == min(100, whole.total)
    parts: list[str] = []
    for offset in range(0, 100, 7):
        part = search(finder, release, text, offset, min(7, 100 - offset))
        assert part.total == whole.total
        parts += [hit.code for hit in part.hits]
    assert parts == [hit.code for hit in whole.hits]
    assert len(set(parts)) == len(parts)
    scores = [hit.score for hit in whole.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_page_past_the_end_is_empty(finder: Finder, release: Release) -> None:
    found = search(finder, release, "type 2 diabetes", 10_000_000, 20)
    assert found.hits == ()
    assert found.total == search(finder, release, "type 2 diabetes", 0, 1).total > 50


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_answered(finder: Finder, release: Release, text: str) -> None:
    found = search(finder, release, text, 0, 5)
    assert found.total >= len(found.hits)


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            ["type", "2", "ii", "E11", "S52.521A", "a", "of", '"', "AND", "right", "oth", "qq", "*"]
        ),
        max_size=9,
    ).map(" ".join)
)
def test_any_text_is_answered(finder: Finder, release: Release, text: str) -> None:
    found = search(finder, release, text, 0, 5)
    assert len(found.hits) == min(5, found.total)
    for hit in found.hits:
        for highlight in hit.highlights:
            places = [place for mark in highlight.marks for place in mark]
            assert places == sorted(places)
            assert places[-1] <= len(highlight.text)
