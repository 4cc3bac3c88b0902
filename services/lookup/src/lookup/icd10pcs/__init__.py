"""ICD-10-PCS as a code set."""
