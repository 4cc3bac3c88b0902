"""The list of official files to fetch, ``deploy/sources.yaml``."""

import re
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from lookup.build.errors import SourceError

_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SIZE = re.compile(r"[1-9][0-9_]*")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_KEYS = ("file", "url", "size", "sha256")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file to fetch: *file* is its name in the folder, *size* in bytes, *sha256* in hex."""

    file: str
    url: str
    size: int | None = None
    sha256: str | None = None


def load_sources(path: Path) -> tuple[ListedFile, ...]:
    """The files that the list at *path* names, in its order.

    Raises:
        SourceError: when it cannot be read or breaks a rule; names line, key and what to do.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(
            path, None, f"cannot be read: {error.strerror}; name the list with --sources"
        ) from None
    except UnicodeDecodeError as error:
        raise SourceError(path, None, f"is not UTF-8 ({error.reason}); save it as UTF-8") from None
    try:
        document = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise SourceError(path, line, f"is no YAML: {error.problem}; mend this line") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise SourceError(path, None, f"is no YAML: {' '.join(str(error).split())}") from None
    return _List(path).files(document)


def fault_of_address(url: httpx.URL) -> str | None:
    """Why nothing is fetched from *url*; None when it is fine."""
    if url.scheme not in {"http", "https"} or not url.host:
        return "is no http or https address"
    if url.userinfo:
        return "holds a user name or password"
    return None


class _List:
    """Reads the nodes of a list, which unlike the values know their lines."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def files(self, document: yaml.Node | None) -> tuple[ListedFile, ...]:
        if _is_empty(document):
            return ()
        keys = self._keys(document, ("sources",), "the list")
        entries = keys.get("sources")
        if _is_empty(entries):
            return ()
        if not isinstance(entries, yaml.SequenceNode):
            raise self._fault(entries, "sources: must be a list; begin each file with `- file:`")
        files: list[ListedFile] = []
        names: set[str] = set()
        for number, entry in enumerate(entries.value):
            file = self._file(entry, f"sources[{number}]")
            # Names that differ in case only are one file on some systems.
            if file.file.lower() in names:
                raise self._fault(
                    entry, f"sources[{number}].file: {file.file} is listed twice; name each once"
                )
            names.add(file.file.lower())
            files.append(file)
        return tuple(files)

    def _file(self, entry: yaml.Node, where: str) -> ListedFile:
        keys = self._keys(entry, _KEYS, where)
        for key in ("file", "url"):
            if key not in keys:
                raise self._fault(entry, f"{where}.{key}: is missing; write `{key}: …`")
        size = self._text(keys, "size", where, _SIZE, "a number of bytes, or leave it out")
        sha256 = self._text(
            keys, "sha256", where, _SHA256, "64 hexadecimal digits, or leave it out"
        )
        file = self._text(
            keys,
            "file",
            where,
            _FILE,
            "a plain file name: letters, digits, dots, hyphens and underscores, no folder, "
            "no dot in front, at most 100 characters",
        )
        url = self._text(keys, "url", where, re.compile(r".+"), "an address")
        assert file is not None
        assert url is not None
        try:
            fault = fault_of_address(httpx.URL(url))
        except httpx.InvalidURL as error:
            fault = f"is no address ({error})"
        if fault:
            raise self._fault(
                keys["url"], f"{where}.url: {fault}; write https://host/path of the file itself"
            )
        return ListedFile(
            file=file,
            url=url,
            size=int(size.replace("_", "")) if size else None,
            sha256=sha256.lower() if sha256 else None,
        )

    def _keys(
        self, node: yaml.Node | None, known: tuple[str, ...], where: str
    ) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._fault(node, f"{where}: must be keys and values; write `{known[0]}: …`")
        keys: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value not in known:
                raise self._fault(
                    key, f"{where}: there is no such key; there are {', '.join(known)}"
                )
            if key.value in keys:
                raise self._fault(key, f"{where}.{key.value}: is written twice; keep one")
            keys[key.value] = value
        return keys

    def _text(
        self,
        keys: dict[str, yaml.Node],
        key: str,
        where: str,
        form: re.Pattern[str],
        wanted: str,
    ) -> str | None:
        """The text of a scalar as it is written: YAML would take some digests for numbers."""
        node = keys.get(key)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode) or not form.fullmatch(node.value):
            raise self._fault(node, f"{where}.{key}: write {wanted}")
        return str(node.value)

    def _fault(self, node: yaml.Node | None, fault: str) -> SourceError:
        return SourceError(self._path, node.start_mark.line + 1 if node else None, fault)


def _is_empty(node: yaml.Node | None) -> bool:
    return node is None or node.tag == "tag:yaml.org,2002:null"
