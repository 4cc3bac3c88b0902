"""Several releases side by side, from the package and from official files."""

import io
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from lookup.build.catalog_file import catalog_file
from lookup.build.errors import SourceError
from lookup.build.icd10cm.part import TabularLists
from lookup.build.icd10cm.source import TabularSource, checked_by, official
from lookup.build.official.official_file import OfficialFile
from lookup.build.progress import Progress
from lookup.facts import Release
from lookup.pointer import CATALOG_FILE
from lookup.store import Store
from services.lookup.tests.build.icd10cm.small_release import CODE_LIST, TABULAR, small_release
from services.lookup.tests.build.official.icd_layouts import order_lines, text_file

OCTOBER = "icd10cm-tabular-October-2025.xml"
APRIL = "icd10cm-tabular-April-1-2026.xml"
JANUARY = "icd10cm-tabular-January-2026.xml"

WHOLE = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
  <version>2026</version>
  <chapter>
    <name>1</name>
    <desc>Everything (A00-Z99)</desc>
    <section id="A00-Z99">
      <desc>Everything (A00-Z99)</desc>
      <diag><name>A00</name><desc>First</desc>
        <diag><name>A00.0</name><desc>First of all</desc></diag>
      </diag>
      <diag><name>Z99</name><desc>Last</desc>
        <diag><name>Z99.8</name><desc>Last of all</desc></diag>
      </diag>
    </section>
  </chapter>
</ICD10CM.tabular>
"""
ORDER = (
    ("A00", "0", "First", "First"),
    ("A000", "1", "First of all", "First of all"),
    ("Z99", "0", "Last", "Last"),
    ("Z998", "1", "Last of all", "Last of all"),
)


def listed(name: str, tabular: str = TABULAR) -> OfficialFile:
    return OfficialFile(name, tabular.encode())


def order(codes: Sequence[tuple[str, ...]], name: str = "order-April-1-2026.txt") -> OfficialFile:
    return text_file(order_lines(tuple(codes)), name)


def written(folder: Path, sources: Sequence[TabularSource]) -> Store:
    parts = [TabularLists(sources)]
    with catalog_file(folder / CATALOG_FILE, "small", parts, Progress(1, io.StringIO())):
        pass
    return Store.open(folder)


def spans(releases: Sequence[Release]) -> list[tuple[str, str, str]]:
    return [(of.id, of.effective.isoformat(), of.expires.isoformat()) for of in releases]


def test_releases_stand_side_by_side_without_gap_or_overlap(tmp_path: Path) -> None:
    sources = [small_release(), *official([listed(OCTOBER), listed(JANUARY)])]
    with closing(written(tmp_path, sources)) as store:
        assert spans(store.releases()) == [
            ("icd-10-cm-2026-04", "2026-04-01", "2026-09-30"),
            ("icd-10-cm-2026-01", "2026-01-01", "2026-03-31"),
            ("icd-10-cm-2025-10", "2025-10-01", "2025-12-31"),
        ]
        assert len({of.code_count for of in store.releases()}) == 1


def test_a_code_that_reads_the_same_is_one_stretch_and_one_that_changed_two(
    tmp_path: Path,
) -> None:
    before = TABULAR.replace("<desc>Brief sulk</desc>", "<desc>Short sulk</desc>")
    sources = [small_release(), *official([listed(OCTOBER, before)])]
    with closing(written(tmp_path, sources)) as store:
        assert [of.title for of in store.stretches("icd-10-cm", "K010")] == [
            "Short sulk",
            "Brief sulk",
        ]
        (same,) = store.stretches("icd-10-cm", "K02")
        assert (same.effective, same.expires) == (date(2025, 10, 1), date(2026, 9, 30))


def test_an_official_list_stands_in_for_the_packages_of_the_same_release(tmp_path: Path) -> None:
    revised = TABULAR.replace("<desc>Brief sulk</desc>", "<desc>Official sulk</desc>")
    for sources in (
        [small_release(), *official([listed(APRIL, revised)])],
        [*official([listed(APRIL, revised)]), small_release()],
    ):
        with closing(written(tmp_path, sources)) as store:
            (stretch,) = store.stretches("icd-10-cm", "K010")
            assert stretch.title == "Official sulk"
            origin = store.source("icd-10-cm-2026-04").origin
            assert origin.startswith(f"{APRIL}, SHA-256 ")
            assert origin.endswith("; no list of codes to check it by")
        (tmp_path / CATALOG_FILE).unlink()


def test_two_official_lists_of_one_release_are_refused() -> None:
    with pytest.raises(SourceError, match="is of the same release; keep one of the two"):
        official([listed(APRIL), listed(f"2/{APRIL}")])


def test_an_order_file_of_the_release_checks_the_list(tmp_path: Path) -> None:
    (source,) = official([listed(APRIL, WHOLE)], [order(ORDER)])
    with closing(written(tmp_path, [source])) as store:
        origin = store.source("icd-10-cm-2026-04").origin
        assert "order-April-1-2026.txt, SHA-256 " in origin
        assert "no list of codes" not in origin


def test_an_order_file_of_another_release_checks_nothing() -> None:
    (source,) = official([listed(APRIL, WHOLE)], [order(ORDER, "order_2026.txt")])
    assert source.order_file is None
    assert checked_by(source, [order(ORDER)]).order_file is not None


@pytest.mark.parametrize(
    ("codes", "fault"),
    [
        (
            (*ORDER[:2], ("B00", "1", "More", "More"), *ORDER[2:]),
            r"order-April-1-2026\.txt:3: B00 is listed, but .*xml does not make it",
        ),
        (
            (*ORDER[:2], ("Z99", "1", "Last", "Last")),
            r"order-April-1-2026\.txt:3: Z99 is a code here and a header in .*xml:12",
        ),
        (
            (ORDER[0], ("A001", "1", "Other", "Other"), *ORDER[2:]),
            r"order-April-1-2026\.txt:2: A001 is listed",
        ),
    ],
)
def test_a_list_that_differs_from_its_order_file_is_refused_with_the_line(
    tmp_path: Path, codes: Sequence[tuple[str, ...]], fault: str
) -> None:
    with pytest.raises(SourceError, match=fault):
        written(tmp_path, official([listed(APRIL, WHOLE)], [order(codes)]))


def test_a_code_that_the_order_file_lacks_is_named(tmp_path: Path) -> None:
    more = WHOLE.replace(
        "<diag><name>A00.0", "<diag><name>A00.9</name><desc>Another</desc></diag><diag><name>A00.0"
    )
    with pytest.raises(SourceError, match=r"order-April-1-2026\.txt:4: it is without A00\.9"):
        written(tmp_path, official([listed(APRIL, more)], [order(ORDER)]))


def test_a_list_without_its_package_is_refused_like_any_other(tmp_path: Path) -> None:
    cut = small_release(code_list=CODE_LIST.replace("K01\r\n", ""))
    with pytest.raises(SourceError, match=r"the list ends without K01"):
        written(tmp_path, [cut])
