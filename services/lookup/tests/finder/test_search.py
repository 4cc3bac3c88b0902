"""What people type leads to the code they mean."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.finder.finder import Finder
from services.lookup.tests.finder.corpus import DAY, DAYS, SYSTEMS
from services.lookup.tests.finder.reading import (
    HCPCS,
    HOSTILE,
    ICD,
    PCS,
    codes,
    hits,
    marked,
)


@pytest.mark.parametrize(
    ("text", "first"),
    [
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
        ("pneumonia", "J18.9"),
        ("migraine", "G43"),
    ],
)
def test_the_code_meant_comes_first(finder: Finder, text: str, first: str) -> None:
    assert codes(finder, text)[0] == first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("high blood pressure", "I10"),
        ("heart attack", "I21.9"),
        ("shingles", "B02.9"),
        ("short of breath", "R06.02"),
        ("nosebleed", "R04.0"),
        ("low back pain", "M54.50"),
    ],
)
def test_what_patients_say_finds_the_code(finder: Finder, text: str, first: str) -> None:
    assert first in codes(finder, text, ICD)[:3]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("COPD", "J44.9"),
        ("copd", "J44.9"),
        ("CHF", "I50.9"),
        ("T2DM", "E11.9"),
        ("GDM", "O24.4"),
        ("OSA", "G47.33"),
        ("UTI", "N39.0"),
        ("DVT", "I82.409"),
        ("CPAP", "E0601"),
        ("pt with COPD", "J44.9"),
    ],
)
def test_an_abbreviation_is_spelled_out(finder: Finder, text: str, first: str) -> None:
    assert any(code.startswith(first) for code in codes(finder, text)[:5])


def test_an_abbreviation_within_words_is_one_only_in_capitals(finder: Finder) -> None:
    # "pe" is a word of a title as well.
    def found(text: str) -> bool:
        return any("embolism" in hit.title for hit in hits(finder, text, ICD, 50))

    assert found("PE with chest pain")
    assert not found("pe with chest pain")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("osteoarthrtis of right knee", "M17.11"),
        ("diabtes type 2", "E11.9"),
        ("hypertenson", "I10"),
        ("atrial fibrilation", "I48.91"),
        ("pnuemonia", "J18.9"),
        ("urinary tract infectoin", "N39.0"),
        ("chestpain", "R07.9"),
        ("nitrous shingels", "B02.9"),
    ],
)
def test_misspelt_words_are_corrected(finder: Finder, text: str, first: str) -> None:
    assert any(code.startswith(first) for code in codes(finder, text, ICD)[:5])


def test_a_known_word_is_never_corrected(finder: Finder) -> None:
    # "aortic" and "arctic" are two edits apart, "oral" and "renal" as well.
    assert all("oral" not in hit.title.lower().split() for hit in hits(finder, "renal", ICD))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("appendectomy", "0DTJ"),
        ("total knee arthroplasty", "0SR"),
        ("knee joint replacement", "0SR"),
        ("resection of appendix open", "0DTJ0ZZ"),
        ("Appendix Resection Percutaneous Endoscopic", "0DTJ4ZZ"),
    ],
)
def test_procedures_are_found_by_their_common_names(finder: Finder, text: str, first: str) -> None:
    assert codes(finder, text, PCS)[0].startswith(first)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Toradol", "J1885"),
        ("rocephin 250 mg", "J0696"),
        ("compression stockings", "A65"),
        ("blood glucose test strips", "A4253"),
        ("oxygen concentrator", "E1390"),
        ("standard wheelchair", "K0001"),
    ],
)
def test_supplies_and_drugs_are_found_by_any_of_their_names(
    finder: Finder, text: str, first: str
) -> None:
    assert any(code.startswith(first) for code in codes(finder, text, HCPCS)[:5])


def test_words_cut_off_in_short_titles_are_found_by_the_whole_word(finder: Finder) -> None:
    assert (
        hits(finder, "compression stockings", HCPCS)[0]
        .title.lower()
        .startswith(("compression", "comp"))
    )


@pytest.mark.parametrize("text", ["E11.9", "e119", " e11 9", "E11.9."])
def test_a_code_is_found_however_it_is_typed(finder: Finder, text: str) -> None:
    assert codes(finder, text) == ["E11.9"]


def test_the_beginning_of_a_code_lists_what_it_begins(finder: Finder) -> None:
    found = finder.search("e11", DAYS, offset=0, limit=100)
    assert found.total == len(found.hits) == 22
    assert [hit.code for hit in found.hits[:3]] == ["E11", "E11.0", "E11.00"]
    assert marked(found.hits[4], "code") == ["E11"]


def test_the_same_letters_may_begin_codes_of_several_systems(finder: Finder) -> None:
    systems = {hit.system for hit in hits(finder, "B02", limit=100)}
    assert systems == {"icd-10-cm", "icd-10-pcs"}
    assert {hit.system for hit in hits(finder, "B02.", limit=100)} == systems
    assert {hit.system for hit in hits(finder, "B02.9")} == {"icd-10-cm"}


def test_the_mark_of_a_code_takes_in_its_dot(finder: Finder) -> None:
    assert marked(hits(finder, "e116")[0], "code") == ["E11.6"]


def test_a_word_that_begins_no_code_is_a_word(finder: Finder) -> None:
    assert "D51.9" in codes(finder, "b12")[:3]


def test_a_code_among_words_stands_for_itself(finder: Finder) -> None:
    first = hits(finder, "E11.9 diabetes")[0]
    assert first.code == "E11.9"
    assert (marked(first, "code"), marked(first, "title")) == (["E11.9"], ["diabetes"])


def test_a_word_that_looks_like_a_code_may_still_be_one_among_words(finder: Finder) -> None:
    # C13 is a category of ICD-10-CM; nothing of it has to do with breath.
    assert codes(finder, "c13 shortness of breath", ICD)[0] == "R06.02"


def test_codes_with_a_7th_character_stand_under_their_stem(finder: Finder) -> None:
    found = codes(finder, "torus fracture lower end right radius")
    assert found[0] == "S52.521"
    assert not [code for code in found if code.startswith("S52.521") and code != "S52.521"]
    assert "S52.521A" not in codes(finder, "S52.5", limit=100)


def test_a_code_that_names_its_7th_character_is_found(finder: Finder) -> None:
    assert codes(finder, "s52521a") == ["S52.521A"]
    assert codes(finder, "S52.521")[:2] == ["S52.521", "S52.521A"]


def test_words_only_7th_characters_have_bring_them_out(finder: Finder) -> None:
    text = "torus fracture lower end right radius initial encounter for closed fracture"
    assert codes(finder, text)[0] == "S52.521A"


def test_where_only_billable_codes_are_wanted_the_first_of_a_stem_stands_for_it(
    finder: Finder,
) -> None:
    text = "torus fracture lower end right radius"
    found = finder.search(text, DAYS, offset=0, limit=10, billable=True).hits
    assert found[0].code == "S52.521A"
    assert all(hit.billable for hit in found)
    assert "S52.521D" not in [hit.code for hit in found]


def test_numbers_count_in_roman_and_arabic_figures(finder: Finder) -> None:
    roman, arabic = (codes(finder, f"type {n} diabetes") for n in ("ii", "2"))
    assert roman == arabic


def test_words_cut_short_are_found_when_nothing_holds_them(finder: Finder) -> None:
    assert "J31.1" in codes(finder, "chro nasophary")


def test_an_unknown_word_does_not_hide_what_the_others_find(finder: Finder) -> None:
    assert codes(finder, "qqqzzz chest pain")[0] == "R07.9"


def test_a_pasted_note_leads_to_codes_of_what_it_tells(finder: Finder) -> None:
    note = (
        "54 year old male with type 2 diabetes mellitus and hypertension presents with acute "
        "onset chest pain radiating to left arm, shortness of breath and nausea. Denies cough. "
        "EKG shows ST elevation in anterior leads. Impression: acute anterior wall STEMI."
    )
    assert any(code.startswith(("R07", "I21", "E11")) for code in codes(finder, note, ICD))


def test_nothing_is_found_where_nothing_fits(finder: Finder) -> None:
    found = finder.search("qqqzzz", DAYS, offset=0, limit=10)
    assert (found.total, found.hits) == (0, ())


def test_highlights_show_where_words_stand(finder: Finder) -> None:
    found = {hit.code: hit for hit in hits(finder, "ménière disease")}
    assert marked(found["H81.0"], "title") == ["Ménière", "disease"]


def test_highlights_count_in_code_points(finder: Finder) -> None:
    hit = next(hit for hit in hits(finder, "meniere right ear") if hit.code == "H81.01")
    assert marked(hit, "title") == ["Ménière", "right", "ear"]


def test_an_inclusion_term_is_shown_when_it_is_why(finder: Finder) -> None:
    hit = hits(finder, "MSSA sepsis")[0]
    assert hit.code == "A41.01"
    assert marked(hit, "inclusion_term")[:2] == ["MSSA", "sepsis"]


def test_a_correction_is_marked_where_it_was_found(finder: Finder) -> None:
    assert "osteoarthritis" in marked(hits(finder, "osteoarthrtis right knee")[0], "title")


def test_only_the_systems_asked_for_are_searched(finder: Finder) -> None:
    for system in SYSTEMS:
        found = hits(finder, "injection replacement pain", {system: DAY}, 50)
        assert {hit.system for hit in found} == {system}
    assert finder.search("knee", {}, offset=0, limit=5).total == 0
    assert finder.search("knee", {"cpt": DAY}, offset=0, limit=5).total == 0


def test_a_code_is_found_only_on_days_on_which_it_holds(finder: Finder) -> None:
    then, now = {"hcpcs": date(2025, 11, 1)}, HCPCS
    assert [hit.title for hit in hits(finder, "A9999", then)] == ["Walking frame with seat"]
    assert [hit.title for hit in hits(finder, "A9999", now)] == ["Rollator with seat"]
    assert codes(finder, "walking frame withdrawn", then)[0] == "A9998"
    assert "A9998" not in codes(finder, "walking frame withdrawn", now)
    assert codes(finder, "A9998", {"hcpcs": date(2025, 12, 31)}) == ["A9998"]
    assert codes(finder, "A9998", {"hcpcs": date(2026, 1, 1)}) == []


def test_a_chapter_narrows_the_search(finder: Finder) -> None:
    found = finder.search("diabetes", DAYS, offset=0, limit=50, chapter="15").hits
    assert found
    assert all(hit.code.startswith("O") for hit in found)
    assert finder.search("E11", DAYS, offset=0, limit=50, chapter="15").total == 0


def test_billable_narrows_the_search(finder: Finder) -> None:
    for wanted in (True, False):
        found = finder.search("E11", ICD, offset=0, limit=50, billable=wanted).hits
        assert found
        assert {hit.billable for hit in found} == {wanted}


@pytest.mark.parametrize(
    "text",
    ["E11", "diabetes", "unspecified", "fracture sequela", "pain arm", "knee", "type 2 dibetes"],
)
def test_pages_join_to_one_stable_order(finder: Finder, text: str) -> None:
    whole = finder.search(text, DAYS, offset=0, limit=1_000)
    assert len(whole.hits) == whole.total
    parts: list[str] = []
    for offset in range(0, whole.total, 7):
        part = finder.search(text, DAYS, offset=offset, limit=7)
        assert part.total == whole.total
        parts += [hit.code for hit in part.hits]
    assert parts == [hit.code for hit in whole.hits]
    assert len(set(parts)) == len(parts)
    scores = [hit.score for hit in whole.hits]
    assert scores == sorted(scores, reverse=True)


def test_pages_go_on_past_what_was_compared(
    finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookup.finder.finder.COMPARED", 5)
    whole = [hit.code for hit in finder.search("diabetes", DAYS, offset=0, limit=1_000).hits]
    parts = [
        hit.code
        for offset in range(0, len(whole), 4)
        for hit in finder.search("diabetes", DAYS, offset=offset, limit=4).hits
    ]
    assert parts == whole
    assert len(set(whole)) == len(whole) > 30


def test_a_page_past_the_end_is_empty(finder: Finder) -> None:
    found = finder.search("type 2 diabetes", DAYS, offset=10_000, limit=20)
    assert (found.total > 0, found.hits) == (True, ())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_answered(finder: Finder, text: str) -> None:
    found = finder.search(text, DAYS, offset=0, limit=5)
    assert found.total >= len(found.hits)


@pytest.mark.parametrize(
    "text", ['"right knee"', "+right +knee", "(right) AND {knee}", "right*knee~"]
)
def test_signs_of_query_languages_mean_nothing(finder: Finder, text: str) -> None:
    plain = codes(finder, "right knee", ICD)
    assert codes(finder, text.replace("AND", ""), ICD) == plain


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            [
                *("type", "2", "ii", "E11", "S52.521A", "a", "of", '"', "AND", "right", "oth"),
                *("qq", "*", "COPD", "heart", "attack", "initial", "knee", "kne", "B02.", "’s"),
            ]
        ),
        max_size=9,
    ).map(" ".join)
)
def test_any_text_is_answered(finder: Finder, text: str) -> None:
    found = finder.search(text, DAYS, offset=0, limit=5)
    assert len(found.hits) == min(5, found.total)
    for hit in found.hits:
        for highlight in hit.highlights:
            places = [place for mark in highlight.marks for place in mark]
            assert places == sorted(places)
            assert places[-1] <= len(highlight.text)
