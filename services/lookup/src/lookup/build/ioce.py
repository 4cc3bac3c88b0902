"""Reads the tables of the Integrated Outpatient Code Editor (I/OCE) in the package ``pyoce``.

The package carries them as an LMDB file, compressed with xz; each entry is a dictionary in
Python's marshal format. Its own programming interface is not used: it answers for one code and
version at a time. Usage::

    with installed().opened() as tables:
        for row in tables.rows("data_dx10"):
            row.key            # ("A000",): what the row is about
            row.number("hi_age"), row.flag("manifestation"), row.text("description")
            row.effective, row.expires   # first and last day on which it holds, both included

A version of the tables is a quarter. That a row begins with the first version means only that
it held by then: see `IoceTables.begins_by`.
"""

import hashlib
import lzma
import marshal
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from importlib import metadata, resources, util
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path

import lmdb

from lookup.build.errors import SourceError

PACKAGE = "pyoce"
LICENCE = (
    "Tables of the Integrated Outpatient Code Editor of the Centers for Medicare & Medicaid "
    "Services, in the public domain; package pyoce, Apache-2.0 licence."
)
_FILE = "pyoce.mdb.xz"
_MOST_TABLES = 100
_PAIRS = "map_ncci"
_UNDATED_KEYS = frozenset({"map_addon_type2"})


@dataclass(frozen=True, slots=True)
class Quarter:
    """A version of the tables, *name* as CMS calls it ("27.1"), and its days, both included."""

    version: int
    name: str
    effective: date
    expires: date


