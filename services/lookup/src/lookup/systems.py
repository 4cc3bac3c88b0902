"""The code systems this service has heard of, loaded or not."""

from typing import Final

NAMES: Final = {
    "icd-10-cm": "ICD-10-CM",
    "icd-10-pcs": "ICD-10-PCS",
    "hcpcs": "HCPCS Level II",
    "cpt": "CPT",
}
"""Key to name, in the order in which systems are offered."""

ICD_10_CM: Final = "icd-10-cm"
