"""A build ends with a new catalog that is current, or leaves everything as it was."""

import io
import os
import re
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lookup import schema
from lookup.build import command
from lookup.build.builder import Built, build, steps
from lookup.build.catalog_writer import CatalogWriter
from lookup.build.command import build_command, list_command
from lookup.build.errors import SourceError
from lookup.build.icd10cm.part import TabularLists
from lookup.build.icd10cm.source import TabularSource, installed
from lookup.build.part import Part, Read
from lookup.build.progress import Progress
from lookup.cpt import schema as cpt
from lookup.hcpcs import schema as hcpcs
from lookup.icd10cm import schema as icd10cm
from lookup.icd10pcs import schema as icd10pcs
from lookup.ms_drg import schema as ms_drg
from lookup.pointer import CATALOG_FILE, SEARCH_FOLDER, CatalogFolder
from lookup.served_catalog import open_finder
from lookup.store import Store
from services.lookup.tests.build.icd10cm.small_release import (
    CODE_LIST,
    LIST_NAME,
    TABULAR,
    TABULAR_NAME,
    line_of,
    small_release,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def folder(tmp_path: Path) -> CatalogFolder:
    return CatalogFolder(tmp_path / "catalog")


def run(folder: CatalogFolder, source: TabularSource | None = None) -> Built:
    parts: list[Part] = [TabularLists([source or small_release()])]
    return build(folder, parts, Progress(steps(parts), io.StringIO()))


def contents(folder: CatalogFolder) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder.path)): path.read_bytes()
        for path in sorted(folder.path.rglob("*"))
        if path.is_file()
    }


def test_a_finished_catalog_is_current_and_says_what_it_holds(folder: CatalogFolder) -> None:
    built = run(folder)
    assert built.fresh
    assert folder.current() == built.catalog_id
    assert folder.catalogs() == [built.catalog_id]
    with Store.open(built.path) as store:
        (release,) = store.releases()
        source = store.source(release.source_id)
    assert built.releases == (release,)
    assert (release.effective, release.expires) == (date(2026, 4, 1), date(2026, 9, 30))
    assert (release.code_count, release.billable_count) == (15, 8)
    assert TABULAR_NAME in source.origin
    assert small_release().tabular.sha256 in source.origin


def test_every_row_names_a_source_that_is_there(folder: CatalogFolder) -> None:
    database = sqlite3.connect(run(folder).path / CATALOG_FILE)
    for table in ("releases", "nodes", "codes", "notes", "namings", "seventh_characters"):
        (lost,) = database.execute(
            f"SELECT count(*) FROM {table} WHERE source_id NOT IN (SELECT source_id FROM sources)"
        ).fetchone()
        (held,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert (lost, held > 0) == (0, True), table
    database.close()


def test_a_finished_catalog_cannot_be_written_to(folder: CatalogFolder) -> None:
    built = run(folder)
    assert (built.path / CATALOG_FILE).stat().st_mode & 0o777 == 0o444


def test_the_same_input_gives_the_same_catalog_wherever_and_however_it_is_built(
    tmp_path: Path,
) -> None:
    program = (
        "import io, sys; from pathlib import Path\n"
        "from lookup.build.builder import build\n"
        "from lookup.build.icd10cm.part import TabularLists\n"
        "from lookup.build.progress import Progress\n"
        "from lookup.pointer import CatalogFolder\n"
        "from services.lookup.tests.build.icd10cm.small_release import small_release\n"
        "parts = [TabularLists([small_release()])]\n"
        "build(CatalogFolder(Path(sys.argv[1])), parts, Progress(9, io.StringIO()))\n"
    )
    root = Path(__file__).parents[4]
    files, answers = [], []
    for seed in ("0", "1"):
        place = tmp_path / seed
        (place / "elsewhere").mkdir(parents=True)
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        subprocess.run(
            [sys.executable, "-c", program, str(place / "catalog")],
            cwd=place / "elsewhere",
            env=environment,
            check=True,
        )
        folder = CatalogFolder(place / "catalog")
        current = folder.current()
        assert current is not None
        files.append((current, (folder.place(current) / CATALOG_FILE).read_bytes()))
        finder = open_finder(folder.place(current), current)
        day = {"icd-10-cm": date(2026, 4, 1)}
        answers.append(
            [
                finder.search(word, day, offset=0, limit=100)
                for word in re.findall(r"[a-z]{3,}", TABULAR)
            ]
        )
    assert files[0] == files[1]
    assert answers[0] == answers[1]
    assert any(found.hits for found in answers[0])


def test_building_what_is_there_already_changes_nothing(folder: CatalogFolder) -> None:
    first = run(folder)
    before = contents(folder)
    second = run(folder)
    assert (second.catalog_id, second.fresh) == (first.catalog_id, False)
    assert contents(folder) == before


@pytest.mark.parametrize("name", [CATALOG_FILE, f"{SEARCH_FOLDER}/meta.json"])
def test_a_damaged_catalog_is_built_anew(folder: CatalogFolder, name: str) -> None:
    built = run(folder)
    damaged = built.path / name
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])

    again = run(folder)
    assert (again.fresh, again.catalog_id) == (True, built.catalog_id)
    assert not run(folder).fresh


