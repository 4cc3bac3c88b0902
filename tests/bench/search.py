"""The search engine beside SQLite FTS5 and plain tantivy, over the same codes in the same run.

``python -m tests.bench.search QUERIES [--engines ours,fts5,tantivy] [--documents FILE]
[--system hcpcs] [--cpu-time] [--json FILE]`` reads queries as JSON lines: ``{"set", "system",
"query", "gold": [codes], "match"}``. *match* says when a hit is right: "code_or_descendant" and
"prefix" when its code begins with one of *gold*, "startsq" when it begins with the query. A stem
stands for the codes that a 7th character makes of it. Queries whose *gold* is not among the codes
are left out.

The codes are those of the installed packages, or of ``--documents``, one JSON line each with the
fields of ``SearchDocument``; ``--write-documents FILE`` keeps them for the next run.
"""

import argparse
import dataclasses
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import tantivy

from lookup.build.catalog_file import catalog_file
from lookup.build.official.recognise import Findings
from lookup.build.parts import parts_of
from lookup.build.progress import Progress
from lookup.documents import Alias, AliasField, SearchDocument, joined
from lookup.finder.finder import Finder
from lookup.finder.write import write_index
from lookup.spelling import code_key

_LOOKED_AT = 10
_WORD = re.compile(r"[a-z0-9]+")
_COLUMNS = "{:<14} {:<8} {:>6} {:>7} {:>7} {:>7} {:>9} {:>9}"

type Query = dict[str, Any]
type Code = tuple[str, str]


class Engine(Protocol):
    """Something that finds codes."""

    def search(self, text: str, systems: list[str]) -> list[Code]:
        """The first ten codes for *text*, with their systems."""


class Ours:
    """The project's own engine."""

    def __init__(self, folder: Path) -> None:
        self._finder = Finder.open(folder / "index")
        self._day = date.fromisoformat((folder / "day").read_text())

    @staticmethod
    def build(folder: Path, documents: Iterable[SearchDocument]) -> None:
        write_index(folder / "index", "bench", documents)

    def search(self, text: str, systems: list[str]) -> list[Code]:
        days = dict.fromkeys(systems, self._day)
        found = self._finder.search(text, days, offset=0, limit=_LOOKED_AT)
        return [(hit.system, hit.code) for hit in found.hits]


class Fts5:
    """SQLite's full-text index: any of the words, Porter's stems, BM25."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(f"file:{folder / 'fts5.sqlite'}?mode=ro", uri=True)

    @staticmethod
    def build(folder: Path, documents: Iterable[SearchDocument]) -> None:
        with sqlite3.connect(folder / "fts5.sqlite") as db:
            db.execute(
                "CREATE VIRTUAL TABLE codes USING fts5(system UNINDEXED, code UNINDEXED, key, "
                "title, aliases, tokenize='porter unicode61')"
            )
            db.executemany(
                "INSERT INTO codes VALUES (?, ?, ?, ?, ?)",
                (
                    (d.system, d.code, code_key(d.code).lower(), d.title, _aliases(d))
                    for d in documents
                ),
            )
            db.execute("INSERT INTO codes (codes) VALUES ('optimize')")
        db.close()

    def search(self, text: str, systems: list[str]) -> list[Code]:
        words = _words(text)
        if not words:
            return []
        key = code_key(text).lower()
        begun = f' OR key : "{key}" *' if key.isalnum() else ""
        marks = ",".join("?" * len(systems))
        return self._db.execute(
            f"SELECT system, code FROM codes WHERE codes MATCH ? AND system IN ({marks}) "
            "ORDER BY bm25(codes, 0, 0, 10, 10, 5), rowid LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words) + begun, *systems, _LOOKED_AT),
        ).fetchall()


class PlainTantivy:
    """tantivy as it comes: any of the words, English stems, BM25."""

    def __init__(self, folder: Path) -> None:
        index = tantivy.Index.open(str(folder / "tantivy"))
        self._schema = self._fields()
        self._searcher = index.searcher()
        self._stems = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
            .filter(tantivy.Filter.lowercase())
            .filter(tantivy.Filter.stemmer("english"))
            .build()
        )

    @staticmethod
    def _fields() -> tantivy.Schema:
        builder = tantivy.SchemaBuilder()
        for name in ("system", "code"):
            builder.add_text_field(name, stored=True, tokenizer_name="raw")
        builder.add_text_field("keys", tokenizer_name="whitespace", index_option="basic")
        for name in ("title", "aliases"):
            builder.add_text_field(name, tokenizer_name="en_stem", index_option="freq")
        return builder.build()

    @classmethod
    def build(cls, folder: Path, documents: Iterable[SearchDocument]) -> None:
        (folder / "tantivy").mkdir()
        writer = tantivy.Index(cls._fields(), str(folder / "tantivy")).writer(256_000_000, 1)
        for document in documents:
            key = code_key(document.code).lower()
            writer.add_document(
                tantivy.Document(
                    system=document.system,
                    code=document.code,
                    keys=" ".join(key[:length] for length in range(3, len(key) + 1)),
                    title=document.title,
                    aliases=_aliases(document),
                )
            )
        writer.commit()
        writer.wait_merging_threads()

    def search(self, text: str, systems: list[str]) -> list[Code]:
        query, occur = tantivy.Query, tantivy.Occur
        parts = [
            (
                occur.Should,
                query.boost_query(query.term_query(self._schema, name, stem, "freq"), boost),
            )
            for stem in dict.fromkeys(self._stems.analyze(text))
            for name, boost in (("title", 2.0), ("aliases", 1.0))
        ]
        key = query.term_query(self._schema, "keys", code_key(text).lower(), "basic")
        parts.append((occur.Should, query.boost_query(key, 10.0)))
        within = query.const_score_query(query.term_set_query(self._schema, "system", systems), 0.0)
        asked = query.boolean_query(
            [(occur.Must, query.boolean_query(parts)), (occur.Must, within)]
        )
        found = self._searcher.search(asked, _LOOKED_AT, count=False)
        documents = (self._searcher.doc(address) for _score, address in found.hits)
        return [(one.get_first("system"), one.get_first("code")) for one in documents]  # type: ignore[misc]


ENGINES: dict[str, type[Ours | Fts5 | PlainTantivy]] = {
    "ours": Ours,
    "fts5": Fts5,
    "tantivy": PlainTantivy,
}


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(_WORD.findall(text.lower())))


def _aliases(document: SearchDocument) -> str:
    return "\n".join(alias.text for alias in document.aliases)


def installed_documents(folder: Path) -> Iterator[SearchDocument]:
    """What the installed packages hold, built into a catalog in *folder*."""
    parts = parts_of(folder, Findings((), ()), "Bench", lambda _warning: None)
    progress = Progress(len(parts))
    with catalog_file(folder / "catalog.sqlite", "bench", parts, progress) as writer:
        yield from joined(chain.from_iterable(part.documents(writer) for part in parts))


def read_documents(path: Path) -> Iterator[SearchDocument]:
    """Documents from JSON lines."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            fields = json.loads(line)
            for name in ("effective", "expires"):
                fields[name] = date.fromisoformat(fields[name])
            fields["aliases"] = tuple(Alias(AliasField(f), t) for f, t in fields["aliases"])
            yield SearchDocument(**fields)


