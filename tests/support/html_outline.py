"""Reads a page strictly and says what it is made of."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input"),
    *("link", "meta", "source", "track", "wbr"),
}


class MalformedError(AssertionError):
    """The page is not well formed."""


@dataclass
class Outline:
    """What a page holds; attributes as (element, name, value)."""

    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    classes: Counter[str] = field(default_factory=Counter)
    elements: Counter[str] = field(default_factory=Counter)
    ids: Counter[str] = field(default_factory=Counter)
    scripts: list[str] = field(default_factory=list)
    """Their types, empty for a plain one."""
    structured: list[str] = field(default_factory=list)
    """Texts of JSON-LD blocks."""
    text: list[str] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """Every value of the attribute *name*."""
        return [value for _, attribute, value in self.attributes if attribute == name]


def outline(page: str) -> Outline:
    """The outline of *page*.

    Raises:
        MalformedError: when an element is closed that is not open, or left open, or an attribute or
            id is given twice.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    if reader.open:
        raise MalformedError(f"left open: {reader.open}")
    repeated = [name for name, times in reader.found.ids.items() if times > 1]
    if repeated:
        raise MalformedError(f"ids given more than once: {repeated}")
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Outline()
        self.open: list[str] = []
        self._structured = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.found.elements[tag] += 1
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            raise MalformedError(f"<{tag}> has an attribute twice: {names}")
        values = {name: value or "" for name, value in attrs}
        self.found.attributes += [(tag, name, value) for name, value in values.items()]
        self.found.classes.update(values.get("class", "").split())
        if "id" in values:
            self.found.ids[values["id"]] += 1
        if tag == "script":
            self.found.scripts.append(values.get("type", ""))
            self._structured = values.get("type") == "application/ld+json"
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            innermost = self.open[-1:] or "nothing"
            raise MalformedError(f"</{tag}> closes {innermost} at {self.getpos()}")
        self.open.pop()
        self._structured = False

    def handle_data(self, data: str) -> None:
        if self._structured:
            self.found.structured.append(data)
        else:
            self.found.text.append(data)
