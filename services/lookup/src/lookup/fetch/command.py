"""``lookup catalog fetch``."""

import asyncio
import sys
from pathlib import Path

import httpx

from lookup.build.errors import SourceError
from lookup.fetch.answer import NotFetched
from lookup.fetch.download import Limits, download
from lookup.fetch.place import Place
from lookup.fetch.progress import FetchProgress, amount
from lookup.fetch.sources import ListedFile, load_sources
from lookup.pointer import alone

INTERRUPTED = 130
"""Exit code of what Ctrl-C has stopped, as shells give it."""


def fetch_command(sources: Path, folder: Path, limits: Limits | None = None) -> int:
    """Bring what the list *sources* names into *folder*.

    0 when all of it is there as its publishers have it now, 1 when something failed, each told
    in one line on standard error. What was there before stays where nothing better came.
    """
    try:
        listed = load_sources(sources)
    except SourceError as error:
        print(f"lookup: nothing fetched: {error}", file=sys.stderr)
        return 1
    if not listed:
        print(
            f"{sources} lists no files; add the addresses of those you want, as shown there",
            file=sys.stderr,
        )
        return 0
    limits = limits or Limits()
    try:
        client = _client(limits)
    except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
        print(
            f"lookup: nothing fetched: {error}; mend the proxy or certificates that the "
            "environment names",
            file=sys.stderr,
        )
        return 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder, lambda: _tell_waiting(folder)):
            return asyncio.run(_fetch(client, listed, folder, limits))
    except OSError as error:
        print(f"lookup: nothing fetched: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\nlookup: stopped; run it again and it goes on with what has arrived", file=sys.stderr
        )
        return INTERRUPTED


def _tell_waiting(folder: Path) -> None:
    print(f"another fetch is at work in {folder}; waiting for its end", file=sys.stderr)


async def _fetch(
    client: httpx.AsyncClient, listed: tuple[ListedFile, ...], folder: Path, limits: Limits
) -> int:
    fetched = unchanged = 0
    async with client:
        progress = FetchProgress(len(listed))
        for file in listed:
            place = Place(folder, file.file)
            progress.file(file.file)
            try:
                new = await download(client, file, place, limits, progress.arrived)
            except NotFetched as error:
                progress.tell(_failure(file, place, limits, str(error)))
            except OSError as error:
                reason = f"{error.filename or folder}: {error.strerror}"
                progress.tell(_failure(file, place, limits, reason))
            else:
                if new is None:
                    unchanged += 1
                    progress.tell(f"{file.file}: unchanged")
                else:
                    fetched += 1
                    progress.tell(f"{file.file}: fetched, {amount(new.size)}")
    failed = len(listed) - fetched - unchanged
    progress.finish(f"{folder}: {fetched} fetched, {unchanged} unchanged, {failed} failed")
    return 1 if failed else 0


def _client(limits: Limits) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds),
        headers={"User-Agent": "lookup-catalog-fetch", "Accept-Encoding": "identity"},
        follow_redirects=False,
    )


def _failure(file: ListedFile, place: Place, limits: Limits, reason: str) -> str:
    """One line: what failed, why, and what is there all the same."""
    try:
        kept = place.kept(file.url)
        arrived = place.partial(file.url, limits.checkpoint_bytes).received
    except OSError:
        return f"lookup: {file.file}: not fetched: {reason}"
    there = f"the one of {kept.since} stays" if kept else "there is no earlier one"
    rest = f"; the next fetch goes on after {arrived:,} bytes" if arrived else ""
    return f"lookup: {file.file}: not fetched: {reason}; {there}{rest}"
