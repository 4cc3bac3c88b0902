"""The nine sections of an ICD-10-CM page, one module each.

Every module has ``section(facts)``, a pure function from the facts about a code to what its
section says. A section is never empty: with nothing to say it tells what was searched.
"""
