"""Pages of catalogs in which less is loaded, or more: several releases, an index, policies."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from lookup.build.catalog_file import catalog_file
from lookup.build.icd10cm.index_entries import AlphabeticIndex
from lookup.build.icd10cm.part import TabularLists
from lookup.build.icd10cm.policies import DiagnosisPolicies
from lookup.build.icd10cm.source import official
from lookup.build.official.official_file import OfficialFile
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.content import BlockKind, Page
from lookup.icd10cm.code_set import Icd10Cm
from lookup.pointer import CATALOG_FILE
from lookup.spelling import code_key
from lookup.store import Store
from services.lookup.tests.build.icd10cm.small_release import TABULAR, small_release
from services.lookup.tests.build.icd10cm.test_official_relations import INDEX
from services.lookup.tests.build.official.published_files import file_of, ncd, ncd_row
from services.lookup.tests.icd10cm.sections.reading import items, rows, section, texts, titled

BEFORE = (
    TABULAR.replace("<desc>Brief sulk</desc>", "<desc>Short sulk</desc>")
    .replace("<name>K1A</name>", "<name>K19</name>")
    .replace("K10-K1A", "K10-K19")
)


@contextmanager
def pages(folder: Path, parts: Sequence[Part]) -> Iterator[Callable[[str, str], Page]]:
    """Pages by code and first day of the release."""
    with catalog_file(folder / CATALOG_FILE, "small", parts, Progress(len(parts), io.StringIO())):
        pass
    with Store.open(folder) as store:
        code_set = Icd10Cm(store)

        def page(label: str, day: str = "2026-04-01") -> Page:
            (release,) = [of for of in store.releases() if of.effective.isoformat() == day]
            code = store.code(release, code_key(label))
            assert code is not None, label
            return code_set.page(code, release, ())

        yield page


@pytest.mark.parametrize(
    ("key", "kinds"),
    [
        ("crosswalks", ["(GEM) to", "(GEM) from", "(CCSR)", "Chronic", "(HCC)", "MS-DRGs"]),
        ("payment", ["(CC, MCC)", "MS-DRG as principal diagnosis"]),
        ("medicare_coverage", ["(NCD)", "(LCD)"]),
        ("history_and_related", ["Releases before", "Code editor flags"]),
    ],
)
def test_each_kind_of_fact_that_is_not_loaded_is_named_and_never_called_none(
    tmp_path: Path, key: str, kinds: list[str]
) -> None:
    with pages(tmp_path, [TabularLists([small_release()])]) as page:
        blocks = section(page("K01.0", "2026-04-01"), key).blocks
    absent = [block for block in blocks if "not loaded" in block.text]
    assert len(absent) == len(kinds)
    for block, kind in zip(absent, kinds, strict=True):
        assert kind in block.text
        assert (block.kind, block.source_id) == (BlockKind.NOTICE, "")
        assert "searched" not in block.text


def test_each_release_that_is_loaded_tells_what_it_did_to_the_code(tmp_path: Path) -> None:
    october = official([OfficialFile("icd10cm-tabular-October-2025.xml", BEFORE.encode())])
    with pages(tmp_path, [TabularLists([small_release(), *october])]) as page:
        revised = section(page("K01.0", "2026-04-01"), "history_and_related")
        added = section(page("K1A", "2026-04-01"), "history_and_related")
        ended = section(page("K19", "2025-10-01"), "history_and_related")
    assert rows(titled(revised, "Releases")) == [
        ("ICD-10-CM October 2025", "2025-10-01", "2026-03-31", "listed"),
        (
            *("ICD-10-CM April 2026", "2026-04-01", "2026-09-30"),
            "title revised; it was “Short sulk”",
        ),
    ]
    assert [row[3] for row in rows(titled(added, "Releases"))] == ["not listed", "added"]
    assert [row[3] for row in rows(titled(ended, "Releases"))] == ["listed", "no longer listed"]
    assert (
        "Releases before ICD-10-CM October 2025 not loaded for K1A: what was before is not known "
        "here."
    ) in texts(added)


def test_the_release_of_the_page_is_the_one_that_is_read(tmp_path: Path) -> None:
    october = official([OfficialFile("icd10cm-tabular-October-2025.xml", BEFORE.encode())])
    with pages(tmp_path, [TabularLists([small_release(), *october])]) as page:
        before, now = page("K01.0", "2025-10-01"), page("K01.0", "2026-04-01")
    assert texts(section(before, "official_description"))[0] == "Short sulk"
    assert texts(section(now, "official_description"))[0] == "Brief sulk"
    assert "icd-10-cm-2026-04" not in {source.id for source in before.sources}
    assert "icd-10-cm-2025-10" not in {source.id for source in now.sources}


def test_entries_of_the_index_are_listed_with_their_manifestation(tmp_path: Path) -> None:
    index = AlphabeticIndex([OfficialFile("icd10cm-index-2026.xml", INDEX.encode())])
    with pages(tmp_path, [TabularLists([small_release()]), index]) as page:
        block = titled(
            section(page("K01.0", "2026-04-01"), "history_and_related"), "Alphabetic Index"
        )
    assert items(block) == ["Sulks", "Sulks, with temper [K02]"]
    assert block.source_id == "icd-10-cm-index-1"


def test_a_policy_that_names_the_code_is_shown_and_one_that_does_not_is_searched(
    tmp_path: Path,
) -> None:
    export = file_of(ncd((ncd_row("9001", "1", indctn_lmtn="For K01.0 only."),)), "ncd_trkg.csv")
    parts: list[Part] = [TabularLists([small_release()]), DiagnosisPolicies([export])]
    with pages(tmp_path, parts) as page:
        named = section(page("K01.0", "2026-04-01"), "medicare_coverage")
        other = section(page("K02", "2026-04-01"), "medicare_coverage")
    assert rows(titled(named, "NCDs that name K01.0")) == [
        (
            *("NCD 999.4.1, version 1", "Invented Service, at Home", "restricted coverage"),
            *("2021-09-27", "–"),
        )
    ]
    assert texts(other)[0] == (
        "The August 28, 2026 release of Medicare national coverage determinations was searched; "
        "it lists no determination whose text names K02."
    )
