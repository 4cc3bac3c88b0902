"""What official files add to the codes: mappings of a known year, index entries, policies."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from lookup.build.catalog_file import catalog_file
from lookup.build.catalog_writer import CatalogWriter
from lookup.build.errors import SourceError
from lookup.build.icd10cm.equivalences import Equivalences
from lookup.build.icd10cm.index_entries import AlphabeticIndex
from lookup.build.icd10cm.part import TabularLists
from lookup.build.icd10cm.policies import DiagnosisPolicies
from lookup.build.official.official_file import OfficialFile
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.documents import AliasField
from services.lookup.tests.build.icd10cm.small_release import small_release
from services.lookup.tests.build.official.icd_layouts import CM_TO_9, gem_lines, text_file
from services.lookup.tests.build.official.published_files import file_of, lcd, ncd, ncd_row

INDEX = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.index>
  <version>2026</version>
  <title>ICD-10-CM INDEX TO DISEASES and INJURIES</title>
  <letter>
    <title>S</title>
    <mainTerm>
      <title>Sulks<nemod>(loud)</nemod></title>
      <code>K01.0</code>
      <term level="1"><title>with temper</title><code>K01.0 [K02]</code></term>
      <term level="1"><title>of knee</title><code>K10.6-</code></term>
      <term level="1"><title>elsewhere</title><code>Z99.9</code></term>
    </mainTerm>
  </letter>
</ICD10CM.index>
"""


@contextmanager
def written(path: Path, parts: Sequence[Part]) -> Iterator[CatalogWriter]:
    with catalog_file(
        path, "small", [TabularLists([small_release()]), *parts], Progress(9, io.StringIO())
    ) as writer:
        yield writer


def test_entries_of_the_index_are_words_by_which_a_code_is_found(tmp_path: Path) -> None:
    lists = TabularLists([small_release()])
    index = AlphabeticIndex([OfficialFile("icd10cm-index-April-1-2026.xml", INDEX.encode())])
    with catalog_file(
        tmp_path / "c", "small", [lists, index], Progress(2, io.StringIO())
    ) as writer:
        found = {document.code: document.aliases for document in lists.documents(writer)}
    assert [of.text for of in found["K01.0"] if of.field is AliasField.INDEX] == [
        "Sulks",
        "Sulks, with temper",
    ]
    assert not [of for of in found["K10.6"] if of.field is AliasField.INDEX]


def test_the_index_of_the_year_serves_its_update_too(tmp_path: Path) -> None:
    index = AlphabeticIndex([OfficialFile("icd10cm-index-2026.xml", INDEX.encode())])
    with written(tmp_path / "c", [index]) as writer:
        rows = writer.connection.execute(
            "SELECT release_id, entry, manifestation FROM index_entries ORDER BY place"
        ).fetchall()
    assert rows == [
        ("icd-10-cm-2026-04", "Sulks", ""),
        ("icd-10-cm-2026-04", "Sulks, with temper", "K02"),
    ]


def test_an_index_of_a_year_that_is_not_loaded_is_refused(tmp_path: Path) -> None:
    index = AlphabeticIndex(
        [OfficialFile("icd10cm-index-2024.xml", INDEX.replace("2026", "2024").encode())]
    )
    with (
        pytest.raises(SourceError, match="no tabular list of that fiscal year is loaded"),
        written(tmp_path / "c", [index]),
    ):
        pass


def test_an_official_mapping_stands_in_for_the_packages_in_its_direction(tmp_path: Path) -> None:
    official = [text_file(gem_lines(CM_TO_9, 7), f"{year}_I10gem.txt") for year in ("2017", "2018")]
    with written(tmp_path / "c", [Equivalences(official)]) as writer:
        counts = dict(
            writer.connection.execute("SELECT to_icd10, count(*) FROM gems GROUP BY to_icd10")
        )
        releases = dict(writer.connection.execute("SELECT source_id, release FROM sources"))
    assert counts == {0: len(CM_TO_9), 1: 23_912}
    assert releases["gem-to-icd9"] == "FY 2018"
    assert releases["gem-from-icd9"] == "undated"


def test_a_determination_that_names_a_code_is_found_by_it(tmp_path: Path) -> None:
    rows = (
        ncd_row("9001", "1", indctn_lmtn="<p>Covered for K01.0 and K10.6XXA, not for K99.9.</p>"),
        ncd_row("9002", "1", itm_srvc_desc="For room K01 and form A53.", cvrg_lvl_cd="9"),
    )
    files = [file_of(ncd(rows), "ncd_trkg.csv"), file_of(lcd(), "lcd_x_hcpc_code.csv")]
    with written(tmp_path / "c", [DiagnosisPolicies(files)]) as writer:
        found = writer.connection.execute(
            "SELECT code_key, policy, coverage, effective, terminated FROM diagnosis_policies"
        ).fetchall()
    assert found == [
        ("K010", 9001, "restricted coverage", "2021-09-27", ""),
        ("K106XXA", 9001, "restricted coverage", "2021-09-27", ""),
    ]


def test_local_determinations_alone_say_nothing_of_diagnoses(tmp_path: Path) -> None:
    policies = DiagnosisPolicies([file_of(lcd(), "lcd_x_hcpc_code.csv")])
    with written(tmp_path / "c", [policies]) as writer:
        kinds = writer.connection.execute("SELECT kind FROM diagnosis_sources").fetchall()
    assert kinds == []
