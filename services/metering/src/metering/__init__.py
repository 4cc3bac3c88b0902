"""Decides what a subject may see and counts it; reads from ``decision`` outwards."""
