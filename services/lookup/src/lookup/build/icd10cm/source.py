"""Finds releases of ICD-10-CM and dates them: installed, or as official files.

The package ``simple-icd-10-cm`` carries the tabular list as the CDC publishes it and a list of
all codes. Its own programming interface is not used: it keeps only the nearest ancestor's notes.
Official tabular lists come without a list of codes; the order file of the same release, where
it is there, is what they are checked by.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata, resources, util
from importlib.resources.abc import Traversable

from lookup.build.errors import SourceError
from lookup.build.official.icd_release import effective_date
from lookup.build.official.official_file import OfficialFile

PACKAGE = "simple-icd-10-cm"
_MODULE = "simple_icd_10_cm"
_TABULAR = re.compile(
    r"icd10cm?-tabular-(?P<month>[A-Z][a-z]+)-(?:(?P<day>\d+)-)?(?P<year>\d{4})\.xml"
)
_MONTHS = {"April": 4, "October": 10}
# Updates are rare in January; whatever the month, a release holds for the rest of its half-year.
_ENDS = {1: (0, 3, 31), 4: (0, 9, 30), 10: (1, 3, 31)}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read: its name, content and SHA-256."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class TabularSource:
    """One release of ICD-10-CM as found: the tabular list, and what its codes are checked by.

    *package* and *version* are empty for official files.
    """

    package: str
    version: str
    tabular: SourceFile
    code_list: SourceFile | None
    effective: date
    order_file: OfficialFile | None = None

    @property
    def official(self) -> bool:
        """Whether it comes from files of the publisher."""
        return not self.package

    @property
    def expires(self) -> date:
        """Last day of the half-year: an April release ends with September."""
        years, month, day = _ENDS[self.effective.month]
        return date(self.effective.year + years, month, day)

    @property
    def release_id(self) -> str:
        """Stable identifier, "icd-10-cm-2026-04"."""
        return f"icd-10-cm-{self.effective:%Y-%m}"

    @property
    def release_name(self) -> str:
        """Name for people, "ICD-10-CM April 2026"."""
        return f"ICD-10-CM {self.effective:%B %Y}"


def installed() -> TabularSource:
    """The release in the installed package.

    Raises:
        SourceError: when the package is not installed or holds no release that can be dated.
    """
    try:
        version = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        raise SourceError(
            PACKAGE,
            None,
            "the package is not installed; install the service with its `build` extra",
        ) from None
    folder = _data_folder()
    names = {entry.name: entry for entry in folder.iterdir()}
    for name, entry in sorted(names.items()):
        if match := _TABULAR.fullmatch(name.replace("icd10c-", "icd10cm-")):
            effective = _effective(name, match["month"], match["year"])
            listed = f"code-list-{match['month']}-{match['year']}.txt"
            if listed not in names:
                raise SourceError(listed, None, f"missing beside {name}; reinstall {PACKAGE}")
            return TabularSource(
                package=PACKAGE,
                version=version,
                tabular=SourceFile(name, entry.read_bytes()),
                code_list=SourceFile(listed, names[listed].read_bytes()),
                effective=effective,
            )
    raise SourceError(PACKAGE, None, f"version {version} holds no tabular list that can be dated")


def official(
    tabular_lists: Iterable[OfficialFile], order_files: Iterable[OfficialFile] = ()
) -> list[TabularSource]:
    """The releases in official files, oldest first.

    Raises:
        SourceError: when the release of a file is not known, or two files are of the same one.
    """
    orders = _by_release(order_files)
    found: dict[date, TabularSource] = {}
    for file in tabular_lists:
        effective = effective_date(file)
        if effective in found:
            raise file.fault(
                None,
                f"{found[effective].tabular.name} is of the same release; keep one of the two",
            )
        found[effective] = TabularSource(
            *("", "", SourceFile(file.name, file.content), None, effective),
            orders.get(effective),
        )
    return [found[effective] for effective in sorted(found)]


def checked_by(source: TabularSource, order_files: Iterable[OfficialFile]) -> TabularSource:
    """*source* with the order file of its release among *order_files*, if it is there."""
    order = _by_release(order_files).get(source.effective)
    return source if order is None else replace(source, order_file=order)


def _by_release(order_files: Iterable[OfficialFile]) -> dict[date, OfficialFile]:
    """*order_files* by the first day of their release.

    Raises:
        SourceError: when two are of the same one.
    """
    found: dict[date, OfficialFile] = {}
    for file in order_files:
        twin = found.setdefault(effective_date(file), file)
        if twin is not file:
            raise file.fault(None, f"{twin.name} is of the same release; keep one of the two")
    return found


def _data_folder() -> Traversable:
    # Importing the package would parse the whole classification, which is not wanted here:
    # importlib.resources is content with a module that was found but not run.
    spec = util.find_spec(_MODULE)
    if spec is None:
        raise SourceError(PACKAGE, None, "the package is installed without its modules")
    return resources.files(util.module_from_spec(spec)) / "data"


def _effective(name: str, month: str, year: str) -> date:
    if month not in _MONTHS:
        raise SourceError(name, None, f"releases come in April and October, not in {month}")
    return date(int(year), _MONTHS[month], 1)
