"""Titles for codes that are listed and of which no source has the description."""

from collections.abc import Mapping, Sequence
from typing import Final

from lookup.build.icd10pcs.values_in_descriptions import Value
from lookup.icd10pcs.axes import LENGTH, TABLE_LENGTH, axis_name

_UNSAID: Final = ("None", "No Device", "No Qualifier")


class StandIns:
    """Says that a description is not loaded, and which meanings of its characters are known."""

    def __init__(self, values: Mapping[str, Sequence[Value]]) -> None:
        self._labels = {
            (value.context, value.position, value.character): value.label
            for of in values.values()
            for value in of
        }

    def title(self, code: str) -> str:
        """ "Description not loaded: Removal, Heart, Open, device Q"."""
        words: list[str] = []
        for position in range(TABLE_LENGTH, LENGTH + 1):
            label = self._label(code, position)
            if label is None:
                words.append(f"{axis_name(code[0], position).lower()} {code[position - 1]}")
            elif label not in _UNSAID:
                words.append(label)
        return f"Description not loaded: {', '.join(words)}"

    def _label(self, code: str, position: int) -> str | None:
        contexts = [code[: min(position - 1, TABLE_LENGTH)]]
        if position >= LENGTH - 1:
            other = code[LENGTH - 1] if position == LENGTH - 1 else code[LENGTH - 2]
            contexts.append(f"{contexts[0]}/{other}")
        character = code[position - 1]
        return next(
            (
                label
                for context in contexts
                if (label := self._labels.get((context, position, character)))
            ),
            None,
        )
