"""Answers questions about codes from the catalog's facts, with citations."""