def write_documents(path: Path, documents: Iterable[SearchDocument]) -> None:
    """Documents as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for document in documents:
            fields = {f.name: getattr(document, f.name) for f in dataclasses.fields(document)}
            fields["aliases"] = [(alias.field.value, alias.text) for alias in document.aliases]
            file.write(json.dumps(fields, default=str) + "\n")


def memory(key: str) -> float:
    """A figure of this process in MB: "VmRSS" now, "VmHWM" at its highest."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{key}:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def holding(path: Path, day: date) -> Iterator[SearchDocument]:
    """The documents of *path* that hold on *day*."""
    return (d for d in read_documents(path) if d.effective <= day <= d.expires)


def build(name: str, folder: Path) -> None:
    """Build one engine's index and say what it cost. Runs in a process of its own."""
    before, began = memory("VmRSS"), time.perf_counter()
    day = date.fromisoformat((folder / "day").read_text())
    count = sum(1 for _ in holding(folder / "documents", day))
    reading = time.perf_counter() - began
    ENGINES[name].build(folder, holding(folder / "documents", day))
    took = time.perf_counter() - began - 2 * reading
    print(json.dumps({"codes": count, "seconds": took, "megabytes": memory("VmHWM") - before}))


def measure(
    name: str, folder: Path, queries: list[Query], systems: list[str], cpu_time: bool
) -> dict[str, Any]:
    """Ask one engine everything. Runs in a process of its own."""
    clock = time.thread_time if cpu_time else time.perf_counter
    before, began = memory("VmRSS"), time.perf_counter()
    engine: Engine = ENGINES[name](folder)
    opened = time.perf_counter() - began
    sets: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for query in queries:
        began = clock()
        found = engine.search(query["query"], systems)
        took = clock() - began
        place = next((n for n, code in enumerate(found, 1) if right(code, query)), 0)
        sets[query["set"]].append((place, took))
    scores = {key: score(results) for key, results in sets.items()}
    scores["all"] = score([result for results in sets.values() for result in results])
    return {"opened": opened, "megabytes": memory("VmRSS") - before, "sets": scores}


def right(code: Code, query: Query) -> bool:
    """Whether a hit is what *query* was after."""
    system, label = code
    if system != query["system"]:
        return False
    key = code_key(label)
    if query["match"] == "startsq":
        return key.startswith(code_key(query["query"]))
    return any(
        key.startswith(gold) or (len(gold) == 7 and system == "icd-10-cm" and is_stem(key, gold))
        for gold in map(code_key, query["gold"])
    )


