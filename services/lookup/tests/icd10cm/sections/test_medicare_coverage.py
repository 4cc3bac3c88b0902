"""What was never loaded is said to be so, and is never called none."""

from collections.abc import Callable

import pytest

from lookup.content import BlockKind, Page
from services.lookup.tests.icd10cm.sections.reading import section

PAGE = Callable[[str], Page]


@pytest.mark.parametrize("code", ["E11.A", "E11.9", "S52.521A", "E11"])
def test_policies_that_are_not_loaded_are_named_as_such(page: PAGE, code: str) -> None:
    blocks = section(page(code), "medicare_coverage").blocks
    assert ["(NCD)" in blocks[0].text, "(LCD)" in blocks[1].text] == [True, True]
    for block in blocks:
        assert (block.kind, block.source_id) == (BlockKind.NOTICE, "")
        assert "not loaded" in block.text
        assert code in block.text
