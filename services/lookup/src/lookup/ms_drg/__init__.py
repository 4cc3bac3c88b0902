"""MS-DRGs: the groups in which Medicare places inpatient stays, with their relative weights.

Both ICD-10-CM and ICD-10-PCS codes lead to them; how, each code set holds in tables of its own.
"""
