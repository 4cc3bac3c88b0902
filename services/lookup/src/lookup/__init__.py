"""The catalog of medical codes: build, read, search."""
