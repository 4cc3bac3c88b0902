"""Reads HCPCS Level II and what is published about its codes, and writes it into a catalog."""
