"""Nothing that belongs to CPT or CDT is in a catalog that was built without a licence.

What belongs to them is taken from the package that carries it without leave, while the test
runs: its codes in the form of CPT and CDT, and their texts.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lookup.build.ioce import installed
from lookup.pointer import CATALOG_FILE
from lookup.served_catalog import open_finder
from lookup.store import Store

OURS = re.compile(r"[A-CE-V][0-9]{4}")
TOKEN = re.compile(r"(?<![0-9A-Za-z.])[0-9D][0-9]{3}[0-9AFMTU](?![0-9A-Za-z]|\.[0-9])")


@pytest.fixture(scope="module")
def withheld() -> tuple[frozenset[str], frozenset[str]]:
    """Codes that are CPT's or CDT's, and their texts in small letters."""
    codes: set[str] = set()
    texts: set[str] = set()
    own_texts: set[str] = set()
    with installed().opened() as tables:
        for row in tables.rows("data_hcpcs"):
            (code,) = row.key
            said = row.text("description").casefold()
            if OURS.fullmatch(code):
                own_texts.add(said)
            else:
                codes.add(code)
                texts.add(said)
    assert len(codes) > 8_000
    # Some short texts are those of Level II codes too ("Covid-19 vaccine").
    return frozenset(codes), frozenset(text for text in texts - own_texts if len(text) > 8)


def cells(database: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every distinct text of every column, with table and column."""
    tables = database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (table,) in tables:
        columns = database.execute(f"PRAGMA table_info('{table}')").fetchall()
        for _number, column, *_rest in columns:
            for (text,) in database.execute(
                f'SELECT DISTINCT "{column}" FROM "{table}" WHERE typeof("{column}") = \'text\''
            ):
                yield f"{table}.{column}", text


def test_no_code_of_theirs_is_in_the_catalog(
    whole_catalog: Path, withheld: tuple[frozenset[str], frozenset[str]]
) -> None:
    codes, _texts = withheld
    found: list[tuple[str, str]] = []
    with closing(sqlite3.connect(whole_catalog / CATALOG_FILE)) as database:
        # D0120 is a code of dentists, and the key of D01.20 would be spelled like it.
        own = {key for (key,) in database.execute("SELECT code_key FROM codes")}
        for where, text in cells(database):
            # 003.20 of ICD-9 has the key 00320, and 00802 is where 0080270 of ICD-10-PCS begins.
            if where.startswith(("pcs_", "icd9_", "gems.")):
                continue
            if {token for token in TOKEN.findall(text) if token in codes - own}:
                found.append((where, text[:80]))
    assert found == []


def test_no_text_of_theirs_is_where_texts_of_the_same_package_are(
    whole_catalog: Path, withheld: tuple[frozenset[str], frozenset[str]]
) -> None:
    # ICD titles may say the same by themselves ("Narcosynthesis"), and come from elsewhere.
    _codes, texts = withheld
    with closing(sqlite3.connect(whole_catalog / CATALOG_FILE)) as database:
        titles = database.execute("SELECT title FROM codes WHERE system = 'hcpcs'").fetchall()
        held = {title.casefold() for (title,) in titles}
        held |= {text.casefold() for where, text in cells(database) if where.startswith("hcpcs_")}
    assert len(held) > 7_000
    assert held & texts == set()


def test_none_of_their_codes_is_found_or_suggested(
    whole_catalog: Path, withheld: tuple[frozenset[str], frozenset[str]]
) -> None:
    codes, _texts = withheld
    with Store.open(whole_catalog) as store:
        finder = open_finder(whole_catalog, store.search_id)
        days = {release.system: release.effective for release in reversed(store.releases())}
        assert set(days) == {"icd-10-cm", "icd-10-pcs", "hcpcs"}
    # An even sample: to ask for each takes minutes.
    for code in sorted(codes)[::15]:
        hits = [
            *finder.search(code, days, offset=0, limit=20).hits,
            *finder.suggest(code, days, 20),
        ]
        assert not [hit for hit in hits if hit.system == "cpt" or hit.code in codes], code
