"""The tabular list as an official file: recognised, and dated by version and name together."""

from datetime import date

import pytest

from lookup.build.errors import SourceError
from lookup.build.official.official_file import OfficialFile
from lookup.build.official.tabular import read, recognises

LIST = b"""<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
  <version>2026</version>
  <chapter><name>1</name><desc>Invented conditions (K01-K20)</desc></chapter>
</ICD10CM.tabular>
"""


@pytest.mark.parametrize(
    ("name", "effective"),
    [
        ("icd10cm-tabular-2026.xml", date(2025, 10, 1)),
        ("icd10cm-tabular-April-1-2026.xml", date(2026, 4, 1)),
        ("icd10cm-tabular-October-2025.xml", date(2025, 10, 1)),
    ],
)
def test_the_release_is_told_from_the_name(name: str, effective: date) -> None:
    assert recognises(LIST)
    found = read(OfficialFile(name, LIST))
    assert (found.tabular.version, found.effective) == ("2026", effective)


@pytest.mark.parametrize("name", ["icd10cm-tabular-2025.xml", "tabular-October-2026.xml"])
def test_a_name_that_contradicts_the_version_is_refused(name: str) -> None:
    with pytest.raises(SourceError, match=rf"^{name}: the list says it is version 2026"):
        read(OfficialFile(name, LIST))


def test_a_list_that_is_cut_short_is_refused_with_its_line() -> None:
    with pytest.raises(SourceError, match=r"^tabular-2026\.xml:4: "):
        read(OfficialFile("tabular-2026.xml", LIST[:150]))


def test_the_tables_of_procedures_are_another_layout() -> None:
    assert not recognises(b'<?xml version="1.0"?>\n<ICD10PCS.tabular>')
