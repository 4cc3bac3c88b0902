"""What pages cite besides the loaded releases."""

from lookup.facts import Source

GUIDELINES = Source(
    id="icd-10-cm-guidelines",
    name="ICD-10-CM Official Guidelines for Coding and Reporting",
    release="FY 2026",
    published="",
    effective="2025-10-01",
    licence="Public domain, U.S. National Center for Health Statistics and CMS",
    origin="Cited by paragraph; the text is not loaded",
)
