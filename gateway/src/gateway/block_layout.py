"""How blocks are laid out on a page: what stands under one source line, how columns align."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from codingahead.lookup.v1 import lookup_pb2

_FIGURE = re.compile(r"[-+−]?[$€]?\d[\d.,]*%?")


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive blocks that say the same source."""

    source: lookup_pb2.Source | None
    blocks: list[lookup_pb2.Block]


def runs(section: lookup_pb2.Section, sources: Mapping[str, lookup_pb2.Source]) -> list[Run]:
    """The blocks of *section* in order, so that each source is named once, where it is left.

    Blocks without a source (remarks on what is not loaded) do not end a run, but no source
    stands for those before its first block or after its last.
    """
    made: list[Run] = []
    remarks: list[lookup_pb2.Block] = []
    for block in section.blocks:
        source = sources.get(block.source_id)
        if source is None:
            remarks.append(block)
        elif made and made[-1].source is source:
            made[-1].blocks.extend([*remarks, block])
            remarks = []
        else:
            if remarks:
                made.append(Run(None, remarks))
            made.append(Run(source, [block]))
            remarks = []
    if remarks:
        made.append(Run(None, remarks))
    return made


def column_classes(block: lookup_pb2.Block) -> list[str]:
    """A class for each column of a table: ``code``, ``figure`` or ``words``."""
    classes = []
    for column in range(len(block.columns)):
        cells = [row.cells[column] for row in block.rows if column < len(row.cells)]
        told = [cell for cell in cells if any(span.text.strip() for span in cell.spans)]
        if told and all(_is_code(cell) for cell in told):
            classes.append("code")
        elif told and all(_FIGURE.fullmatch(_text(cell).strip()) for cell in told):
            classes.append("figure")
        else:
            classes.append("words")
    return classes


def _is_code(cell: lookup_pb2.Line) -> bool:
    return len(cell.spans) == 1 and cell.spans[0].HasField("link")


def _text(cell: lookup_pb2.Line) -> str:
    return "".join(span.text for span in cell.spans)
