"""The licence under which CPT content may be loaded, and what must be shown with it.

Without a record of one the system holds no CPT descriptor, modifier text or CPT-numbered row.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

CODE: Final = r"[0-9]{4}[0-9AFMTU]"
"""Pattern of a CPT code: four digits and a digit or a category's letter."""

_CPT = re.compile(CODE)


def is_cpt_form(text: str) -> bool:
    """Whether *text* has the form of a CPT code: four digits and a digit or a category's letter."""
    return _CPT.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class CptLicence:
    """A licence as its holder recorded it.

    *agreement* is the AMA's reference, *release_year* the CPT release it covers, *user_cap* the
    number of users it allows, *accepted_by* who accepted it for the holder, and when.
    """

    holder: str
    agreement: str
    release_year: int
    user_cap: int
    accepted_by: str
    accepted_on: date

    @property
    def notices(self) -> tuple[str, ...]:
        """Lines to be shown wherever there is CPT content."""
        return (
            f"CPT copyright {self.release_year} American Medical Association. All rights reserved.",
            "CPT is a registered trademark of the American Medical Association.",
        )

    @property
    def terms(self) -> str:
        """What a person accepts before CPT content is first shown in a session."""
        return (
            f"CPT® content is shown under the agreement {self.agreement} between {self.holder} "
            "and the American Medical Association. It is for your own use within that agreement. "
            "You may not copy, sell, license or give it to others, make derivative works of it, "
            "or use it to train or feed software, without a licence of your own from the "
            "American Medical Association. It comes as it is, without warranty of any kind; the "
            "American Medical Association answers for no use that is made of it and recommends "
            "no payment."
        )

    @property
    def terms_version(self) -> str:
        """Names what was accepted: changes with the terms and with the release."""
        text = "\n".join((self.terms, *self.notices))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


FEE_SCHEDULE_NOTICE = (
    "Fee schedules, relative value units, conversion factors and related components are not "
    "assigned by the American Medical Association and are not part of CPT; it does not recommend "
    "their use, and it does not practice medicine or dispense medical services."
)
"""Shown with payment data of CPT codes."""
