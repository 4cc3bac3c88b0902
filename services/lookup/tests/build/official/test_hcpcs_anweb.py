"""The HCPCS text file is read to the last column, or refused with file and line."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.build.errors import SourceError
from lookup.build.official.hcpcs_anweb import read, recognises
from lookup.build.official.hcpcs_record import HcpcsRecord
from lookup.build.official.official_file import OfficialFile
from services.lookup.tests.build.official.hcpcs_layout import (
    NOTICE,
    ROWS,
    Row,
    anweb,
    anweb_lines,
    fixed,
    line_of,
    text_file,
)

FIRST_LINES = [n for n, line in enumerate(anweb_lines()) if line[10] in "37"]


def record(code: str) -> HcpcsRecord:
    return next(r for r in read(anweb()).records if r.code == code)


def changed(old: str, new: str) -> OfficialFile:
    """The file with *new* in place of *old*, which keeps the columns if they are as long."""
    lines = anweb_lines()
    assert any(old in line for line in lines)
    return text_file([line.replace(old, new) for line in lines])


def test_every_field_comes_out_of_its_columns() -> None:
    assert record("E0100") == HcpcsRecord(
        code="E0100",
        modifier=False,
        line=len(NOTICE) + line_of("E0100"),
        long_text=(
            "Cane, includes canes of all materials, adjustable or fixed, with tip, and so on "
            "to the second line, and on to the third, which is the last"
        ),
        short_text="Cane adjust/fixed with tip",
        pricing=("32", "36", "46", "51"),
        multiple_pricing="A",
        coverage_issues=("60-3", "60-9"),
        carriers_manual=("2100.1", "2130.B", "4107"),
        statute="1862(a)(7)",
        lab_certifications=("010", "220", "900"),
        cross_references=("A0021", "QM"),
        coverage="C",
        asc_group="YY",
        asc_effective=date(2020, 1, 1),
        outpatient_group="102",
        outpatient_indicator="1",
        outpatient_effective=date(2021, 1, 1),
        processing_note="0088",
        betos="D1E",
        types_of_service=("A", "P", "R"),
        anesthesia_units=12,
        added=date(2010, 1, 1),
        action_effective=date(2026, 4, 1),
        terminated=None,
        action="A",
    )


def test_a_modifier_is_one_and_its_text_goes_on_in_short_lines() -> None:
    modifier = record("AD")
    assert modifier.modifier
    assert modifier.long_text.endswith("four concurrent anesthesia procedures")
    assert (modifier.pricing, modifier.anesthesia_units) == ((), None)


def test_further_lines_may_have_all_columns() -> None:
    lines = [line for row in ROWS for line in fixed(row, short_lines=False)]
    assert [r.long_text for r in read(text_file(lines)).records] == [
        r.long_text for r in read(anweb()).records
    ]


def test_an_old_code_may_have_no_action_date() -> None:
    assert record("AD").action_effective is None


def test_terminated_codes_stay_with_their_last_day() -> None:
    terminated = record("G0297")
    assert (terminated.terminated, terminated.action) == (date(2025, 12, 31), "D")


def test_codes_of_the_ama_and_the_ada_are_kept_apart() -> None:
    file = read(anweb())
    assert [r.code for r in file.licensed] == ["P1", "D9999"]
    assert [r.code for r in file.records] == ["AD", "A0021", "E0100", "G0297", "V5364"]


@pytest.mark.parametrize("code", ["99999", "0001T", "25", "1P"])
def test_what_has_the_form_of_cpt_is_licensed(code: str) -> None:
    invented = Row(code, ("Invented text in the place of a licensed one",), "Invented")
    assert code in [r.code for r in read(anweb((invented, *ROWS))).licensed]


def test_the_notice_is_passed_over_and_may_be_missing() -> None:
    assert recognises(anweb().head)
    assert recognises(anweb(notice=()).head)
    with_notice, without = read(anweb()).records, read(anweb(notice=())).records
    assert with_notice == tuple(replace(r, line=r.line + len(NOTICE)) for r in without)


def test_the_quarter_is_that_of_the_newest_change() -> None:
    assert read(anweb()).effective == date(2026, 4, 1)
    assert read(anweb(name="hcpcs.txt")).effective == date(2026, 4, 1)
    rows = (*ROWS[:-1], replace(ROWS[-1], effective="20260515"))
    assert read(anweb(rows)).effective == date(2026, 4, 1)


@pytest.mark.parametrize("name", ["HCPC2025_ANWEB.txt", "HCPC2026_JUL_ANWEB.txt"])
def test_a_name_that_speaks_of_another_release_is_refused(name: str) -> None:
    with pytest.raises(SourceError, match=rf"^{name}: its newest change takes effect on 2026-04"):
        read(anweb(name=name))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("E0100003004the last", "E0100004004the last", "line 400 of E0100 does not follow"),
        ("E0100002004to the", "E0101002004to the", "line 200 of E0101 does not follow"),
        ("   AD002008procedures", "   AD002004procedures", "has not the form|does not follow"),
        ("E0100003004the last", "E0100003004        ", "line 300 of E0100 has no text"),
        ("A0021001003Ambulance", "A0021002003Ambulance", "A0021 begins with line 200, not 100"),
        ("A0021001003Ambulance", "V5364001003Ambulance", "V5364 stands already on line"),
        ("A0021001003Ambulance", "W0021001003Ambulance", "'W0021' has not the form"),
        ("A0021001003Ambulance", "A0021001007Ambulance", "'A0021' has not the form of a mod"),
        ("A0021001003Ambulance", "A0021001005Ambulance", "no code, sequence number and record"),
        ("20260401", "20260431", "E0100, column ACT EFF DT: '20260431' is no date"),
        ("20251231D", "2025123 D", "G0297, column TERM DT: '2025123' is no date"),
        ("20100101", "        ", "column ADD DT: the date is missing"),
        ("O1A", "o1a", "A0021, column BETOS: 'o1a' is none of its values"),
        ("Dysphagia screening  ", "Dysphagia screening\t ", "a tab stands in place of columns"),
        ("Outside state ambulance serv", " " * 28, "A0021, column SHORT DESCRIPTION: it is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_with_its_line(old: str, new: str, fault: str) -> None:
    with pytest.raises(SourceError, match=rf"^HCPC2026_APR_ANWEB\.txt:\d+: .*(?:{fault})"):
        read(changed(old, new))


def test_a_record_that_is_out_of_its_columns_is_no_notice() -> None:
    lines = anweb_lines()
    lines[0] = " " + lines[0][:-1]
    with pytest.raises(SourceError, match=r":1: it looks like a record, but out of its columns"):
        read(text_file(lines))


def test_an_empty_line_between_records_is_refused_and_at_the_end_is_not() -> None:
    lines = anweb_lines()
    assert read(text_file([*lines, ""])).records
    with pytest.raises(SourceError, match=r":3: an empty line between records"):
        read(text_file([*lines[:2], "", *lines[2:]]))


def test_text_in_columns_that_are_to_be_empty_is_refused() -> None:
    lines = anweb_lines()
    lines[-1] = f"{lines[-1][:319]}x"
    with pytest.raises(SourceError, match="columns that are to be empty"):
        read(text_file(lines))


def test_a_file_without_its_last_codes_is_cut_short() -> None:
    with pytest.raises(SourceError, match=r"it ends with D9999, .* the file is cut short"):
        read(anweb(ROWS[:-1]))


def test_a_file_saved_in_utf_8_keeps_its_columns() -> None:
    assert read(text_file([*NOTICE, *anweb_lines()], encoding="utf-8")).records


@settings(deadline=None)
@given(st.integers(0, len(anweb().content) - 3))
def test_a_file_cut_anywhere_is_refused(length: int) -> None:
    whole = anweb()
    with pytest.raises(SourceError):
        read(OfficialFile(whole.name, whole.content[:length]))


@settings(deadline=None)
@given(st.sampled_from(FIRST_LINES), st.integers(0, 292), st.booleans())
def test_a_record_whose_columns_are_shifted_is_refused(
    number: int, at: int, to_the_left: bool
) -> None:
    lines = anweb_lines()
    line = lines[number]
    shifted = line[:at] + line[at + 1 :] + " " if to_the_left else line[:at] + " " + line[at:-1]
    with pytest.raises(SourceError):
        read(text_file([*lines[:number], shifted, *lines[number + 1 :]]))


@settings(deadline=None)
@given(st.integers(0, len(anweb_lines()) - 1), st.integers(-12, 12).filter(bool))
def test_a_line_of_another_length_is_refused(number: int, columns: int) -> None:
    lines = anweb_lines()
    line = lines[number]
    lines[number] = line[:columns] if columns < 0 else line + " " * columns
    with pytest.raises(SourceError):
        read(text_file(lines))
