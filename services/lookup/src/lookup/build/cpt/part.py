"""CPT as a part of the catalog: nothing at all without a licence on record."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.official.cpt_descriptors import DescriptorKind, Descriptors, read
from lookup.build.official.official_file import OfficialFile
from lookup.build.part import Read
from lookup.cpt.licence import CptLicence
from lookup.cpt.schema import TABLES
from lookup.documents import Alias, AliasField, SearchDocument
from lookup.facts import Code, Release, Source
from lookup.systems import CPT

_KINDS = {
    DescriptorKind.LONG: "long",
    DescriptorKind.LONG_UPPER: "long",
    DescriptorKind.MEDIUM: "medium",
    DescriptorKind.SHORT: "short",
    DescriptorKind.CONSUMER: "consumer",
    DescriptorKind.CLINICIAN: "clinician",
}
_TITLES = ("long", "medium", "short")


class CptDescriptors:
    """The descriptor files *files*, loaded under *licence*; None of either loads nothing.

    Raises:
        SourceError: when there are files and no licence, one is not whole, or its release is
            not known or not licensed.
    """

    tables = TABLES

    def __init__(self, licence: CptLicence | None, files: Sequence[OfficialFile]) -> None:
        if licence is None and files:
            raise files[0].fault(
                None,
                "is a file of CPT descriptors, which only a licensed site may load; record the "
                "licence with `lookup licence add`, or take the file out",
            )
        self._licence = licence
        self._files = [(file, read(file)) for file in sorted(files, key=lambda file: file.name)]
        if licence is not None:
            _check_releases(self._files, licence)
        self.name = f"CPT {licence.release_year}" if licence and files else "CPT (not licensed)"
        self.effective = date(licence.release_year, 1, 1) if licence and files else date.min

    def reads(self) -> list[Read]:
        """The files, and the licence."""
        record = hashlib.sha256(repr(self._licence).encode()).hexdigest()
        files = [Read(file.name, file.sha256) for file, _descriptors in self._files]
        return [Read("CPT licence", record), *files]

    def write(self, writer: CatalogWriter) -> None:
        """Write the licence and every descriptor."""
        licence = self._licence
        if licence is None or not self._files:
            return
        writer.connection.execute(
            "INSERT INTO cpt_licence VALUES (?, ?, ?, ?, ?, ?)",
            (
                *(licence.holder, licence.agreement, licence.release_year),
                *(licence.user_cap, licence.accepted_by, licence.accepted_on.isoformat()),
            ),
        )
        rows: dict[tuple[str, str, int], tuple[str, str]] = {}
        for number, (file, descriptors) in enumerate(self._files, 1):
            source = writer.source(_source(f"cpt-{number}", file, licence))
            _gather(rows, descriptors, source)
        writer.connection.executemany(
            "INSERT INTO cpt_descriptors VALUES (?, ?, ?, ?, ?)",
            ((*key, *rows[key]) for key in sorted(rows)),
        )
        titles = _titles(rows)
        begins, ends = date(licence.release_year, 1, 1), date(licence.release_year, 12, 31)
        writer.release(
            Release(
                id=f"cpt-{licence.release_year}",
                system=CPT,
                name=f"CPT {licence.release_year}",
                effective=begins,
                expires=ends,
                code_count=0,
                billable_count=0,
                source_id="cpt-1",
            )
        )
        writer.codes(
            Code(CPT, code, title, True, begins, ends, source)
            for code, (title, source) in titles.items()
        )
        writer.relation(CPT, "CPT descriptors", "cpt-1", len(rows))

    def documents(self, writer: CatalogWriter) -> Iterator[SearchDocument]:
        """Codes with their descriptors."""
        others: dict[str, list[str]] = {}
        for code, text in writer.connection.execute(
            "SELECT code_key, text FROM cpt_descriptors ORDER BY code_key, kind, number"
        ):
            others.setdefault(code, []).append(text)
        rows = writer.connection.execute(
            "SELECT code, title, effective, expires FROM codes WHERE system = ? ORDER BY code",
            (CPT,),
        )
        for code, title, effective, expires in rows:
            yield SearchDocument(
                system=CPT,
                code=code,
                title=title,
                billable=True,
                effective=date.fromisoformat(effective),
                expires=date.fromisoformat(expires),
                chapter=code[:2],
                aliases=tuple(
                    Alias(AliasField.EXPANDED, text) for text in others[code] if text != title
                ),
            )


def _check_releases(files: Sequence[tuple[OfficialFile, Descriptors]], licence: CptLicence) -> None:
    """See that all *files* are of the release that is licensed.

    A file that does not say its release is of the one that another file in its folder or
    archive says.
    """
    said = {_place(file) for file, of in files if of.release_year is not None}
    for file, of in files:
        if of.release_year is None and _place(file) not in said:
            raise file.fault(
                None,
                "an unknown release: neither its notice nor its name or its archive's says one; "
                f'put it in a folder named for it, "CPT {licence.release_year}"',
            )
        if of.release_year not in (None, licence.release_year):
            raise file.fault(
                None,
                f"is of the CPT release {of.release_year}, but the licence on record covers "
                f"{licence.release_year}; record the licence for this release first",
            )


def _place(file: OfficialFile) -> str:
    return file.name[: max(file.name.rfind("/"), file.name.rfind("!")) + 1]


def _gather(
    rows: dict[tuple[str, str, int], tuple[str, str]], descriptors: Descriptors, source: str
) -> None:
    kind = _KINDS[descriptors.kind]
    counts: dict[str, int] = {}
    for descriptor in descriptors.descriptors:
        number = counts[descriptor.code] = counts.get(descriptor.code, 0) + 1
        key = (descriptor.code, kind, number)
        # Capitals only where nothing better is there.
        if descriptors.kind is DescriptorKind.LONG_UPPER and key in rows:
            continue
        rows[key] = (descriptor.text, source)


def _titles(rows: dict[tuple[str, str, int], tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """The longest official descriptor of each code, with its source."""
    codes = sorted({code for code, kind, _number in rows if kind in _TITLES})
    return {
        code: next(rows[code, kind, 1] for kind in _TITLES if (code, kind, 1) in rows)
        for code in codes
    }


def _source(source_id: str, file: OfficialFile, licence: CptLicence) -> Source:
    return Source(
        id=source_id,
        name="CPT descriptors, American Medical Association",
        release=f"CPT {licence.release_year}",
        published="",
        effective=date(licence.release_year, 1, 1).isoformat(),
        licence=f"{licence.notices[0]} Agreement {licence.agreement} with {licence.holder}.",
        origin=f"{file.name}, SHA-256 {file.sha256}",
    )
