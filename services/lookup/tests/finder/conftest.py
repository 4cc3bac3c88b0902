from pathlib import Path

import pytest

from lookup.finder.finder import Finder
from lookup.finder.write import write_index
from services.lookup.tests.finder.corpus import documents


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the corpus; not to be written to."""
    folder = tmp_path_factory.mktemp("finder") / "index"
    write_index(folder, "catalog-1", documents())
    return folder


@pytest.fixture(scope="session")
def finder(index: Path) -> Finder:
    return Finder.open(index)
