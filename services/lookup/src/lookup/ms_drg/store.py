"""Reads MS-DRGs out of a catalog."""

import sqlite3
from collections.abc import Sequence
from datetime import date

from lookup.ms_drg.facts import DrgWeight, GrouperVersion, MsDrg
from lookup.store import marks


class MsDrgStore:
    """The MS-DRGs of each version of the grouper, with weights; one thread at a time."""

    def __init__(self, catalog: sqlite3.Connection) -> None:
        self._db = catalog

    def version_on(self, day: date) -> GrouperVersion | None:
        """The version for discharges on *day*, if it is loaded."""
        row = self._db.execute(
            "SELECT version, effective, expires FROM ms_drg_versions "
            "WHERE effective <= ?1 AND expires >= ?1",
            (day.isoformat(),),
        ).fetchone()
        if row is None:
            return None
        return GrouperVersion(row[0], date.fromisoformat(row[1]), date.fromisoformat(row[2]))

    def drgs(self, version: GrouperVersion, numbers: Sequence[str]) -> list[MsDrg]:
        """Those of *numbers* that *version* has, ascending."""
        rows = self._db.execute(
            "SELECT d.number, d.title, d.mdc, d.surgical, d.medical, d.source_id, "  # noqa: S608
            "w.weight, w.uncapped, w.geometric_stay, w.arithmetic_stay, w.post_acute, "
            "w.special_pay, w.source_id FROM ms_drgs d "
            "LEFT JOIN ms_drg_weights w ON w.number = d.number AND w.fiscal_year = ? "
            f"WHERE d.version = ? AND d.number IN ({marks(numbers)}) ORDER BY d.number",
            (version.fiscal_year, version.name, *numbers),
        )
        return [
            MsDrg(
                *(row[0], row[1], row[2], bool(row[3]), bool(row[4])),
                weight=None
                if row[12] is None
                else DrgWeight(
                    *(version.fiscal_year, row[6], row[7], row[8], row[9]),
                    *(bool(row[10]), bool(row[11]), row[12]),
                ),
                source_id=row[5],
            )
            for row in rows
        ]
