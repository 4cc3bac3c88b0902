"""The published list is read whole or refused with file and line."""

import pytest

from lookup.build.errors import SourceError
from lookup.build.icd10cm.tabular_xml import Tabular, TabularNode, read_tabular
from lookup.icd10cm.facts import Extension, NoteKind
from services.lookup.tests.build.icd10cm.small_release import TABULAR, line_of


def read(text: str = TABULAR) -> Tabular:
    return read_tabular(text.encode(), "small.xml")


def find(label: str) -> TabularNode:
    waiting = list(read().chapters)
    while waiting:
        node = waiting.pop(0)
        if node.label == label and node.tag == "diag":
            return node
        waiting.extend(node.children)
    raise AssertionError(label)


def test_chapters_sections_and_codes_nest_as_published() -> None:
    tabular = read()
    (chapter,) = tabular.chapters
    assert (tabular.version, chapter.label, chapter.title) == (
        "2026",
        "1",
        "Invented conditions (K01-K20)",
    )
    assert [section.label for section in chapter.children] == ["K01-K02", "K01", "K02", "K10-K1A"]
    assert [code.label for code in find("K10").children] == ["K10.5", "K10.6"]


def test_a_code_is_found_on_the_line_where_it_begins() -> None:
    assert find("K01.0").line == line_of("<name>K01.0") - 1


def test_notes_keep_their_kind_order_and_place() -> None:
    (chapter,) = read().chapters
    assert [(n.kind, n.lines) for n in chapter.notes] == [
        (NoteKind.NOTES, ["Use a second code, if applicable"])
    ]
    assert [(n.kind, n.lines) for n in find("K01.0").notes] == [
        (NoteKind.INCLUSION_TERM, ["Pout", "Huff"])
    ]
    assert [n.kind for n in find("K01").notes] == [NoteKind.EXCLUDES1]
    assert [n.lines for n in find("K02").notes] == [[", if known, cause (K10 with .51)"]]
    assert [n.kind for n in find("K1A").notes] == [NoteKind.USE_ADDITIONAL]


def test_a_remark_belongs_to_the_7th_character_before_it() -> None:
    seventh = find("K10").seventh
    assert seventh is not None
    assert seventh.instruction.startswith("The appropriate 7th character")
    assert seventh.extensions == [
        Extension("A", "first"),
        Extension("D", "later", ("Later means a day later",)),
        Extension("S", "sequela"),
    ]


def test_the_table_of_visual_impairment_becomes_rows() -> None:
    table = (
        "<visualImpairment><visCategory><heading>Category</heading><visRange>"
        "<heading>Acuity</heading><visMax><heading>Maximum less than:</heading></visMax>"
        "<visMin><heading>Minimum equal to:</heading></visMin></visRange></visCategory>"
        "<visCategory><value>1</value><visRange><visMax><value>6/18</value></visMax>"
        "<visMin><value>6/60</value></visMin></visRange><visRange><visMax><value>20/70</value>"
        "</visMax><visMin><value>20/200</value></visMin></visRange></visCategory>"
        "</visualImpairment>"
    )
    text = TABULAR.replace("<desc>Sulks</desc>", f"<desc>Sulks</desc>{table}")
    (chapter,) = read(text).chapters
    note = chapter.children[1].children[0].notes[0]
    assert (note.kind, note.lines) == (
        NoteKind.VISUAL_IMPAIRMENT,
        [
            "Category\tAcuity: maximum less than\tAcuity: minimum equal to",
            "1\t6/18\t6/60",
            "1\t20/70\t20/200",
        ],
    )


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused_with_the_line_where_it_ends(kept: float) -> None:
    text = TABULAR[: int(len(TABULAR) * kept)].rstrip()
    with pytest.raises(SourceError, match=rf"^small\.xml:{text.count(chr(10)) + 1}: ") as refused:
        read(text)
    assert "damaged or not complete" in str(refused.value)


def test_an_unknown_element_is_refused_with_its_line() -> None:
    text = TABULAR.replace("<excludes1>", "<excludes3>").replace("</excludes1>", "</excludes3>")
    with pytest.raises(SourceError, match=rf"^small\.xml:{line_of('<excludes3>', text)}: ") as no:
        read(text)
    assert "unknown element <excludes3> in <diag>" in str(no.value)


def test_an_unknown_element_in_the_introduction_does_no_harm() -> None:
    assert read(TABULAR.replace("introSection", "introPart")).version == "2026"


@pytest.mark.parametrize(
    ("old", "new", "fault", "lines_above"),
    [
        ("<note>Pout</note>", "<note> </note>", "an empty note", 0),
        ("<desc>Brief sulk</desc>", "", "the <diag> 'K01.0' has no name or no description", 2),
        ("<name>K01.0</name>", "", "the <diag> 'Brief sulk' has no name or no description", 1),
        ('char="S">sequela', 'char="S">', "needs one character and its meaning", 0),
        ('char="S"', 'char="ST"', "needs one character and its meaning", 0),
        ('char="S"', 'char="D"', "7th character D is defined twice", 0),
        ('<extension char="A">', '<note>x</note><extension char="A">',
         "stands before any 7th character", 0),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_with_its_line(
    old: str, new: str, fault: str, lines_above: int
) -> None:
    with pytest.raises(SourceError, match=fault) as refused:
        read(TABULAR.replace(old, new, 1))
    assert str(refused.value).startswith(f"small.xml:{line_of(old) - lines_above}: ")


def test_a_7th_character_note_without_characters_is_refused() -> None:
    text = TABULAR.replace('<extension char="A">first</extension>\n', "").replace(
        '<extension char="D">later</extension>', ""
    )
    text = text.replace("<note>Later means a day later</note>", "")
    text = text.replace('<extension char="S">sequela</extension>', "")
    with pytest.raises(SourceError, match=r"K10\.6 has a 7th character note without characters"):
        read(text)


def test_an_entity_is_refused_before_it_can_grow() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>\n<ICD10CM.tabular>'
    with pytest.raises(SourceError, match=r"^small\.xml:2: it declares an entity, a"):
        read(TABULAR.replace("<ICD10CM.tabular>", bomb))


def test_a_list_that_does_not_name_its_version_is_refused() -> None:
    with pytest.raises(SourceError, match="does not say which version"):
        read(TABULAR.replace("<version>2026</version>", ""))


def test_a_list_without_chapters_is_refused() -> None:
    with pytest.raises(SourceError, match="has no chapters"):
        read("<ICD10CM.tabular><version>2026</version></ICD10CM.tabular>")
