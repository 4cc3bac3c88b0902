"""Reads what other publications say of ICD-10-CM codes out of a catalog."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import date

from lookup.facts import Release
from lookup.icd10cm.facts import Node
from lookup.icd10cm.relations import (
    CodeRun,
    EditorFlags,
    GemLine,
    Grouping,
    HccEdit,
    HccMapping,
    IndexEntry,
    Kind,
    LoadedSource,
    NamingPolicy,
    Relations,
    SeverityLevel,
)
from lookup.ms_drg.facts import GrouperVersion
from lookup.ms_drg.store import MsDrgStore
from lookup.spelling import code_key
from lookup.store import marks

_GEM = "source_key, target_key, approximate, no_map, combination, scenario, choice_list, source_id"


class RelationsStore:
    """Mappings, groups and flags by code; one thread at a time."""

    def __init__(self, catalog: sqlite3.Connection) -> None:
        self._db = catalog
        self._drgs = MsDrgStore(catalog)
        self._sources: dict[Kind, list[LoadedSource]] = {}
        for kind, effective, expires, source_id, name, published_as in catalog.execute(
            "SELECT d.kind, d.effective, d.expires, s.source_id, s.name, s.release "
            "FROM diagnosis_sources d JOIN sources s USING (source_id) "
            "ORDER BY d.kind, d.effective"
        ):
            loaded = LoadedSource(
                *(source_id, name, published_as),
                *(date.fromisoformat(effective), date.fromisoformat(expires)),
            )
            self._sources.setdefault(Kind(kind), []).append(loaded)
        self._models = tuple(
            model for (model,) in catalog.execute("SELECT DISTINCT model FROM hccs")
        )

    def of(self, node: Node, release: Release) -> Relations:
        """Everything about the code *node* in *release*."""
        key = code_key(node.label)
        loaded = {
            kind: source
            for kind, sources in self._sources.items()
            for source in sources
            if source.covers(release.effective)
        }
        to_icd9 = self._to_icd9(key)
        from_icd9 = self._from_icd9(key)
        icd9 = {line.target for line in to_icd9} | {line.source for line in from_icd9}
        return Relations(
            loaded=loaded,
            to_icd9=to_icd9,
            from_icd9=from_icd9,
            icd9_titles=self._icd9_titles(icd9),
            icd10_titles=self._icd10_titles({line.target for line in from_icd9}, release),
            ccsr=self._one("SELECT category FROM ccsr_categories WHERE code_key = ?", key) or "",
            chronic=self._number(
                "SELECT indicator FROM chronic_indicators WHERE code_key = ?", key
            ),
            hcc_models=self._models,
            hccs=self._hccs(key),
            hcc_edits=self._hcc_edits(key),
            grouping=self._grouping(key, release) if Kind.MS_DRG in loaded else None,
            editor=self._editor(key),
            editor_lists_it=not self._number(
                "SELECT count(*) FROM editor_gaps WHERE code_key = ? AND release_id = ?",
                *(key, release.id),
            ),
            policies=self._policies(key),
            index=self._index(key, release),
        )

    def _one(self, statement: str, *values: str) -> str | None:
        row = self._db.execute(statement, values).fetchone()
        return str(row[0]) if row else None

    def _number(self, statement: str, *values: str) -> int | None:
        row = self._db.execute(statement, values).fetchone()
        return int(row[0]) if row else None

    def _to_icd9(self, key: str) -> tuple[GemLine, ...]:
        rows = self._db.execute(
            f"SELECT {_GEM} FROM gems WHERE to_icd10 = 0 AND source_key = ? ORDER BY place",  # noqa: S608
            (key,),
        )
        return tuple(_gem_line(row, _dotted_icd10, _dotted_icd9) for row in rows)

    def _from_icd9(self, key: str) -> tuple[GemLine, ...]:
        """Lines that lead to the code, and what the same combinations need besides."""
        rows = self._db.execute(
            "SELECT DISTINCT g.source_key, g.target_key, g.approximate, g.no_map, g.combination, "
            "g.scenario, g.choice_list, g.source_id, g.place FROM gems n JOIN gems g "
            "ON g.to_icd10 = 1 AND g.source_key = n.source_key AND (g.target_key = n.target_key "
            "OR (n.combination = 1 AND g.combination = 1 AND g.scenario = n.scenario)) "
            "WHERE n.to_icd10 = 1 AND n.target_key = ? ORDER BY g.source_key, g.place",
            (key,),
        )
        return tuple(_gem_line(row[:8], _dotted_icd9, _dotted_icd10) for row in rows)

    def _icd9_titles(self, labels: set[str]) -> dict[str, str]:
        keys = sorted(label.replace(".", "") for label in labels)
        rows = self._db.execute(
            f"SELECT code_key, title FROM icd9_codes WHERE code_key IN ({marks(keys)})",  # noqa: S608
            keys,
        )
        return {_dotted_icd9(key): title for key, title in rows}

    def _icd10_titles(self, labels: set[str], release: Release) -> dict[str, str]:
        keys = sorted(code_key(label) for label in labels)
        rows = self._db.execute(
            "SELECT label, title FROM nodes "  # noqa: S608
            f"WHERE code_key IN ({marks(keys)}) AND release_id = ?",
            (*keys, release.id),
        )
        return dict(rows.fetchall())

    def _hccs(self, key: str) -> tuple[HccMapping, ...]:
        rows = self._db.execute(
            "SELECT m.model, m.hcc, h.label, h.drops, m.source_id FROM hcc_mappings m "
            "JOIN hccs h USING (model, hcc) WHERE m.code_key = ? ORDER BY m.model, m.hcc",
            (key,),
        )
        return tuple(
            HccMapping(model, hcc, label, tuple(json.loads(drops)), source_id)
            for model, hcc, label, drops, source_id in rows
        )

    def _hcc_edits(self, key: str) -> tuple[HccEdit, ...]:
        rows = self._db.execute(
            "SELECT model, kind, sex, from_age, to_age, hcc, source_id FROM hcc_edits "
            "WHERE code_key = ? ORDER BY model, place",
            (key,),
        )
        return tuple(HccEdit(*row) for row in rows)

    def _grouping(self, key: str, release: Release) -> Grouping | None:
        version = self._drgs.version_on(release.effective)
        if version is None:
            return None
        row = self._db.execute(
            "SELECT drgs, mdcs FROM principal_drgs WHERE version = ? AND code_key = ?",
            (version.name, key),
        ).fetchone()
        drgs, mdcs = (row[0].split(), row[1].split()) if row else ([], [])
        return Grouping(
            version,
            tuple(self._drgs.drgs(version, drgs)),
            tuple(mdcs),
            self._severity(key, version),
            version.source_id,
        )

    def _severity(self, key: str, version: GrouperVersion) -> SeverityLevel | None:
        row = self._db.execute(
            "SELECT s.level, s.collection, s.hospital_acquired, s.only_if_alive, s.not_in, "
            "e.principals, e.code_count FROM severities s "
            "LEFT JOIN severity_exclusions e USING (version, collection) "
            "WHERE s.version = ? AND s.code_key = ?",
            (version.name, key),
        ).fetchone()
        if row is None:
            return None
        runs = json.loads(row[5]) if row[5] else []
        return SeverityLevel(
            level=row[0],
            collection=row[1],
            excluded_by=tuple(CodeRun(_dotted_icd10(a), _dotted_icd10(b)) for a, b in runs),
            excluded_by_count=row[6] or 0,
            hospital_acquired=row[2],
            only_if_alive=bool(row[3]),
            not_in=tuple(json.loads(row[4])),
        )

    def _editor(self, key: str) -> tuple[EditorFlags, ...]:
        rows = self._db.execute(
            "SELECT effective, expires, manifestation, unacceptable, exempt, external_cause, "
            "mental_health, code_first, low_age, high_age, source_id FROM editor_flags "
            "WHERE code_key = ? ORDER BY effective",
            (key,),
        )
        return tuple(
            EditorFlags(
                effective=date.fromisoformat(row[0]),
                expires=date.fromisoformat(row[1]),
                manifestation=bool(row[2]),
                unacceptable=bool(row[3]),
                exempt=row[4],
                external_cause=bool(row[5]),
                mental_health=bool(row[6]),
                code_first=bool(row[7]),
                low_age=row[8],
                high_age=row[9],
                source_id=row[10],
            )
            for row in rows
        )

    def _policies(self, key: str) -> tuple[NamingPolicy, ...]:
        rows = self._db.execute(
            "SELECT policy, version, section, title, coverage, effective, terminated, source_id "
            "FROM diagnosis_policies WHERE code_key = ? ORDER BY section, policy, version",
            (key,),
        )
        return tuple(
            NamingPolicy(
                policy=row[0],
                version=row[1],
                section=row[2],
                title=row[3],
                coverage=row[4],
                effective=date.fromisoformat(row[5]),
                terminated=date.fromisoformat(row[6]) if row[6] else None,
                source_id=row[7],
            )
            for row in rows
        )

    def _index(self, key: str, release: Release) -> tuple[IndexEntry, ...]:
        rows = self._db.execute(
            "SELECT entry, manifestation, source_id FROM index_entries "
            "WHERE code_key = ? AND release_id = ? ORDER BY place",
            (key, release.id),
        )
        return tuple(IndexEntry(*row) for row in rows)


def _gem_line(
    row: Sequence[object], source: Callable[[str], str], target: Callable[[str], str]
) -> GemLine:
    source_key, target_key, approximate, no_map, combination, scenario, choice_list, source_id = row
    assert isinstance(scenario, int)
    assert isinstance(choice_list, int)
    return GemLine(
        source=source(str(source_key)),
        target=target(str(target_key)),
        approximate=bool(approximate),
        no_map=bool(no_map),
        combination=bool(combination),
        scenario=scenario,
        choice_list=choice_list,
        source_id=str(source_id),
    )


def _dotted_icd10(key: str) -> str:
    return f"{key[:3]}.{key[3:]}" if len(key) > 3 else key


def _dotted_icd9(key: str) -> str:
    """Three characters before the dot, four in external causes: 250.62, V58.67, E885.9."""
    before = 4 if key.startswith("E") else 3
    return f"{key[:before]}.{key[before:]}" if len(key) > before else key
