"""For lay readers, composed of public facts: no gated note may show through."""

from collections.abc import Callable

import pytest

from lookup.content import Page
from lookup.icd10cm.plain_words import plainly
from services.lookup.tests.icd10cm.sections.reading import section, texts

PAGE = Callable[[str], Page]


def said(page: Page) -> list[str]:
    return texts(section(page, "common_language"))


def test_it_says_what_the_code_is_for_in_plain_words(page: PAGE) -> None:
    assert said(page("E11.9"))[0] == (
        "E11.9 names a disorder of glands, nutrition or metabolism: type 2 diabetes mellitus "
        "without complications. In plain words: in type 2 diabetes the body makes too little "
        "insulin or no longer responds to it well."
    )


def test_it_says_where_the_code_stands_and_from_which_release_it_was_composed(page: PAGE) -> None:
    assert said(page("E11.9"))[1:] == [
        "The classification has it under type 2 diabetes mellitus (E11), in the group “Diabetes "
        "mellitus” (E08-E13) and in chapter 4, “Endocrine, nutritional and metabolic diseases”.",
        "Composed from the ICD-10-CM April 2026 release.",
    ]


def test_a_heading_says_that_it_is_one(page: PAGE) -> None:
    assert (
        "It is a heading over 6 narrower entries, M1A.0 to M1A.9, and is not reported itself."
        in said(page("M1A"))[0]
    )


@pytest.mark.parametrize(
    ("code", "does"),
    [
        ("W19.XXXA", "W19.XXXA tells how an injury or other harm came about: fall"),
        ("Z79.4", "Z79.4 records a circumstance or a reason for care, not a disease: long term"),
        ("R05.1", "R05.1 names a symptom or finding: acute cough"),
        ("C50.911", "C50.911 names a growth or tumor, or a cancer of blood or lymph: malignant"),
    ],
)
def test_codes_that_name_no_disease_are_not_said_to(page: PAGE, code: str, does: str) -> None:
    assert said(page(code))[0].startswith(does)


@pytest.mark.parametrize("code", ["T36.0X5A", "T24.211A"])
def test_the_chapter_is_named_although_a_wide_section_has_its_title(page: PAGE, code: str) -> None:
    assert "in chapter 19, “Injury, poisoning" in said(page(code))[-2]


def test_a_section_of_one_category_is_left_out(page: PAGE) -> None:
    assert said(page("B20"))[-2] == (
        "The classification has it in chapter 1, “Certain infectious and parasitic diseases”."
    )


def test_the_nearest_section_is_named(page: PAGE) -> None:
    assert "specified by site” (T20-T25)" in said(page("T24.211A"))[-2]


@pytest.mark.parametrize(
    ("code", "phrase"),
    [
        ("Q90.9", ": Down syndrome, with no more said in the record."),
        ("K50.90", ": Crohn's disease, unspecified, without complications."),
        ("A92.31", ": West Nile virus infection with encephalitis."),
        ("U07.1", ": COVID-19."),
        ("S52.521A", ": torus fracture of lower end of right radius."),
        ("F84.9", ": pervasive developmental disorder, with no more said in the record."),
        ("W19.XXXA", ": fall, with no more said in the record."),
        ("F84.3", ": childhood disintegrative disorder, other than what the neighboring codes"),
        ("E13.9", "diabetes mellitus without complications, of a kind that is described but has"),
        ("G63", ": polyneuropathy, brought about by another disease, which has a code of its own"),
        ("R53.81", ": malaise, other than what the neighboring codes name."),
    ],
)
def test_the_set_words_of_titles_are_put_plainly_and_names_keep_their_capital(
    page: PAGE, code: str, phrase: str
) -> None:
    assert phrase in said(page(code))[0]


def test_inclusion_terms_are_quoted(page: PAGE) -> None:
    assert said(page("D66"))[1] == (
        "A record may also call it “Classical hemophilia”, “Deficiency factor VIII (with "
        "functional defect)”, “Hemophilia NOS” or “Hemophilia A”."
    )


def test_a_title_that_ends_with_a_stop_gets_no_second_one(page: PAGE) -> None:
    assert "triplet, etc." in said(page("O63.2"))[0]
    assert ".." not in said(page("O63.2"))[0]


def test_a_7th_character_and_the_placeholders_are_explained(page: PAGE) -> None:
    assert (
        "Its last character, A, adds: initial encounter. “Initial encounter” covers the whole "
        "time of active treatment, also by another provider. An X in the code only holds a place "
        "open and has no meaning."
    ) in said(page("W19.XXXA"))
    assert "holds a place open" not in " ".join(said(page("S52.521A")))
    assert "A sequela is what remains" in " ".join(said(page("T36.0X5S")))


def test_an_open_record_is_led_to_codes_that_say_more(page: PAGE) -> None:
    assert (
        "When the record says more, a more exact code may fit, such as E11.41 (type 2 diabetes "
        "mellitus with diabetic mononeuropathy) or E11.42 (type 2 diabetes mellitus with diabetic "
        "polyneuropathy)."
    ) in said(page("E11.40"))


def test_not_applicable_is_not_taken_for_unspecified(page: PAGE) -> None:
    text = " ".join(said(page("O36.0110")))
    assert "adds: not applicable or unspecified." in text
    assert "more exact code" not in text


def test_no_gated_note_shows_through(page: PAGE) -> None:
    text = " ".join(said(page("E11.9")))
    for gated in ("gestational", "E10", "Z79", "hypoglycemic drugs"):
        assert gated not in text


@pytest.mark.parametrize(
    ("title", "clauses"),
    [
        (
            "Secondary malignant neoplasm of bone",
            ["a secondary malignant neoplasm is cancer that has spread from where it began"],
        ),
        ("Nondisplaced fracture", ["nondisplaced means that the broken ends are still in line"]),
        ("Non-pressure chronic ulcer of skin", ["an ulcer is an open sore"]),
        ("Radiusless things", []),
    ],
)
def test_the_longer_phrase_stands_before_the_word_it_contains(
    title: str, clauses: list[str]
) -> None:
    assert plainly(title) == clauses


def test_no_more_words_are_explained_than_a_reader_takes_in() -> None:
    title = "Epilepsy, anemia, gout, asthma, glaucoma, cataract and hernia"
    assert len(plainly(title)) == 4
