"""Packages of npm for tests: fetched by npm itself, and only what a pinned hash names."""

import base64
import hashlib
import io
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parents[2] / "var" / "npm"
_SECONDS = 120


def npm_package(name: str, version: str, sha512: str) -> dict[str, str]:
    """The text files of a package by path; kept in ``var/npm`` once it has been fetched.

    *sha512* is that of its archive, in base64, as lock files of npm name it.
    """
    file_name = f"{name}-{version}.tgz"
    kept = _FOLDER / file_name
    if not kept.is_file() or _hash(kept.read_bytes()) != sha512:
        _fetch(f"{name}@{version}", kept, sha512)
    texts: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(kept.read_bytes())) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None and member.name.endswith((".js", ".json", ".css", ".md")):
                texts[member.name.removeprefix("package/")] = content.read().decode()
    return texts


def _fetch(package: str, kept: Path, sha512: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail(f"npm, which fetches {package}, is not on the PATH: apt-get install npm")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        packed = subprocess.run(
            [npm, "pack", package, "--pack-destination", folder, "--silent"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        if packed.returncode:
            pytest.fail(f"npm could not fetch {package}: {packed.stderr.strip()[-500:]}")
        fetched = Path(folder) / kept.name
        found = _hash(fetched.read_bytes())
        if found != sha512:
            pytest.fail(f"{package} has SHA-512 {found}, not the pinned {sha512}")
        fetched.replace(kept)


def _hash(content: bytes) -> str:
    return base64.b64encode(hashlib.sha512(content).digest()).decode()
