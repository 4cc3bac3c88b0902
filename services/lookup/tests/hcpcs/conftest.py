"""HCPCS Level II from the installed package alone, built once for all tests of pages."""

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from lookup.build.catalog_file import catalog_file
from lookup.build.hcpcs.part import HcpcsLevelII
from lookup.build.ioce import installed
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.recognise import Recognised, kind_of
from lookup.build.progress import Progress
from lookup.content import Page
from lookup.documents import SearchDocument
from lookup.facts import Release
from lookup.hcpcs.code_set import Hcpcs
from lookup.pointer import CATALOG_FILE
from lookup.store import Store
from services.lookup.tests.build.official import hcpcs_layout, published_files
from services.lookup.tests.hcpcs.official_samples import ROWS

OFFICIAL = (
    hcpcs_layout.anweb(ROWS, name="HCPC2026_APR_ANWEB.txt"),
    published_files.file_of(
        published_files.mue(
            (
                ("E0100", "2", "2 Date of Service Edit: Policy", "CMS Policy"),
                ("A0021", "3", "1 Line Edit", "CMS Policy"),
                ("99998", "1", "1 Line Edit", "Invented for tests, not CPT"),
            )
        ),
        "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv",
    ),
    published_files.file_of(
        published_files.ptp(
            (
                ("G0101", "G0102", "*", "19960101", "*", "0", "Standards of practice"),
                ("G0101", "99998", "", "20240101", "*", "1", "Invented for tests, not CPT"),
                ("G0104", "G0101", "", "20250701", "20250701", "9", "More extensive procedure"),
            )
        ),
        "ccioph-v321r0-f1.TXT",
    ),
    published_files.file_of(
        published_files.pprrvu(month="April", rows=(published_files.relative_value("G0008"),)),
        "PPRRVU2026_Apr_nonQPP.csv",
    ),
    published_files.file_of(published_files.gpci(), "GPCI2026.csv"),
    published_files.file_of(
        published_files.ncd(
            (published_files.ncd_row(NCD_mnl_sect="60-9", last_updt_tmstmp="2026-04-02 00:00:00"),)
        ),
        "ncd_trkg.csv",
    ),
    published_files.file_of(published_files.lcd(), "lcd_x_hcpc_code.csv"),
)


def built(place: Path, official: Sequence[OfficialFile] = ()) -> list[SearchDocument]:
    """Build the catalog of HCPCS alone in the folder *place*; gives what may be searched."""
    recognised = []
    for file in official:
        kind = kind_of(file)
        assert kind is not None, file.name
        recognised.append(Recognised(kind, file))
    part = HcpcsLevelII(installed(), recognised)
    with catalog_file(place / CATALOG_FILE, "test", [part], Progress(2, io.StringIO())) as writer:
        return list(part.documents(writer))


@pytest.fixture(scope="session")
def default(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[SearchDocument]]:
    place = tmp_path_factory.mktemp("hcpcs")
    return place, built(place)


@pytest.fixture(scope="session")
def catalog(default: tuple[Path, list[SearchDocument]]) -> Path:
    return default[0]


@pytest.fixture(scope="session")
def documents(default: tuple[Path, list[SearchDocument]]) -> list[SearchDocument]:
    return default[1]


@pytest.fixture(scope="session")
def store(catalog: Path) -> Iterator[Store]:
    with Store.open(catalog) as store:
        yield store


@pytest.fixture(scope="session")
def releases(store: Store) -> dict[str, Release]:
    return {release.id: release for release in store.releases()}


@pytest.fixture(scope="session")
def release(releases: dict[str, Release]) -> Release:
    """The newest quarter of the package."""
    return releases["hcpcs-2026-04"]


@pytest.fixture(scope="session")
def page(store: Store, releases: dict[str, Release]) -> Callable[..., Page]:
    return pages_of(store, releases)


@pytest.fixture(scope="session")
def official_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hcpcs-official")
    built(place, OFFICIAL)
    return place


@pytest.fixture(scope="session")
def official_store(official_place: Path) -> Iterator[Store]:
    with Store.open(official_place) as store:
        yield store


@pytest.fixture(scope="session")
def official_page(official_store: Store) -> Callable[..., Page]:
    return pages_of(official_store, {release.id: release for release in official_store.releases()})


def pages_of(store: Store, releases: dict[str, Release]) -> Callable[..., Page]:
    """The page of a code in the newest quarter, or in another one."""
    code_set = Hcpcs(store)

    def page(code: str, release_id: str = "hcpcs-2026-04") -> Page:
        found = store.code(releases[release_id], code)
        assert found is not None, code
        return code_set.page(found, releases[release_id], ())

    return page
