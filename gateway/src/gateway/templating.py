"""Templates: always escaped, strict about names, and rendered ahead with slots left open."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from codingahead.lookup.v1 import lookup_pb2
from gateway import wording
from gateway.block_layout import column_classes

_FOLDER = Path(__file__).parent / "templates"
_SLOT = re.compile(r"<!--slot:([a-z_]+)-->")


def environment(**site: object) -> Environment:
    """The templates' environment; *site* is known to every template."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        kinds=lookup_pb2.Block,
        column_classes=column_classes,
        code_path=wording.code_path,
        link_path=wording.link_path,
        asked_on=wording.asked_on,
        names_of=wording.names_of,
        place_of=wording.place_of,
        system_name=wording.system_name,
        counted=wording.counted,
        **site,
    )
    made.filters["day"] = wording.iso_day_in_words
    made.filters["with_dashes"] = wording.with_dashes
    return made


class OpenSlots:
    """In a template ``{{ slot.banner }}`` leaves a place open, to be filled on each view."""

    def __getattr__(self, name: str) -> Markup:
        # Data cannot make such a mark: it is escaped before it gets here.
        return Markup("<!--slot:{}-->").format(name)


@dataclass(frozen=True, slots=True)
class Slotted:
    """A rendered template with places left open: ``texts[0] slots[0] texts[1] …``."""

    texts: tuple[bytes, ...]
    slots: tuple[str, ...]

    @classmethod
    def parse(cls, rendered: str) -> Self:
        """Cut a rendered template at its slots."""
        pieces = _SLOT.split(rendered)
        texts = tuple(encoded(text) for text in pieces[::2])
        return cls(texts, tuple(pieces[1::2]))

    def filled(self, values: dict[str, bytes]) -> bytes:
        """The whole, with *values* by slot; each slot must have one."""
        parts = [self.texts[0]]
        for slot, text in zip(self.slots, self.texts[1:], strict=True):
            parts.append(values[slot])
            parts.append(text)
        return b"".join(parts)


def encoded(text: str) -> bytes:
    """*text* in UTF-8. A lone surrogate, which UTF-8 cannot hold, becomes ``?``."""
    return text.encode("utf-8", "replace")
