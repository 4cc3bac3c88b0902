"""For lay readers, composed of public facts: no gated note may show through."""

from collections.abc import Callable

import pytest

from lookup.content import Page
from services.lookup.tests.sections.reading import section, texts

PAGE = Callable[[str], Page]


def said(page: Page) -> list[str]:
    return texts(section(page, "common_language"))


def test_it_says_what_the_code_is_for_and_where_it_stands(page: PAGE) -> None:
    assert said(page("E11.9"))[0] == (
        "E11.9 is the ICD-10-CM code for type 2 diabetes mellitus without complications. It "
        "belongs to type 2 diabetes mellitus (E11), stands in the group “Diabetes mellitus” "
        "(E08-E13) and is found in chapter 4, “Endocrine, nutritional and metabolic diseases”."
    )


def test_it_says_from_which_release_it_was_composed(page: PAGE) -> None:
    assert said(page("E11.9"))[-1] == "Composed from the ICD-10-CM April 2026 release."


def test_a_heading_says_that_it_is_one(page: PAGE) -> None:
    assert said(page("M1A"))[0].startswith(
        "M1A is the ICD-10-CM heading for chronic gout, divided into 6 more specific entries."
    )


@pytest.mark.parametrize("code", ["T36.0X5A", "T24.211A"])
def test_the_chapter_is_named_although_a_wide_section_has_its_title(page: PAGE, code: str) -> None:
    assert "is found in chapter 19, “Injury, poisoning" in said(page(code))[0]


@pytest.mark.parametrize(
    ("code", "absent"), [("C50.911", "(C50) and"), ("B20", "group"), ("QA0", "(QA0)")]
)
def test_a_section_of_one_category_is_left_out(page: PAGE, code: str, absent: str) -> None:
    assert (
        absent
        not in said(page(code))[0].partition(" is the ICD-10-CM ")[2].partition("stands in")[2]
    )
    assert "chapter" in said(page(code))[0]


def test_the_nearest_section_is_named(page: PAGE) -> None:
    assert "specified by site” (T20-T25)" in said(page("T24.211A"))[0]


@pytest.mark.parametrize(
    ("code", "inline"),
    [
        ("Q90.9", "Down syndrome, unspecified"),
        ("K50.90", "Crohn's disease, unspecified, without complications"),
        ("A92.31", "West Nile virus infection with encephalitis"),
        ("U07.1", "COVID-19"),
        ("S52.521A", "torus fracture of lower end of right radius"),
        ("F84.9", "pervasive developmental disorder, unspecified"),
        ("N02.9", "recurrent and persistent hematuria with unspecified"),
        ("F84.3", "other childhood disintegrative disorder"),
    ],
)
def test_names_keep_their_capital_and_other_titles_lose_it(
    page: PAGE, code: str, inline: str
) -> None:
    assert f" for {inline}" in said(page(code))[0]


def test_inclusion_terms_are_quoted(page: PAGE) -> None:
    assert said(page("D66"))[1] == (
        "It is also used for what a record calls “Classical hemophilia”, “Deficiency factor VIII "
        "(with functional defect)”, “Hemophilia NOS” or “Hemophilia A”."
    )


def test_a_title_that_ends_with_a_stop_gets_no_second_one(page: PAGE) -> None:
    assert "triplet, etc. It belongs" in said(page("O63.2"))[0]


def test_a_7th_character_and_the_placeholders_are_explained(page: PAGE) -> None:
    assert said(page("W19.XXXA"))[2] == (
        "Its last character, A, says: initial encounter. An X in it only holds a place open and "
        "has no meaning. “Unspecified” means that the record gives no more detail on this point."
    )
    assert "holds a place open" not in " ".join(said(page("S52.521A")))


@pytest.mark.parametrize(
    ("code", "gloss"),
    [
        ("F02.80", "that disease has a code of its own, which comes first."),
        ("G63", "that disease has a code of its own, which comes first."),
        ("H16.039", "“Unspecified” means that the record gives no more detail on this point."),
        ("P07.14", "“Other” means other than what neighboring codes name."),
        ("E13.9", "“Other specified” stands for what the record describes but has no code"),
        ("I69.30", "A sequela is a condition that remains"),
        ("H20.013", "“Bilateral” means on both sides."),
    ],
)
def test_words_that_recur_in_titles_are_put_plainly(page: PAGE, code: str, gloss: str) -> None:
    assert gloss in " ".join(said(page(code)))


def test_not_applicable_is_not_taken_for_unspecified(page: PAGE) -> None:
    text = " ".join(said(page("O36.0110")))
    assert "says: not applicable or unspecified." in text
    assert "“Unspecified” means" not in text


def test_no_gated_note_shows_through(page: PAGE) -> None:
    text = " ".join(said(page("E11.9")))
    for gated in ("insulin", "gestational", "E10", "Z79"):
        assert gated not in text
