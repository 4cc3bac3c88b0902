"""The letter groups of HCPCS Level II: what they hold, who made them, who uses them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Family:
    """A letter group: its heading, what one of its codes stands for, and whose codes they are."""

    letter: str
    title: str
    thing: str
    """What a code of the group stands for, after "stands for"."""
    users: str

    @property
    def span(self) -> str:
        """The group as a range, "J0000-J9999"."""
        return f"{self.letter}0000-{self.letter}9999"


_FAMILIES: Final = (
    Family(
        "A",
        "Transport, medical and surgical supplies, administrative and investigational items",
        "a supply, transport or other item",
        "A codes are national codes, which any payer may use.",
    ),
    Family(
        "B",
        "Enteral and parenteral nutrition",
        "an item of tube or intravenous feeding",
        "B codes are national codes, which any payer may use; Medicare's go to the DME MACs.",
    ),
    Family(
        "C",
        "Items and services in hospital outpatient departments",
        "an item or service of a hospital outpatient department",
        "C codes were made for Medicare's hospital outpatient payment system (OPPS). Hospitals "
        "report them there; other payers need not accept them.",
    ),
    Family(
        "E",
        "Durable medical equipment",
        "durable medical equipment or a part of it",
        "E codes are national codes, which any payer may use; Medicare's claims for equipment used "
        "at home go to the DME MACs.",
    ),
    Family(
        "G",
        "Procedures and professional services of Medicare, and quality measures",
        "a procedure, service or quality measure",
        "G codes are made by CMS for services and quality reports for which it wants codes of its "
        "own. Other payers may or may not accept them.",
    ),
    Family(
        "H",
        "Behavioral health and substance use treatment",
        "a behavioral health or substance use service",
        "H codes are made for state Medicaid agencies that must report behavioral health services "
        "separately.",
    ),
    Family(
        "J",
        "Drugs administered other than by mouth, and chemotherapy drugs",
        "a drug",
        "J codes are national codes, which any payer may use.",
    ),
    Family(
        "K",
        "Temporary codes of the DME MACs",
        "equipment, a supply or a part of it",
        "K codes are made for the DME MACs where no permanent code carries what a coverage rule "
        "needs.",
    ),
    Family(
        "L",
        "Orthotics and prosthetics",
        "an orthosis, a prosthesis or a part of one",
        "L codes are national codes, which any payer may use; most of Medicare's claims for them "
        "go to the DME MACs.",
    ),
    Family(
        "M",
        "Quality measures and other medical services",
        "a quality measure or medical service",
        "Most M codes report quality measures to CMS; others are for services of Medicare.",
    ),
    Family(
        "P",
        "Pathology, laboratory and blood products",
        "a laboratory service or blood product",
        "P codes are national codes, which any payer may use.",
    ),
    Family(
        "Q",
        "Temporary codes for drugs, biologicals, skin substitutes, supplies and services",
        "a drug, biological, supply or service",
        "Q codes are temporary codes made by CMS for what has no permanent code yet.",
    ),
    Family(
        "R",
        "Transport of portable diagnostic equipment",
        "the transport of portable diagnostic equipment",
        "R codes are national codes, which any payer may use.",
    ),
    Family(
        "S",
        "Temporary codes of private payers",
        "a drug, service or supply of a private payer's program",
        "S codes are made for private payers, Blue Cross Blue Shield and others; Medicaid programs "
        "may use them too. Medicare does not recognize them, which says nothing about what another "
        "payer covers.",
    ),
    Family(
        "T",
        "Codes of state Medicaid agencies",
        "a service or supply of a Medicaid program",
        "T codes are made for state Medicaid agencies. Medicare does not recognize them; private "
        "payers may accept them.",
    ),
    Family(
        "U",
        "Coronavirus laboratory tests",
        "a laboratory test for the coronavirus",
        "U codes were made by CMS for laboratory tests during the COVID-19 emergency.",
    ),
    Family(
        "V",
        "Vision, hearing and speech-language services",
        "an item or service for vision, hearing or speech",
        "V codes are national codes, which any payer may use.",
    ),
)

FAMILIES: Final = {family.letter: family for family in _FAMILIES}
"""By letter, in order."""
