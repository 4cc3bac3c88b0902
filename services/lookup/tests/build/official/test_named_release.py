"""Names say a release only where they say one, and the innermost name decides."""

import pytest

from lookup.build.official.named_release import NamedRelease, named_release


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("HCPC2026_APR_ANWEB.txt", NamedRelease(2026, 4)),
        ("HCPC2026_JUL_ANWEB_06172026.txt", NamedRelease(2026, 7)),
        ("HCPC2020_ANWEB_w_disclaimer.txt", NamedRelease(2020, None)),
        ("icd10cm-order-April-1-2026.txt", NamedRelease(2026, 4)),
        ("january-2026.zip!order.txt", NamedRelease(2026, 1)),
        ("april-1-2026.zip!order_2026.txt", NamedRelease(2026, 4)),
        ("april-1-2025.zip!order_2026.txt", NamedRelease(2026, None)),
        ("2024/old/order_2026.txt", NamedRelease(2026, None)),
        ("2024/order.txt", NamedRelease(2024, None)),
        ("april/order_2026.txt", NamedRelease(2026, 4)),
    ],
)
def test_a_release_is_read_from_names(name: str, release: NamedRelease) -> None:
    assert named_release(name) == release


@pytest.mark.parametrize(
    "name", ["order.txt", "order-2025-2026.txt", "20260401.txt", "april.zip!order.txt"]
)
def test_a_name_without_one_year_says_nothing(name: str) -> None:
    assert named_release(name) is None


@pytest.mark.parametrize("name", ["Octopus2026.txt", "maprelease2026.txt", "jan-apr-2026.txt"])
def test_letters_within_a_word_and_two_months_are_no_month(name: str) -> None:
    assert named_release(name) == NamedRelease(2026, None)
