"""Reads ICD-10-PCS and writes it into the catalog."""
