"""The nine sections of a HCPCS Level II page, one module each.

Every module has ``section(facts)``, a pure function from the facts about a code to what its
section says. A section is never empty: with nothing to say it tells what was searched, what is
not loaded, and how much a missing licence keeps out.
"""
