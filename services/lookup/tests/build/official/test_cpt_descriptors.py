"""Descriptor files are read in each of their layouts. Every code and text here is invented."""

import pytest

from lookup.build.errors import SourceError
from lookup.build.official import cpt_descriptors
from lookup.build.official.cpt_descriptors import DescriptorKind, Descriptors
from services.lookup.tests.build.official import published_files as published
from services.lookup.tests.build.official.published_files import (
    CPT_LONG,
    CPT_SHORT,
    file_of,
    line_with,
)

SHORT = published.descriptors(" ", CPT_SHORT)
LONG = published.descriptors("\t", CPT_LONG)


def read(text: str, name: str) -> Descriptors:
    return cpt_descriptors.read(file_of(text, name))


def refusal(text: str, name: str) -> str:
    with pytest.raises(SourceError) as refused:
        read(text, name)
    return str(refused.value)


def pairs(found: Descriptors) -> tuple[tuple[str, str], ...]:
    return tuple((descriptor.code, descriptor.text) for descriptor in found.descriptors)


@pytest.mark.parametrize("notice", [published.CPT_NOTICE, ""])
@pytest.mark.parametrize("separator", [" ", "\t"])
def test_code_separator_and_text_are_read_with_and_without_a_notice(
    separator: str, notice: str
) -> None:
    found = read(published.descriptors(separator, CPT_LONG, notice), "LONGULT.txt")
    assert pairs(found) == CPT_LONG
    assert found.kind is DescriptorKind.LONG
    assert bool(found.notice) is bool(notice)


def test_fixed_width_padding_is_no_part_of_the_text() -> None:
    padded = [(code, text.ljust(28)) for code, text in CPT_SHORT]
    assert pairs(read(published.descriptors(" ", padded), "SHORTU.txt")) == CPT_SHORT


def test_consumer_descriptors_drop_the_concept() -> None:
    found = read(published.consumer(), "ConsumerDescriptor.txt")
    assert (found.kind, pairs(found)) == (DescriptorKind.CONSUMER, CPT_LONG)


def test_a_code_has_several_clinician_descriptors() -> None:
    found = read(published.clinician(), "file.txt")
    assert found.kind is DescriptorKind.CLINICIAN
    assert pairs(found) == (*CPT_LONG, CPT_LONG[0])
    assert found.descriptors[0].identifier == "10000001"


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        (SHORT, "AMA/SHORTU.txt", DescriptorKind.SHORT),
        (SHORT, "MEDU.txt", DescriptorKind.MEDIUM),
        (SHORT, "LONGUT.txt", DescriptorKind.LONG_UPPER),
        (SHORT, "some.txt", DescriptorKind.SHORT),
        (published.descriptors(" ", [("00001", "X" * 48)]), "some.txt", DescriptorKind.MEDIUM),
        (published.descriptors(" ", [("00001", "X" * 49)]), "a.txt", DescriptorKind.LONG_UPPER),
        (LONG, "some.txt", DescriptorKind.LONG),
        (published.consumer(header=False), "ConsumerDescriptor.txt", DescriptorKind.CONSUMER),
    ],
)
def test_name_or_content_tell_the_kind(text: str, name: str, kind: DescriptorKind) -> None:
    assert read(text, name).kind is kind


def test_the_years_are_those_that_notice_or_name_state() -> None:
    found = read(SHORT, "SHORTU.txt")
    assert (found.copyright_year, found.release_year) == (2025, 2026)
    without = published.descriptors(" ", CPT_SHORT, "")
    found = read(without, "CPT Standard 2027.zip!SHORTU.txt")
    assert (found.copyright_year, found.release_year) == (None, 2027)
    found = read(without, "2026-07/SHORTU.txt")
    assert (found.copyright_year, found.release_year) == (None, None)


def test_a_text_longer_than_its_kind_has_is_refused() -> None:
    message = refusal(LONG, "SHORTU.txt")
    assert message.startswith(f"SHORTU.txt:{line_with(LONG, '00001')}:")
    assert "a short descriptor has at most 28" in message


def test_a_file_that_is_cut_short_is_refused() -> None:
    line = line_with(SHORT, "9902T")
    assert refusal(SHORT[:-4], "SHORTU.txt").startswith(
        f"SHORTU.txt:{line}: the last line has no end"
    )
    cut = SHORT[: SHORT.index(" INVENTED TOO")] + "\r\n"
    message = refusal(cut, "SHORTU.txt")
    assert message.startswith(f"SHORTU.txt:{line}: the line is not a code in columns 1-5")
    assert "cut short" in refusal(published.CPT_NOTICE, "SHORTU.txt")


def test_a_line_with_other_columns_is_refused() -> None:
    text = SHORT + "9903T  SHIFTED BY ONE, NOT CPT\r\n"
    assert refusal(text, "SHORTU.txt").startswith(f"SHORTU.txt:{line_with(text, '9903T')}:")
    text = LONG + f"9903T\t{published.INVENTED}\tand more\r\n"
    assert "cut short or shifted" in refusal(text, "LONGULT.txt")
    text = published.consumer() + "1000003\t9903T\r\n"
    assert refusal(text, "ConsumerDescriptor.txt").startswith("ConsumerDescriptor.txt:4:")


def test_a_code_that_comes_twice_is_refused() -> None:
    text = published.descriptors(" ", [*CPT_SHORT, CPT_SHORT[0]], "")
    assert refusal(text, "SHORTU.txt") == "SHORTU.txt:3: 00001 is there twice, first on line 1"
    text = published.consumer([*CPT_LONG, CPT_LONG[0]])
    assert "there twice" in refusal(text, "ConsumerDescriptor.txt")


def test_descriptors_of_unknown_kind_are_refused() -> None:
    text = published.consumer(header=False)
    assert "consumer or clinician" in refusal(text, "some.txt")


def test_another_encoding_is_refused() -> None:
    with pytest.raises(SourceError, match="is not text"):
        cpt_descriptors.read(file_of(SHORT, "SHORTU.txt", "utf-16"))


@pytest.mark.parametrize(
    "text",
    [
        "00001 A00     0 Cholera                                          Cholera\n"
        "00002 A000    1 Cholera due to vibrio                            Cholera due to v.\n",
        "A0100 0020  10000\nA0101 0020  10000\n",
        "00010 0020  10000\n00011 0020  10000\n",
        "A0021 Outside state ambulance serv\n",
        "A notice, and nothing else.\n",
        "",
    ],
)
def test_other_lists_of_codes_are_not_taken_for_descriptors(text: str) -> None:
    assert not cpt_descriptors.recognises(text.encode())


def test_a_damaged_line_does_not_hide_what_the_file_is() -> None:
    rows = [(f"{9900 + number}T", "INVENTED, NOT CPT") for number in range(30)]
    text = published.descriptors(" ", rows).replace("9907T INVENTED", "9907T   INVENTED")
    assert cpt_descriptors.recognises(text.encode())
    assert refusal(text, "SHORTU.txt").startswith(f"SHORTU.txt:{line_with(text, '9907T')}:")
