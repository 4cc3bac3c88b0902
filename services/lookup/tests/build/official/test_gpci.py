"""The geographic indices come out for every locality, or are refused with file and line."""

from decimal import Decimal

import pytest

from lookup.build.errors import SourceError
from lookup.build.official import gpci
from lookup.build.official.gpci import PracticeCosts
from services.lookup.tests.build.official import published_files as published
from services.lookup.tests.build.official.published_files import file_of

NAME = "GPCI2026.csv"


def read(text: str) -> PracticeCosts:
    return gpci.read(file_of(text, NAME))


def refusal(text: str) -> str:
    with pytest.raises(SourceError) as refused:
        read(text)
    return str(refused.value)


def test_year_headings_and_footnotes_are_kept() -> None:
    costs = read(published.gpci())
    assert (costs.year, costs.work_heading) == (2026, "2026 PW GPCI (with 1.0 Floor)")
    assert costs.footnotes == ("* A footnote, of ours.", "** Another one.")


def test_a_locality_is_read_with_the_zeros_that_spreadsheets_drop() -> None:
    alaska = read(published.gpci()).localities[1]
    assert (alaska.contractor, alaska.state, alaska.number) == ("02102", "AK", "01")
    assert (alaska.name, alaska.marks) == ("ALASKA", "**")
    assert (alaska.work, alaska.practice_expense, alaska.malpractice) == (
        *(Decimal("1.5"), Decimal("1.081"), Decimal("0.592")),
    )


def test_localities_of_two_contractors_may_share_a_number() -> None:
    assert [(x.contractor, x.number) for x in read(published.gpci()).localities] == [
        *(("10112", "00"), ("02102", "01"), ("03102", "00")),
    ]


def test_a_file_without_its_footnotes_is_cut_short() -> None:
    text = published.gpci()
    cut = text[: text.index("03102")]
    assert refusal(cut) == (
        f"{NAME}:5: it ends without the footnotes that close the table: it is cut short"
    )
    assert "cut short" in refusal(text[: text.index("* A footnote")])
    assert "the last line has no end" in refusal(text[:-12])
    assert "ends before its header" in refusal(text[: text.index("Medicare Admin")])


def test_a_locality_that_comes_twice_is_refused() -> None:
    rows = [*published.GPCI_ROWS, ("2102", "AK", "01", "ALASKA", "1", "1", "1")]
    assert refusal(published.gpci(rows=rows)) == (
        f"{NAME}:7: locality 01 of contractor 02102 is there twice, first on line 5"
    )


def test_columns_out_of_place_are_refused() -> None:
    text = published.gpci().replace("2026 PE GPCI,2026 MP GPCI", "2026 MP GPCI,2026 PE GPCI")
    assert refusal(text) == (
        f"{NAME}:3: column 6 is '2026 MP GPCI' where the practice expense GPCI belongs"
    )
    text = published.gpci().replace("2026 MP GPCI", "2026 MP GPCI,More")
    assert refusal(text) == f"{NAME}:3: 8 columns where 7 belong in the header"
    rows = [("10112", "AL", "00", "ALABAMA", "1", "0.869")]
    assert refusal(published.gpci(rows=rows)) == f"{NAME}:4: 6 columns where 7 belong"


def test_an_unknown_or_mixed_year_is_refused() -> None:
    assert "of which calendar year" in refusal(published.gpci().replace("CY 2026", "CY"))
    text = published.gpci().replace("CY 2026", "CY 2025")
    assert refusal(text) == f"{NAME}:3: column 5 is of 2026, the title of 2025"


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (0, "1012345", "'1012345' is not a Medicare administrative contractor"),
        (1, "Alabama", "'Alabama' is not a state"),
        (2, "", "'' is not a locality number"),
        (5, "high", "'high' is not a practice expense GPCI"),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_refused(
    column: int, cell: str, reason: str
) -> None:
    row = list(published.GPCI_ROWS[0])
    row[column] = cell
    assert refusal(published.gpci(rows=[row])) == f"{NAME}:4: {reason}"
