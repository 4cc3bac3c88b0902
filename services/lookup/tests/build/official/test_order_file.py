"""An order file is one of ICD-10-CM or ICD-10-PCS, whole and dated, or is refused."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.build.errors import SourceError
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.order_file import OrderCode, read, recognises
from services.lookup.tests.build.official.icd_layouts import (
    CM_CODES,
    PCS_CODES,
    order_lines,
    text_file,
)

NAME = "icd10cm-order-2026.txt"
CM_FILE = text_file(order_lines(CM_CODES), NAME)
PCS_FILE = text_file(order_lines(PCS_CODES), "icd10pcs_order_2026.txt")


def with_line(number: int, line: str) -> OfficialFile:
    lines = order_lines(CM_CODES)
    lines[number - 1] = line
    return text_file(lines, NAME)


def test_codes_come_with_both_descriptions_in_order() -> None:
    assert recognises(CM_FILE.head)
    file = read(CM_FILE)
    assert file.system == "icd-10-cm"
    assert [code.code for code in file.codes] == [code for code, *_ in CM_CODES]
    assert file.codes[0] == OrderCode("A00", False, "Cholera", "Cholera", 1)
    assert file.codes[3] == OrderCode(
        "S022XXA",
        True,
        "Fracture of nasal bones, init encntr for closed fracture",
        "Fracture of nasal bones, initial encounter for closed fracture",
        4,
    )


def test_the_system_is_told_from_the_codes_not_from_the_name() -> None:
    file = read(OfficialFile("order_2026.txt", PCS_FILE.content))
    assert (file.system, file.codes[1].code) == ("icd-10-pcs", "0016070")


@pytest.mark.parametrize(
    ("name", "effective"),
    [
        ("icd10cm_order_2026.txt", date(2025, 10, 1)),
        ("ICD10CM-Order-2025.TXT", date(2024, 10, 1)),
        ("icd10cm-order-April-1-2026.txt", date(2026, 4, 1)),
        ("icd10cm-order-Jan-2025.txt", date(2025, 1, 1)),
        ("icd10cm-order-October-2025.txt", date(2025, 10, 1)),
        ("2026/april-1-2026-pcs-order-file.zip!icd10pcs_order_2026.txt", date(2026, 4, 1)),
        ("october-2025.zip!icd10pcs_order_2026.txt", date(2025, 10, 1)),
        ("icd10cm-Code Descriptions-2026.zip!order.txt", date(2025, 10, 1)),
    ],
)
def test_the_release_is_told_from_the_names(name: str, effective: date) -> None:
    assert read(OfficialFile(name, CM_FILE.content)).effective == effective


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("order.txt", "its release is not known"),
        ("order-2025-2026.txt", "its release is not known"),
        ("icd10cm-order-July-2026.txt", "a month in which ICD-10 is not released"),
    ],
)
def test_a_release_that_cannot_be_known_is_refused(name: str, fault: str) -> None:
    with pytest.raises(SourceError, match=rf"^{name}: .*{fault}"):
        read(OfficialFile(name, CM_FILE.content))


@pytest.mark.parametrize(
    ("number", "line", "fault"),
    [
        (2, "00002 A000   1 Cholera" + " " * 56 + "Cholera", "not in the columns"),
        (2, f"00002 A000    1 {'Cholera':<59} Cholera", "not in the columns"),
        (2, f"00002 A0 0    1 {'Cholera':<60} Cholera", "not in the columns"),
        (2, f"00002 A000    2 {'Cholera':<60} Cholera", "not in the columns"),
        (2, f"00002 A000    1 {'Cholera':<60} ", "not in the columns"),
        (2, "", "not in the columns"),
        (2, f"00003 A000    1 {'Cholera':<60} Cholera", "order number 00003 where 00002 is due"),
        (2, f"00002 A00     1 {'Cholera':<60} Cholera", "A00 stands already on line 1"),
        (2, f"00002 AAAA    1 {'Cholera':<60} Cholera", "AAAA is no code of ICD-10-CM"),
        (2, f"00002 0016070 1 {'Bypass':<60} Bypass", "0016070 is no code of ICD-10-CM"),
        (1, f"00001 A00     1 {'Cholera':<60} Cholera", "A00 is a code with codes below it"),
        (3, f"00003 S023    0 {'Fracture':<60} Fracture", "S023 is a header with no codes"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_with_its_line(number: int, line: str, fault: str) -> None:
    with pytest.raises(SourceError, match=rf"^{NAME}:{number}: .*{fault}"):
        read(with_line(number, line))


@pytest.mark.parametrize(
    ("codes", "name", "fault"),
    [
        (CM_CODES[:-2], "2026.txt", "ends with S022XXA, but ICD-10-CM goes on"),
        (CM_CODES[2:], "2026.txt", "begins with S022, but ICD-10-CM begins with A00"),
        (PCS_CODES[:-2], "2026.txt", "ends with 0016070, but ICD-10-PCS goes on"),
        ((("B00", "0", "x", "x"), ("B000000", "1", "x", "x")), "2026.txt", "ICD-10-CM or of ICD"),
    ],
)
def test_a_file_that_lacks_codes_at_an_end_is_refused(
    codes: tuple[tuple[str, ...], ...], name: str, fault: str
) -> None:
    with pytest.raises(SourceError, match=fault):
        read(text_file(order_lines(codes), name))


def test_letters_beyond_ascii_do_not_shift_the_columns() -> None:
    line = f"00002 A000    1 {'Charc\u00f4t':<60} Charc\u00f4t"
    assert read(with_line(2, line)).codes[1].long_text == "Charc\u00f4t"


def test_the_list_of_codes_alone_is_no_order_file() -> None:
    assert not recognises(b"A000    Cholera due to Vibrio cholerae 01, biovar cholerae\r\n" * 9)


@settings(deadline=None)
@given(st.sampled_from([CM_FILE, PCS_FILE]), st.data())
def test_a_file_cut_anywhere_is_refused(file: OfficialFile, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(file.content) - 3))
    with pytest.raises(SourceError):
        read(OfficialFile(file.name, file.content[:length]))


@settings(deadline=None)
@given(st.integers(0, len(CM_CODES) - 1), st.integers(0, 76), st.booleans())
def test_a_line_whose_columns_are_shifted_is_refused(
    number: int, at: int, to_the_left: bool
) -> None:
    lines = order_lines(CM_CODES)
    line = lines[number]
    # A blank that fills up a description may go without a shift that could be seen: not up to it.
    lines[number] = line[:at] + line[at + 1 :] if to_the_left else f"{line[:at]}_{line[at:]}"
    with pytest.raises(SourceError):
        read(text_file(lines, NAME))
