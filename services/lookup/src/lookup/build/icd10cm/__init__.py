"""Reads ICD-10-CM and what other publishers say of its codes, and writes it into a catalog."""
