"""What a 7th character or a side means, and the codes for the others."""

from collections.abc import Callable

import pytest

from lookup.content import Page
from services.lookup.tests.icd10cm.sections.reading import links, rows, section, texts, titled

PAGE = Callable[[str], Page]


def said(page: Page) -> list[str]:
    return texts(section(page, "modifiers"))


def sides(page: Page) -> list[tuple[str, str]]:
    table = titled(section(page, "modifiers"), "The same for other sides")
    return [(side, code) for side, code, _title in rows(table)]


def test_the_codes_own_7th_character_is_explained_first(page: PAGE) -> None:
    assert said(page("W19.XXXA"))[0] == "The 7th character A means “initial encounter”."


def test_all_7th_characters_of_the_stem_lead_to_their_codes(page: PAGE) -> None:
    table = titled(section(page("W19.XXXA"), "modifiers"), "7th characters of W19")
    assert rows(table) == [
        ("A", "initial encounter", "W19.XXXA"),
        ("D", "subsequent encounter", "W19.XXXD"),
        ("S", "sequela", "W19.XXXS"),
    ]
    assert [links(row[2])[0].target for row in table.rows] == ["W19.XXXA", "W19.XXXD", "W19.XXXS"]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("W19", "W19 is shorter than six characters: XXX fill the empty places before the 7th "
                "character and are part of the code."),
        ("S05.01", "S05.01 is shorter than six characters: X fills the empty place before the "
                   "7th character and is part of the code."),
    ],
)  # fmt: skip
def test_placeholders_are_explained(page: PAGE, code: str, sentence: str) -> None:
    assert sentence in said(page(code))


def test_a_stem_of_six_characters_has_no_placeholder(page: PAGE) -> None:
    assert not [text for text in said(page("S52.521A")) if "empty place" in text]


def test_a_narrower_level_says_what_it_narrows(page: PAGE) -> None:
    assert said(page("S52.52"))[1] == (
        "S52.52 has 7th characters of its own, which hold here: A, D, G, K, P and S. "
        "16 characters of S52 are narrowed to these."
    )
    assert [row[0] for row in rows(titled(section(page("S52.521A"), "modifiers"),
                                          "7th characters of S52.521"))] == [
        "A", "D", "G", "K", "P", "S",
    ]  # fmt: skip


def test_barred_combinations_are_said_to_be_barred(page: PAGE) -> None:
    assert said(page("S06.1X7"))[-1] == (
        "D and S are not valid with S06.1X7: a note of the classification rules the combination "
        "out."
    )
    assert not [text for text in said(page("S06.1X1A")) if "not valid" in text]


def test_a_heading_over_stems_says_that_their_codes_need_one(page: PAGE) -> None:
    assert said(page("M1A"))[0] == "The codes below M1A must take a 7th character to be reported."


@pytest.mark.parametrize(
    ("code", "others"),
    [
        ("M17.11", [("unspecified", "M17.10"), ("left", "M17.12")]),
        ("M17.10", [("right", "M17.11"), ("left", "M17.12")]),
        ("M1A.0110", [("left", "M1A.0120"), ("unspecified", "M1A.0190")]),
        ("C50.911", [("left", "C50.912"), ("unspecified", "C50.919")]),
        ("T24.211A", [("left", "T24.212A"), ("unspecified", "T24.219A")]),
        # Cousins: the side is not in the last character.
        ("L97.811", [("unspecified", "L97.801"), ("left", "L97.821")]),
        ("S06.346A", [("left", "S06.356A")]),
        # The 7th character is the side.
        ("E11.3211",
         [("left", "E11.3212"), ("bilateral", "E11.3213"), ("unspecified", "E11.3219")]),
        # An organ stands after one side only.
        ("H20.013", [("right", "H20.011"), ("left", "H20.012"), ("unspecified", "H20.019")]),
        ("H04.113", [("right", "H04.111"), ("left", "H04.112"), ("unspecified", "H04.119")]),
        # Ulna and radius are no sides of each other.
        ("M84.331A", [("left", "M84.332A")]),
    ],
)  # fmt: skip
def test_codes_for_the_other_sides_are_found(
    page: PAGE, code: str, others: list[tuple[str, str]]
) -> None:
    assert sides(page(code)) == others


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("M17.11", "The title says “right”."),
        ("H20.013", "The title says “bilateral”."),
        ("H54.0X33", "The title says “right” and “left”."),
        ("H54.3", "The title says “both eyes”."),
        ("M17.10", "The title says “unspecified” where the codes below name a side."),
    ],
)
def test_what_the_title_says_of_sides_is_quoted(page: PAGE, code: str, sentence: str) -> None:
    assert sentence in said(page(code))


def test_a_side_that_no_other_code_shares_claims_no_more_than_that(page: PAGE) -> None:
    assert said(page("I50.1"))[-1] == (
        "The ICD-10-CM April 2026 release was searched; it lists no code near I50.1 with the same "
        "title but for the side. Codes that word the side in another way stand among the related "
        "codes."
    )


@pytest.mark.parametrize("code", ["E11.9", "I10", "B19.9"])
def test_a_code_without_either_says_so(page: PAGE, code: str) -> None:
    assert said(page(code)) == [
        f"The ICD-10-CM April 2026 release was searched; it lists no 7th characters for {code}. "
        "The title names no side."
    ]
