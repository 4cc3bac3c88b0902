"""Reads CPT descriptor files, which only a licensed site may load, into a catalog."""
