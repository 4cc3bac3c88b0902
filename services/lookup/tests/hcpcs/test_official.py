"""Official files go before the package, for their own quarter and no further."""

from collections.abc import Callable

from lookup.content import Page
from lookup.store import Store
from services.lookup.tests.icd10cm.sections.reading import items, rows, section, texts, titled


def said(page: Page, key: str) -> str:
    return " ".join(texts(section(page, key)))


def test_the_long_text_of_the_quarter_is_the_descriptor(official_page: Callable[..., Page]) -> None:
    page = official_page("A0021")
    assert page.code.title == "Ambulance service, outside state per mile, transport (medicaid only)"
    of = section(page, "official_description")
    assert of.blocks[0].source_id == "hcpcs-file-2026-04"
    assert "Outside state ambulance serv" in texts(of)


def test_it_is_not_shown_for_an_earlier_quarter(official_page: Callable[..., Page]) -> None:
    page = official_page("A0021", "hcpcs-2026-01")
    assert page.code.title == "Outside state ambulance serv"
    assert "not loaded for this quarter" in said(page, "official_description")


def test_a_short_text_that_differs_is_the_file_s(
    official_page: Callable[..., Page], official_store: Store
) -> None:
    stretches = official_store.stretches("hcpcs", "A0427")
    assert [s.title for s in stretches] == ["Als1-emergency", "Invented ambulance text"]
    page = official_page("A0427")
    assert page.code.title == "Invented new long text of an ambulance service"
    changes = rows(titled(section(page, "history_and_related"), "What each quarter changed"))
    assert any("“Als1-emergency” to “Invented ambulance text”" in row[1] for row in changes)


def test_a_code_that_ended_before_the_quarter_is_not_in_it(official_store: Store) -> None:
    (stretch,) = official_store.stretches("hcpcs", "J1885")
    assert stretch.expires.isoformat() == "2026-03-31"


def test_a_code_that_only_the_file_knows_has_a_page(official_page: Callable[..., Page]) -> None:
    page = official_page("V9999")
    assert page.code.title == "Invented code that only the file knows"
    assert "not loaded for V9999 in this quarter" in said(page, "payment")
    assert "Edits and claim flags" in said(page, "guidelines")


def test_coverage_prices_and_dates_come_from_the_record(official_page: Callable[..., Page]) -> None:
    page = official_page("E0100")
    coverage = items(titled(section(page, "medicare_coverage"), "CMS's HCPCS file of April 2026"))
    assert coverage == [
        "Coverage code D: special coverage instructions apply (record last changed on "
        "April 1, 2026)",
        "Statute: 1862(a)(7)",
        "National coverage manual (CIM): 60-3, 60-9",
    ]
    prices = items(titled(section(page, "payment"), "Pricing under Medicare Part B"))
    assert prices[0].startswith("Pricing indicator 32: inexpensive and routinely purchased")
    dates = rows(
        titled(section(page, "history_and_related"), "Dates in CMS's HCPCS file of April 2026")
    )
    assert dates[0] == ("Added", "2010-01-01")


def test_cross_references_are_linked_and_cpt_ones_counted(
    official_page: Callable[..., Page],
) -> None:
    of = section(official_page("E0100"), "crosswalks")
    table = titled(of, "Cross-references")
    assert rows(table) == [("A0021", "Outside state ambulance serv")]
    assert table.rows[0][0][0].link is not None
    assert "1 withheld: CPT is not loaded" in said(official_page("E0100"), "crosswalks")


def test_the_official_table_of_pairs_stands_in_for_the_package_s(
    official_page: Callable[..., Page],
) -> None:
    of = section(official_page("G0101"), "ncci_edits")
    table = titled(of, "NCCI pairs, hospital outpatient table")
    assert table.source_id == "ptp-outpatient-hospital-2026-04-1"
    assert rows(table) == [
        (
            *("G0102", "Prostate ca screening; dre", "2 (not paid beside this code)"),
            *("0: none may separate it", "before 1996", "in force", "Standards of practice"),
        ),
        (
            *("G0104", "Ca screen;flexi sigmoidscope", "1 (this code is not paid)"),
            *("9: not applicable, the edit was deleted", "2025-07-01", "2025-07-01"),
            "More extensive procedure",
        ),
    ]
    assert "1 withheld: CPT is not loaded" in said(official_page("G0101"), "ncci_edits")
    before = titled(
        section(official_page("P9016", "hcpcs-2026-01"), "ncci_edits"),
        "NCCI pairs, hospital outpatient table",
    )
    assert before.source_id == "ioce-2026-01"


def test_relative_values_and_amounts_by_locality_are_shown(
    official_page: Callable[..., Page],
) -> None:
    of = section(official_page("G0008"), "payment")
    values = rows(titled(of, "Relative value units (physician fee schedule)"))
    assert values[0][2:9] == ("1.30", "1.26", "NA", "0.10", "2.66", "NA", "33.4009")
    (amounts,) = [block for block in of.blocks if block.title.startswith("Amounts by locality")]
    # Alabama: (1.30 × 1 + 1.26 × 0.869 + 0.10 × 0.575) × 33.4009
    assert ("AL", "ALABAMA (00)", "$81.91", "NA") in rows(amounts)


def test_policies_that_name_the_code_are_listed(official_page: Callable[..., Page]) -> None:
    of = section(official_page("E0100"), "medicare_coverage")
    (policy,) = rows(titled(of, "National coverage determinations (NCD)"))
    assert policy[:5] == (
        *("NCD", "60-9", "1"),
        *("Invented Service, at Home", "covered with restrictions"),
    )
    local = rows(
        titled(
            section(official_page("E1390"), "medicare_coverage"),
            "Local coverage determinations (LCD)",
        )
    )
    assert local[0][:3] == ("LCD", "L33797", "20")
    # Another file than the release of the codes was searched.
    assert (
        "Local coverage determinations (LCD) that are loaded were searched; none names E0100."
    ) in said(official_page("E0100"), "medicare_coverage")


def test_what_other_files_lack_is_said_of_them(official_page: Callable[..., Page]) -> None:
    page = official_page("E0100")
    assert "The physician fee schedule that is loaded was searched" in said(page, "payment")
    assert "The physician fee schedule that is loaded was searched" in said(page, "modifiers")
    other = said(official_page("G0008"), "ncci_edits")
    assert "The practitioner MUE table that is loaded was searched" in other


def test_modifier_texts_come_from_the_file(official_page: Callable[..., Page]) -> None:
    of = section(official_page("G0101"), "modifiers")
    assert "Texts of modifiers not loaded" not in said(official_page("G0101"), "modifiers")
    assert of.blocks
