"""``make run``: the platform for a person, from the first line to Ctrl-C."""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress

from deploy.local import output
from deploy.local.output import Output
from deploy.local.platform import Platform, PlatformFailed
from deploy.local.settings import LocalSettings, SettingWrong
from deploy.local.topology import PARTS

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run() -> int:
    """Run until told to stop; answers the exit code: 1 when something went wrong."""
    try:
        settings = LocalSettings.from_environment(os.environ, set(PARTS))
    except SettingWrong as error:
        output.error(str(error))
        return 1
    return asyncio.run(_run(settings))


async def _run(settings: LocalSettings) -> int:
    began = time.monotonic()
    told_to_stop = asyncio.Event()
    shown = Output(sys.stdout, told_to_stop.set)
    platform = Platform(settings, shown.line, in_console=sys.stdout.isatty())

    def on_signal() -> None:
        if told_to_stop.is_set():
            platform.kill_all()
        told_to_stop.set()

    loop = asyncio.get_running_loop()
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, on_signal)

    told = asyncio.create_task(told_to_stop.wait())
    starting = asyncio.create_task(platform.start())
    await asyncio.wait({told, starting}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        shown.say("stopping")
        starting.cancel()
        with suppress(asyncio.CancelledError, PlatformFailed):
            await starting
        return 0
    if (failure := starting.exception()) is not None:
        if not isinstance(failure, PlatformFailed):
            raise failure
        output.error(str(failure))
        return 1
    shown.table(platform.addresses())
    shown.say(
        f"ready in {time.monotonic() - began:.1f} s: {platform.address('gateway')}  (Ctrl-C stops)"
    )
    failing = asyncio.create_task(platform.failure())
    await asyncio.wait({told, failing}, return_when=asyncio.FIRST_COMPLETED)
    shown.say("stopping")
    await platform.stop()
    if not failing.done():
        failing.cancel()
        return 0
    output.error(str(failing.result()))
    return 1
