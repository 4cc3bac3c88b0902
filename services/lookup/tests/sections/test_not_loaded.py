"""What was never loaded is said to be so, and is never called none."""

from collections.abc import Callable

import pytest

from lookup.content import BlockKind, Page
from services.lookup.tests.sections.reading import section, texts

PAGE = Callable[[str], Page]


@pytest.mark.parametrize("code", ["E11.A", "E11.9", "S52.521A", "E11"])
@pytest.mark.parametrize(
    ("key", "kinds"),
    [
        ("crosswalks", ["(GEM)", "(CCSR)", "(HCC)", "MS-DRGs"]),
        ("payment", ["(CC, MCC)", "MS-DRG as principal diagnosis"]),
        ("medicare_coverage", ["(NCD)", "(LCD)"]),
    ],
)
def test_each_kind_of_fact_is_named_as_not_loaded(
    page: PAGE, code: str, key: str, kinds: list[str]
) -> None:
    said = [text for text in texts(section(page(code), key)) if "not loaded" in text]
    assert len(said) == len(kinds)
    for text, kind in zip(said, kinds, strict=True):
        assert kind in text
        assert code in text


@pytest.mark.parametrize("key", ["crosswalks", "payment", "medicare_coverage"])
def test_it_never_says_none_of_what_was_not_searched(page: PAGE, key: str) -> None:
    for block in section(page("E11.A"), key).blocks:
        assert "searched" not in block.text
        assert " none" not in block.text
        if "not loaded" in block.text:
            assert (block.kind, block.source_id) == (BlockKind.NOTICE, "")


def test_payment_says_that_a_diagnosis_has_no_fee(page: PAGE) -> None:
    assert texts(section(page("E11.9"), "payment"))[0].startswith("Diagnoses are not priced")
