"""Each published layout is claimed by one reader, whatever the file is called."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup.build.errors import SourceError
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.recognise import LAYOUTS, Kind, LeftAside, kind_of, recognise
from services.lookup.tests.build.official import published_files as published
from services.lookup.tests.build.official.hcpcs_layout import anweb, csv_file, csv_rows
from services.lookup.tests.build.official.icd_layouts import (
    CM_CODES,
    CM_FROM_9,
    CM_TO_9,
    PCS_CODES,
    PCS_FROM_9,
    PCS_TO_9,
    gem_lines,
    order_lines,
    text_file,
)

SAMPLES: tuple[tuple[Kind, bytes], ...] = (
    (Kind.HCPCS_ANWEB, anweb().content),
    (Kind.HCPCS_ANWEB, anweb(notice=()).content),
    (Kind.HCPCS_CSV, csv_file(csv_rows(whole_texts=True)).content),
    (Kind.ORDER_FILE, text_file(order_lines(CM_CODES), "").content),
    (Kind.ORDER_FILE, text_file(order_lines(PCS_CODES), "").content),
    (Kind.GEM, text_file(gem_lines(CM_TO_9, 7), "").content),
    (Kind.GEM, text_file(gem_lines(CM_FROM_9, 5), "").content),
    (Kind.GEM, text_file(gem_lines(PCS_TO_9, 7), "").content),
    (Kind.GEM, text_file(gem_lines(PCS_FROM_9, 5), "").content),
    (Kind.TABULAR, b'<?xml version="1.0"?>\n<ICD10CM.tabular>\n<version>2026</version>\n'),
    (Kind.INDEX_XML, b'<?xml version="1.0"?>\n<ICD10CM.index>\n<version>2026</version>\n'),
    (Kind.INDEX_XML, b'<?xml version="1.0"?>\n<ICD10PCS.index>\n<version>2026</version>\n'),
    (Kind.PPRRVU, published.pprrvu().encode()),
    (Kind.GPCI, published.gpci().encode()),
    (Kind.PTP, published.ptp().encode()),
    (Kind.MUE, published.mue().encode()),
    (Kind.POLICIES, published.ncd().encode()),
    (Kind.POLICIES, published.lcd().encode()),
    (Kind.CPT_DESCRIPTORS, published.descriptors(" ", published.CPT_SHORT).encode()),
    (Kind.CPT_DESCRIPTORS, published.descriptors("\t", published.CPT_LONG).encode()),
    (Kind.CPT_DESCRIPTORS, published.consumer().encode()),
)
NOT_OURS = (
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    b"CENTERS FOR MEDICARE & MEDICAID SERVICES (CMS)\r\n2026 ALPHA-NUMERIC\r\n",
    b"A000    Cholera due to Vibrio cholerae 01, biovar cholerae\r\n",
    b"0016070 Bypass Cerebral Ventricle to Nasopharynx, Open Approach\r\n",
    b"Add:         00047 A0471   1 Enterocolitis                Enterocolitis\r\n",
    b'<?xml version="1.0"?>\n<ICD10PCS.tabular>\n',
    b"",
)


def claims(head: bytes) -> list[Kind]:
    return [kind for kind, layout in LAYOUTS.items() if layout.recognises(head)]


@pytest.mark.parametrize(("kind", "content"), SAMPLES)
def test_a_layout_is_claimed_by_its_reader_and_no_other(kind: Kind, content: bytes) -> None:
    assert claims(content) == [kind]
    assert claims(b"\xef\xbb\xbf" + content) == [kind]


def test_every_layout_has_a_sample() -> None:
    assert {kind for kind, _ in SAMPLES} == set(Kind) == set(LAYOUTS)


@pytest.mark.parametrize("content", NOT_OURS)
def test_other_files_are_claimed_by_none(content: bytes) -> None:
    assert claims(content) == []


@settings(deadline=None, max_examples=400)
@given(st.sampled_from([content for _, content in SAMPLES]), st.data())
def test_no_damage_makes_two_readers_claim_a_file(content: bytes, data: st.DataObject) -> None:
    lines = content.splitlines(keepends=True)
    left = b"".join(lines[data.draw(st.integers(0, len(lines))) :])
    assert len(claims(left[: data.draw(st.integers(0, len(left)))])) <= 1


def test_files_are_found_in_archives_and_others_are_left_aside_by_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "april.zip", "w") as archive:
        archive.writestr("any name", anweb().content)
        archive.writestr("readme.pdf", NOT_OURS[0])
    (tmp_path / "copy.txt").write_bytes(anweb().content)
    (tmp_path / "gem.txt").write_bytes(text_file(gem_lines(CM_TO_9, 7), "").content)
    findings = recognise(tmp_path)
    assert [(found.kind, found.file.name) for found in findings.recognised] == [
        (Kind.HCPCS_ANWEB, "april.zip!any name"),
        (Kind.GEM, "gem.txt"),
    ]
    assert findings.left_aside == (
        LeftAside("april.zip!readme.pdf", "it has no layout that the catalog is made of"),
        LeftAside("copy.txt", "it is the same as april.zip!any name"),
    )


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"the folder holds no files; put the official files"):
        recognise(tmp_path)


def test_a_folder_in_which_nothing_is_recognised_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.pdf").write_bytes(NOT_OURS[0])
    with pytest.raises(SourceError, match=r"none of its files has a known layout"):
        recognise(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_known_layout_in_utf_16_is_refused_and_other_text_is_left_aside(encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    text = mark + anweb().content.decode("cp1252")
    with pytest.raises(SourceError, match=r"^any\.txt:1: it is in UTF-16"):
        kind_of(OfficialFile("any.txt", text.encode(encoding)))
    assert kind_of(OfficialFile("any.txt", f"{mark}a letter".encode(encoding))) is None
