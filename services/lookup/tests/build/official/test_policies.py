"""Coverage policies come out in plain text, or the export is refused with its line."""

from datetime import date

import pytest

from lookup.build.errors import SourceError
from lookup.build.official import policies
from lookup.build.official.policies import LocalPolicies, NationalPolicies
from services.lookup.tests.build.official import published_files as published
from services.lookup.tests.build.official.published_files import file_of, line_with, ncd_row

NCD = "ncd.zip!ncd_csv.zip!ncd_trkg.csv"
LCD = "lcd_x_hcpc_code.csv"


def national(text: str) -> NationalPolicies:
    found = policies.read(file_of(text, NCD))
    assert isinstance(found, NationalPolicies)
    return found


def local(text: str) -> LocalPolicies:
    found = policies.read(file_of(text, LCD))
    assert isinstance(found, LocalPolicies)
    return found


def refusal(text: str, name: str = NCD) -> str:
    with pytest.raises(SourceError) as refused:
        policies.read(file_of(text, name))
    return str(refused.value)


def test_a_national_determination_is_read_with_its_texts_in_plain() -> None:
    first = national(published.ncd()).determinations[0]
    assert (first.number, first.version, first.determination) == (9001, 1, True)
    assert (first.section, first.title) == ("999.4.1", "Invented Service, at Home")
    assert (first.coverage_level, first.effective) == ("2", date(2021, 9, 27))
    assert (first.implementation, first.termination) == (None, None)
    assert first.indications == 'Covered when both hold:\n- age < 18\n"so"'
    assert (first.description, first.under_review, first.laboratory) == ("", False, True)


def test_two_versions_of_a_determination_are_two() -> None:
    found = national(published.ncd()).determinations
    assert [(x.number, x.version) for x in found] == [(9001, 1), (9001, 2)]
    assert found[1].line > found[0].line + 2


def test_an_export_is_as_new_as_its_newest_change() -> None:
    assert national(published.ncd()).as_of == date(2026, 8, 28)
    assert local(published.lcd()).as_of == date(2026, 3, 2)


def test_the_codes_of_a_local_determination_are_read() -> None:
    first, second = local(published.lcd()).codes
    assert (first.lcd, first.lcd_version, first.code, first.group) == (33797, 20, "E1390", "1")
    assert first.long_description == "OXYGEN CONCENTRATOR, 85 PERCENT > AT PRESCRIBED RATE"
    assert (first.short_description, second.short_description) == ("Oxygen concentrator", "")


def test_other_tables_of_the_exports_are_not_taken_for_these() -> None:
    for header in (
        "NCD_id,NCD_vrsn_num,bnft_ctgry_cd,creatd_tmstmp,last_updt_tmstmp",
        "lcd_id,lcd_version,hcpc_code_group,paragraph,last_updated",
    ):
        assert not policies.recognises(f"{header}\r\n".encode())


def test_an_export_that_is_cut_short_is_refused() -> None:
    text = published.ncd()
    assert refusal(text[: text.rindex("<ul>")] + "\r\n").startswith(
        f"{NCD}:{line_with(text, '9001,2')}: a quoted cell is not closed"
    )
    assert "the last line has no end" in refusal(text[:-4])
    assert "nothing after the header" in refusal(text[: text.index("9001")])
    cut = published.lcd()[: published.lcd().index(",Oxygen concentrator")] + "\r\n"
    assert refusal(cut, LCD).startswith(f"{LCD}:2: 8 columns where 9 belong")


def test_a_record_that_comes_twice_is_refused() -> None:
    rows = [ncd_row(), ncd_row("9001", "2"), ncd_row()]
    assert refusal(published.ncd(rows)).endswith(
        "version 1 of NCD 9001 is there twice, first on line 2"
    )
    message = refusal(published.lcd([*published.LCD_ROWS, published.LCD_ROWS[0]]), LCD)
    assert message == f"{LCD}:4: E1390 in LCD 33797 version 20 is there twice, first on line 2"


def test_columns_under_other_names_are_refused() -> None:
    text = published.ncd().replace("xref_txt,othr_txt", "othr_txt,xref_txt")
    assert refusal(text) == f"{NCD}:1: column 12 is 'othr_txt' where 'xref_txt' belongs"
    text = published.ncd().replace(",NCD_AMA", "")
    assert refusal(text) == f"{NCD}:1: 25 columns where this export has 26"
    text = published.lcd().replace(",range", "")
    assert refusal(text, LCD) == f"{LCD}:1: 8 columns where this export has 9"


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("NCD_id", "L9", "NCD_id: 'L9' is not a number"),
        ("NCD_mnl_sect", "", "NCD_mnl_sect is empty"),
        ("NCD_efctv_dt", "", "NCD_efctv_dt is empty"),
        ("NCD_trmntn_dt", "never", "NCD_trmntn_dt: 'never' is not a date (YYYY-MM-DD)"),
        ("under_rvw", "maybe", "under_rvw: 'maybe' is not True or False"),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_refused(
    column: str, cell: str, reason: str
) -> None:
    assert refusal(published.ncd([ncd_row(**{column: cell})])) == f"{NCD}:2: {reason}"


def test_a_local_code_that_is_none_is_refused() -> None:
    row = list(published.LCD_ROWS[0])
    row[2] = "E13"
    assert refusal(published.lcd([row]), LCD) == (
        f"{LCD}:2: hcpc_code_id: 'E13' is not a procedure code"
    )


def test_a_character_that_was_lost_in_saving_is_refused() -> None:
    text = published.ncd([ncd_row(othr_txt="patient\ufffds")])
    assert refusal(text).startswith(f"{NCD}:{line_with(text, 'patient')}: character U+FFFD")
