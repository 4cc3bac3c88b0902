"""HCPCS Level II: its codes by quarter, what a page says of one, and how one walks through them."""
