"""Pictures of pages, for people to judge them by."""

from itertools import product
from pathlib import Path

from tests.support.browser import Scheme, Window

_WIDTHS = (360, 768, 1440)
_SCHEMES: tuple[Scheme, ...] = ("light", "dark")


class Album:
    """Keeps pictures of whole pages in *folder*; without one it takes none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    async def take(self, window: Window, name: str) -> None:
        """The page as it stands, in every width and both schemes: ``<name>-360-dark.png``."""
        if self._folder is None:
            return
        before = window.page.viewport_size
        assert before is not None
        for width, scheme in product(_WIDTHS, _SCHEMES):
            await window.look(width, scheme)
            path = self._folder / f"{name}-{width}-{scheme}.png"
            await window.page.screenshot(path=path, full_page=True)
        await window.look(before["width"], "light")

    async def print(self, window: Window, name: str) -> None:
        """The page as it is printed."""
        if self._folder is not None:
            await window.page.pdf(path=self._folder / f"{name}.pdf", format="A4")
