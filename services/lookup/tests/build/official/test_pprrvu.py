"""The fee schedule comes out with every row and exact amounts, or is refused with its line."""

from datetime import date
from decimal import Decimal

import pytest

from lookup.build.errors import SourceError
from lookup.build.official import pprrvu
from lookup.build.official.pprrvu import Conversion, FeeSchedule
from services.lookup.tests.build.official import published_files as published
from services.lookup.tests.build.official.published_files import (
    file_of,
    line_with,
    relative_value,
)

NAME = "PPRRVU2026_Jul.csv"


def read(text: str, name: str = NAME) -> FeeSchedule:
    return pprrvu.read(file_of(text, name))


def refusal(text: str) -> str:
    with pytest.raises(SourceError) as refused:
        read(text)
    return str(refused.value)


def test_the_title_tells_year_and_release() -> None:
    assert read(published.pprrvu()).effective == date(2026, 7, 1)
    assert read(published.pprrvu(2025, "October")).effective == date(2025, 10, 1)
    assert read(published.pprrvu(2025, "October")).year == 2025


def test_a_row_is_read_column_by_column() -> None:
    value = read(published.pprrvu()).values[1]
    assert (value.code, value.modifier, value.description, value.status) == (
        *("G0121", "53", "Text of G0121, 53", "A"),
    )
    assert (value.work, value.non_facility_pe, value.facility_pe, value.malpractice) == (
        *(Decimal("1.30"), Decimal("1.26"), Decimal("0.55"), Decimal("0.10")),
    )
    assert (value.non_facility_na, value.facility_na) == (False, True)
    assert (value.non_facility_total, value.facility_total) == (Decimal("2.66"), Decimal("1.95"))
    assert (value.pctc, value.global_days, value.multiple_procedure) == ("0", "090", "2")
    assert (value.preoperative, value.intraoperative, value.postoperative) == (
        *(Decimal("0.10"), Decimal("0.80"), Decimal("0.10")),
    )
    assert (value.pricing, value.endoscopic_base) == ("3", "G0105")
    assert (value.conversion_factor, value.supervision) == (Decimal("33.4009"), "09")
    assert (value.calculation_flag, value.imaging_family) == ("0", "99")


def test_an_amount_that_does_not_apply_is_none_and_not_nought() -> None:
    value = read(published.pprrvu()).values[0]
    assert (value.opps_non_facility, value.opps_facility) == (Decimal("0.00"), None)


def test_before_2026_there_is_no_pricing_indicator_and_the_rest_stays_in_place() -> None:
    value = read(published.pprrvu(2025, "January")).values[0]
    assert (value.pricing, value.endoscopic_base, value.opps_malpractice) == (
        *("", "G0105", Decimal("0.10")),
    )


def test_a_code_may_come_again_with_another_modifier() -> None:
    assert [(v.code, v.modifier) for v in read(published.pprrvu()).values] == [
        *(("G0008", ""), ("G0121", "53"), ("G0121", "")),
    ]


@pytest.mark.parametrize(
    ("name", "conversion"),
    [
        ("PPRRVU2026_Jul_nonQPP.csv", Conversion.NOT_QUALIFYING),
        ("RVU26C.zip!PPRRVU2026_Jul_QPP.csv", Conversion.QUALIFYING),
        ("PPRRVU25_JAN.csv", Conversion.ONE),
    ],
)
def test_the_name_tells_whose_conversion_factor_it_holds(name: str, conversion: Conversion) -> None:
    assert read(published.pprrvu(), name).conversion is conversion


def test_windows_encoding_is_read() -> None:
    row = relative_value("G0008")
    row[2] = "Caf\xe9 visit"
    text = published.pprrvu(rows=[row])
    schedule = pprrvu.read(file_of(text, NAME, "cp1252"))
    assert schedule.values[0].description == "Caf\xe9 visit"


