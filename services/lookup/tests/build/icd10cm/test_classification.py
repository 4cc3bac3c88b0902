"""The tree: sections nested by what they span, 7th characters spelled out, the list agreed with."""

import pytest

from lookup.build.errors import SourceError
from lookup.build.icd10cm.classification import (
    Classification,
    TreeNode,
    check_against_list,
    classify,
)
from lookup.build.icd10cm.tabular_xml import read_tabular
from lookup.icd10cm.facts import NoteKind
from services.lookup.tests.build.icd10cm.small_release import CODE_LIST, TABULAR, line_of


def tree(text: str = TABULAR) -> Classification:
    return classify(read_tabular(text.encode(), "small.xml"))


def places(node: TreeNode) -> list[str]:
    found = []
    above = node.parent
    while above is not None:
        found.append(above.label)
        above = above.parent
    return found


def test_a_section_that_spans_others_holds_them() -> None:
    codes = tree().codes
    assert places(codes["K010"]) == ["K01", "K01", "K01-K02", "1"]
    assert places(codes["K1A"]) == ["K10-K1A", "1"]


def test_a_section_named_like_a_category_is_kept_apart_from_it() -> None:
    nodes = [node for node in tree().nodes if node.label == "K01"]
    assert [(node.kind, node.title) for node in nodes] == [
        ("section", "Sulks"),
        ("category", "Sulks"),
    ]
    assert tree().codes["K01"].kind == "category"


def test_ids_run_in_tabular_order_and_bracket_what_lies_below() -> None:
    classification = tree()
    for node in classification.nodes:
        below = [n for n in classification.nodes if node.label in (n.label, *places(n))]
        if node.is_code:
            assert [n.id for n in below if n.is_code] == list(range(node.id, node.last_id + 1))
    assert classification.codes["K106"].id < classification.codes["K1A"].id


def test_7th_characters_are_spelled_out_over_placeholders() -> None:
    codes = tree().codes
    extended = codes["K106XXA"]
    assert (extended.label, extended.title) == ("K10.6XXA", "Bump of knee, first")
    assert extended.stem is codes["K106"]
    assert not codes["K106"].billable
    assert extended.billable


def test_a_lower_level_narrows_the_7th_characters_of_a_higher_one() -> None:
    assert [node.label for node in tree().codes["K106"].children] == ["K10.6XXA"]


def test_combinations_that_a_note_bars_are_not_made() -> None:
    codes = tree().codes
    assert [node.label[-1] for node in codes["K105X1"].children] == ["A", "D", "S"]
    assert [node.label[-1] for node in codes["K105X7"].children] == ["A"]


def test_counts_are_of_codes_and_of_those_without_codes_below() -> None:
    classification = tree()
    assert len(classification.codes) == 15
    assert classification.billable_count == 8


def test_ranges_are_labels_and_not_part_of_titles() -> None:
    nodes = {(node.kind.value, node.label): node for node in tree().nodes}
    chapter, section = nodes["chapter", "1"], nodes["section", "K01-K02"]
    assert (chapter.title, chapter.span) == ("Invented conditions", "K01-K20")
    assert (section.title, section.span) == ("Moods", "K01-K02")


def test_a_table_printed_at_the_end_of_a_category_holds_for_all_of_it() -> None:
    table = (
        "<visualImpairment><visCategory><heading>Category</heading></visCategory>"
        "</visualImpairment>"
    )
    text = TABULAR.replace("<desc>Brief sulk</desc>", f"<desc>Brief sulk</desc>{table}")
    codes = tree(text).codes
    assert NoteKind.VISUAL_IMPAIRMENT in [note.kind for note in codes["K01"].notes]
    assert NoteKind.VISUAL_IMPAIRMENT not in [note.kind for note in codes["K010"].notes]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<name>K01.0<", "<name>K01_0<", "'K01_0' is not a code"),
        ("<name>K01.0<", "<name>K02.0<", "K02.0 does not lie in K01"),
        ("<name>K10.6<", "<name>K10.5<", "K10.5 stands twice"),
        ("<name>K1A<", "<name>K1A.1<", "'K1A.1' is not a code"),
    ],
)
def test_a_name_that_cannot_be_right_is_refused_with_its_line(
    old: str, new: str, fault: str
) -> None:
    with pytest.raises(SourceError, match=fault) as refused:
        tree(TABULAR.replace(old, new))
    assert str(refused.value).startswith(f"small.xml:{line_of(old) - 1}: ")


def test_a_section_beyond_its_chapter_is_refused() -> None:
    with pytest.raises(SourceError, match="section K01-K09 begins or ends with a category"):
        tree(TABULAR.replace('<section id="K01-K02">', '<section id="K01-K09">'))


def agree(code_list: str) -> None:
    check_against_list(tree(), code_list.encode(), "list.txt", "small.xml")


def test_a_list_that_agrees_is_accepted() -> None:
    agree(CODE_LIST)


def test_a_code_that_only_the_list_has_is_named_with_its_line() -> None:
    with pytest.raises(SourceError, match=r"^list\.txt:18: K107 is listed, but small\.xml"):
        agree(CODE_LIST.replace("K106\r\n", "K107\r\nK106\r\n"))


def test_a_code_that_the_list_lacks_is_named_with_the_line_that_makes_it() -> None:
    line = line_of("<name>K1A") - 1
    with pytest.raises(SourceError, match=rf"ends without K1A, which small\.xml:{line} makes"):
        agree(CODE_LIST.removesuffix("K1A\r\n"))
