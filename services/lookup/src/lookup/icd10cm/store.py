"""Reads the tabular list of ICD-10-CM out of a catalog."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence

from lookup.facts import Release
from lookup.icd10cm import ranges
from lookup.icd10cm.facts import (
    Extension,
    Naming,
    Node,
    NodeKind,
    Note,
    NoteKind,
    NoteSpan,
    SeventhCharacterRule,
)
from lookup.icd10cm.page_facts import History, PageFacts
from lookup.icd10cm.relations import Relations
from lookup.store import marks

_NODE = (
    "n.node_id, n.parent_id, n.last_id, n.kind, n.label, n.span, n.title, n.inline_title, "
    "n.billable, n.stem_id, n.source_id"
)
_CODES = "n.kind IN ('category', 'subcategory')"


class TabularStore:
    """The classification, its notes and 7th characters; one thread at a time."""

    def __init__(self, catalog: sqlite3.Connection) -> None:
        self._db = catalog

    def code(self, release_id: str, key: str) -> Node | None:
        """The code with this key ("E119")."""
        row = self._db.execute(
            f"SELECT {_NODE} FROM nodes n WHERE n.code_key = ? AND n.release_id = ?",  # noqa: S608
            (key, release_id),
        ).fetchone()
        return _node(row) if row else None

    def nodes(self, ids: Sequence[int]) -> list[Node]:
        """The nodes with these ids, in the order of *ids*."""
        found = self._select(f"n.node_id IN ({marks(ids)})", ids)
        by_id = {node.id: node for node in found}
        return [by_id[i] for i in ids]

    def children(self, node_id: int) -> list[Node]:
        """The nodes right below a node, in tabular order."""
        return self._select("n.parent_id = ?", (node_id,))

    def chapters(self, release_id: str) -> list[Node]:
        """The outermost places of a release, in tabular order."""
        return self._select("n.parent_id IS NULL AND n.release_id = ?", (release_id,))

    def chain(self, node: Node) -> list[Node]:
        """From the chapter down to *node*."""
        chain = [node]
        while (parent_id := chain[-1].parent_id) is not None:
            chain.extend(self._select("n.node_id = ?", (parent_id,)))
        return chain[::-1]

    def place_spanning(self, release_id: str, span: str) -> Node | None:
        """The chapter or section whose range is *span*, the outer one if two have it."""
        found = self._select("n.span = ? AND n.span != '' AND n.release_id = ?", (span, release_id))
        return found[0] if found else None

    def outermost(self, first_id: int, last_id: int) -> list[Node]:
        """The nodes that lie in a part of the tree whole, without those below them."""
        # What lies in it whole is stepped over, what does not is stepped into.
        rows = self._db.execute(
            "WITH RECURSIVE steps (node_id) AS ("  # noqa: S608
            "SELECT :first UNION ALL "
            "SELECT CASE WHEN n.last_id <= :last THEN n.last_id ELSE n.node_id END + 1 "
            "FROM steps s JOIN nodes n ON n.node_id = s.node_id WHERE s.node_id <= :last) "
            f"SELECT {_NODE} FROM steps s JOIN nodes n ON n.node_id = s.node_id "
            "WHERE n.last_id <= :last ORDER BY n.node_id",
            {"first": first_id, "last": last_id},
        )
        return [_node(row) for row in rows]

    def billable_counts(self, nodes: Sequence[Node]) -> list[int]:
        """How many codes that can be reported each of *nodes* holds, itself included."""
        counted = "SELECT count(*) FROM nodes WHERE billable = 1 AND node_id BETWEEN ? AND ?"
        return [
            int(self._db.execute(counted, (node.id, node.last_id)).fetchone()[0]) for node in nodes
        ]

    def categories_around(self, release_id: str, label: str) -> tuple[Node | None, Node | None]:
        """The categories between which *label*, which names none, would stand.

        Within a letter labels rise, but for a few whose third character is a letter: M1A stands
        before M10. So the place of a label is after the last one, in tabular order, that is lower.
        """
        among = (
            "FROM nodes WHERE kind = 'category' AND release_id = ? "
            "AND code_key >= ? AND code_key < ?"
        )
        letter = label[0]
        lower = (release_id, letter, label)
        (before_id,) = self._db.execute(f"SELECT max(node_id) {among}", lower).fetchone()
        if before_id is not None:
            (before,) = self.nodes([before_id])
            return before, self._category_beside(release_id, before_id, ">", "ASC")
        same = (release_id, letter, letter + "\x7f")
        (after_id,) = self._db.execute(f"SELECT min(node_id) {among}", same).fetchone()
        if after_id is None:
            return None, None
        (after,) = self.nodes([after_id])
        return self._category_beside(release_id, after_id, "<", "DESC"), after

    def page_facts(
        self, node: Node, release: Release, relations: Relations, history: History
    ) -> PageFacts:
        """Everything the page of *node* is made of."""
        chain = self.chain(node)
        below = self.children(node.id)
        siblings = self.children(node.parent_id) if node.parent_id is not None else []
        if node.stem_id is not None:
            variants = siblings
        else:
            variants = [child for child in below if child.stem_id is not None]
        return PageFacts(
            node=node,
            release=release,
            chain=tuple(chain),
            notes=self._notes([place.id for place in chain]),
            rules=self._rules([place.id for place in chain]),
            variants=tuple(variants),
            children=tuple(below),
            siblings=tuple(other for other in siblings if other.id != node.id and other.is_code),
            side_candidates=tuple(self._side_candidates(node, chain)),
            previous=self._neighbour(node, release, "<", "DESC"),
            following=self._neighbour(node, release, ">", "ASC"),
            namings=tuple(self._namings(node, chain)),
            relations=relations,
            history=history,
        )

    def pair_namings(self, holder: Node, named: Node) -> list[Naming]:
        """Notes that hold for *holder*, own and inherited, and name *named*; tabular order."""
        above = frozenset(place.id for place in self.chain(holder))
        return self._namings_of(named, self.chain(named), above.__contains__)

    def _select(self, where: str, values: Sequence[object]) -> list[Node]:
        rows = self._db.execute(
            f"SELECT {_NODE} FROM nodes n WHERE {where} ORDER BY n.node_id",  # noqa: S608
            values,
        )
        return [_node(row) for row in rows]

    def _notes(self, ids: Sequence[int]) -> dict[int, tuple[Note, ...]]:
        rows = self._db.execute(
            "SELECT note_id, node_id, kind, lines, source_id FROM notes "  # noqa: S608
            f"WHERE node_id IN ({marks(ids)}) ORDER BY note_id",
            ids,
        )
        notes: dict[int, list[Note]] = {}
        for row in rows:
            notes.setdefault(row[1], []).append(_note(row))
        return {node_id: tuple(found) for node_id, found in notes.items()}

    def _rules(self, ids: Sequence[int]) -> tuple[SeventhCharacterRule, ...]:
        """Rules of the nodes, innermost first: ids grow downwards."""
        rows = self._db.execute(
            "SELECT node_id, instruction, extensions, source_id "  # noqa: S608
            f"FROM seventh_characters WHERE node_id IN ({marks(ids)}) ORDER BY node_id DESC",
            ids,
        )
        return tuple(
            SeventhCharacterRule(
                row[0],
                row[1],
                tuple(Extension(e[0], e[1], tuple(e[2:])) for e in json.loads(row[2])),
                row[3],
            )
            for row in rows
        )

    def _side_candidates(self, node: Node, chain: Sequence[Node]) -> list[Node]:
        """Codes near *node* of the same length, among which the other side is to be found.

        It may be a sibling (M17.12 of M17.11) or a cousin (L97.821 of L97.811). On codes with a
        7th character that character may tell the side (E11.3212 of E11.3211).
        """
        codes = [place for place in chain if place.is_code and place.id != node.stem_id]
        if len(codes) == 1:
            return []
        root = codes[max(len(codes) - 3, 0)]
        nearby = "n.node_id BETWEEN ? AND ? AND n.node_id != ? AND length(n.label) = ?"
        values = (root.id, root.last_id, node.id, len(node.label))
        if node.stem_id is None:
            return self._select(f"{nearby} AND n.stem_id IS NULL", values)
        return self._select(
            f"{nearby} AND n.stem_id IS NOT NULL "
            "AND (n.stem_id = ? OR substr(n.label, -1) = substr(?, -1))",
            (*values, node.stem_id, node.label),
        )

    def _neighbour(self, node: Node, release: Release, comparison: str, order: str) -> Node | None:
        row = self._db.execute(
            f"SELECT {_NODE} FROM nodes n WHERE n.node_id {comparison} ? "  # noqa: S608
            f"AND n.release_id = ? AND {_CODES} ORDER BY n.node_id {order} LIMIT 1",
            (node.id, release.id),
        ).fetchone()
        return _node(row) if row else None

    def _category_beside(
        self, release_id: str, node_id: int, comparison: str, order: str
    ) -> Node | None:
        row = self._db.execute(
            f"SELECT {_NODE} FROM nodes n WHERE n.node_id {comparison} ? "  # noqa: S608
            f"AND n.kind = 'category' AND n.release_id = ? ORDER BY n.node_id {order} LIMIT 1",
            (node_id, release_id),
        ).fetchone()
        return _node(row) if row else None

    def _namings(self, node: Node, chain: Sequence[Node]) -> list[Naming]:
        """Notes outside the chain whose text names *node*, in tabular order."""
        inherited = frozenset(place.id for place in chain)
        return self._namings_of(node, chain, lambda owner_id: owner_id not in inherited)

    def _namings_of(
        self, node: Node, chain: Sequence[Node], wanted: Callable[[int], bool]
    ) -> list[Naming]:
        """Notes that name *node* and whose owner is *wanted*, in tabular order."""
        ids = [place.id for place in chain]
        rows = self._db.execute(
            "SELECT t.note_id, t.node_id, t.kind, t.lines, t.source_id, m.line, m.qualifier "  # noqa: S608
            "FROM namings m JOIN notes t USING (note_id) "
            f"WHERE m.whole = 1 AND m.first_id IN ({marks(ids)}) "
            "UNION "
            "SELECT t.note_id, t.node_id, t.kind, t.lines, t.source_id, m.line, m.qualifier "
            "FROM namings m JOIN notes t USING (note_id) "
            "WHERE m.whole = 0 AND m.first_id <= ? AND m.last_id >= ? "
            "ORDER BY 1, 6",
            (*ids, node.id, node.id),
        ).fetchall()
        extended, heading = node.stem_id is not None, not node.billable
        found: dict[tuple[int, int], tuple[Note, int, str]] = {}
        for row in rows:
            line, qualifier = row[5], row[6]
            if not wanted(row[1]):
                continue
            answer = ranges.admits(qualifier, node.label, extended=extended, heading=heading)
            if answer is False:
                continue
            # What is named without a qualifier needs none, however often it is named.
            known = found.get((row[0], line))
            if known is None or not qualifier:
                found[(row[0], line)] = (_note(row[:5]), line, qualifier)
        owner_ids = sorted({note.node_id for note, _line, _qualifier in found.values()})
        owners = {owner.id: owner for owner in self.nodes(owner_ids)}
        return [
            Naming(owners[note.node_id], note, line, qualifier)
            for note, line, qualifier in found.values()
        ]


def _node(row: Sequence[object]) -> Node:
    (node_id, parent_id, last_id, kind, label, span, title, inline, billable, stem_id, source) = row
    return Node(
        id=_int(node_id),
        parent_id=None if parent_id is None else _int(parent_id),
        last_id=_int(last_id),
        kind=NodeKind(str(kind)),
        label=str(label),
        span=str(span),
        title=str(title),
        inline_title=str(inline),
        billable=bool(billable),
        stem_id=None if stem_id is None else _int(stem_id),
        source_id=str(source),
    )


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def _note(row: Sequence[object]) -> Note:
    note_id, node_id, kind, lines, source_id = row
    return Note(
        id=_int(note_id),
        node_id=_int(node_id),
        kind=NoteKind(str(kind)),
        lines=tuple(tuple(_span(span) for span in line) for line in json.loads(str(lines))),
        source_id=str(source_id),
    )


def _span(stored: str | Iterable[object]) -> NoteSpan:
    if isinstance(stored, str):
        return NoteSpan(stored)
    text, target, is_range = stored
    return NoteSpan(str(text), str(target), bool(is_range))
