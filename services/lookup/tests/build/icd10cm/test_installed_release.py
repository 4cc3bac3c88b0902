"""The release that is installed comes out whole, to the last code."""

import pytest

from lookup.build.icd10cm.classification import Classification, classify
from lookup.build.icd10cm.source import installed
from lookup.build.icd10cm.tabular_xml import read_tabular


@pytest.fixture(scope="module")
def classification() -> Classification:
    source = installed()
    return classify(read_tabular(source.tabular.content, source.tabular.name))


def test_it_has_as_many_codes_as_were_published(classification: Classification) -> None:
    assert len(classification.codes) == 98_186
    assert classification.billable_count == 74_719
    assert sum(node.stem is not None for node in classification.codes.values()) == 51_305


@pytest.mark.parametrize("key", ["S061X1D", "W19XXXA", "M1A0110", "T360X5A", "QA00101", "U071"])
def test_codes_of_every_kind_are_there(classification: Classification, key: str) -> None:
    assert classification.codes[key].billable


@pytest.mark.parametrize("key", ["S061X7D", "S061X8S", "S52521B", "W19", "U000"])
def test_what_is_barred_narrowed_away_or_no_code_is_not_billable(
    classification: Classification, key: str
) -> None:
    node = classification.codes.get(key)
    assert node is None or not node.billable


def test_sections_named_like_a_category_are_kept_apart(classification: Classification) -> None:
    sections = [node for node in classification.nodes if node.kind == "section"]
    assert sum(node.label in classification.codes for node in sections) == 39


def test_burns_lie_in_the_section_that_spans_them(classification: Classification) -> None:
    place, labels = classification.codes["T20"].parent, []
    while place is not None:
        labels.append(place.label)
        place = place.parent
    assert labels == ["T20-T25", "T20-T32", "T07-T88", "19"]
