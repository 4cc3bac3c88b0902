"""The tables of NLM's Clinical Tables contract that are answered here, and their fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from codingahead.lookup.v1 import lookup_pb2

type Fields = Mapping[str, str]
"""The values of one code by field; a field that is not there is empty."""

_SHORT_DESCRIPTOR: Final = 28
"""Characters of a short HCPCS descriptor at most."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its code *system*, and the fields that are searched and shown by default.

    *billable_only*: the table of NLM's lists no headings.
    """

    system: str
    searched: tuple[str, ...]
    shown: tuple[str, ...]
    fields_of: Callable[[lookup_pb2.CodeRef], Fields]
    billable_only: bool = False


def _named(code: lookup_pb2.CodeRef) -> Fields:
    return {"code": code.code, "name": code.display}


def _hcpcs(code: lookup_pb2.CodeRef) -> Fields:
    # Only codes in force are found. What else NLM's table has (dates, is_noc) is gated or not
    # loaded, and stays empty.
    is_short = len(code.display) <= _SHORT_DESCRIPTOR
    return {
        "code": code.code,
        "display": code.display,
        "short_desc": code.display if is_short else "",
        "long_desc": "" if is_short else code.display,
        "obsolete": "false",
    }


TABLES: Final[Mapping[str, Table]] = {
    "icd10cm": Table("icd-10-cm", ("code", "name"), ("code", "name"), _named, billable_only=True),
    "icd10pcs": Table("icd-10-pcs", ("code", "name"), ("code", "name"), _named),
    "hcpcs": Table("hcpcs", ("code", "short_desc", "long_desc"), ("code", "display"), _hcpcs),
}
"""By NLM's name for the table."""

PATHS: Final = {f"/api/{name}/v3/search": table for name, table in TABLES.items()}
"""By the path at which each is searched."""
