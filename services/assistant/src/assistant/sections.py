"""The page sections that answers are read from, by key."""

OFFICIAL_DESCRIPTION = "official_description"
COMMON_LANGUAGE = "common_language"
EXCLUDES_AND_COMPANIONS = "ncci_edits"
"""Titled "Excludes and Companion Codes" for ICD-10-CM; what notes say of two codes."""
