"""The grouper's lists and the weights come out of the packages as published."""

from datetime import date
from decimal import Decimal

import pytest

from lookup.build.ms_drg import (
    Grouper,
    grouper_version_on,
    grouper_versions,
    read_grouper,
    read_table5,
)
from lookup.ms_drg.facts import GrouperVersion


@pytest.fixture(scope="module")
def newest() -> Grouper:
    return read_grouper(grouper_versions()[-1])


def test_versions_follow_one_another_without_a_gap() -> None:
    versions = grouper_versions()
    assert [versions[0].name, versions[-1].name] == ["36", "43.1"]
    assert all(
        grouper_version_on(version.effective) == grouper_version_on(version.expires) == version
        for version in versions
    )
    assert len(versions) == 11


def test_days_before_the_first_and_after_the_last_have_none() -> None:
    assert grouper_version_on(date(2018, 9, 30)) is None
    assert grouper_version_on(date(2026, 10, 1)) is None


def test_a_version_is_of_its_fiscal_year() -> None:
    found = {version.name: version.fiscal_year for version in grouper_versions()}
    assert (found["42.1"], found["43"], found["43.1"]) == (2025, 2026, 2026)


def test_the_newest_lists_are_whole(newest: Grouper) -> None:
    assert len(newest.drgs) == 772
    assert len(newest.severities) == 18_391
    assert sum(severity.level == "MCC" for severity in newest.severities.values()) == 3_353
    assert len(newest.exclusions) == 1_994
    assert len(newest.or_procedures) == 54_142
    # The package has two more, "One" and "with", which are none.
    assert len(newest.procedures) == 56_718
    assert len(newest.non_extensive) == 10_479


@pytest.mark.parametrize("version", grouper_versions(), ids=lambda version: version.name)
def test_every_version_can_be_read(version: GrouperVersion) -> None:
    grouper = read_grouper(version)
    assert grouper.severities.keys() >= {"D66"}
    known = set(grouper.drgs)
    for listings in (*grouper.diagnoses.values(), *grouper.procedures.values()):
        assert all(known.issuperset(listing.drgs) for listing in listings)


def test_a_secondary_diagnosis_has_its_level_and_when_it_does_not_count(newest: Grouper) -> None:
    assert newest.severities["D66"].level == "MCC"
    assert "D65" in newest.exclusions[newest.severities["D66"].exclusions]
    assert newest.severities["S52521A"].hospital_acquired == "05"
    assert newest.severities["I469"].only_if_alive
    assert "082" in newest.severities["S061X3A"].not_in


def test_a_procedure_that_counts_with_others_names_them(newest: Grouper) -> None:
    together = [
        listing.together_with
        for listings in newest.procedures.values()
        for listing in listings
        if listing.together_with
    ]
    assert together
    assert all(len(code) == 7 for codes in together for code in codes)


def test_the_capped_weight_is_the_one_that_pays() -> None:
    table = read_table5()
    assert (table.fiscal_year, len(table.weights)) == (2026, 772)
    pancreas = table.weights["010"]
    assert (pancreas.weight, pancreas.uncapped) == (Decimal("7.1757"), Decimal("3.0699"))
    assert sum(of.weight != of.uncapped for of in table.weights.values()) == 30


def test_two_groups_are_not_paid() -> None:
    unpaid = [of.number for of in read_table5().weights.values() if of.weight is None]
    assert unpaid == ["998", "999"]


def test_grouper_and_weights_know_the_same_groups(newest: Grouper) -> None:
    weights = read_table5().weights
    assert weights.keys() == newest.drgs.keys()
    for number, drg in newest.drgs.items():
        assert drg.title.upper() == weights[number].title.upper()
