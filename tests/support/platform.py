"""The platform for tests: the same code that runs it for people, on free ports."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from os import environ
from pathlib import Path

from deploy.local.platform import Platform
from deploy.local.settings import LocalSettings
from deploy.local.topology import PARTS
from tests.support.catalogs import WHOLE_CATALOG

_FAST = {
    **{f"{name.upper()}_DRAIN_WAIT_SECONDS": "0" for name in PARTS},
    **{f"{name.upper()}_DRAIN_SECONDS": "1" for name in PARTS},
}


@asynccontextmanager
async def running_platform(
    folder: Path, parts: Collection[str] = PARTS, **environment: str
) -> AsyncIterator[Platform]:
    """*parts* and what they need, with data in *folder*; *environment* is added to ours.

    A part that dies without being told to fails the test. Whatever fails, the parts' lines are
    printed, for pytest to show.
    """
    platform = Platform(
        LocalSettings(folder / "platform"),
        lambda _name, _line: None,
        parts=parts,
        environment={**environ, **_FAST, **WHOLE_CATALOG, **environment},
        grace=5.0,
    )
    try:
        await platform.start()
        yield platform
        platform.check()
    except BaseException:
        for name in PARTS:
            for line in platform.logs(name):
                print(f"{name}: {line}")
        raise
    finally:
        await platform.stop()
