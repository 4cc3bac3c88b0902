"""Reads CPT content, and the licence under which it was loaded, out of a catalog."""

import sqlite3
from datetime import date

from lookup.cpt.licence import CptLicence


def licence_of(catalog: sqlite3.Connection) -> CptLicence | None:
    """The licence under which the catalog was built; None where it holds no CPT content."""
    row = catalog.execute(
        "SELECT holder, agreement, release_year, user_cap, accepted_by, accepted_on "
        "FROM cpt_licence"
    ).fetchone()
    if row is None:
        return None
    holder, agreement, release_year, user_cap, accepted_by, accepted_on = row
    return CptLicence(
        holder, agreement, release_year, user_cap, accepted_by, date.fromisoformat(accepted_on)
    )


def descriptors_of(catalog: sqlite3.Connection, key: str) -> list[tuple[str, str, str]]:
    """Kind, text and source id of every descriptor of a code."""
    return catalog.execute(
        "SELECT kind, text, source_id FROM cpt_descriptors WHERE code_key = ? "
        "ORDER BY kind, number",
        (key,),
    ).fetchall()
