"""What the flags of the outpatient code editor say of a code, and which edits they lead to."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from lookup.hcpcs.facts import Status


class Place(Enum):
    """The section of a page that a flag's sentence belongs to."""

    COVERAGE = auto()
    CLAIM = auto()
    MODIFIER = auto()
    PAYMENT = auto()


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag: its words after "the outpatient code editor has it as", and its edits."""

    words: str
    place: Place
    edits: tuple[int, ...] = ()


FLAGS: Final = {
    "not_recognized_mcare": Flag(
        "not recognized by Medicare for outpatient claims", Place.COVERAGE, (28,)
    ),
    "not_recognized_opps": Flag(
        "not recognized by the hospital outpatient payment system (OPPS); another "
        "code for the same service may be",
        Place.COVERAGE,
        (62,),
    ),
    "non_covered": Flag(
        "not covered under any Medicare outpatient benefit, for reasons other than a "
        "statutory exclusion",
        Place.COVERAGE,
        (9,),
    ),
    "statutory_exclusion": Flag(
        "excluded from Medicare outpatient benefits by statute", Place.COVERAGE, (50,)
    ),
    "questionable": Flag("a questionable covered service", Place.COVERAGE, (12,)),
    "information_only": Flag(
        "for information only; the line is not covered", Place.COVERAGE, (112,)
    ),
    "non_reportable_site": Flag(
        "reportable for hospital outpatient departments (bill types 12x, 13x and 85x), not for "
        "other sites of service",
        Place.CLAIM,
        (55,),
    ),
    "non_billable_mac": Flag(
        "not billable to the Medicare Administrative Contractor (MAC) on institutional claims",
        Place.CLAIM,
        (72,),
    ),
    "dmerc_billable_only": Flag("billable to the DME contractor only", Place.CLAIM, (61,)),
    "part_b_billable": Flag("allowed on Part B inpatient claims (bill type 12x)", Place.CLAIM),
    "fqhc_non_covered": Flag(
        "not covered under the payment system of federally qualified health centers "
        "(FQHC), or for rural health clinics",
        Place.COVERAGE,
        (91,),
    ),
    "fqhc_preventive": Flag(
        "a preventive service of federally qualified health centers", Place.COVERAGE
    ),
    "fqhc_chronic_care": Flag(
        "a chronic care management service of federally qualified health centers", Place.COVERAGE
    ),
    "fqhc_non_packaged_preventive": Flag(
        "a preventive service that federally qualified health centers are paid for separately",
        Place.PAYMENT,
    ),
    "fqhc_flu_ppv": Flag(
        "an influenza or pneumococcal vaccine service of federally qualified health centers",
        Place.COVERAGE,
    ),
    "fqhc_addon": Flag(
        "an add-on to the payment code of a federally qualified health center", Place.CLAIM
    ),
    "fqhc_primary": Flag("a payment code of federally qualified health centers", Place.CLAIM),
    "deductible_na": Flag("free of the Part B deductible", Place.PAYMENT),
    "deductible_coins_na": Flag("free of the Part B deductible and coinsurance", Place.PAYMENT),
    "coins_na": Flag("free of Part B coinsurance", Place.PAYMENT),
    "coinsurance_deductible_waiver_eligible": Flag(
        "one of the services that modifier CS may be reported on", Place.MODIFIER
    ),
    "telehealth": Flag(
        "a telehealth service, on which telehealth modifiers may be reported", Place.MODIFIER
    ),
    "bilateral_conditional": Flag(
        "conditionally bilateral: bilateral when reported so with a modifier",
        Place.MODIFIER,
        (37, 74),
    ),
    "bilateral_independent": Flag(
        "independently bilateral: each side is paid in full when reported as bilateral",
        Place.MODIFIER,
        (37, 74),
    ),
    "bilateral_inherent": Flag(
        "inherently bilateral: the code itself stands for both sides", Place.MODIFIER, (17,)
    ),
    "biosimilar": Flag(
        "a biosimilar that needs its manufacturer's modifier", Place.MODIFIER, (94,)
    ),
    "bypass_e92_modifier": Flag(
        "a device procedure for which modifier CG lifts the demand for a device code",
        Place.MODIFIER,
    ),
    "rhc_modifier_conflict": Flag(
        "not eligible for the all-inclusive rate of rural health clinics when "
        "reported with modifier CG",
        Place.MODIFIER,
        (104,),
    ),
    "film_xray": Flag(
        "an imaging service whose payment is reduced when modifier FX (film) or FY (computed "
        "radiography) is reported",
        Place.MODIFIER,
    ),
    "therapy_conditionally_paid": Flag("a service that is sometimes therapy", Place.MODIFIER),
    "addon_type1": Flag("an add-on code of type I", Place.CLAIM, (106,)),
    "addon_type2": Flag("an add-on code of type II", Place.CLAIM, (107,)),
    "addon_type3": Flag("an add-on code of type III", Place.CLAIM, (108,)),
    "addon_covid_lab": Flag("an add-on to a COVID-19 laboratory test", Place.CLAIM, (115,)),
    "addon_drug_admin": Flag("an add-on to a drug administration service", Place.CLAIM),
    "addon_saas": Flag("an add-on for software as a service", Place.CLAIM),
    "remote_mental_health": Flag("a remote mental health service", Place.CLAIM),
    "remote_mental_health_addon": Flag("an add-on to a remote mental health service", Place.CLAIM),
    "blood_service": Flag(
        "a blood service that needs a blood product on the claim", Place.CLAIM, (43,)
    ),
    "blood_product": Flag("a blood product", Place.CLAIM, (73,)),
    "packed_red_cells": Flag("packed red cells, which revenue code 0381 is for", Place.CLAIM),
    "whole_blood": Flag("whole blood, which revenue code 0382 is for", Place.CLAIM),
    "observation": Flag("an observation service", Place.CLAIM),
    "observation_hourly": Flag("observation counted by the hour", Place.CLAIM, (51,)),
    "observation_direct_admit": Flag(
        "a direct referral to observation, which needs observation on the same day",
        Place.CLAIM,
        (58,),
    ),
    "observation_hospital_only": Flag(
        "allowed on hospital bill types 13x and 85x only", Place.CLAIM, (53,)
    ),
    "trauma_revenue_code": Flag(
        "a trauma response, which needs revenue code 068x", Place.CLAIM, (76,)
    ),
    "educational": Flag("an education or training service of mental health", Place.CLAIM, (35,)),
    "activity_therapy": Flag("activity therapy", Place.CLAIM, (64,)),
    "occupational_therapy": Flag("occupational therapy", Place.CLAIM, (63,)),
    "ph_service": Flag("a partial hospitalization service", Place.CLAIM, (191,)),
    "ph_primary": Flag("a primary partial hospitalization service", Place.CLAIM),
    "ph_addon": Flag("an add-on in partial hospitalization", Place.CLAIM),
    "iop_service": Flag("a service of intensive outpatient programs", Place.CLAIM, (190,)),
    "iop_primary": Flag("a primary service of intensive outpatient programs", Place.CLAIM),
    "iop_addon": Flag("an add-on in intensive outpatient programs", Place.CLAIM),
    "php_iop_reportable": Flag(
        "reportable in partial hospitalization and intensive outpatient programs", Place.CLAIM
    ),
    "daily_mental_health": Flag(
        "a mental health service counted toward the daily limit of payment", Place.PAYMENT
    ),
    "mh_not_ph": Flag(
        "a mental health service that is not approved for partial hospitalization",
        Place.CLAIM,
        (80,),
    ),
    "ph_not_mh": Flag("not payable outside a partial hospitalization program", Place.CLAIM, (81,)),
    "mh_not_iop": Flag(
        "a mental health service that is not approved for intensive outpatient programs",
        Place.CLAIM,
        (132,),
    ),
    "iop_not_mh": Flag("not payable outside an intensive outpatient program", Place.CLAIM, (133,)),
    "opioid_treatment_program": Flag(
        "a service of opioid treatment programs, not payable outside them", Place.CLAIM, (116,)
    ),
    "opioid_use_disorder": Flag("a service for opioid use disorder", Place.CLAIM),
    "unclassified_drug": Flag(
        "an unclassified drug, which is priced by hand", Place.PAYMENT, (66,)
    ),
    "token_charge_only": Flag(
        "a replaced device that is charged at no more than $1.00", Place.PAYMENT, (82,)
    ),
    "device": Flag(
        "a device code that device-intensive procedures may be reported with", Place.CLAIM
    ),
    "device_procedure": Flag(
        "a device-intensive procedure, which needs a device code", Place.CLAIM, (92,)
    ),
    "device_dependent_procedure": Flag(
        "a procedure that needs a certain device code on the same day", Place.CLAIM, (135,)
    ),
    "terminated_device_procedure": Flag(
        "a device procedure whose payment is reduced when it is terminated", Place.PAYMENT
    ),
    "passthrough_device": Flag("a device with pass-through status", Place.PAYMENT),
    "passthrough_radiopharm": Flag("a radiopharmaceutical with pass-through status", Place.PAYMENT),
    "passthrough_contrast": Flag("a contrast agent with pass-through status", Place.PAYMENT),
    "passthrough_skin_product": Flag("a skin substitute with pass-through status", Place.PAYMENT),
    "passthrough_stress_agent": Flag("a stress agent with pass-through status", Place.PAYMENT),
    "radiopharm_exceeds_threshold": Flag(
        "a diagnostic radiopharmaceutical above the cost threshold, paid separately", Place.PAYMENT
    ),
    "nonopioid_device": Flag("a non-opioid device for pain relief after surgery", Place.PAYMENT),
    "capc_exclusion": Flag("excluded from packaging into a comprehensive APC", Place.PAYMENT),
    "stv_packaged": Flag(
        "packaged when a service with status S, T or V is on the claim", Place.PAYMENT
    ),
    "t_packaged": Flag("packaged when a service with status T is on the claim", Place.PAYMENT),
    "lab_service": Flag("a laboratory service", Place.PAYMENT),
    "radiation_oncology_model": Flag("a service of the radiation oncology model", Place.PAYMENT),
    "section603_exclusion": Flag(
        "excepted from the rules for off-campus departments (section 603)", Place.PAYMENT
    ),
    "override_section603": Flag(
        "assigned another APC in off-campus departments (section 603)", Place.PAYMENT
    ),
    "skin_substitute_hi": Flag("a skin substitute of the high-cost group", Place.PAYMENT),
    "skin_substitute_lo": Flag("a skin substitute of the low-cost group", Place.PAYMENT),
    "skin_substitute": Flag("a skin substitute product", Place.PAYMENT),
    "skin_substitute_sg_hi": Flag("an application of a high-cost skin substitute", Place.PAYMENT),
    "skin_substitute_sg_lo": Flag("an application of a low-cost skin substitute", Place.PAYMENT),
    "skin_substitute_application_procedure": Flag(
        "an application of a skin substitute, which needs its product on the claim",
        Place.CLAIM,
        (87,),
    ),
    "vaccine": Flag("the administration of a vaccine", Place.PAYMENT),
    "annual_wellness_visit": Flag("an annual wellness visit", Place.PAYMENT),
    "sdoh_risk_assessment": Flag(
        "an assessment of social risks, free of cost sharing with an annual wellness visit",
        Place.PAYMENT,
    ),
    "cornea_tissue_processing": Flag(
        "corneal tissue processing, which needs a cornea transplant on the same day",
        Place.CLAIM,
        (93,),
    ),
    "bundled_in_biological": Flag(
        "bundled into the biological that it is a step of making", Place.PAYMENT, (111,)
    ),
    "cms_mid_quarter_termination": Flag("ended by CMS in mid-quarter", Place.CLAIM, (124,)),
    "separate_procedure": Flag("a separate procedure", Place.CLAIM, (45,)),
    "colorectal": Flag(
        "a colorectal service that modifier PT may be reported with", Place.MODIFIER
    ),
}
"""Those that say something to people; by the names that the package gives them."""

STATUS_EDITS: Final = {
    "C": (18,),
    "E2": (13,),
    "G": (99, 117),
    "H": (98,),
    "H1": (98, 137),
    "K": (99, 117),
    "K1": (99, 117, 138),
}
"""Edits that speak of a status indicator by name."""

_PAYABLE_SERVICE_EDIT: Final = 99
_AGE_EDIT: Final = 7
_OLDEST: Final = 124


def has_age_range(status: Status) -> bool:
    """Whether the code is for an age range narrower than a life."""
    return status.low_age > 0 or status.high_age < _OLDEST


def edits_of(status: Status) -> Iterator[tuple[int, str]]:
    """Numbers of the edits that *status* ties to the code, each with the reason, in order."""
    found: dict[int, str] = {}
    for name in sorted(status.flags & FLAGS.keys()):
        for number in FLAGS[name].edits:
            found.setdefault(number, f"It is {FLAGS[name].words}.")
    for number in STATUS_EDITS.get(status.status, ()):
        if number != _PAYABLE_SERVICE_EDIT or "bypass_e99" not in status.flags:
            found.setdefault(number, f"Its status indicator is {status.status}.")
    if has_age_range(status):
        found.setdefault(_AGE_EDIT, f"It is for {age_range(status)}.")
    if status.approval_edit:
        found.setdefault(status.approval_edit, "Days are set within which it may be provided.")
    yield from sorted(found.items())


def age_range(status: Status) -> str:
    """The ages in years that the code is for."""
    if status.low_age == 0:
        return (
            "children under 1 year"
            if status.high_age == 0
            else f"patients up to {status.high_age} years of age"
        )
    if status.high_age >= _OLDEST:
        return f"patients {status.low_age} years of age or older"
    return f"patients from {status.low_age} to {status.high_age} years of age"


def words_of(status: Status, place: Place) -> list[str]:
    """Sentence parts of the flags that belong to *place*, in order."""
    return [
        flag.words for name, flag in FLAGS.items() if name in status.flags and flag.place is place
    ]
