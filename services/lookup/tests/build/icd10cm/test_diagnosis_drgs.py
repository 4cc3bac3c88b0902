"""Which groups a principal diagnosis leads to, against the grouper that the lists are made for."""

import re

import pytest
from drgpy.msdrg import DRGEngine  # type: ignore[import-untyped]

from lookup.build.icd10cm.diagnosis_drgs import PrincipalDiagnoses
from lookup.build.ms_drg import Grouper, grouper_versions, read_grouper


@pytest.fixture(scope="module")
def grouper() -> Grouper:
    return read_grouper(grouper_versions()[-1])


def test_the_groupers_own_answer_is_always_among_them(grouper: Grouper) -> None:
    """One code for every set of lists in which codes stand, as man and as woman."""
    engine, principal = DRGEngine("v43.1"), PrincipalDiagnoses(grouper)
    alike = {
        (grouper.diagnoses.get(code, ()), grouper.diagnosis_mdcs.get(code, ())): code
        for code in sorted({*grouper.diagnoses, *grouper.diagnosis_mdcs})
    }
    assert len(alike) > 400
    for code in alike.values():
        grouped = {engine.get_drg([code], [], gender=sex) for sex in "MF"} - {"000"}
        assert grouped <= set(principal.drgs(code)), code


@pytest.mark.parametrize(
    ("code", "drgs"),
    [
        ("E119", "637 638 639"),
        # Transplant groups that list it too are surgical.
        ("E1140", "073 074"),
        # A group for sepsis with HIV lists it as the other diagnosis.
        ("A419", "870 871 872"),
        # Groups of one list are told apart by the heading.
        ("K279", "383 384"),
        ("Q430", "380 381 382"),
        # No list names it: its MDC's groups take what is left.
        ("F1010", "894 895 896 897"),
        ("B20", "974 975 976 977"),
        ("O80", "998"),
        # A newborn who dies or is transferred goes to 789 with any of the MDC's diagnoses.
        ("Z3800", "789 795"),
        ("P0739", "789 791 792"),
        ("W19XXXA", ""),
    ],
)
def test_a_diagnosis_leads_to_its_groups_and_no_others(
    grouper: Grouper, code: str, drgs: str
) -> None:
    assert " ".join(PrincipalDiagnoses(grouper).drgs(code)) == drgs


def test_none_of_them_needs_an_operation(grouper: Grouper) -> None:
    principal = PrincipalDiagnoses(grouper)
    found = {drg for code in grouper.diagnoses for drg in principal.drgs(code)}
    assert not any(grouper.drgs[drg].surgical for drg in found)
    assert all(re.fullmatch(r"\d{3}", drg) for drg in found)
