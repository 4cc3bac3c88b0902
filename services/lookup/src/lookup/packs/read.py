"""Reads a content pack and says everything that is wrong with it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable

from lookup.packs.code_forms import code_fault, licensed_codes, system_fault
from lookup.packs.front_matter import Head, Value, read_head
from lookup.packs.pack_text import SECTIONS, Fault, PackText, Status
from lookup.packs.plain_markdown import Passage, read_passages

MIN_WORDS = 30
MAX_WORDS = 250
MAX_BYTES = 32 * 1024
"""Largest file that is read; a text of `MAX_WORDS` is far smaller."""

_NOT_A_TEXT = "README.md"
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file of a pack: its name within the pack, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Pack:
    """What was read of a pack: its files, the texts in order of file, and what is wrong.

    A text with a fault is not among *texts*.
    """

    files: tuple[PackFile, ...]
    texts: tuple[PackText, ...]
    faults: tuple[Fault, ...]


def check(folder: Traversable) -> list[Fault]:
    """Everything that is wrong with the pack in *folder*, in order of file and line.

    Whether its codes exist, and whether a text only repeats a title, takes a catalog: see
    `lookup.packs.against_catalog`.
    """
    return list(read_pack(folder).faults)


def read_pack(folder: Traversable, today: date | None = None) -> Pack:
    """Read and check the pack in *folder*; *today* is the last day that a review may bear."""
    files, faults = _read_files(folder)
    return _read(folder.name, files, faults, today or date.today())


def read_stored(name: str, folder: Traversable) -> Pack:
    """Read the pack *name* that was checked when it was stored; no review counts as future."""
    files, faults = _read_files(folder)
    return _read(name, files, faults, date.max)


def _read(name: str, files: list[PackFile], faults: list[Fault], today: date) -> Pack:
    read = [_read_text(name, file, today) for file in files]
    texts = [text for text, _ in read if text is not None]
    faults += [fault for _, of_file in read for fault in of_file]
    faults += _repeated(texts)
    return Pack(
        tuple(files),
        tuple(texts),
        tuple(sorted(faults, key=lambda fault: (fault.file, fault.line or 0, fault.what))),
    )


def _read_files(folder: Traversable) -> tuple[list[PackFile], list[Fault]]:
    """The files of *folder* that should be texts, by name, and what keeps others from it."""
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        what = f"cannot be read ({error.strerror}); name a folder of .md files"
        return [], [Fault(str(folder), None, what)]
    files: list[PackFile] = []
    faults: list[Fault] = []
    for entry in entries:
        if entry.name.startswith(".") or entry.name == _NOT_A_TEXT:
            continue
        try:
            fault = _entry_fault(entry)
            if fault is None and entry.is_file() and entry.name.endswith(".md"):
                content = entry.read_bytes()
                if len(content) <= MAX_BYTES:
                    files.append(PackFile(entry.name, content))
                else:
                    fault = f"is larger than {MAX_BYTES // 1024} KiB; it must be a text of one code"
        except OSError as error:
            fault = f"cannot be read ({error.strerror}); make it readable"
        if fault is not None:
            faults.append(Fault(f"{folder.name}/{entry.name}", None, fault))
    if not files and not faults:
        faults.append(Fault(str(folder), None, "holds no text; a text is a file that ends in .md"))
    return files, faults


def _entry_fault(entry: Traversable) -> str | None:
    if entry.is_dir():
        if any(inner.name.endswith(".md") for inner in entry.iterdir()):
            return "folders in a pack are not read; move its .md files up into the pack"
    elif entry.name.lower().endswith((".md", ".markdown")) and not entry.name.endswith(".md"):
        return "would not be read; let the name end in .md"
    return None


def _read_text(pack: str, file: PackFile, today: date) -> tuple[PackText | None, list[Fault]]:
    name = f"{pack}/{file.name}"
    try:
        text = file.content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        what = f"byte 0x{file.content[error.start]:02X} is not UTF-8; save the file as UTF-8"
        return None, [Fault(name, line, what)]
    lines = text.replace("\r\n", "\n").split("\n")
    head, faults = read_head(name, lines)
    if head is None:
        return None, faults
    faults += _head_faults(name, head, today)
    passages, body_faults = read_passages(name, lines[head.body_line - 1 :], head.body_line)
    faults += body_faults
    faults += _body_faults(name, passages, head.body_line)
    if faults:
        return None, faults
    values = head.values
    return (
        PackText(
            system=values["system"].text,
            code=values["code"].text,
            section=values["section"].text,
            author=values["author"].text,
            reviewed_on=date.fromisoformat(values["reviewed_on"].text),
            status=Status(values["status"].text),
            paragraphs=tuple(passage.text for passage in passages),
            file=name,
            line=values["code"].line,
        ),
        [],
    )


def _head_faults(file: str, head: Head, today: date) -> list[Fault]:
    found = [
        (head.values[key], rule(head.values[key]))
        for key, rule in (
            ("system", lambda value: system_fault(value.text)),
            ("section", _section_fault),
            ("status", _status_fault),
            ("reviewed_on", lambda value: _date_fault(value.text, today)),
        )
        if key in head.values
    ]
    system, code = head.values.get("system"), head.values.get("code")
    if system is not None and code is not None and system_fault(system.text) is None:
        found.append((code, code_fault(system.text, code.text)))
    return [Fault(file, value.line, what) for value, what in found if what is not None]


def _section_fault(value: Value) -> str | None:
    if value.text in SECTIONS:
        return None
    return f"editors cannot write the section “{value.text}”; write {' or '.join(SECTIONS)}"


def _status_fault(value: Value) -> str | None:
    known = [status.value for status in Status]
    if value.text in known:
        return None
    return f"there is no status “{value.text}”; write {', '.join(known[:-1])} or {known[-1]}"


def _date_fault(text: str, today: date) -> str | None:
    try:
        reviewed = date.fromisoformat(text) if _ISO_DATE.fullmatch(text) else None
    except ValueError:
        reviewed = None
    if reviewed is None:
        return f"“{text}” is no date; write year, month and day, like 2026-11-25"
    if reviewed > today:
        return f"{text} is in the future; write the day on which the text was reviewed"
    return None


def _body_faults(file: str, passages: list[Passage], body_line: int) -> list[Fault]:
    words = sum(len(passage.text.split()) for passage in passages)
    if not words:
        return [Fault(file, body_line, "there is no text after the keys; write it")]
    faults = [
        Fault(
            file,
            passage.line,
            f"“{code}” has the form of a CPT or CDT code, licensed content; take it out (a large "
            "figure is written with a comma, like 10,000)",
        )
        for passage in passages
        for code in licensed_codes(passage.text)
    ]
    line = passages[0].line
    if words < MIN_WORDS:
        faults.append(Fault(file, line, f"has {words} words; write {MIN_WORDS} or more"))
    elif words > MAX_WORDS:
        faults.append(Fault(file, line, f"has {words} words; cut it to {MAX_WORDS} or fewer"))
    return faults


def _repeated(texts: Iterable[PackText]) -> list[Fault]:
    """Two texts for one code, and one text for two codes."""
    faults: list[Fault] = []
    by_key: dict[tuple[str, str, str], PackText] = {}
    by_words: dict[tuple[str, ...], PackText] = {}
    for text in texts:
        if (first := by_key.setdefault(text.key, text)) is not text:
            what = f"{text.system} {text.code} {text.section} is written in {first.file} already"
            faults.append(Fault(text.file, text.line, f"{what}; keep one of them"))
        elif (first := by_words.setdefault(text.paragraphs, text)) is not text:
            what = f"says of {text.code} word for word what {first.file} says of {first.code}"
            faults.append(Fault(text.file, text.line, f"{what}; say what is true of this code"))
    return faults


def counted(texts: Iterable[PackText]) -> str:
    """How many texts there are of each status, "38 published, 2 draft"."""
    by_status = Counter(text.status for text in texts)
    return ", ".join(
        f"{by_status[status]} {status.value}" for status in reversed(Status) if by_status[status]
    )