def test_a_catalog_that_is_there_but_not_current_is_made_current(folder: CatalogFolder) -> None:
    old = run(folder)
    new = run(folder, small_release(TABULAR.replace("Brief sulk", "Short sulk")))
    assert folder.current() == new.catalog_id != old.catalog_id
    assert run(folder).fresh is False
    assert folder.current() == old.catalog_id
    assert sorted(folder.catalogs()) == sorted([old.catalog_id, new.catalog_id])


@pytest.mark.parametrize(
    ("broken", "where", "fault"),
    [
        (
            small_release(TABULAR[: len(TABULAR) // 2]),
            f"{TABULAR_NAME}:{TABULAR[: len(TABULAR) // 2].count(chr(10)) + 1}: ",
            "damaged or not complete",
        ),
        (
            small_release(TABULAR.replace("excludes1", "excludes9")),
            f"{TABULAR_NAME}:{line_of('<excludes1>')}: ",
            "unknown element <excludes9>",
        ),
        (
            small_release(code_list=CODE_LIST.replace("K010\r\n", "K018\r\nK010\r\n")),
            f"{LIST_NAME}:5: ",
            "K018 is listed",
        ),
        (
            small_release(code_list=CODE_LIST[: len(CODE_LIST) // 2]),
            f"{LIST_NAME}:",
            "one of the two files is not complete",
        ),
        (
            replace(small_release(), effective=date(2027, 4, 1)),
            f"{TABULAR_NAME}: ",
            "states version 2026, but is named for 2027",
        ),
    ],
)
def test_a_build_that_fails_names_file_and_line_and_leaves_the_old_catalog(
    folder: CatalogFolder, broken: TabularSource, where: str, fault: str
) -> None:
    run(folder)
    before = contents(folder)
    with pytest.raises(SourceError, match=fault) as refused:
        run(folder, broken)
    assert str(refused.value).startswith(where)
    assert contents(folder) == before
    assert [p.name for p in folder.path.iterdir() if p.name.startswith(".building")] == []


def test_a_first_build_that_fails_leaves_no_catalog(folder: CatalogFolder) -> None:
    with pytest.raises(SourceError):
        run(folder, small_release(TABULAR[:900]))
    assert (folder.current(), folder.catalogs()) == (None, [])


def test_what_a_killed_build_left_behind_is_no_catalog_and_is_cleared(
    folder: CatalogFolder,
) -> None:
    built = run(folder)
    left = folder.path / f".building-{built.catalog_id}"
    built.path.rename(left)
    (left / CATALOG_FILE).chmod(0o644)
    (left / CATALOG_FILE).write_bytes(b"half")
    assert folder.catalogs() == []
    again = run(folder)
    assert again.fresh
    assert not left.exists()
    assert folder.current() == built.catalog_id


def test_what_any_killed_build_left_behind_is_cleared(folder: CatalogFolder) -> None:
    left = folder.path / ".building-20250401-0123456789abcdef"
    left.mkdir(parents=True)
    (left / CATALOG_FILE).write_bytes(b"half")
    run(folder)
    assert not left.exists()


class Written(TabularLists):
    """The small list, and beside it a table that is filled by *statements*."""

    tables = f"{TabularLists.tables} CREATE TABLE odd (n INTEGER);"

    def __init__(self, *statements: str) -> None:
        super().__init__([small_release()])
        self._statements = statements

    def reads(self) -> list[Read]:
        return [*super().reads(), Read("statements", "; ".join(self._statements))]

    def write(self, writer: CatalogWriter) -> None:
        super().write(writer)
        for statement in self._statements:
            writer.connection.execute(statement)


def test_what_could_not_be_served_is_not_made_current(
    folder: CatalogFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(folder)
    before = contents(folder)
    part = Written(
        "CREATE TRIGGER spoil AFTER INSERT ON meta BEGIN "
        "UPDATE meta SET value = 'odd' WHERE key = 'schema'; END"
    )
    monkeypatch.setattr(command, "parts_of", lambda *_, **__: [part])
    assert build_command(folder.path, None, "Site") == 1
    assert "catalog.sqlite: schema odd, this program reads" in capsys.readouterr().err
    assert contents(folder) == before


def test_a_full_disk_is_told_with_what_a_build_needs(
    folder: CatalogFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    many = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n LIMIT 9999)"
    part = Written("PRAGMA max_page_count = 1", f"INSERT INTO odd {many} SELECT x FROM n")
    monkeypatch.setattr(command, "parts_of", lambda *_, **__: [part])
    assert build_command(folder.path, None, "Site") == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("lookup: no catalog built: the disk is full (")
    assert str(folder.path) in last
    assert contents(folder) == {".lock": b""}


def test_tables_without_row_ids_have_no_key_at_their_end() -> None:
    """SQLite 3.40 takes such a table for damaged, and lookup would not serve the catalog."""
    database = sqlite3.connect(":memory:")
    tables = (cpt.TABLES, hcpcs.TABLES, icd10cm.TABLES, icd10pcs.TABLES, ms_drg.TABLES)
    database.executescript("".join((schema.CATALOG, *tables)))
    last_columns = database.execute(
        "SELECT t.name, c.pk, max(c.cid) FROM pragma_table_list t "
        "JOIN pragma_table_info(t.name) c WHERE t.wr GROUP BY t.name"
    ).fetchall()
    database.close()
    assert len(last_columns) > 40
    assert [name for name, in_key, _place in last_columns if in_key] == []


def test_progress_is_plain_lines_where_nobody_watches() -> None:
    out = io.StringIO()
    progress = Progress(2, out)
    progress.step("reading")
    progress.step("writing")
    progress.finish("done")
    lines = out.getvalue().splitlines()
    assert lines[:2] == ["[1/2] reading", "[2/2] writing"]
    assert lines[2].startswith("done (")
    assert "\x1b" not in out.getvalue()


def test_progress_rewrites_one_line_on_a_terminal() -> None:
    out = Terminal()
    progress = Progress(2, out)
    progress.step("reading")
    progress.step("writing")
    assert "\n" not in out.getvalue()
    assert out.getvalue().count("\r\x1b[K") == 2
    assert "█" * 12 + "░" * 12 + " writing" in out.getvalue()
    progress.finish("done")
    assert out.getvalue().endswith("s)\n")


def test_an_error_stands_below_the_line_that_was_being_rewritten() -> None:
    out = Terminal()
    progress = Progress(2, out)
    progress.step("reading")
    progress.fail()
    assert out.getvalue().endswith("reading\n")


def test_as_many_steps_are_told_as_are_counted(folder: CatalogFolder) -> None:
    out = io.StringIO()
    parts: list[Part] = [TabularLists([small_release()])]
    build(folder, parts, Progress(steps(parts), out))
    assert [line[:5] for line in out.getvalue().splitlines()] == [
        f"[{number}/{steps(parts)}]" for number in range(1, steps(parts) + 1)
    ]


def test_the_command_tells_why_nothing_was_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "catalog").write_text("a file where the folder should be")
    assert build_command(tmp_path / "catalog", None, "Site") == 1
    assert "lookup: no catalog built: " in capsys.readouterr().err


def test_a_disk_that_fills_up_leaves_no_catalog_and_no_traceback(tmp_path: Path) -> None:
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from lookup.build import command\n"
        "from lookup.build.icd10cm.part import TabularLists\n"
        "from lookup.build.icd10cm.source import installed\n"
        "command.parts_of = lambda *_, **__: [TabularLists([installed()])]\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "sys.exit(command.build_command(Path(sys.argv[1]), None, 'Site'))\n"
    )
    folder = CatalogFolder(tmp_path / "catalog")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(folder.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "lookup: no catalog built: " in done.stderr
    assert "Traceback" not in done.stderr
    assert (folder.current(), folder.catalogs()) == (None, [])
    assert [entry.name for entry in folder.path.iterdir()] == [".lock"]


def test_two_builds_at_once_take_turns(folder: CatalogFolder) -> None:
    with ThreadPoolExecutor(2) as pool:
        built = [pool.submit(run, folder) for _ in range(2)]
    assert sorted(one.result().fresh for one in built) == [False, True]
    assert len(folder.catalogs()) == 1
    assert folder.current() == folder.catalogs()[0]


def test_the_command_lists_catalogs_and_marks_the_current_one(
    folder: CatalogFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    list_command(folder.path)
    assert "no catalogs in" in capsys.readouterr().out
    built = run(folder)
    spoilt = folder.place("20260401-0123456789abcdef")
    spoilt.mkdir()
    (spoilt / CATALOG_FILE).write_bytes(b"no database")
    list_command(folder.path)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    (current,) = [line for line in lines if line.startswith("* ")]
    assert built.catalog_id in current
    assert "15 codes, 8 billable, 2026-04-01 to 2026-09-30" in current
    (other,) = [line for line in lines if line.startswith("  ")]
    assert "unreadable" in other


def test_the_installed_release_is_found_and_dated() -> None:
    source = installed()
    assert source.release_id == "icd-10-cm-2026-04"
    assert source.release_name == "ICD-10-CM April 2026"
    assert (source.effective, source.expires) == (date(2026, 4, 1), date(2026, 9, 30))


def test_an_october_release_ends_with_march() -> None:
    assert replace(small_release(), effective=date(2026, 10, 1)).expires == date(2027, 3, 31)
