"""The published indexes come out whole and flat, or are refused with file and line."""

import pytest

from lookup.build.errors import SourceError
from lookup.build.official import index_xml
from lookup.build.official.index_xml import Index, IndexEntry, IndexKind
from services.lookup.tests.build.official import published_files as published
from services.lookup.tests.build.official.published_files import file_of, line_with


def read(text: str) -> Index:
    return index_xml.read(file_of(text, "index.xml"))


def entry(text: str, *path: str) -> IndexEntry:
    (found,) = [entry for entry in read(text).entries if entry.path == path]
    return found


def refusal(text: str) -> str:
    with pytest.raises(SourceError) as refused:
        read(text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (published.INDEX, IndexKind.DISEASES),
        (published.EXTERNAL_CAUSES, IndexKind.EXTERNAL_CAUSES),
        (published.NEOPLASMS, IndexKind.NEOPLASMS),
        (published.DRUGS, IndexKind.DRUGS),
        (published.PROCEDURES, IndexKind.PROCEDURES),
    ],
)
def test_each_index_is_known_by_its_content(text: str, kind: IndexKind) -> None:
    assert (read(text).kind, read(text).version) == (kind, "2026")


def test_nonessential_modifiers_stand_apart_from_the_titles_of_the_path() -> None:
    found = entry(published.INDEX, "Sulks, sulking", "with", "door banging")
    assert found.modifiers == ("(loud) (quiet)", "", "(slammed)")
    assert found.codes == ("W22.8-",)
    assert found.line == line_with(published.INDEX, "<title>door") - 1


def test_a_manifestation_is_read_from_its_element_and_from_brackets() -> None:
    assert entry(published.INDEX, "Sulks, sulking", "with", "door banging").manifestations == (
        "R45.4",
    )
    found = entry(published.INDEX, "Sulks, sulking", "in heart")
    assert (found.codes, found.manifestations) == (("E85.4",), ("I43",))


def test_references_to_terms_and_to_categories_are_kept() -> None:
    assert entry(published.INDEX, "Sulks, sulking").see_also == ("Pout",)
    assert entry(published.INDEX, "Sulks, sulking", "feigned").see == ("Play",)
    assert entry(published.INDEX, "Sulks, sulking", "of minors").see_categories == ("F93.8",)


def test_entries_stand_in_the_order_of_the_file() -> None:
    lines = [entry.line for entry in read(published.INDEX).entries]
    assert lines == sorted(lines)


def test_a_term_that_only_groups_is_no_entry() -> None:
    assert ("Sulks, sulking", "with") not in [e.path for e in read(published.INDEX).entries]


def test_cells_of_a_table_carry_their_column_and_dashes_are_no_code() -> None:
    assert read(published.NEOPLASMS).headings == ("Neoplasm", "Malignant Primary", "Benign")
    found = entry(published.NEOPLASMS, "Neoplasm, neoplastic", "elbow")
    assert found.columns == (("Malignant Primary", "C40.0-"),)
    assert found.notes == ("of either side",)


def test_a_remark_among_the_terms_is_kept() -> None:
    found = entry(published.NEOPLASMS, "Neoplasm, neoplastic", "Note: a remark of the publisher")
    assert (found.codes, found.columns, found.see) == ((), (), ())


def test_terms_without_a_title_belong_to_the_title_above() -> None:
    found = entry(published.PROCEDURES, "Abdominoplasty")
    assert (found.see, found.stems) == (("Alteration, Abdominal Wall",), ("0W0F",))
    table, use = [e for e in read(published.PROCEDURES).entries if e.path == ("Alteration",)]
    assert (table.stems, table.use) == (("0W0",), ())
    assert (use.stems, use.use) == (("0W0",), ("Abdominal Wall in Anatomical Regions",))
    assert entry(published.PROCEDURES, "Airway, nasopharyngeal").codes == ("09HN7BZ",)


def test_a_file_that_is_cut_short_is_refused_with_its_last_line() -> None:
    cut = published.INDEX[: published.INDEX.index("<title>feigned")]
    message = refusal(cut)
    assert message.startswith(f"index.xml:{cut.count(chr(10)) + 1}: no element found")
    assert "cut short" in message


def test_another_encoding_than_the_stated_is_refused_with_its_line() -> None:
    text = published.INDEX.replace("Pout", "Pout\xe9")
    with pytest.raises(SourceError, match="encoding it states") as refused:
        index_xml.read(file_of(text, "index.xml", "latin-1"))
    assert str(refused.value).startswith(f"index.xml:{line_with(text, 'Pout')}:")


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        ('<term level="2">', '<term level="3">', '<term level="3">', "a term of level 3 stands 2"),
        ("<subcat>F93.8</subcat>", "<also>F93.8</also>", "<also>", "unknown element <also>"),
        ("<code>R45.89</code>", "<code>R45.89 or so</code>", "<mainTerm>", "'R45.89 or so' is not"),
        ("<title>feigned</title>", "<title></title>", "<title></title>", "empty title"),
        (
            "<title>feigned</title>",
            "<title>feigned</title>\n<title>played</title>",
            "<title>played",
            "two titles",
        ),
        ("<version>2026</version>", "<version>soon</version>", None, "of which year"),
        ("INDEX TO DISEASES and INJURIES", "INDEX OF MOODS", None, "an index that is not known"),
    ],
)
def test_what_no_published_index_holds_is_refused(
    old: str, new: str, at: str | None, reason: str
) -> None:
    text = published.INDEX.replace(old, new)
    message = refusal(text)
    assert reason in message
    assert message.startswith(f"index.xml:{line_with(text, at)}:" if at else "index.xml: ")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('<cell col="3">--</cell>', '<cell col="4">D16.0</cell>', "column 4, which has no heading"),
        ('<cell col="3">--</cell>', '<cell col="2">D16.0</cell>', "two cells in column 2"),
        ('<head col="3">', '<head col="2">', "the heading of column 2 is empty or there twice"),
    ],
)
def test_a_table_with_shifted_cells_is_refused(old: str, new: str, reason: str) -> None:
    text = published.NEOPLASMS.replace(old, new)
    message = refusal(text)
    assert message.startswith(f"index.xml:{text[: text.rindex(new)].count(chr(10)) + 1}:")
    assert reason in message


def test_a_main_term_without_a_title_is_refused() -> None:
    text = published.INDEX.replace("<title>Sulks, sulking<nemod>(loud) (quiet)</nemod></title>", "")
    message = refusal(text)
    assert message.startswith(f"index.xml:{line_with(text, '<mainTerm>')}:")
    assert "the <mainTerm> has no title" in message


def test_a_letter_that_comes_twice_is_refused() -> None:
    letter = published.INDEX[
        published.INDEX.index("  <letter>") : published.INDEX.index("</ICD10CM.index>")
    ]
    message = refusal(published.INDEX.replace("</ICD10CM.index>", letter + "</ICD10CM.index>"))
    assert "the letter S is there twice" in message


def test_a_code_that_is_none_of_procedures_is_refused() -> None:
    text = published.PROCEDURES.replace("09HN7BZ", "09HN7BO")
    assert "'09HN7BO' is not an ICD-10-PCS code" in refusal(text)
    text = published.PROCEDURES.replace("<codes>0W0F", "<codes>0W")
    assert "'0W' does not begin an ICD-10-PCS code" in refusal(text)


def test_entities_are_refused_before_they_expand() -> None:
    text = published.INDEX.replace(
        "<ICD10CM.index>", '<!DOCTYPE x [<!ENTITY a "aaaa">]><ICD10CM.index>', 1
    )
    assert "it declares an entity, a" in refusal(text)
