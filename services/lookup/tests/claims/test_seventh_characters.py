"""7th characters that are missing, wrong, or not in the seventh place."""

import pytest

from lookup.claims.findings import Severity
from services.lookup.tests.claims.asking import PROFESSIONAL, Ask, dx, found, not_checked

MISSING, WRONG = "SEVENTH_CHARACTER_MISSING", "SEVENTH_CHARACTER_WRONG"
PLACEHOLDER = "PLACEHOLDER_MISSING"
RULES = (MISSING, WRONG, PLACEHOLDER)


@pytest.mark.parametrize(
    ("code", "rule", "said"),
    [
        ("W19", MISSING, "with the placeholder X before it: W19.XXXA (initial encounter)"),
        ("S52.521", MISSING, "S52.521A (initial encounter for closed fracture)"),
        ("W19.XXXZ", WRONG, "Z is not a 7th character of W19"),
        # S52.52 narrows what S52 allows.
        ("S52.521B", WRONG, "B is not a 7th character of S52.521"),
        # A note bars D and S where the 6th character is 7 or 8.
        ("S06.1X7D", WRONG, "D is not a 7th character of S06.1X7"),
        ("E11.9XXA", WRONG, "E11.9 takes no 7th character"),
        ("W19A", PLACEHOLDER, "report W19.XXXA"),
        ("W19.XA", PLACEHOLDER, "report W19.XXXA"),
        ("T36.5X6", MISSING, "T36.5X6A (initial encounter)"),
    ],
)
def test_what_is_wrong_with_the_7th_character_is_told(
    ask: Ask, code: str, rule: str, said: str
) -> None:
    checked = ask(PROFESSIONAL, dx(code))
    (finding,) = (finding for finding in checked.findings if finding.severity is Severity.ERROR)
    assert finding.rule == rule
    assert said in finding.message


@pytest.mark.parametrize("code", ["W19.XXXA", "S52.521A", "S06.1X7A", "S06.1X6D", "E11.9", "E11"])
def test_codes_that_have_or_need_none_are_left_alone(ask: Ask, code: str) -> None:
    checked = ask(PROFESSIONAL, dx(code))
    assert not [finding for finding in checked.findings if finding.rule in RULES]


@pytest.mark.parametrize("code", ["E11.99", "W199", "E11.XXXA", "S52.5Z"])
def test_what_only_looks_like_one_is_an_unknown_code(ask: Ask, code: str) -> None:
    checked = ask(PROFESSIONAL, dx(code))
    assert not [finding for finding in checked.findings if finding.rule in RULES]
    assert found(checked, "CODE_UNKNOWN")


@pytest.mark.parametrize("rule", RULES)
def test_without_the_tabular_list_they_are_not_checked(ask_bare: Ask, rule: str) -> None:
    checked = ask_bare(PROFESSIONAL, dx("W19"))
    assert not checked.findings
    assert not_checked(checked, rule) == "ICD-10-CM is not loaded."
