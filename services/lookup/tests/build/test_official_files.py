"""`lookup catalog build --from FOLDER`, whole: what official files say is what is answered."""

import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from codingahead.lookup.v1 import lookup_pb2 as pb
from lookup import answers
from lookup.build.builder import build, steps
from lookup.build.cpt.part import CptDescriptors
from lookup.build.hcpcs.part import HcpcsLevelII
from lookup.build.icd10cm.part import TabularLists
from lookup.build.official.recognise import Kind, recognise
from lookup.build.part import Part
from lookup.build.progress import Progress
from lookup.cpt.licence import CptLicence
from lookup.pointer import CATALOG_FILE, CatalogFolder
from lookup.refusals import Refused
from lookup.served_catalog import ServedCatalog
from services.lookup.tests.build.hcpcs.small_tables import code, package
from services.lookup.tests.build.icd10cm.small_release import small_release
from services.lookup.tests.build.official.published_files import INVENTED, descriptors, file_of
from services.lookup.tests.build.official_folder import INVENTED_CPT, files, lay_out

ROOT = Path(__file__).parents[4]
COMMAND = (sys.executable, "-W", "error", "-m", "lookup", "catalog", "build", "--from")


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "LOOKUP_CATALOG_DIR": str(folder), **more}


@dataclass(frozen=True)
class Build:
    """A build from the command line, done: the folder of catalogs and what was said."""

    folder: CatalogFolder
    said: str

    @property
    def id(self) -> str:
        current = self.folder.current()
        assert current is not None, self.said
        return current


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    place = tmp_path_factory.mktemp("official")
    official = place / "official files"
    lay_out(official, files())
    (official / "pcs" / "Guidelines.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    (official / "README.txt").write_text("What is here, and where it comes from.\n")
    done = subprocess.run(
        [*COMMAND, str(official)],
        cwd=ROOT,
        env=environment(place / "catalog"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Build(CatalogFolder(place / "catalog"), done.stderr)


@pytest.fixture
def database(built: Build) -> Iterator[sqlite3.Connection]:
    path = built.folder.place(built.id) / CATALOG_FILE
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        yield connection


@pytest.fixture
async def served(built: Build) -> AsyncIterator[ServedCatalog]:
    catalog = ServedCatalog.open(built.folder, built.id, 1)
    yield catalog
    await catalog.close()


async def asked[Q, A](answer: answers.Answer[Q, A], served: ServedCatalog, request: Q) -> A:
    return await served.read(partial(answer, served, request=request))


async def page(served: ServedCatalog, system: str, code: str, on: str = "") -> pb.CodePage:
    request = pb.GetCodePageRequest(system=system, code=code, on=on)
    return (await asked(answers.page, served, request)).page


async def found(served: ServedCatalog, query: str, system: str, on: str = "") -> list[str]:
    request = pb.SearchRequest(query=query, systems=[system], on=on)
    return [hit.code.code for hit in (await asked(answers.results, served, request)).results]


def text(shown: pb.CodePage, key: str) -> str:
    """Everything that a section says, as one text."""
    (section,) = [section for section in shown.sections if section.key == key]
    lines = []
    for block in section.blocks:
        lines += [block.title, block.text, *(_line(item.spans) for item in block.items)]
        lines += [" | ".join(_line(cell.spans) for cell in row.cells) for row in block.rows]
    return "\n".join(lines)


def _line(spans: Iterable[pb.Span]) -> str:
    return "".join(span.text for span in spans)


def test_what_is_not_read_is_told_with_its_reason(built: Build) -> None:
    told = [line for line in built.said.splitlines() if not line.startswith("[")]
    assert told[:-1] == [
        "left aside: README.txt: it has no layout that the catalog is made of",
        "left aside: pcs/Guidelines.pdf: it has no layout that the catalog is made of",
        "passed over: gem_2017.txt: it maps as 2018 gem.zip!a.txt does, which is of the newer "
        "year 2018",
        "passed over: cm/order_2024.dat: no tabular list of ICD-10-CM October 2023 is loaded, "
        "which it could check; add the tabular list in XML of the same release",
        "passed over: hcpcs/april.zip!2026 April.csv: hcpcs/april.zip!HCPC2026_APR_ANWEB.txt "
        "holds the same quarter, April 2026, as text, which is read",
    ]
    assert told[-1].startswith(f"catalog {built.id} ready in ")


async def test_releases_of_files_and_packages_stand_side_by_side(served: ServedCatalog) -> None:
    releases = {release.id: release for release in served.releases}
    held = {release.id: release.code_count for release in served.releases}
    assert held["icd-10-cm-2024-10"] == 4
    assert held["icd-10-cm-2026-04"] == 98_186
    assert held["icd-10-pcs-2026-04"] == 2
    assert held["icd-10-pcs-2024-04"] == 78_638
    assert {"hcpcs-2019-07", "hcpcs-2026-01", "hcpcs-2026-04"} <= set(held)
    old = releases["icd-10-cm-2024-10"]
    assert (old.effective, old.expires) == (date(2024, 10, 1), date(2025, 3, 31))


async def test_the_day_decides_which_release_answers(served: ServedCatalog) -> None:
    old = await page(served, "icd-10-cm", "A00.0", "2024-12-01")
    new = await page(served, "icd-10-cm", "A00.0", "2026-05-01")
    assert old.code.display == "First of all"
    assert new.code.display == "Cholera due to Vibrio cholerae 01, biovar cholerae"
    with pytest.raises(Refused, match="not covered"):
        await page(served, "icd-10-cm", "A00.0", "2025-06-01")
    official = await page(served, "icd-10-pcs", "0016070", "2026-05-01")
    assert official.code.display == "Bypass Cerebral Ventricle to Nasophar"
    packaged = await page(served, "icd-10-pcs", "0016070", "2026-03-31")
    assert packaged.code.display.startswith("Bypass Cerebral Ventricle to Nasopharynx with")


async def test_the_long_text_is_of_its_quarter_or_dated(served: ServedCatalog) -> None:
    of = {
        on: await page(served, "hcpcs", "A0021", on)
        for on in ("2025-12-31", "2026-01-01", "2026-04-01")
    }
    long = "Ambulance service, outside state per mile, transport (medicaid only)"
    assert of["2025-12-31"].code.display == "Outside state ambulance serv"
    assert of["2026-01-01"].code.display == of["2026-04-01"].code.display == long
    assert "Coverage code I" in text(of["2026-04-01"], "medicare_coverage")
    unread = await page(served, "hcpcs", "A0427", "2025-10-01")
    read = await page(served, "hcpcs", "A0427", "2026-01-01")
    revised = await page(served, "hcpcs", "A0427", "2026-04-01")
    assert unread.code.display == "Als1-emergency"
    assert read.code.display == "Ambulance service, emergency transport"
    # The short text is another one since, so that the older long text is not shown for it.
    assert revised.code.display == "Invented new long text of an ambulance service"
    assert "emergency transport" not in text(revised, "official_description")


async def test_what_a_quarter_changed_is_listed(served: ServedCatalog) -> None:
    request = pb.ListChangesRequest(system="hcpcs", on="2026-04-01", page_size=500)
    listed = (await asked(answers.changes, served, request)).changes
    kinds = {change.code.code: pb.CodeChange.Kind.Name(change.kind) for change in listed}
    assert kinds["V9999"] == "KIND_ADDED"
    assert kinds["J1885"] == "KIND_ENDED"
    assert kinds["A0427"] == "KIND_REVISED"
    assert "A0021" not in kinds


async def test_a_code_that_ended_before_everything_loaded_is_known_with_its_dates(
    served: ServedCatalog,
) -> None:
    request = pb.ResolveCodeRequest(system="hcpcs", text="V8888")
    answer = await asked(answers.resolution, served, request)
    assert answer.outcome == pb.ResolveCodeResponse.OUTCOME_CODE_NOT_FOUND
    (stretch,) = answer.stretches
    assert (stretch.effective, stretch.expires) == ("2001-01-01", "2009-12-31")
    assert "V8888" not in await found(served, "invented ended long ago", "hcpcs")


async def test_units_pairs_and_values_are_shown_and_cpt_is_counted(served: ServedCatalog) -> None:
    units = text(await page(served, "hcpcs", "A0021"), "ncci_edits")
    for table in ("ractitioner", "ospital", "upplier"):
        assert table in units
    pairs = text(await page(served, "hcpcs", "G0101"), "ncci_edits")
    assert "NCCI pairs, hospital outpatient table" in pairs
    assert "NCCI pairs, practitioner table" in pairs
    assert pairs.count("Standards of practice") == 2
    assert "1 withheld: CPT is not loaded" in pairs
    payment = text(await page(served, "hcpcs", "G0008"), "payment")
    assert "ALABAMA (00) | $81.91" in payment


async def test_policies_are_shown_with_procedures_and_diagnoses(served: ServedCatalog) -> None:
    cane = text(await page(served, "hcpcs", "E0100"), "medicare_coverage")
    assert "NCD | 60-9 | 1 | Invented Service, at Home" in cane
    oxygen = text(await page(served, "hcpcs", "E1390"), "medicare_coverage")
    assert "LCD | L33797 | 20" in oxygen
    diabetes = await page(served, "icd-10-cm", "E11.65", "2026-05-01")
    assert "Invented Service, at Home" in text(diabetes, "medicare_coverage")


async def test_mappings_reach_the_code_set_that_they_are_of(served: ServedCatalog) -> None:
    shown = await page(served, "icd-10-cm", "E11.65", "2026-05-01")
    sources = {source.id: source for source in shown.sources}
    assert sources["gem-to-icd9"].release == "FY 2018"
    assert "a.txt" in sources["gem-to-icd9"].origin
    bypass = await page(served, "icd-10-pcs", "0016070")
    assert "02.31" in text(bypass, "crosswalks")
    assert any("c.txt" in source.origin for source in bypass.sources)


async def test_entries_of_the_indexes_are_words_to_search_by(served: ServedCatalog) -> None:
    assert await found(served, "sulks sulking", "icd-10-cm", "2024-12-01") == ["A00.0"]
    assert "Z99.8" in await found(served, "neoplasm", "icd-10-cm", "2024-12-01")
    assert not await found(served, "sulks sulking", "icd-10-cm", "2026-05-01")
    assert "09HN7BZ" in await found(served, "snorkel", "icd-10-pcs", "2025-12-01")


def test_the_official_index_of_procedures_stands_in_for_the_packaged_one(
    database: sqlite3.Connection,
) -> None:
    rows = database.execute("SELECT DISTINCT source_id FROM pcs_index").fetchall()
    assert rows == [("icd-10-pcs-index-2026",)]
    uses = database.execute("SELECT label, term FROM pcs_terms").fetchall()
    assert uses == [("Abdominal Wall in Anatomical Regions", "Alteration")]


def test_all_files_are_sources_and_what_they_withhold_is_counted(
    database: sqlite3.Connection,
) -> None:
    origins = " ".join(of for (of,) in database.execute("SELECT origin FROM sources"))
    read = [
        file for file in files() if not file.name.endswith(("April.csv", "2024.dat", "2017.txt"))
    ]
    assert [file.name for file in read if file.sha256 not in origins] == []
    counts = {
        source: (held, withheld)
        for source, held, withheld in database.execute(
            "SELECT source_id, rows_held, rows_withheld FROM relations WHERE system = 'hcpcs'"
        )
    }
    assert counts["pprrvu-2026-04-not-qualifying"] == (1, 1)
    assert counts["mue-dme-supplier-2026-04"] == (1, 1)
    assert counts["ptp-practitioner-2026-04-1"] == (2, 1)


def test_nothing_that_is_cpt_is_in_the_catalog(database: sqlite3.Connection) -> None:
    dump = "\n".join(database.iterdump())
    assert INVENTED_CPT not in dump
    assert INVENTED not in dump


async def test_under_a_licence_cpt_is_loaded_with_what_is_said_of_it(tmp_path: Path) -> None:
    descriptor = f"{INVENTED}: polishing of a spoon"
    cpt = file_of(descriptors("\t", [(INVENTED_CPT, descriptor)]), "CPT.zip!LONGULT.txt")
    lay_out(tmp_path / "official", [*files(), cpt])
    recognised = recognise(tmp_path / "official").recognised
    editor = package(tmp_path, {"data_hcpcs": [code("G0101", "CA screen;pelvic/breast exam")]})
    licence = CptLicence("Invented Clinic", "AMA-0000", 2026, 25, "C. Counsel", date(2026, 1, 2))
    parts: list[Part] = [
        TabularLists([small_release()]),
        HcpcsLevelII(editor, recognised, licensed=True),
        CptDescriptors(licence, [of.file for of in recognised if of.kind is Kind.CPT_DESCRIPTORS]),
    ]
    folder = CatalogFolder(tmp_path / "catalog")
    one = build(folder, parts, Progress(steps(parts), io.StringIO()))
    catalog = ServedCatalog.open(folder, one.catalog_id, 1)
    shown = await page(catalog, "cpt", INVENTED_CPT)
    assert shown.code.display == descriptor
    assert list(shown.licence_notices) == list(licence.notices)
    assert await found(catalog, "polishing spoon", "cpt") == [INVENTED_CPT]
    await catalog.close()
    with closing(sqlite3.connect(one.path / CATALOG_FILE)) as connection:
        for table in ("hcpcs_units", "hcpcs_values"):
            named = connection.execute(
                f"SELECT count(*) FROM {table} WHERE code_key = ?", (INVENTED_CPT,)
            )
            assert named.fetchone()[0] > 0, table
        withheld = connection.execute("SELECT sum(rows_withheld) FROM relations").fetchone()
        assert withheld == (0,)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_stopped_leaves_nothing_behind(
    tmp_path: Path, stop: signal.Signals
) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from lookup.build import command, ioce\n"
        "from lookup.build.hcpcs.part import HcpcsLevelII\n"
        "command.parts_of = lambda *_, **__: [HcpcsLevelII(ioce.installed())]\n"
        "sys.exit(command.build_command(Path(sys.argv[1]), None, 'Site'))\n"
    )
    folder, scratch = tmp_path / "catalog", tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        env={**os.environ, "TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
        text=True,
    ) as building:
        assert building.stderr is not None
        said = []
        for line in building.stderr:
            said.append(line)
            if "reading HCPCS" in line:
                # In the midst of it: a file is there, and not only the folder that is made for it.
                while not list(scratch.glob("*/*")):
                    time.sleep(0.01)
                building.send_signal(stop)
    assert building.returncode == 130, said
    assert said[-1] == "lookup: no catalog built: it was stopped\n"
    assert "Traceback" not in "".join(said)
    assert [entry.name for entry in folder.iterdir()] == [".lock"]
    assert list(scratch.iterdir()) == []
