"""A sentence may say only what the evidence it cites says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evidence import Evidence, Sentence
from assistant.verifier import fault

SOURCE = "ICD-10-CM April 2026 (ICD-10-CM Tabular List of Diseases and Injuries)"
EVIDENCE = {
    item.id: item
    for item in (
        Evidence("e1", "E11.9 Type 2 diabetes mellitus without complications", SOURCE, "/x/E11.9"),
        Evidence("e2", "E11.9 is billable from 2026-04-01 to 2026-09-30.", SOURCE, "/x/E11.9"),
        Evidence("e3", "E11 cannot be reported as it stands: a heading.", SOURCE, "/x/E11"),
        Evidence(
            "e4", "Excludes1, at E11, for E11.9, naming E10.9: type 1 (E10.-)", SOURCE, "/x/E10.9"
        ),
    )
}


def fault_of(text: str, *citations: str) -> str | None:
    return fault(Sentence(text, citations), EVIDENCE)


@pytest.mark.parametrize(
    ("text", "citations"),
    [
        ("E11.9 is “Type 2 diabetes mellitus without complications” in ICD-10-CM.", ["e1"]),
        ("Yes: E11.9 is billable from 2026-04-01 to 2026-09-30.", ["e2"]),
        ("No: E11 cannot be reported as it stands.", ["e3"]),
        ("An Excludes1 note at E11 names E10.9: “type 1 (E10.-)”.", ["e4"]),
        ("E11.9 is billable in ICD-10-CM April 2026.", ["e1", "e2"]),
    ],
)
def test_what_its_evidence_says_passes(text: str, citations: list[str]) -> None:
    assert fault_of(text, *citations) is None


@pytest.mark.parametrize(
    ("text", "citations", "why"),
    [
        ("E11.9 is a code.", [], "cites nothing"),
        ("E11.9 is a code.", ["e9"], "e9, which is not evidence"),
        ("E11.8 is “Type 2 diabetes mellitus”.", ["e1"], "the code E11.8"),
        ("E11.9 stands in E11.", ["e1"], "the code E11"),
        ("E11 is a heading over E11.9.", ["e3"], "the code E11.9"),
        ("E11.9 goes with J1885.", ["e1"], "the code J1885"),
        ("E11.9 goes with 0SRD0J9.", ["e1"], "the code 0SRD0J9"),
        ("E11.9 goes with 99213.", ["e1"], "the number 99213"),
        ("E11.9 is “Type 1 diabetes mellitus without complications”.", ["e1"], "the number 1"),
        ("Yes: E11.9 is billable from 2026-04-01 to 2026-12-31.", ["e2"], "the number 2026-12-31"),
        ("E11.9 has 3 inclusion terms.", ["e1"], "the number 3"),
        ("E11.9 is billable.", ["e1"], "the claim is billable"),
        ("E11.9 is not billable.", ["e2"], "the claim not billable"),
        ("E11.9 cannot be reported.", ["e2"], "the claim cannot be reported"),
        ("An Excludes2 note at E11 names E10.9.", ["e4"], "the claim excludes2"),
        ("Code first E11.9.", ["e1"], "the claim code first"),
        ("Yes: report E11.", ["e3"], "says yes"),
        ("No: E11.9 is out.", ["e2"], "says no"),
        ("The page of E10.9 shows E11.9.", ["e1"], "the code E10.9"),
    ],
)
def test_what_its_evidence_does_not_say_is_refused(
    text: str, citations: list[str], why: str
) -> None:
    found = fault_of(text, *citations)
    assert found is not None
    assert why in found


@given(st.from_regex(r"[A-TV-Z][0-9][0-9AB]\.[0-9]{1,3}", fullmatch=True))
def test_an_invented_code_never_passes(code: str) -> None:
    refused = fault_of(f"{code} is “Type 2 diabetes mellitus without complications”.", "e1")
    assert (refused is None) == (code == "E11.9")
