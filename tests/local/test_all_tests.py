"""``make test`` runs every test, and none twice."""

from pathlib import Path

from deploy.all_tests import LANES
from deploy.local.settings import ROOT

OUTSIDE = {".venv", ".tools", "var", ".git"}


def test_every_test_runs_in_one_lane() -> None:
    paths = [Path(path) for lane in LANES for path in lane]
    files = [
        file.relative_to(ROOT)
        for file in ROOT.rglob("test_*.py")
        if file.relative_to(ROOT).parts[0] not in OUTSIDE
    ]
    lanes = {file: sum(file.is_relative_to(path) for path in paths) for file in files}
    assert len(files) > 100
    assert {file: count for file, count in lanes.items() if count != 1} == {}
