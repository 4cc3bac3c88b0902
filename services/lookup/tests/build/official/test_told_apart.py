"""Each published layout is recognised by its own reader and by no other."""

import pytest

from lookup.build.official import (
    cpt_descriptors,
    gpci,
    index_xml,
    mue,
    policies,
    pprrvu,
    ptp,
)
from services.lookup.tests.build.official import published_files as published

READERS = (cpt_descriptors, gpci, index_xml, mue, policies, pprrvu, ptp)
FILES = (
    (index_xml, published.INDEX),
    (index_xml, published.EXTERNAL_CAUSES),
    (index_xml, published.NEOPLASMS),
    (index_xml, published.DRUGS),
    (index_xml, published.PROCEDURES),
    (pprrvu, published.pprrvu()),
    (pprrvu, published.pprrvu(2024, "April")),
    (gpci, published.gpci()),
    (ptp, published.ptp()),
    (mue, published.mue()),
    (mue, published.mue(column="DME Supplier Services MUE Values")),
    (policies, published.ncd()),
    (policies, published.lcd()),
    (cpt_descriptors, published.descriptors(" ", published.CPT_SHORT)),
    (cpt_descriptors, published.descriptors("\t", published.CPT_LONG, "")),
    (cpt_descriptors, published.consumer()),
    (cpt_descriptors, published.consumer(header=False)),
    (cpt_descriptors, published.clinician()),
)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "marked"])
@pytest.mark.parametrize("number", range(len(FILES)))
def test_a_layout_is_recognised_by_its_reader_alone(number: int, mark: bytes) -> None:
    reader, text = FILES[number]
    head = mark + text.encode()
    assert [other for other in READERS if other.recognises(head)] == [reader]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x00\x01\x02",
        b"PK\x03\x04",
        b'"never closed',
        b"<ICD10CM.tabular><version>2026</version>",
        b"HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION\r\n",
        b"HDR National Physician Fee Schedule Relative Value File\r\n",
        b"Column 1\tColumn 2\tModifier Indicator\r\n",
    ],
)
def test_what_is_none_of_them_is_recognised_by_none(head: bytes) -> None:
    assert [reader for reader in READERS if reader.recognises(head)] == []
