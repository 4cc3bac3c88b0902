"""Brings one listed file into its place, or leaves everything there as it was."""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from lookup.fetch import answer
from lookup.fetch.answer import Interrupted, NotFetched
from lookup.fetch.place import Kept, Partial, Place, Version
from lookup.fetch.progress import amount
from lookup.fetch.sources import ListedFile

_REDIRECTS = {301, 302, 303, 307, 308}
_ZIP = b"PK\x03\x04"
_MORE_THAN_SAID = "the server sends more than it said; try again later"

type Arrived = Callable[[int, int | None], None]
"""Told the bytes that are there and, where it is known, of how many."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait and how much to take."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    """With nothing arriving."""
    file_seconds: float = 3600.0
    """For one file with all its tries."""
    file_bytes: int = 1_000_000_000
    """For a file whose size is not listed."""
    redirects: int = 5
    tries: int = 4
    """In a row that bring nothing new."""
    pause_seconds: float = 1.0
    """Before the second try; doubled for each after it."""
    checkpoint_bytes: int = 8_000_000
    """What is lost at most when the machine stops."""


async def download(
    client: httpx.AsyncClient, listed: ListedFile, place: Place, limits: Limits, arrived: Arrived
) -> Kept | None:
    """Fetch *listed* into *place*; None when what is there is what is wanted.

    Asks only for what has changed, goes on where an earlier try broke off, and replaces the
    file only by one that is whole and as it is listed.

    Raises:
        NotFetched: saying why and what to do; the file that was there is untouched.
        OSError: when the folder cannot be written; likewise.
    """
    kept = place.kept(listed.url)
    as_listed = kept is not None and (
        listed.size in {None, kept.size} and listed.sha256 in {None, kept.sha256}
    )
    if as_listed and listed.sha256 is not None:
        return None
    conditions = kept.conditions() if kept is not None and as_listed else {}
    partial = place.partial(listed.url, limits.checkpoint_bytes)
    task = _Download(client, listed, place, kept, partial, limits, arrived)
    try:
        async with asyncio.timeout(limits.file_seconds):
            return await task.run(conditions)
    except TimeoutError:
        raise NotFetched(f"it took longer than {limits.file_seconds:g} s in all") from None


@dataclass(frozen=True, slots=True)
class _Download:
    client: httpx.AsyncClient
    listed: ListedFile
    place: Place
    kept: Kept | None
    partial: Partial
    limits: Limits
    arrived: Arrived

    @property
    def largest(self) -> int:
        """Bytes above which it is not taken."""
        return self.listed.size or self.limits.file_bytes

    async def run(self, conditions: Mapping[str, str]) -> Kept | None:
        """Try until it is there or several tries in a row brought nothing new."""
        furthest, failures = self.partial.received, 0
        while True:
            try:
                return await self._try(conditions)
            except Interrupted:
                if self.partial.received > furthest:
                    furthest, failures = self.partial.received, 0
                failures += 1
                if failures >= self.limits.tries:
                    raise
                await asyncio.sleep(self.limits.pause_seconds * 2 ** (failures - 1))

    async def _try(self, conditions: Mapping[str, str]) -> Kept | None:
        partial = self.partial
        resumed = partial.version is not None and partial.received > 0
        asked = (
            {"Range": f"bytes={partial.received}-", "If-Range": partial.version or ""}
            if resumed
            else conditions
        )
        try:
            async with self._answer(asked) as given:
                if given.status_code == 304 and asked and not resumed:
                    partial.discard()
                    return None
                if resumed and given.status_code == 416:
                    partial.discard()
                    raise Interrupted("the server has less of it now; try again")
                answer.check_status(given.status_code)
                answer.check_content(given.headers, self.listed.file)
                resumed = self._begin(given, resumed)
                await self._receive(given)
                version = Version(
                    url=self.listed.url,
                    sha256=partial.sha256,
                    etag=answer.validator(given.headers, "etag"),
                    last_modified=answer.validator(given.headers, "last-modified"),
                )
                if resumed and version.etag is None and version.last_modified is None:
                    # A part need not repeat the date it was asked for by.
                    version = version.model_copy(update={"last_modified": partial.version})
        except httpx.TransportError as error:
            raise Interrupted(self._broken(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise NotFetched(f"the server's answer makes no sense: {_plain(error)}") from None
        finally:
            partial.close()
        return self._accept(version, resumed)

    @asynccontextmanager
    async def _answer(self, headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        url = httpx.URL(self.listed.url)
        for _ in range(self.limits.redirects + 1):
            async with self.client.stream("GET", url, headers=dict(headers)) as given:
                if given.status_code not in _REDIRECTS:
                    yield given
                    return
                url = answer.check_redirect(url, given.headers.get("location"))
        raise NotFetched(
            f"it was redirected more than {self.limits.redirects} times; "
            "look for its address on the publisher's page"
        )

    def _begin(self, given: httpx.Response, resumed: bool) -> bool:
        """Make ready for what follows; False when that is the file from its beginning."""
        partial = self.partial
        if given.status_code == 206:
            if not resumed or not answer.continues(
                given.headers, partial.version or "", partial.received, partial.total
            ):
                partial.discard()
                raise Interrupted("the server sends another part than the one asked for")
            _, total = answer.part(given.headers) or (0, None)
            self._check_size(total)
            partial.total = total
            partial.go_on()
            return True
        total = answer.length(given.headers)
        self._check_size(total)
        listed = self.listed
        if answer.ends_by_closing(given.headers) and listed.size is None and not listed.sha256:
            raise NotFetched(
                "the server does not say how long it is, so that a cut one would look whole; "
                "list its size or sha256"
            )
        partial.begin(answer.same_version(given.headers), total)
        return False

    def _check_size(self, total: int | None) -> None:
        if total is None:
            return
        if self.listed.size is not None and total != self.listed.size:
            self.partial.discard()
            raise NotFetched(
                f"the server has {total:,} bytes and {self.listed.size:,} are listed; "
                "if the publisher has replaced it, list its new size"
            )
        if total > self.largest:
            self.partial.discard()
            raise NotFetched(self._too_large())

    def _too_large(self) -> str:
        if self.listed.size is not None:
            return f"it is larger than the {self.listed.size:,} bytes that are listed"
        return f"it is larger than {amount(self.largest)}; if that is right, list its size"

    async def _receive(self, given: httpx.Response) -> None:
        partial = self.partial
        self.arrived(partial.received, partial.total)
        async for content in given.aiter_raw():
            after = partial.received + len(content)
            if after > self.largest or (partial.total is not None and after > partial.total):
                fault = self._too_large() if after > self.largest else _MORE_THAN_SAID
                partial.discard()
                raise NotFetched(fault)
            partial.write(content)
            self.arrived(partial.received, partial.total)
        if partial.total is not None and partial.received < partial.total:
            raise Interrupted(self._cut())
        partial.finish()

    def _accept(self, version: Version, resumed: bool) -> Kept | None:
        """Put what has arrived in its place if it is as listed; drop it if not."""
        partial = self.partial
        if fault := self._fault():
            partial.discard()
            # Parts of two versions, perhaps: from the beginning it may come right.
            raise (Interrupted if resumed else NotFetched)(fault)
        if self.kept is not None and self.kept.sha256 == version.sha256:
            partial.discard()
            self.place.note(version)
            return None
        self.place.put(partial, version)
        return self.place.kept(self.listed.url)

    def _fault(self) -> str | None:
        partial, listed = self.partial, self.listed
        if not partial.received:
            return "what came is empty; try again later"
        if listed.size is not None and partial.received != listed.size:
            return f"{partial.received:,} bytes came and {listed.size:,} are listed"
        if listed.sha256 is not None and partial.sha256 != listed.sha256:
            return (
                f"what came has SHA-256 {partial.sha256}, not the one that is listed; "
                "if the publisher has replaced it, check it and list the new one"
            )
        if _is_broken_zip(partial.path):
            return "what came is the beginning of a zip without its end; try again later"
        return None

    def _broken(self, error: httpx.TransportError) -> str:
        match error:
            case httpx.ConnectTimeout():
                return f"no connection within {self.limits.connect_seconds:g} s"
            case httpx.TimeoutException():
                return f"nothing arrived for {self.limits.read_seconds:g} s"
            case httpx.ConnectError() | httpx.ProxyError():
                return f"no connection: {_plain(error)}"
            case httpx.RemoteProtocolError() if not self.partial.is_open:
                return f"the server's answer makes no sense: {_plain(error)}"
            case _:
                return self._cut()

    def _cut(self) -> str:
        total = self.partial.total
        of = f" of {total:,}" if total is not None else ""
        return f"the connection was cut after {self.partial.received:,} bytes{of}"


def _is_broken_zip(path: Path) -> bool:
    with path.open("rb") as file:
        if file.read(len(_ZIP)) != _ZIP:
            return False
    try:
        with zipfile.ZipFile(path):
            return False
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return True


def _plain(error: Exception) -> str:
    """An error in one line that is safe to print: part of it may be the server's words."""
    text = " ".join(str(error).split())[:200]
    return "".join(sign if sign.isprintable() else "?" for sign in text) or type(error).__name__