def is_stem(key: str, gold: str) -> bool:
    """Whether *gold* is *key* with placeholders and a 7th character."""
    return len(key) < len(gold) and gold.startswith(key) and not gold[len(key) : -1].strip("X")


def score(results: list[tuple[int, float]]) -> dict[str, float]:
    """Figures of one set of queries: place of the first right hit (0: none) and seconds."""
    times = sorted(took for _place, took in results)
    count = len(results)
    return {
        "queries": count,
        "hit@1": sum(place == 1 for place, _ in results) / count,
        "hit@5": sum(0 < place <= 5 for place, _ in results) / count,
        "mrr@10": sum(1 / place for place, _ in results if place) / count,
        "p50": 1000 * times[count // 2],
        "p99": 1000 * times[min(count - 1, int(count * 0.99))],
    }


def answerable(queries: Iterable[Query], path: Path, day: date) -> list[Query]:
    """The *queries* whose gold is among the codes."""
    keys = sorted(f"{d.system} {code_key(d.code)}" for d in holding(path, day))

    def known(query: Query) -> bool:
        wanted = [query["query"]] if query["match"] == "startsq" else query["gold"]
        for text in wanted:
            gold = f"{query['system']} {code_key(text)}"
            place = bisect_left(keys, gold)
            if place < len(keys) and keys[place].startswith(gold):
                return True
        return False

    return [query for query in queries if known(query)]


def child(command: str, name: str, folder: Path) -> dict[str, Any]:
    """What a process of its own measures."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.search", command, name, str(folder)],
        check=True,
        stdout=subprocess.PIPE,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def report(results: dict[str, dict[str, Any]]) -> None:
    """Print the table."""
    print(_COLUMNS.format("set", "engine", "n", "hit@1", "hit@5", "MRR@10", "p50 ms", "p99 ms"))
    for name in next(iter(results.values()))["sets"]:
        for engine, result in results.items():
            s = result["sets"][name]
            figures = (f"{s[key]:.3f}" for key in ("hit@1", "hit@5", "mrr@10"))
            times = (f"{s[key]:.2f}" for key in ("p50", "p99"))
            print(_COLUMNS.format(name, engine, int(s["queries"]), *figures, *times))
    for engine, result in results.items():
        built = result["build"]
        print(
            f"{engine}: built in {built['seconds']:.1f} s with {built['megabytes']:.0f} MB, "
            f"{result['disk']:.0f} MB on disk; opened in {1000 * result['opened']:.0f} ms, "
            f"{result['megabytes']:.0f} MB after all queries"
        )


def run(arguments: argparse.Namespace) -> None:
    """Build, ask and print."""
    with tempfile.TemporaryDirectory(prefix="search-bench-") as name:
        folder = Path(name)
        documents = arguments.documents
        if documents is None:
            documents = arguments.write_documents or folder / "installed"
            write_documents(documents, installed_documents(folder))
        (folder / "documents").symlink_to(documents.resolve())
        # Of each system the newest release is searched; of the systems the day they share.
        newest: dict[str, date] = {}
        for document in read_documents(documents):
            newest[document.system] = max(document.expires, newest.get(document.system, date.min))
        day = min(newest.values())
        (folder / "day").write_text(day.isoformat())
        lines = arguments.queries.read_text(encoding="utf-8").splitlines()
        queries = answerable(map(json.loads, lines), documents, day)
        systems = [arguments.system] if arguments.system else sorted(newest)
        queries = [query for query in queries if query["system"] in systems]
        (folder / "queries").write_text(json.dumps([queries, systems, arguments.cpu_time]))
        results: dict[str, dict[str, Any]] = {}
        for engine in arguments.engines.split(","):
            if engine not in ENGINES:
                raise SystemExit(f"no engine {engine!r}; there are {', '.join(ENGINES)}")
            before = _bytes(folder)
            built = child("--build", engine, folder)
            disk = (_bytes(folder) - before) / 1e6
            results[engine] = {"build": built, "disk": disk, **child("--ask", engine, folder)}
        print(f"{next(iter(results.values()))['build']['codes']} codes on {day}")
        report(results)
        if arguments.json:
            arguments.json.write_text(json.dumps(results, indent=1))


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Read the command line and run."""
    if sys.argv[1:2] == ["--build"]:
        build(sys.argv[2], Path(sys.argv[3]))
        return
    if sys.argv[1:2] == ["--ask"]:
        folder = Path(sys.argv[3])
        asked = json.loads((folder / "queries").read_text())
        print(json.dumps(measure(sys.argv[2], folder, *asked)))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("queries", type=Path)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--write-documents", type=Path)
    parser.add_argument("--system")
    parser.add_argument(
        "--cpu-time", action="store_true", help="leave out what other programs take of the cores"
    )
    parser.add_argument("--json", type=Path)
    run(parser.parse_args())


if __name__ == "__main__":
    main()
