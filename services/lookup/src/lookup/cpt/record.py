"""Keeps the record of the CPT licence beside the catalogs, for builds to ask for."""

import json
import os
import sys
from datetime import date
from pathlib import Path

from lookup.cpt.licence import CptLicence
from lookup.pointer import sync_folder

_FILE = "cpt-licence.json"


class DamagedRecord(Exception):  # noqa: N818 - it says what is wrong with the file
    """The record cannot be read; says why and what to do."""


def recorded(catalog_dir: Path) -> CptLicence | None:
    """The licence on record; None when there is none.

    Raises:
        DamagedRecord: when the record cannot be read.
    """
    path = catalog_dir / _FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedRecord(f"{path}: {error}") from None
    try:
        held = json.loads(text)
        return CptLicence(
            holder=str(held["holder"]),
            agreement=str(held["agreement"]),
            release_year=int(held["release_year"]),
            user_cap=int(held["user_cap"]),
            accepted_by=str(held["accepted_by"]),
            accepted_on=date.fromisoformat(held["accepted_on"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedRecord(
            f"{path}: not a licence record ({error!r}); record it anew with `lookup licence add`"
        ) from None


def add_command(catalog_dir: Path, licence: CptLicence) -> int:
    """Record *licence*; the next build may load CPT files."""
    for name, value in (
        ("holder", licence.holder),
        ("agreement", licence.agreement),
        ("accepted-by", licence.accepted_by),
    ):
        if not value.strip():
            print(f"lookup: no licence recorded: --{name} is empty", file=sys.stderr)
            return 1
    if not 2000 <= licence.release_year <= licence.accepted_on.year + 2:
        print(
            f"lookup: no licence recorded: there is no CPT release {licence.release_year}",
            file=sys.stderr,
        )
        return 1
    if licence.user_cap < 1:
        print("lookup: no licence recorded: --user-cap must be 1 or more", file=sys.stderr)
        return 1
    catalog_dir.mkdir(parents=True, exist_ok=True)
    fresh = catalog_dir / f".{_FILE}"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(
            {
                "holder": licence.holder,
                "agreement": licence.agreement,
                "release_year": licence.release_year,
                "user_cap": licence.user_cap,
                "accepted_by": licence.accepted_by,
                "accepted_on": licence.accepted_on.isoformat(),
            },
            file,
            indent=2,
        )
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(catalog_dir / _FILE)
    sync_folder(catalog_dir)
    print(
        f"CPT licence of {licence.holder} recorded; "
        "load the files with `lookup catalog build --from FOLDER`"
    )
    return 0


def show_command(catalog_dir: Path) -> int:
    """Print the licence on record; 1 when the record is damaged."""
    try:
        licence = recorded(catalog_dir)
    except DamagedRecord as damaged:
        print(f"lookup: {damaged}", file=sys.stderr)
        return 1
    if licence is None:
        print("no CPT licence is recorded; CPT content cannot be loaded")
        return 0
    print(
        f"CPT {licence.release_year}: {licence.holder}, agreement {licence.agreement}, "
        f"{licence.user_cap:,} users, accepted by {licence.accepted_by} "
        f"on {licence.accepted_on.isoformat()}"
    )
    return 0


def remove_command(catalog_dir: Path) -> int:
    """Forget the licence; catalogs that hold CPT content must be built anew."""
    path = catalog_dir / _FILE
    if not path.exists():
        print("no CPT licence is recorded")
        return 0
    path.unlink()
    sync_folder(catalog_dir)
    print("CPT licence removed; run `lookup catalog build` so that CPT content goes too")
    return 0
