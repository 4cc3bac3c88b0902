"""What the sections of some codes say, as a coder would read them."""

from collections.abc import Callable

import pytest

from lookup.content import Link, Page
from services.lookup.tests.icd10pcs.reading import rows, section, text, titled, words

Pages = Callable[..., Page]


def test_a_description_is_dated_when_it_is_older_than_the_release(page: Pages) -> None:
    said = text(page("5A1955Z"), "official_description")
    assert "Respiratory Ventilation, Greater than 96 Consecutive Hours" in said
    assert "as published for April 2024; of April 2026 no description is loaded" in said
    assert "for discharges from April 1, 2026 to September 30, 2026" in said
    assert "as published" not in text(page("5A1955Z", "2024-04-01"), "official_description")


def test_a_code_without_a_description_is_listed_all_the_same(page: Pages) -> None:
    undescribed = page("0DDV4ZZ")
    said = text(undescribed, "official_description")
    assert "0DDV4ZZ is listed, and its description is not loaded" in said
    assert "confirmed by “Procedure lists of MS-DRG v43.1”" in said
    assert undescribed.code.title == (
        "Description not loaded: Extraction, Mesentery, Percutaneous Endoscopic"
    )
    assert text(undescribed, "common_language").startswith("The mesentery, or a portion of it, is")


def test_a_code_that_only_an_older_list_names_is_not_said_to_be_valid(page: Pages) -> None:
    said = text(page("30233N1"), "official_description")
    assert "30233N1 is carried over from an earlier list" in said
    assert "can be reported" not in said
    assert "can be reported" in text(page("30233N1", "2024-04-01"), "official_description")
    release = titled(page("30233N1"), "history_and_related", "Release")
    assert "30233N1 is carried over into the ICD-10-PCS April 2026 release" in release.text
    assert release.source_id == "icd-10-pcs-descriptions-2024-04"
    then = titled(page("30233N1", "2024-04-01"), "history_and_related", "Release")
    assert "30233N1 is in the ICD-10-PCS April 2024 release" in then.text


@pytest.mark.parametrize("key", ["modifiers", "ncci_edits"])
def test_codes_beside_are_not_all_said_to_be_valid(key: str, page: Pages) -> None:
    remark = "some of the codes above may be carried over from an earlier list"
    assert remark in text(page("0DTJ4ZZ"), key)
    # In April 2024 one list names all codes.
    assert remark not in text(page("0DTJ4ZZ", "2024-04-01"), key)
    assert "valid" not in " ".join(block.title for block in section(page("0DTJ4ZZ"), key).blocks)


def test_a_guideline_is_pointed_to_only_where_it_is_shown(page: Pages) -> None:
    assert "Guideline B3.2, under Guidelines" in text(page("0DTJ4ZZ"), "ncci_edits")
    assert "B3.2" not in text(page("5A1955Z"), "ncci_edits")


def test_the_common_language_tells_operation_approach_device_and_qualifier(page: Pages) -> None:
    said = text(page("0SRD0J9"), "common_language")
    assert "take the place of the left knee joint" in said
    assert "The approach is open. The site is reached through a cut" in said
    assert "classified as synthetic substitute. It is fixed with cement." in said
    assert "the time" not in text(page("5A1955Z"), "common_language")
    ventilated = text(page("5A1955Z"), "common_language")
    assert "takes over a function of the respiratory system completely: ventilation" in ventilated
    assert "It goes on for more than 96 consecutive hours." in ventilated
    bypass = text(page("021209W"), "common_language")
    assert "Blood is led along a new route to the coronary artery (three arteries)" in bypass
    assert "The blood comes from there: aorta." in bypass


def test_the_common_language_reads_as_sentences(page: Pages) -> None:
    assert "The technique is neutron capture." in text(page("DG056ZZ"), "common_language")
    assert "of the thoracic vertebral joints (8 or more) are joined" in text(
        page("0RG8071"), "common_language"
    )
    assert "The approach is through a natural or artificial opening, endoscopic." in text(
        page("0DTJ8ZZ"), "common_language"
    )
    # What the classification adds to a definition is its own words, not all of them sentences.
    dilated = text(page("047H4EZ"), "common_language")
    assert "It adds: “The orifice can be a natural orifice or an artificially" in dilated


