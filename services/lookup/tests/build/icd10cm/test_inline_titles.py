"""Titles in the middle of a sentence: ordinary words are lowered, names are not."""

import pytest

from lookup.build.icd10cm.inline_titles import SentenceCase

CASE = SentenceCase(
    [
        *["Pain in unspecified chronic gout"] * 12,
        "Infection due to West Nile virus",
        "Angina with Crohn's disease",
        "Unspecified fall down stairs",
        "Burn of type I, see Type I",
    ]
)


@pytest.mark.parametrize(
    ("title", "inline"),
    [
        ("Chronic gout", "chronic gout"),
        ("Unspecified fall", "unspecified fall"),
        ("Crohn's disease", "Crohn's disease"),
        ("West Nile virus infection", "West Nile virus infection"),
        ("Down syndrome, unspecified", "Down syndrome, unspecified"),
        ("Torus fracture of radius", "torus fracture of radius"),
        ("Keratitis", "keratitis"),
        ("Sézary disease", "Sézary disease"),
        ("Hodgkin lymphoma", "Hodgkin lymphoma"),
        ("COVID-19", "COVID-19"),
        ("HELLP syndrome", "HELLP syndrome"),
        ("A fall", "A fall"),
        ("(Induced) termination", "(Induced) termination"),
        ("2-part fracture", "2-part fracture"),
    ],
)
def test_the_first_letter_is_lowered_where_the_word_is_ordinary(title: str, inline: str) -> None:
    assert CASE.inline(title) == inline
