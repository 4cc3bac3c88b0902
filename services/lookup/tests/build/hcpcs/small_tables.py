"""Tables of the outpatient code editor, a few rows long, packed as the package packs them."""

import lzma
import marshal
from collections.abc import Iterable, Mapping
from pathlib import Path

import lmdb

from lookup.build.ioce import IocePackage

EMPTY = (
    *("data_apc", "data_hcpcs", "data_modifier", "data_nonopioid_passthrough"),
    *("data_payment_indicator", "data_status_indicator", "dsc_edit", "dsc_edit_disposition"),
    *("map_addon_covid_lab", "map_addon_drug_admin", "map_addon_ph"),
    *("map_addon_remote_mental_health", "map_addon_saas", "map_addon_type1", "map_addon_type2"),
    *("map_addon_type3", "map_capc", "map_composite", "map_conflict_rhc", "map_device_procedure"),
    *("map_fqhc_visit", "map_modifier_conflict", "map_ncci", "map_s603_override"),
    *("offset_codepair", "offset_hcpcs"),
)
QUARTERS = {
    76: (20190701, 20190930, "20.2.27"),
    77: (20191001, 20191231, "20.3.26"),
    78: (20200101, 20360331, "21.0.25"),
}
_HCPCS: Mapping[str, object] = {
    "apc": "00000",
    "lo_age": False,
    "hi_age": 124,
    "status_indicator": "A",
    "payment_indicator": 2,
    "mid_quarter_date_edit": False,
    "date_approved": False,
    "date_terminated": False,
}

type Entry = tuple[str, Mapping[str, object], int, int]


def code(key: str, text: str, first: int = 76, last: int = 78, **values: object) -> Entry:
    """A row of ``data_hcpcs``."""
    return key, {**_HCPCS, "description": text, **values}, first, last


def pair(first: str, second: str, may: bool, begin: int = 76, end: int = 78) -> tuple[str, bytes]:
    """An NCCI pair as its first code has it."""
    value = {"code2": second, "mod_indicator": may, "lo_version": begin, "hi_version": end}
    return first, marshal.dumps([(second.encode(), marshal.dumps(value))])


def package(
    folder: Path,
    tables: Mapping[str, Iterable[Entry]],
    pairs: Iterable[tuple[str, bytes]] = (),
    quarters: Mapping[int, tuple[int, int, str]] = QUARTERS,
) -> IocePackage:
    """A package with *tables*; those not named are there and empty."""
    place = folder / "small.mdb"
    environment = lmdb.open(str(place), subdir=False, max_dbs=60, map_size=1 << 24, lock=False)
    with environment, environment.begin(write=True) as transaction:
        for name in ("version_range", *EMPTY):
            database = environment.open_db(name.encode(), txn=transaction)
            for key, values, first, last in tables.get(name, ()):
                dated = key if name == "map_addon_type2" else f"{key}|{first}|{last}"
                entry = {**values, "lo_version": first, "hi_version": last}
                transaction.put(dated.encode(), marshal.dumps(entry), db=database)
            if name == "version_range":
                for version, (start, end, label) in quarters.items():
                    entry = {"date_started": start, "date_ended": end, "version_id": label}
                    transaction.put(str(version).encode(), marshal.dumps(entry), db=database)
            if name == "map_ncci":
                for key, value in pairs:
                    transaction.put(key.encode(), value, db=database)
    packed = folder / "small.mdb.xz"
    packed.write_bytes(lzma.compress(place.read_bytes(), preset=0))
    return IocePackage("0.0.1", packed)
