"""What may identify a patient is noticed; what coders ordinarily write is not."""

import pytest

from assistant.private_data import found

HELD = [
    ("Is E11.9 right for 123-45-6789?", "a Social Security number"),
    ("patient 123 45 6789 has E11.9", "a Social Security number"),
    ("SSN: 6789, is E11.9 billable", "a Social Security number"),
    ("123456789 with E11.9", "a Social Security number"),
    ("MBI 1EG4-TE5-MK73, E11.9?", "a Medicare Beneficiary Identifier"),
    ("1eg4te5mk73 E11.9 billable?", "a Medicare Beneficiary Identifier"),
    ("MRN 00482913 is E11.9 billable?", "a medical record number"),
    ("medical record number: A-4829134 what is E11.9", "a medical record number"),
    ("patient id 5512 E11.9?", "a medical record number"),
    ("DOB 3/4/62, is E11.9 valid?", "a date of birth"),
    ("date of birth is March 4, 1962; E11.9?", "a date of birth"),
    ("she was born in 1962, can I report E11.9?", "a date of birth"),
    ("John, 1962-03-04, E11.9?", "a date of birth"),
    ("call me at (555) 867-5309 about E11.9", "a phone number"),
    ("555-867-5309", "a phone number"),
    ("5558675309", "a phone number"),
    ("+44 20 7946 0958 E11.9", "a phone number"),
    ("what is E11.9? answer to jane.doe@example.org", "an e-mail address"),
    ("\uff11\uff12\uff13-\uff14\uff15-\uff16\uff17\uff18\uff19 E11.9", "a Social Security number"),
    ("123\u200b-45-6789", "a Social Security number"),
]
FREE = [
    "What is E11.9?",
    "Is S52.521A billable?",
    "Can I report E11.9 with E10.9 on 2026-04-01?",
    "Is E11.9 valid for a visit on 5/1/2026?",
    "What is 99213?",
    "Can I report 99213 with 36415?",
    "What is 0016070?",
    "Is E11.9 billable for a 62 year old patient?",
    "Is Z38.00 for a newborn born in hospital billable?",
    "What does O80 mean for the record?",
]


@pytest.mark.parametrize(("text", "kind"), HELD)
def test_what_may_identify_somebody_is_noticed(text: str, kind: str) -> None:
    assert found(text) == kind


@pytest.mark.parametrize("text", FREE)
def test_ordinary_questions_pass(text: str) -> None:
    assert found(text) is None
