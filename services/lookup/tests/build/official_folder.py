"""Folders of official files as an operator would have them: every layout, some in archives.

Level II codes and texts are in the public domain, some texts are invented; codes in the form of
CPT are invented like their texts.
"""

import zipfile
from dataclasses import replace
from pathlib import Path

from lookup.build.official.official_file import OfficialFile
from services.lookup.tests.build.icd10cm.test_releases import ORDER, WHOLE
from services.lookup.tests.build.official import published_files as published
from services.lookup.tests.build.official.hcpcs_layout import Row, anweb, csv_file, csv_rows
from services.lookup.tests.build.official.icd_layouts import (
    CM_FROM_9,
    CM_TO_9,
    PCS_CODES,
    PCS_FROM_9,
    PCS_TO_9,
    gem_lines,
    order_lines,
    text_file,
)
from services.lookup.tests.hcpcs.official_samples import ROWS

INVENTED_CPT = "99998"
LONG_ENDED = Row(
    "V8888",
    ("Invented service that ended long ago",),
    "Invented, ended long ago",
    added="20010101",
    terminated="20091231",
    effective="20100101",
    action="D",
)
APRIL_ROWS = (*ROWS[:-1], LONG_ENDED, ROWS[-1])
# A0427 reads in January as it does in the package, V9999 is not there yet.
JANUARY_ROWS = (
    replace(ROWS[1], effective="20260101"),
    Row("A0427", ("Ambulance service, emergency transport",), "ALS1-emergency"),
    replace(ROWS[-1], code="V5364", added="20100101", effective="20240101", action="N"),
)
ORDER_2024 = (*ORDER[:3], ("Z998", "1", "Other", "Other"))
INDEX = (
    published.INDEX.replace("<version>2026", "<version>2025")
    .replace("R45.89", "A00.0")
    .replace("E85.4 [I43]", "A00.0 [Z99.8]")
)
NEOPLASMS = (
    published.NEOPLASMS.replace("<version>2026", "<version>2025")
    .replace("C80.1", "Z99.8")
    .replace("D36.9", "A00.0")
)


def files() -> list[OfficialFile]:
    """A file of each layout but CPT, with releases that the packages have and have not."""
    pairs = (
        ("G0101", "G0102", "*", "19960101", "*", "0", "Standards of practice"),
        ("G0101", INVENTED_CPT, "", "20240101", "*", "1", published.INVENTED),
        ("G0104", "G0101", "", "20250701", "*", "1", "More extensive procedure"),
    )
    units = (
        ("A0021", "3", "1 Line Edit", "CMS Policy"),
        (INVENTED_CPT, "1", "1 Line Edit", published.INVENTED),
    )
    values = (published.relative_value("G0008"), published.relative_value(INVENTED_CPT))
    policy = published.ncd_row(
        NCD_mnl_sect="60-9",
        indctn_lmtn="<p>Covered for E11.65 alone.</p>",
        last_updt_tmstmp="2026-04-02 00:00:00",
    )
    tables = (
        ("Practitioner Services MUE Values", "MCR_MUE_PractitionerServices"),
        ("Outpatient Hospital Services MUE Values", "MCR_MUE_OutpatientHospitalServices"),
        ("DME Supplier Services MUE Values", "MCR_MUE_DMESupplierServices"),
    )
    return [
        anweb(APRIL_ROWS, name="hcpcs/april.zip!HCPC2026_APR_ANWEB.txt"),
        csv_file(csv_rows(APRIL_ROWS, whole_texts=True), name="hcpcs/april.zip!2026 April.csv"),
        csv_file(csv_rows(JANUARY_ROWS, whole_texts=False), name="hcpcs/HCPC2026_JAN.csv"),
        published.file_of(WHOLE.replace("<version>2026", "<version>2025"), "cm/tabular 2025.xml"),
        text_file(order_lines(ORDER), "cm/icd10cm_order_2025.txt"),
        text_file(order_lines(ORDER_2024), "cm/order_2024.dat"),
        *(
            published.file_of(text, f"cm/index 2025.zip!{name}")
            for text, name in (
                (INDEX, "index.xml"),
                (INDEX.replace("INDEX TO DISEASES and INJURIES", "External Cause"), "eindex.xml"),
                (NEOPLASMS, "neoplasm.xml"),
                (NEOPLASMS.replace(">Neoplasm<", ">Substance<"), "drug.xml"),
            )
        ),
        text_file(order_lines(PCS_CODES), "pcs/april-1-2026.zip!order_2026.txt"),
        published.file_of(
            published.PROCEDURES.replace("Airway, nasopharyngeal", "Snorkel, invented"),
            "pcs/index.xml",
        ),
        text_file(gem_lines(CM_TO_9, 7), "2018 gem.zip!a.txt"),
        text_file(gem_lines(CM_FROM_9, 5), "2018 gem.zip!b.txt"),
        text_file(gem_lines(PCS_TO_9, 7), "2018 gem.zip!c.txt"),
        text_file(gem_lines(PCS_FROM_9, 5), "2018 gem.zip!d.txt"),
        text_file(gem_lines(CM_TO_9[:1] + CM_TO_9[-1:], 7), "gem_2017.txt"),
        published.file_of(
            published.pprrvu(month="April", rows=values), "rvu.zip!PPRRVU2026_Apr_nonQPP.csv"
        ),
        published.file_of(published.gpci(), "rvu.zip!GPCI2026.csv"),
        published.file_of(published.ptp(pairs), "ncci/ccioph-v321r0.zip!ccioph-v321r0-f1.TXT"),
        published.file_of(published.ptp(pairs), "ncci/ccipra-v321r0-f1.txt"),
        *(
            published.file_of(published.mue(units, column), f"ncci/{name}_Eff_04-01-2026.csv")
            for column, name in tables
        ),
        published.file_of(published.ncd((policy,)), "policies/export.csv"),
        published.file_of(published.lcd(), "policies/codes of policies.csv"),
    ]


def lay_out(folder: Path, official: list[OfficialFile]) -> None:
    """Put *official* into *folder*: "a.zip!b.txt" into the archive a.zip."""
    for file in official:
        outer, _, inner = file.name.partition("!")
        place = folder / outer
        place.parent.mkdir(parents=True, exist_ok=True)
        if inner:
            with zipfile.ZipFile(place, "a") as archive:
                archive.writestr(inner, file.content)
        else:
            place.write_bytes(file.content)
