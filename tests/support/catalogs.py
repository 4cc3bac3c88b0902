"""The whole catalog, of everything that is installed: built once for all tests of a clone."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

WHOLE_CATALOG = {
    "LOOKUP_CATALOG_DIR": str(ROOT / "var" / "test-catalog"),
    "LOOKUP_OFFICIAL_DIR": str(ROOT / "var" / "no-official-files"),
}
"""Settings of a lookup that builds or serves it. Nobody writes to it but builds."""


def whole_catalog() -> Path:
    """The folder of the current catalog; a first call in a clone takes as long as a build."""
    subprocess.run(
        [sys.executable, "-m", "lookup", "catalog", "build"],
        env={**os.environ, **WHOLE_CATALOG},
        check=True,
    )
    folder = Path(WHOLE_CATALOG["LOOKUP_CATALOG_DIR"])
    return folder / (folder / "current").read_text("ascii").strip()