def test_unicode_text_of_a_spreadsheet_is_refused() -> None:
    with pytest.raises(SourceError, match="is not text") as refused:
        pprrvu.read(file_of(published.pprrvu(), NAME, "utf-16-le"))
    assert str(refused.value).startswith(f"{NAME}:1:")


def test_a_row_that_is_cut_short_is_refused() -> None:
    text = published.pprrvu()
    cut = text[: text.index("33.4009", text.index("G0121,53"))]
    line = line_with(cut, "G0121,53")
    assert refusal(cut) == (
        f"{NAME}:{line}: the last line has no end: the file is cut short; download it again"
    )
    assert f"{NAME}:{line}: 25 columns where 32 belong" not in refusal(cut)
    assert f"{NAME}:{line}: 26 columns where 32 belong" in refusal(cut + "\r\n")


def test_a_file_that_ends_with_its_header_is_refused() -> None:
    assert "no rows after its header" in refusal(published.pprrvu(rows=[]))


def test_a_file_that_ends_before_its_header_is_refused() -> None:
    text = published.pprrvu()
    assert "HCPCS, MOD, DESCRIPTION" in refusal(text[: text.index("HCPCS")])


def test_a_row_with_a_column_too_many_is_refused() -> None:
    text = published.pprrvu(rows=[relative_value("G0008"), [*relative_value("G0121"), "0"]])
    assert refusal(text).startswith(f"{NAME}:12: 33 columns where 32 belong")


def test_columns_of_another_year_are_refused() -> None:
    text = published.pprrvu(2025).replace("2025 National", "2026 National")
    message = refusal(text)
    assert message.startswith(f"{NAME}:10: 31 columns where the schedule of 2026 has 32")
    text = published.pprrvu(2026).replace("2026 National", "2024 National")
    assert "32 columns where the schedule of 2024 has 31" in refusal(text)


def test_a_column_under_another_name_is_refused() -> None:
    message = refusal(published.pprrvu().replace("TEAM,PRIC", "PRIC,TEAM"))
    assert message.startswith(f"{NAME}:10: column 23 is 'PRIC SURG' where 'TEAM SURG' belongs")
    message = refusal(published.pprrvu().replace("WORK,NON-FAC", "WORK,FACILITY"))
    assert "column 7 is 'FACILITY PE RVU' where 'NON FACILITY PE RVU' belongs" in message


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("National Physician Fee Schedule Relative Value File", "of which year and release"),
        (
            "2026 National Physician Fee Schedule Relative Value File Spring Release",
            "an unknown release, Spring",
        ),
    ],
)
def test_an_unknown_release_is_refused(title: str, reason: str) -> None:
    message = refusal(published.pprrvu(title=title))
    assert message.startswith(f"{NAME}:1:")
    assert reason in message


def test_a_code_and_modifier_that_come_twice_are_refused() -> None:
    rows = [*published.PPRRVU_ROWS, relative_value("G0121", "53", work="0.60")]
    assert refusal(published.pprrvu(rows=rows)) == (
        f"{NAME}:14: G0121 53 is there twice, first on line 12"
    )


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (0, "G008", "'G008' is not a procedure code"),
        (1, "526", "'526' is not a modifier"),
        (3, "", "'' is not a status indicator"),
        (5, "1,30", "column 6: '1,30' is not a number"),
        (7, "N", "column 8: 'N' where NA or nothing belongs"),
        (25, "free", "column 26: 'free' is not a number"),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_refused(
    column: int, cell: str, reason: str
) -> None:
    row = relative_value("G0008")
    row[column] = cell
    assert refusal(published.pprrvu(rows=[row])) == f"{NAME}:11: {reason}"


def test_rows_after_an_empty_one_are_not_passed_over() -> None:
    rows = [relative_value("G0008"), [""] * 32, relative_value("G0121")]
    assert refusal(published.pprrvu(rows=rows)) == (
        f"{NAME}:12: an empty record stands between others: the file is damaged"
    )
