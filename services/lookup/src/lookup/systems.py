"""The code systems this service has heard of, loaded or not."""

from typing import Final

ICD_10_CM: Final = "icd-10-cm"
ICD_10_PCS: Final = "icd-10-pcs"
HCPCS: Final = "hcpcs"
CPT: Final = "cpt"

NAMES: Final = {
    ICD_10_CM: "ICD-10-CM",
    ICD_10_PCS: "ICD-10-PCS",
    HCPCS: "HCPCS Level II",
    CPT: "CPT",
}
"""Key to name, in the order in which systems are offered."""
