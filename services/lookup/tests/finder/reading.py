"""Shortens what tests ask of a finder."""

from collections.abc import Mapping
from datetime import date

from lookup.finder.finder import Finder, Hit
from services.lookup.tests.finder.corpus import DAY, DAYS

ICD = {"icd-10-cm": DAY}
PCS = {"icd-10-pcs": DAY}
HCPCS = {"hcpcs": DAY}


def hits(finder: Finder, text: str, days: Mapping[str, date] = DAYS, limit: int = 10) -> list[Hit]:
    return list(finder.search(text, days, offset=0, limit=limit).hits)


def codes(finder: Finder, text: str, days: Mapping[str, date] = DAYS, limit: int = 10) -> list[str]:
    return [hit.code for hit in hits(finder, text, days, limit)]


def marked(hit: Hit, field: str) -> list[str]:
    return [
        highlight.text[start:end]
        for highlight in hit.highlights
        if highlight.field == field
        for start, end in highlight.marks
    ]


HOSTILE = [
    *("", " ", "\0", "E11.9\0", '"', '""', "'", "*", "NEAR(a b)", "title:x*", "named:knee"),
    *("AND", "a AND", "-", "+knee -pain", "^a", "{code title}: x", "(((", "a OR", 'x" OR "y'),
    *("; DROP TABLE stems", "%_%", "\\", "\ud7ff\ue000", "/.*/", "[a TO z]", "knee~2", "knee^9"),
    *("<script>alert(1)</script>", "&amp;", "../../etc/passwd", "{{7*7}}", "\u202e\u202dE11.9"),
    *("糖尿病", "𞤀𞤁a b", "e\u0301" * 200, "ﷺ" * 500, "½ ² ㎏", "\udcff", "İ ß ﬁ"),
    *("a" * 10_000, "1 " * 5_000, "a b c d e f g h " * 700, "E11.9 " * 2_000),
    *("knee" * 2_500, "left right knee pain " * 500, ". " * 5_000, "-" * 10_000),
]
