"""Addresses: which spellings of systems, codes and dates are understood."""

from datetime import date

import pytest

from gateway.addresses import (
    is_code_shaped,
    is_cpt_form,
    parse_date_of_service,
    place_meant,
    range_meant,
    system_of,
)


@pytest.mark.parametrize(
    "spelling, system",
    [
        ("icd-10-cm", "icd-10-cm"),
        ("ICD-10-CM", "icd-10-cm"),
        ("icd10cm", "icd-10-cm"),
        ("icd10_pcs", "icd-10-pcs"),
        ("HCPCS", "hcpcs"),
        ("cpt", "cpt"),
        ("icd-9", None),
        ("", None),
        ("static", None),
        ("icd-10-cm" * 50, None),
    ],
)
def test_systems_are_known_by_their_usual_spellings(spelling: str, system: str | None) -> None:
    assert system_of(spelling) == system


@pytest.mark.parametrize("text", ["E11.9", "e119", "S52.521A", "0DTJ4ZZ", "J0570", "e11 9"])
def test_spellings_of_codes_are_code_shaped(text: str) -> None:
    assert is_code_shaped(text)


@pytest.mark.parametrize(
    "text",
    ["", ".", "E11/9", "E11.9\x00", "../etc/passwd", "é", "E" * 33, "<script>", "E11.9\n", "٣"],
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_code_shaped(text)


def test_a_date_of_service_is_a_calendar_date() -> None:
    assert parse_date_of_service("2026-04-01") == date(2026, 4, 1)


@pytest.mark.parametrize(
    "text", ["", "2026-02-30", "20260401", "2026-W14-3", "tomorrow", "٢٠٢٦-٠٤-٠١"]
)
def test_anything_else_says_what_it_must_look_like(text: str) -> None:
    with pytest.raises(ValueError, match="2026-04-01"):
        parse_date_of_service(text)


@pytest.mark.parametrize(
    "text, meant",
    [
        ("E08-E13", "E08-E13"),
        ("C73-C73", "C73-C73"),
        ("C7A-C7B", "C7A-C7B"),
        ("E08.311-E08.359", "E08.311-E08.359"),
        ("e08-e13/", "E08-E13"),
        ("E08–E13", "E08-E13"),
        ("E08 - E13", "E08-E13"),
        ("E11.-", None),
        ("E11-9", None),
        ("E08-E13-E14", None),
        ("E08--E13", None),
        ("E08-E13\n", None),
        ("E11.9", None),
        ("-", None),
        ("", None),
    ],
)
def test_a_range_has_two_ends_that_could_be_codes(text: str, meant: str | None) -> None:
    assert range_meant(text) == meant


@pytest.mark.parametrize(
    "system, text, meant",
    [
        ("icd-10-cm", "e08–e13", "E08-E13"),
        ("icd-10-cm", "E11", None),
        ("icd-10-pcs", "0dt/", "0DT"),
        ("icd-10-pcs", "0DTJ4Z", "0DTJ4Z"),
        ("icd-10-pcs", "0DTJ4ZZ", None),
        ("icd-10-pcs", "0D T", None),
        ("icd-10-pcs", "", None),
        ("hcpcs", "j", "J0000-J9999"),
        ("hcpcs", "j0120-j3999", "J0120-J3999"),
        ("hcpcs", "J0120", None),
        ("hcpcs", "é", None),
        ("hcpcs", "9", None),
    ],
)
def test_a_place_is_a_range_or_what_codes_of_its_set_begin_with(
    system: str, text: str, meant: str | None
) -> None:
    assert place_meant(system, text) == meant


@pytest.mark.parametrize(
    "text, cpt",
    [
        *((text, True) for text in ("20939", "99213", "0001u", "0075T", "4000F", "0001A")),
        *((text, False) for text in ("J1234", "E11.9", "2093", "209399", "4000X", "٢٠٩٣٩", "")),
    ],
)
def test_the_form_of_a_cpt_code_is_known(text: str, cpt: bool) -> None:
    assert is_cpt_form(text) is cpt