def test_guidelines_are_those_that_bear_on_the_code(page: Pages) -> None:
    titles = [block.title for block in section(page("0DTJ4ZZ"), "guidelines").blocks]
    numbered = [title for title in titles if title.startswith("Guideline ")]
    assert numbered[0] == "Guideline B3.8: Excision vs Resection"
    assert titles.index("Definitions to apply") < titles.index(numbered[0])
    assert "Guideline B3.2: Multiple Procedures" in titles
    assert not any("B3.6" in title for title in titles)
    bypass = [block.title for block in section(page("021209W"), "guidelines").blocks]
    assert "Guideline B3.6b: Bypass Procedures" in bypass
    assert "Guideline B3.6a: Bypass Procedures" not in bypass
    assert "Guidelines of its own for the section Imaging not loaded." in text(
        page("B2111ZZ"), "guidelines"
    )


def test_index_entries_lead_to_the_code(page: Pages) -> None:
    entries = rows(titled(page("0DTJ4ZZ"), "guidelines", "Index entries that lead here"))
    assert ("Appendectomy", "0DTJ") in entries
    # Those of the whole table, "Colectomy", are about other body parts.
    assert {prefix for _term, prefix in entries} == {"0DTJ"}
    assert "14 entries of the Alphabetic Index lead to the whole table 0DT" in text(
        page("0DTJ4ZZ"), "guidelines"
    )


def test_of_many_entries_for_a_table_those_that_name_the_code_s_values_are_shown(
    page: Pages,
) -> None:
    title = "Index entries that lead to the whole table XW0"
    entries = rows(titled(page("XW033E5"), "guidelines", title))
    assert entries == [
        ("New Technology, Remdesivir Anti-infective", "XW0"),
        ("Remdesivir Anti-infective", "XW0"),
    ]
    few = rows(titled(page("30233N1"), "guidelines", title.replace("XW0", "302")))
    assert ("Bone marrow transplant", "302") in few


def test_index_entries_are_free_of_what_print_repeats(page: Pages) -> None:
    entries = rows(titled(page("30233N1"), "guidelines", "Index entries that lead here"))
    assert ("Transfusion, Vein, Peripheral, Blood, Red Cells", "30233N") in entries


def test_axes_show_the_characters_and_the_values_beside_them(page: Pages) -> None:
    ventilation = page("5A1955Z")
    assert section(ventilation, "modifiers").title == "Axes"
    characters = rows(titled(ventilation, "modifiers", "The seven characters"))
    assert characters[4] == ("5", "Duration", "5", "Greater than 96 Consecutive Hours")
    beside = titled(
        ventilation, "modifiers", "Fifth character: other values that lead to a listed code"
    )
    assert rows(beside) == [
        ("3", "Less than 24 Consecutive Hours", "5A1935Z"),
        ("4", "24-96 Consecutive Hours", "5A1945Z"),
    ]
    assert beside.rows[0][2][0].link == Link("icd-10-pcs", "5A1935Z")
    assert "no other value of the fourth, sixth or seventh character" in text(
        ventilation, "modifiers"
    )


def test_ncci_is_not_applied_and_related_procedures_are_shown(page: Pages) -> None:
    assert "NCCI is not applied to inpatient procedures" in text(page("0DTJ4ZZ"), "ncci_edits")
    other = titled(page("0DTJ4ZZ"), "ncci_edits", "The same procedure by another approach")
    assert [row[1] for row in rows(other)] == ["0DTJ0ZZ", "0DTJ7ZZ", "0DTJ8ZZ"]
    operations = titled(
        page("0DTJ4ZZ"), "ncci_edits", "Codes that differ in the root operation only"
    )
    assert ("Excision", "0DBJ4ZZ") in [row[:2] for row in rows(operations)]


