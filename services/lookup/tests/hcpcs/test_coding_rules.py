"""What a fact of HCPCS Level II may and may not claim."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lookup.content import BlockKind, Page
from lookup.pointer import CATALOG_FILE
from lookup.store import Store
from services.lookup.tests.icd10cm.sections.reading import items, rows, section, texts, titled

CPT_OR_CDT = re.compile(r"(?<![0-9A-Za-z.])(?:[0-9]{4}[0-9AFMTU]|D[0-9]{4})(?![0-9A-Za-z]|\.[0-9])")
# Manual sections and contractors' numbers have five digits too; counts of rows are SQLite's own.
OTHER_NUMBERS = {"hcpcs_records.lists", "hcpcs_records.statute", "hcpcs_localities.contractor"}


def said(page: Page, key: str) -> str:
    return " ".join(texts(section(page, key)))


def cells(place: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(place / CATALOG_FILE)) as database:
        names = database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (table,) in names:
            for column in database.execute(f"PRAGMA table_info({table})").fetchall():
                for (text,) in database.execute(f'SELECT DISTINCT "{column[1]}" FROM {table}'):
                    yield f"{table}.{column[1]}", str(text) if isinstance(text, str) else ""


@pytest.mark.parametrize("place", ["catalog", "official_place"])
def test_no_cpt_or_dental_code_is_in_the_catalog(
    place: str, request: pytest.FixtureRequest
) -> None:
    found = [
        (where, text)
        for where, text in cells(request.getfixturevalue(place))
        if where not in OTHER_NUMBERS and CPT_OR_CDT.search(text)
    ]
    assert not found, found[:5]


def test_only_level_ii_modifiers_are_kept(store: Store) -> None:
    held = {row[0] for row in store.catalog.execute("SELECT modifier FROM hcpcs_modifiers")}
    assert "XE" in held
    assert "GT" in held
    assert not [m for m in held if not re.fullmatch(r"[A-Z][0-9A-Z]", m)]
    assert not held & {f"P{number}" for number in range(1, 7)}


def test_the_short_text_is_shown_as_it_is_and_called_short(page: Callable[..., Page]) -> None:
    of = section(page("E0601"), "official_description")
    assert of.blocks[0].text == "Cont airway pressure device"
    assert "abbreviates to 28 characters" in texts(of)[1]


def test_no_dose_is_guessed(page: Callable[..., Page]) -> None:
    read = said(page("J1885"), "common_language")
    assert "Ketorolac tromethamine injection" in read
    assert not re.search(r"\d+ ?(?:mg|ml)", read)


def test_an_s_code_is_not_called_uncovered_by_everyone(page: Callable[..., Page]) -> None:
    of = section(page("S9364"), "medicare_coverage")
    assert "Not recognized by Medicare for outpatient claims." in items(of.blocks[0])
    assert "does not mean that nobody covers" in said(page("S9364"), "medicare_coverage")


def test_pairs_say_which_table_they_are_of_and_what_it_lacks(page: Callable[..., Page]) -> None:
    of = section(page("P9016"), "ncci_edits")
    table = titled(of, "NCCI pairs, hospital outpatient table")
    assert {row[3] for row in rows(table)} <= {"may separate the pair", "none may separate it"}
    assert "no indicator 9, no rationale" in said(page("P9016"), "ncci_edits")


def test_a_pair_is_shown_from_both_sides(page: Callable[..., Page]) -> None:
    first = rows(
        titled(section(page("P9022"), "ncci_edits"), "NCCI pairs, hospital outpatient table")
    )
    second = rows(
        titled(section(page("P9016"), "ncci_edits"), "NCCI pairs, hospital outpatient table")
    )
    assert ("P9016", "2 (not paid beside this code)") in {(row[0], row[2]) for row in first}
    assert ("P9022", "1 (this code is not paid)") in {(row[0], row[2]) for row in second}


def test_what_begins_with_the_first_quarter_began_by_then(page: Callable[..., Page]) -> None:
    of = titled(section(page("P9016"), "ncci_edits"), "NCCI pairs, hospital outpatient table")
    assert rows(of)[0][4] == "2019-07-01 or earlier"


def test_modifier_59_and_its_subsets_may_stand_on_either_code(page: Callable[..., Page]) -> None:
    assert "on the code of either column since July 1, 2019" in said(page("P9016"), "modifiers")


def test_a_missing_mue_is_not_called_unlimited(page: Callable[..., Page]) -> None:
    read = said(page("J1885"), "ncci_edits")
    assert "(MUE) not loaded" in read
    assert "does not mean unlimited units" in read


def test_mue_indicators_say_what_is_counted(official_page: Callable[..., Page]) -> None:
    title = "Medically unlikely edits (MUE)"
    by_day = rows(titled(section(official_page("E0100"), "ncci_edits"), title))
    by_line = rows(titled(section(official_page("A0021"), "ncci_edits"), title))
    assert (by_day[0][1], by_day[0][2]) == (
        "2",
        "2: units are counted by date of service, by policy",
    )
    assert by_line[0][2] == "1: units are counted by claim line"
    absent = said(official_page("G0008"), "ncci_edits")
    assert "it lists none for G0008. A missing MUE does not mean unlimited" in absent


def test_17_of_18_primaries_of_g2211_are_withheld_and_nothing_is_concluded(
    page: Callable[..., Page],
) -> None:
    of = section(page("G2211"), "ncci_edits")
    assert [row[0] for row in rows(titled(of, "Primary procedures listed (type I)"))] == ["G0463"]
    read = said(page("G2211"), "ncci_edits")
    assert "17 withheld: CPT is not loaded. Of 18 listed primaries" in read
    assert "cannot be told without them" in read


def test_an_add_on_of_type_ii_leaves_its_primaries_to_the_contractor(
    page: Callable[..., Page],
) -> None:
    read = said(page("G0501"), "ncci_edits")
    assert "add-on code of type II" in read
    assert "contractor decides" in read
    assert "no primary needed" not in read


def test_an_add_on_of_type_iii_has_listed_primaries_and_others(page: Callable[..., Page]) -> None:
    of = section(page("G0506"), "ncci_edits")
    listed = [row[0] for row in rows(titled(of, "Primary procedures listed (type III)"))]
    assert listed == ["G0402", "G0438", "G0439", "G0463"]
    assert "the contractor may accept others" in said(page("G0506"), "ncci_edits")


def test_rates_are_national_unadjusted_and_for_one_unit(page: Callable[..., Page]) -> None:
    of = section(page("G0463"), "payment")
    table = rows(titled(of, "Hospital outpatient payment (OPPS)"))
    assert ("APC", "5012", "$136.02 national, unadjusted, per HCPCS unit") in table


def test_an_apc_without_a_fixed_amount_has_no_rate(page: Callable[..., Page]) -> None:
    read = said(page("C9818"), "payment")
    assert "lists no fixed amount for APC 0933" in read
    assert "$0.00" not in str(section(page("C9818"), "payment"))


def test_packaged_is_still_billed(page: Callable[..., Page]) -> None:
    assert "Packaged is still billed" in said(page("C1822"), "payment")


@pytest.mark.parametrize("code", ["A0021", "J0570", "M1003"])
def test_what_medicare_does_not_allow_speaks_of_medicare_only(
    code: str, page: Callable[..., Page]
) -> None:
    assert "speaks of Medicare's outpatient claims only" in said(page(code), "payment")


def test_a_code_that_left_and_came_back_shows_its_gap(
    page: Callable[..., Page], store: Store
) -> None:
    stretches = store.stretches("hcpcs", "J0570")
    assert [(s.effective.isoformat(), s.expires.isoformat()) for s in stretches] == [
        ("2019-07-01", "2024-12-31"),
        ("2025-10-01", "2026-06-30"),
    ]
    read = said(page("J0570"), "history_and_related")
    assert "not listed from January 1, 2025 to September 30, 2025" in read


def test_days_of_approval_in_mid_quarter_are_shown_with_their_edit(
    page: Callable[..., Page],
) -> None:
    read = said(page("C9818"), "guidelines")
    assert "A service before January 23, 2026 meets edit 134" in read


def test_a_stored_false_high_age_means_0(page: Callable[..., Page]) -> None:
    assert "for children under 1 year" in said(page("L3201"), "guidelines")


def test_a_quarter_shows_what_was_so_in_it(page: Callable[..., Page]) -> None:
    then = rows(
        titled(
            section(page("J0570", "hcpcs-2019-07"), "payment"),
            "Hospital outpatient payment (OPPS)",
        )
    )
    now = rows(titled(section(page("J0570"), "payment"), "Hospital outpatient payment (OPPS)"))
    assert (then[0][1], now[0][1]) == ("G", "E2")
    changes = rows(
        titled(section(page("J0570"), "history_and_related"), "What each quarter changed")
    )
    assert ("2020-01-01", "Status indicator changed from G to K.") in changes
    # What changed while the code was away is told on its return.
    assert ("2025-10-01", "Status indicator changed from K to E2.") in changes


def test_an_edit_is_named_with_what_happens(page: Callable[..., Page]) -> None:
    of = titled(section(page("E0601"), "guidelines"), "Edits of the outpatient code editor (I/OCE)")
    assert rows(of)[0][:3] == (
        "61",
        "Service can only be billed to the DMERC",
        "Return to Provider",
    )


def test_a_code_for_hospitals_is_not_called_unreportable(page: Callable[..., Page]) -> None:
    of = titled(section(page("C1734"), "guidelines"), "Claim notes")
    assert (
        "Reportable for hospital outpatient departments (bill types 12x, 13x and 85x), not for "
        "other sites of service."
    ) in items(of)


def test_a_national_code_is_not_said_to_be_accepted_by_all(page: Callable[..., Page]) -> None:
    read = said(page("J1885"), "common_language")
    assert "J codes are national codes, which any payer may use." in read
    assert "for all payers" not in read


def test_fee_schedules_that_are_not_loaded_are_named(page: Callable[..., Page]) -> None:
    read = said(page("E0601"), "payment")
    assert "Amounts of other fee schedules (ambulance, laboratory, equipment" in read
    assert "not loaded for E0601" in read


def test_nothing_is_called_none_that_is_not_loaded(page: Callable[..., Page]) -> None:
    for part in page("E0601").sections:
        for block in part.blocks:
            if block.kind is BlockKind.NOTICE and not block.source_id:
                assert "not loaded" in block.text
