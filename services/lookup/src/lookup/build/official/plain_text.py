"""Plain text out of HTML in a cell: what a reader would see, and nothing that could run.

The result is text, not markup: a "<" that the author wrote as "&lt;" is a "<" in it, and
whoever puts it on a page escapes it like any other text.
"""

from html.parser import HTMLParser
from typing import Final

_UNSEEN: Final = {"script", "style", "template", "title", "noscript", "iframe", "object"}
_BREAKS: Final = {
    *("address", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "h1", "h2", "h3"),
    *("h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "tbody", "thead", "tr", "ul"),
}
_CELLS: Final = {"td", "th"}


def plain_text(html: str) -> str:
    """The text of *html*: a line for each paragraph, "- " before list items, no empty lines."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = ("".join(reader.parts)).split("\n")
    kept = (" ".join(_visible(line).split()) for line in lines)
    return "\n".join(line for line in kept if line not in ("", "-"))


def _visible(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag in _BREAKS:
            self.parts.append("\n- " if tag == "li" else "\n")
        elif tag in _CELLS:
            self.parts.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in _BREAKS:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            # Line breaks in the source are no line breaks on the page.
            self.parts.append(" ".join(data.split("\n")))