@dataclass(frozen=True, slots=True)
class Row:
    """One entry: what it is about, what it says, and from which version to which.

    *key* is without the versions: ("J1885",), or ("U0005", "U0003") where two codes are meant.
    """

    table: str
    key: tuple[str, ...]
    first: int
    last: int
    effective: date
    expires: date
    values: Mapping[str, object]

    def flag(self, name: str) -> bool:
        """Whether *name* is set."""
        value = self.values[name]
        if not isinstance(value, bool):
            raise self._fault(name, "a flag")
        return value

    def number(self, name: str) -> int:
        """The number *name*; the package stores 0 and 1 as False and True."""
        value = self.values[name]
        if not isinstance(value, int):
            raise self._fault(name, "a number")
        return int(value)

    def text(self, name: str) -> str:
        """The text *name*."""
        value = self.values[name]
        if not isinstance(value, str):
            raise self._fault(name, "a text")
        return value

    def _fault(self, name: str, form: str) -> SourceError:
        where = "|".join((*self.key, str(self.first), str(self.last)))
        return SourceError(
            _FILE, None, f"{self.table} {where}: {name} is not {form}; reinstall {PACKAGE}"
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """An NCCI pair: *second* is not paid beside *first*, unless a modifier *may* separate them."""

    first: str
    second: str
    may: bool
    effective: date
    expires: date


class IoceTables:
    """The tables, open; everything comes in the order of keys and then of time."""

    def __init__(self, environment: lmdb.Environment) -> None:
        self._environment = environment
        self.quarters = self._read_quarters()
        """All versions, oldest first, without gaps."""
        self._effective = {quarter.version: quarter.effective for quarter in self.quarters}
        self._expires = {quarter.version: quarter.expires for quarter in self.quarters}

    @property
    def begins_by(self) -> date:
        """First day of the first version: what holds then may have begun at any time before."""
        return self.quarters[0].effective

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of *table* ("data_hcpcs").

        Raises:
            SourceError: when there is no such table or a row is not like the others.
        """
        rows = [self._row(table, key, value) for key, value in self._entries(table)]
        rows.sort(key=lambda row: (row.key, row.first))
        yield from rows

    def pairs(self) -> Iterator[Pair]:
        """The NCCI pairs, 1.6 million: numbers of CPT codes are among them.

        Raises:
            SourceError: when a pair is not like the others.
        """
        for first, value in self._entries(_PAIRS):
            found: list[tuple[str, int, int, bool]] = []
            try:
                for _second, packed in marshal.loads(value):  # noqa: S302 - an installed package
                    entry = marshal.loads(packed)  # noqa: S302
                    found.append(
                        (
                            *(entry["code2"], entry["lo_version"], entry["hi_version"]),
                            entry["mod_indicator"],
                        )
                    )
                found.sort()
                for second, begin, end, may in found:
                    yield Pair(
                        *(first.decode(), second, may),
                        *(self._effective[begin], self._expires[end]),
                    )
            except (ValueError, TypeError, EOFError, KeyError) as error:
                raise _damaged(_PAIRS, first) from error

    def _row(self, table: str, key: bytes, value: bytes) -> Row:
        try:
            values: dict[str, object] = marshal.loads(value)  # noqa: S302 - an installed package
            first, last = values.pop("lo_version"), values.pop("hi_version")
            parts = key.decode().split("|")
            if table not in _UNDATED_KEYS:
                if parts[-2:] != [str(first), str(last)]:
                    raise ValueError("key and entry have other versions")
                del parts[-2:]
            assert isinstance(first, int)
            assert isinstance(last, int)
            return Row(
                *(table, tuple(parts), first, last),
                *(self._effective[first], self._expires[last], values),
            )
        except (ValueError, TypeError, EOFError, KeyError, AssertionError) as error:
            raise _damaged(table, key) from error

    def _entries(self, table: str) -> Iterator[tuple[bytes, bytes]]:
        try:
            database = self._environment.open_db(table.encode(), create=False)
        except lmdb.Error:
            raise SourceError(_FILE, None, f"no table {table}; reinstall {PACKAGE}") from None
        with self._environment.begin(database) as transaction:
            for key, value in transaction.cursor():
                yield bytes(key), bytes(value)

    def _read_quarters(self) -> tuple[Quarter, ...]:
        found = []
        for key, value in self._entries("version_range"):
            try:
                entry = marshal.loads(value)  # noqa: S302 - an installed package
                effective, expires = _day(entry["date_started"]), _day(entry["date_ended"])
                name = ".".join(entry["version_id"].split(".")[:2])
            except (ValueError, TypeError, EOFError, KeyError) as error:
                raise _damaged("version_range", key) from error
            found.append(Quarter(int(key), name, effective, expires))
        found.sort(key=lambda quarter: quarter.effective)
        if not found:
            raise SourceError(_FILE, None, f"it has no versions; reinstall {PACKAGE}")
        # The last version's own end lies years ahead and means "until the next one".
        last = found[-1]
        found[-1] = replace(last, expires=_quarter_end(last.effective))
        for earlier, later in pairwise(found):
            if earlier.expires + timedelta(days=1) != later.effective:
                raise SourceError(
                    *(_FILE, None),
                    f"versions {earlier.version} and {later.version} do not follow one another; "
                    f"reinstall {PACKAGE}",
                )
        return tuple(found)


@dataclass(frozen=True)
class IocePackage:
    """The installed package: its version and its file."""

    version: str
    file: Traversable

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal digest of the compressed file."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()

    @property
    def origin(self) -> str:
        """What a source says of it: package, version, file, digest."""
        return f"{PACKAGE} {self.version}; {_FILE}, SHA-256 {self.sha256}"

    @contextmanager
    def opened(self) -> Iterator[IoceTables]:
        """The tables, unpacked (320 MB) for as long as they are open.

        Raises:
            SourceError: when the file is damaged.
        """
        with tempfile.TemporaryDirectory(prefix="ioce-") as folder:
            unpacked = Path(folder) / _FILE.removesuffix(".xz")
            try:
                with (
                    self.file.open("rb") as packed,
                    lzma.open(packed) as content,
                    unpacked.open("wb") as file,
                ):
                    shutil.copyfileobj(content, file, 1 << 20)
                environment = lmdb.open(
                    str(unpacked), subdir=False, readonly=True, lock=False, max_dbs=_MOST_TABLES
                )
            except (lzma.LZMAError, EOFError, lmdb.Error) as error:
                raise SourceError(
                    _FILE, None, f"it is damaged ({error}); reinstall {PACKAGE}"
                ) from error
            # What is mapped stays; what is killed then leaves an empty folder behind.
            unpacked.unlink()
            with environment:
                yield IoceTables(environment)


def installed() -> IocePackage:
    """The package that is installed.

    Raises:
        SourceError: when it is not, or is without its tables.
    """
    try:
        version = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        raise SourceError(
            PACKAGE,
            None,
            "the package is not installed; install the service with its `build` extra",
        ) from None
    # Found without running it: its modules are of no use here.
    spec = util.find_spec(PACKAGE)
    if spec is None:
        raise SourceError(PACKAGE, None, "the package is installed without its modules")
    file = resources.files(util.module_from_spec(spec)) / "data" / _FILE
    if not file.is_file():
        raise SourceError(_FILE, None, f"missing in {PACKAGE} {version}; reinstall it")
    return IocePackage(version, file)


def _damaged(table: str, key: bytes) -> SourceError:
    return SourceError(
        _FILE, None, f"{table} {key.decode(errors='replace')}: not readable; reinstall {PACKAGE}"
    )


def _day(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)


def _quarter_end(first: date) -> date:
    month = first.month + 3
    following = date(first.year + month // 13, (month - 1) % 12 + 1, 1)
    return following - timedelta(days=1)
