"""ICD-10-CM: its classification, what a page says of a code, and how one walks through it."""
