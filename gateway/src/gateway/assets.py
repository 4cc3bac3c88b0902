"""Style sheet, script and icons, under names that change with their content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "static"
_PREFIX = "/static/"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served: *path* holds a hash of *body*, so it can be cached for ever."""

    path: str
    body: bytes
    media_type: str
    etag: str


class Assets:
    """The files of one folder, read once.

    Raises:
        ValueError: when the folder holds a file whose media type is not known.
    """

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._by_name: dict[str, Asset] = {}
        for file in sorted(folder.iterdir()):
            self._by_name[file.name] = _read(file)
        self._by_path = {asset.path: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """The path of ``site.css`` with its hash in it.

        Raises:
            KeyError: when there is no such file.
        """
        return self._by_name[name].path

    def get(self, path: str) -> tuple[bytes, str, str] | None:
        """Body, media type and entity tag of what :meth:`url` named; None for anything else."""
        asset = self._by_path.get(path)
        return (asset.body, asset.media_type, asset.etag) if asset else None


def _read(file: Path) -> Asset:
    media_type = _MEDIA_TYPES.get(file.suffix)
    if media_type is None:
        raise ValueError(f"{file.name}: no media type is known for {file.suffix!r}")
    body = file.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Asset(f"{_PREFIX}{file.stem}.{digest}{file.suffix}", body, media_type, f'"{digest}"')
