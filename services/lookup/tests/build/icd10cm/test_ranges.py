"""Codes and ranges in the running text of notes, in the wordings that the list really uses."""

import pytest

from lookup.icd10cm.ranges import admits, mentions


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("type 1 diabetes mellitus (E10.-)", [("E10", "")]),
        ("diabetes mellitus (E08-E13 with .52)", [("E08", "E13")]),
        ("fall into fire (X00-X04, X08)", [("X00", "X04"), ("X08", "")]),
        ("hypothyroidism, acquired (E00-E03.-)", [("E00", "E03")]),
        ("syphilis (A50.01, A50.3-, A51.43)", [("A50.01", ""), ("A50.3", ""), ("A51.43", "")]),
        ("at risk for fall (history of fall) Z91.81", [("Z91.81", "")]),
        ("rheumatoid arthritis by site (M05.00 to M05.8A)", [("M05.00", "M05.8A")]),
        ("subcategories S06.1- to S06.6-, and S06.81-", [("S06.1", "S06.6"), ("S06.81", "")]),
        ("head injury (S00 - S09)", [("S00", "S09")]),
        ("respiratory conditions (P28.3- - P28.4-)", [("P28.3", "P28.4")]),
        ("chronic gout (M1A.-)", [("M1A", "")]),
        ("neuroendocrine tumors (C7A.-, C7B.-)", [("C7A", ""), ("C7B", "")]),
        ("complications of pregnancy (O00-O9A)", [("O00", "O9A")]),
        ("general health check-up of infant or child (Z00.12.-)", [("Z00.12", "")]),
        ("multiple sclerosis (G35-)", [("G35", "")]),
        ("electrolyte imbalance (E87.8}", [("E87.8", "")]),
        ("any condition in I00 with pericarditis", [("I00", "")]),
        ("code from category T31 or T32", [("T31", ""), ("T32", "")]),
        ("conditions in categories E43, E44, E46, E50-E63",
         [("E43", ""), ("E44", ""), ("E46", ""), ("E50", "E63")]),
        ("vitamin B12 deficiency anemia (D51.-)", [("D51", "")]),
        ("LGMD R12", []),
        ("Megaloblastic anemia unresponsive to vitamin B12 or folate", []),
        ("COVID-19", []),
        ("diabetes NOS", []),
    ],
)  # fmt: skip
def test_what_a_note_names_is_found(text: str, named: list[tuple[str, str]]) -> None:
    assert [(mention.first, mention.last) for mention in mentions(text)] == named


def test_a_mention_knows_where_it_stands() -> None:
    text = "type 1 diabetes mellitus (E10.-)"
    (mention,) = mentions(text)
    assert text[mention.start : mention.end] == "E10.-"


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("tinea, any type except those in B36.-", [True]),
        ("paralysis (complete) (incomplete), except as in G80-G82", [True]),
        ("pneumoconiosis with tuberculosis, any type in A15 (J65)", [True, False]),
        ("Any condition in J60-J64 with tuberculosis, any type in A15", [False, False]),
    ],
)
def test_what_is_named_only_to_describe_something_else_is_marked(
    text: str, aside: list[bool]
) -> None:
    assert [mention.aside for mention in mentions(text)] == aside


@pytest.mark.parametrize(
    ("text", "qualifiers"),
    [
        ("gangrene in diabetes mellitus (E08-E13 with .52)", ["with .52"]),
        ("dementia in disorders (F10-F19, with .17, .27, .97)", ["with .17, .27, .97"]),
        ("to identify drug (T36-T50 with fifth or sixth character 5)",
         ["with fifth or sixth character 5"]),
        ("underdosing of medication (T36-T50) with fifth or sixth character 6",
         ["with fifth or sixth character 6"]),
        ("hyperosmolarity (E08, E09, E11, E13 with final characters .00 or .01)",
         ["with final characters .00 or .01"] * 4),
        ("open fracture of forearm (S52.- with open fracture 7th character)",
         ["with open fracture 7th character"]),
        ("categories T36-T50 with fifth or sixth character 5.",
         ["with fifth or sixth character 5."]),
        ("see categories E08-E10, E11, E13 with ketoacidosis", ["", "", ""]),
        ("toxic effects (T51-T65)", [""]),
    ],
)  # fmt: skip
def test_a_qualifier_holds_for_all_that_its_bracket_names(text: str, qualifiers: list[str]) -> None:
    assert [mention.qualifier for mention in mentions(text)] == qualifiers


@pytest.mark.parametrize(
    ("qualifier", "code", "answer"),
    [
        ("", "E11.9", True),
        ("with .52", "E11.52", True),
        ("with .52", "E11.51", False),
        ("with .51-.52", "E11.51", True),
        ("with .17, .27, .97", "F10.27", True),
        ("with .17, .27, .97", "F10.20", False),
        ("with .62-", "E11.620", True),
        ("with .620", "E11.621", False),
        ("with .9", "E11.9", True),
        ("with .9", "E11.A", False),
        ("with .15. .25, .95", "F13.25", True),
        ("with final characters .00 or .01", "E11.01", True),
        ("with final characters .00 or .01", "E11.10", False),
        ("with final characters -91", "C81.91", True),
        ("with final characters -91", "C81.90", False),
        ("with fifth character 1", "E11.21", True),
        ("with fifth character 1", "E11.22", False),
        ("with 5th character .6", "K25.16", True),
        ("with fifth to sixth characters 51", "E11.351", True),
        ("with sixth character 5", "T36.0X5", True),
        ("with fifth-character 1", "E11.21", True),
    ],
)
def test_a_qualifier_admits_complete_codes_or_does_not(
    qualifier: str, code: str, answer: bool
) -> None:
    assert admits(qualifier, code, extended=False, heading=False) is answer


@pytest.mark.parametrize(
    ("qualifier", "code", "answer"),
    [
        ("with fifth or sixth character 5", "T36.0X5A", True),
        ("with fifth or sixth character 5", "T36.0X1A", False),
        ("with fifth or sixth character 5", "T36.95XA", True),
        ("with fifth or sixth character 1-4", "T36.0X4D", True),
        ("with fifth or sixth character 1-4 or 6", "T36.0X6D", True),
        ("with fifth or sixth character 1-4", "T36.0X5S", False),
        ("with 7th character B or C", "S52.521C", True),
        ("with 7th character B", "S52.521A", False),
        ("with seventh character S", "T20.00XS", True),
    ],
)
def test_a_7th_character_is_told_from_the_one_that_tells_the_intent(
    qualifier: str, code: str, answer: bool
) -> None:
    assert admits(qualifier, code, extended=True, heading=False) is answer


@pytest.mark.parametrize(
    ("qualifier", "code", "answer"),
    [
        ("with .52", "E11", None),
        ("with .52", "E11.5", None),
        ("with .52", "E11.6", False),
        ("with fifth or sixth character 5", "T36.0", None),
        ("with fifth or sixth character 5", "T36.0X1", False),
        ("with 7th character B", "S52.521", None),
    ],
)
def test_a_heading_is_undecided_while_codes_below_it_may_be_admitted(
    qualifier: str, code: str, answer: bool | None
) -> None:
    assert admits(qualifier, code, extended=False, heading=True) is answer


@pytest.mark.parametrize(
    "qualifier",
    ["with open fracture 7th character", "with fifth or sixth character to indicate intent"],
)
def test_a_wording_that_is_not_understood_is_left_to_the_reader(qualifier: str) -> None:
    assert admits(qualifier, "S52.521A", extended=True, heading=False) is None