def test_mappings_say_which_way_they_run_and_what_a_combination_needs(page: Pages) -> None:
    knee = page("0SRD0J9")
    said = text(knee, "crosswalks")
    assert "Mapping from ICD-10-PCS to ICD-9-CM not loaded" in said
    assert "Read the other way round it is not the mapping from ICD-10-PCS" in said
    mapping = rows(
        titled(knee, "crosswalks", "General Equivalence Mapping, ICD-9-CM to ICD-10-PCS")
    )
    assert mapping == [
        (
            "00.80",
            "approximate",
            "yes: scenario 2, choice list 1; one code of each choice list of the scenario is "
            "needed",
        )
    ]
    others = titled(knee, "crosswalks", "Other choice lists of the same combination")
    assert rows(others)[0][:3] == ("00.80", "2", "2")
    assert "0SPD0JZ" in rows(others)[0][3]


def test_a_code_that_is_newer_than_the_mapping_is_said_to_be_in_no_line_of_it(page: Pages) -> None:
    assert "it has no line with XW033E5" in text(page("XW033E5"), "crosswalks")


def test_ms_drgs_are_listed_with_what_is_needed_beside_the_code(page: Pages) -> None:
    groups = titled(page("0SRD0J9"), "crosswalks", "MS-DRG v43.1: groups that list 0SRD0J9")
    first = rows(groups)[0]
    assert (first[0], first[2]) == ("466-468", "08")
    assert first[3].startswith("O.R. procedure; only together with one of 0SPD0EZ, ")
    appendix = titled(page("0DTJ4ZZ"), "crosswalks", "MS-DRG v43.1: groups that list 0DTJ4ZZ")
    assert rows(appendix)[0][3] == "Appendectomy: O.R. procedure"


def test_payment_tells_operating_room_status_and_weights(page: Pages) -> None:
    assert "0DTJ4ZZ is an O.R. procedure." in text(page("0DTJ4ZZ"), "payment")
    assert "0DDV4ZZ is an O.R. procedure, a non-extensive one" in text(page("0DDV4ZZ"), "payment")
    assert "5A1955Z is a non-O.R. procedure that can affect the group." in text(
        page("5A1955Z"), "payment"
    )
    assert "A valid code that they do not name is a non-O.R. procedure" in text(
        page("30233N1"), "payment"
    )
    weights = titled(page("0DTJ4ZZ"), "payment", "Relative weights, fiscal year 2026")
    assert ("397", "surgical", "2.3949") in [(row[0], row[2], row[3]) for row in rows(weights)]
    assert "fiscal year 2024 not loaded" in text(page("0DTJ4ZZ", "2024-04-01"), "payment")


def test_history_goes_list_by_list(page: Pages) -> None:
    lists = rows(titled(page("30233N1"), "history_and_related", "Lists that were read"))
    assert lists[0] == (
        *("Procedure lists of MS-DRG v36", "2018-10-01", "2019-03-31"),
        "no; it names only some of the codes",
    )
    assert ("List of all codes, April 2024", "2024-04-01", "2024-09-30", "yes") in lists
    fusion = rows(
        titled(page("0SG604Z", "2024-10-01"), "history_and_related", "Lists that were read")
    )
    assert (
        "Tables of sections 0 and 1, about April 2025",
        "2025-04-01",
        "2025-09-30",
        "no",
    ) in fusion


def test_a_code_that_ended_says_so_on_the_page_of_its_time(page: Pages) -> None:
    ended = titled(page("0SG604Z", "2024-10-01"), "history_and_related", "Ended").text
    assert "not in the ICD-10-PCS April 2026 release" in ended
    assert "known as valid to March 31, 2025" in ended
    assert "names every code of its section and does not name it" in ended
    dropped = titled(page("X27H385", "2024-04-01"), "history_and_related", "Ended").text
    assert "deleted or, more rarely, that it ceased to bear on grouping" in dropped


def test_previous_and_next_are_the_codes_beside_it(page: Pages) -> None:
    appendix = page("0DTJ4ZZ")
    assert appendix.previous is not None
    assert appendix.following is not None
    assert (appendix.previous.code, appendix.following.code) == ("0DTJ4ZG", "0DTJ7ZZ")
    last = titled(appendix, "history_and_related", "Previous and next")
    assert [words(row[0]) for row in last.rows] == ["0DTJ4ZG", "0DTJ7ZZ"]
