"""What releases hold when some lists are whole and others are not."""

from datetime import date

from lookup.build.icd10pcs.membership import ALL_SECTIONS, CodeList, half_year_end, releases_of

APRIL_24, OCTOBER_24 = date(2024, 4, 1), date(2024, 10, 1)
APRIL_25, OCTOBER_25 = date(2025, 4, 1), date(2025, 10, 1)


def code_list(
    effective: date, codes: str, complete_for: str = "", official: bool = False
) -> CodeList:
    return CodeList(
        f"list {effective} {complete_for}",
        effective,
        half_year_end(effective),
        complete_for,
        frozenset(codes.split()),
        f"source {effective} {complete_for}",
        official=official,
    )


def test_there_is_no_release_before_the_first_whole_list() -> None:
    releases = releases_of(
        [code_list(date(2023, 10, 1), "0A"), code_list(APRIL_24, "0A B1", ALL_SECTIONS)]
    )
    assert [release.effective for release in releases] == [APRIL_24]
    assert releases[0].codes == {"0A", "B1"}


def test_codes_that_only_some_lists_name_are_carried_on_and_said_to_be() -> None:
    _first, second = releases_of(
        [
            code_list(APRIL_24, "0A B1", ALL_SECTIONS),
            code_list(APRIL_24, "0A"),
            code_list(OCTOBER_24, "0A 0N"),
        ]
    )
    assert second.codes == {"0A", "0N", "B1"}
    assert second.carried == {"B1"}


def test_a_code_that_the_grouper_names_no_longer_has_ended() -> None:
    _first, second = releases_of(
        [
            code_list(APRIL_24, "0A 0X B1", ALL_SECTIONS),
            code_list(APRIL_24, "0A 0X"),
            code_list(OCTOBER_24, "0A"),
        ]
    )
    assert second.codes == {"0A", "B1"}


def test_a_section_of_which_all_codes_are_named_has_no_others() -> None:
    releases = releases_of(
        [
            code_list(APRIL_24, "0A 0Q B1", ALL_SECTIONS),
            code_list(APRIL_25, "0A 0N", "0"),
            code_list(OCTOBER_25, "0A"),
        ]
    )
    assert releases[1].codes == {"0A", "0N", "B1"}
    assert releases[1].carried == {"B1"}
    assert releases[2].codes == {"0A", "0N", "B1"}
    assert releases[2].carried == {"0N", "B1"}


def test_an_official_list_outdoes_every_other_of_its_day() -> None:
    (first,) = releases_of(
        [
            code_list(APRIL_24, "0A B1", ALL_SECTIONS),
            code_list(APRIL_24, "0A 0N"),
            code_list(APRIL_24, "0A C1", ALL_SECTIONS, official=True),
        ]
    )
    assert first.codes == {"0A", "C1"}


def test_a_release_ends_with_its_half_year_or_when_the_next_begins() -> None:
    releases = releases_of(
        [
            code_list(date(2020, 10, 1), "0A", ALL_SECTIONS, official=True),
            code_list(date(2021, 1, 1), "0A", ALL_SECTIONS, official=True),
            code_list(APRIL_24, "0A", ALL_SECTIONS),
        ]
    )
    assert [(release.effective, release.expires) for release in releases] == [
        (date(2020, 10, 1), date(2020, 12, 31)),
        (date(2021, 1, 1), date(2021, 3, 31)),
        (APRIL_24, date(2024, 9, 30)),
    ]
