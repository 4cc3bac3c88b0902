"""The head of a text: YAML between two lines of three dashes.

Values are taken as they are written, never as YAML would convert them: a code stays what an
editor typed even where it looks like a number, and each value keeps its line for errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from lookup.packs.pack_text import Fault

REQUIRED = ("system", "code", "section", "author", "reviewed_on", "status")
OPTIONAL = ("reviewer", "sources")
_FENCE = "---"


@dataclass(frozen=True, slots=True)
class Value:
    """What stands behind a key: one text or, for a list, several; and its line."""

    texts: tuple[str, ...]
    line: int

    @property
    def text(self) -> str:
        """The text of a key that has one."""
        return self.texts[0]


@dataclass(frozen=True, slots=True)
class Head:
    """The keys of a head that make sense, and the line on which the text begins."""

    values: Mapping[str, Value]
    body_line: int


def read_head(file: str, lines: list[str]) -> tuple[Head | None, list[Fault]]:
    """The head of *lines*; None when it cannot be told from the text or is no YAML."""
    if not lines or lines[0].rstrip() != _FENCE:
        return None, [Fault(file, 1, "begin the file with “---”, the keys, and “---” again")]
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        return None, [Fault(file, 1, "the keys do not end; write “---” on the line after them")]
    try:
        node = yaml.compose("\n".join(lines[1:end]), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        return None, [_yaml_fault(file, error)]
    if not isinstance(node, yaml.MappingNode):
        return None, [Fault(file, 2, "write one key and value a line, like “system: hcpcs”")]
    values, faults = _values(file, node)
    named = {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
    faults += [
        Fault(file, end + 1, f"the key “{key}” is missing; add “{key}: …”")
        for key in REQUIRED
        if key not in named
    ]
    return Head(values, end + 2), faults


def _values(file: str, node: yaml.MappingNode) -> tuple[dict[str, Value], list[Fault]]:
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    seen: set[str] = set()
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
        line = _line(key_node)
        if key not in REQUIRED + OPTIONAL:
            known = ", ".join(REQUIRED + OPTIONAL)
            faults.append(Fault(file, line, f"there is no key “{key}”; the keys are {known}"))
        elif key in seen:
            faults.append(Fault(file, line, f"the key “{key}” is written twice; take one out"))
        elif (texts := _texts(value_node, key == "sources")) is None:
            faults.append(Fault(file, line, f"the key “{key}” needs {_wanted(key)}"))
        else:
            values[key] = Value(texts, _line(value_node))
        seen.add(key)
    return values, faults


def _texts(node: yaml.Node, may_be_list: bool) -> tuple[str, ...] | None:
    entries = node.value if may_be_list and isinstance(node, yaml.SequenceNode) else [node]
    texts = [
        " ".join(entry.value.split()) if isinstance(entry, yaml.ScalarNode) else ""
        for entry in entries
    ]
    return tuple(texts) if texts and all(texts) else None


def _wanted(key: str) -> str:
    return "a text or a list of texts" if key == "sources" else "one text on its line"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 2


def _yaml_fault(file: str, error: Exception) -> Fault:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
    return Fault(
        file,
        mark.line + 2 if mark else 2,
        f"the keys are no YAML ({problem or 'it cannot be read'}); "
        "put a value that holds “: ” or “#” in quotes",
    )
