"""The figures of the design hold for what is built."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from lookup.facts import Release
from lookup.pointer import CATALOG_FILE
from lookup.store import Store

NEWEST = "effective <= '2026-04-01' AND expires >= '2026-04-01'"


@pytest.fixture(scope="module")
def database(catalog: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(catalog / CATALOG_FILE)) as database:
        yield database


def count(database: sqlite3.Connection, query: str) -> int:
    return int(database.execute(query).fetchone()[0])


def test_there_are_28_quarters_that_follow_one_another(releases: dict[str, Release]) -> None:
    ordered = sorted(releases.values(), key=lambda release: release.effective)
    assert len(ordered) == 28
    assert (ordered[0].id, ordered[-1].id) == ("hcpcs-2019-07", "hcpcs-2026-04")
    assert ordered[-1].expires.isoformat() == "2026-06-30"
    for earlier, later in pairwise(ordered):
        assert (later.effective - earlier.expires).days == 1


def test_the_newest_quarter_has_7409_codes(release: Release) -> None:
    assert release.code_count == release.billable_count == 7409


def test_827_pairs_of_the_newest_quarter_are_level_ii_on_both_sides(
    database: sqlite3.Connection,
) -> None:
    assert count(database, f"SELECT count(*) FROM hcpcs_pairs WHERE {NEWEST}") == 827


def test_34111_pairs_of_the_newest_quarter_are_withheld(database: sqlite3.Connection) -> None:
    query = (
        f"SELECT sum(row_count) FROM hcpcs_withheld WHERE relation LIKE 'NCCI pairs/%' AND {NEWEST}"
    )
    assert count(database, query) == 34_111


def test_112_codes_have_pairs_that_are_all_withheld(database: sqlite3.Connection) -> None:
    query = (
        f"SELECT count(DISTINCT code_key) FROM hcpcs_withheld w WHERE {NEWEST} "
        "AND relation LIKE 'NCCI pairs/%' AND NOT EXISTS (SELECT 1 FROM hcpcs_pairs p "
        "WHERE w.code_key IN (p.first, p.second) "
        "AND p.effective <= '2026-04-01' AND p.expires >= '2026-04-01')"
    )
    assert count(database, query) == 112


def test_52_codes_carry_days_of_approval(database: sqlite3.Connection) -> None:
    query = f"SELECT count(*) FROM hcpcs_statuses WHERE approval_edit > 0 AND {NEWEST}"
    assert count(database, query) == 52


def test_609_of_1087_drug_texts_have_no_digit(store: Store, release: Release) -> None:
    titles = [
        row[0]
        for row in store.catalog.execute(
            f"SELECT title FROM codes WHERE code_key LIKE 'J%' AND {NEWEST}"
        )
    ]
    assert len(titles) == 1087
    assert sum(not any(sign.isdigit() for sign in title) for title in titles) == 609
