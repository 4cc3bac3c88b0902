"""``python -m deploy.nats apply`` declares the streams; ``… events`` prints what passes."""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import ServiceUnavailableError

from deploy.local.addresses import read_addresses
from deploy.local.settings import state_folder
from deploy.nats.event_feed import EventFeed, Received
from deploy.nats.event_lines import line_of
from deploy.nats.settings import NatsSettings
from deploy.nats.streams import StreamRefused, apply, declared
from servicekit.settings import load_settings

_CONNECT_SECONDS = 5.0


class BusAway(Exception):  # noqa: N818 - it says what was found
    """There is no bus to work on; says where it was looked for and what to do."""


def main() -> None:
    """Read the command line and the environment, and do what they say."""
    parser = argparse.ArgumentParser(prog="python -m deploy.nats", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    applying = commands.add_parser("apply", help="create or update the streams; safe to repeat")
    applying.add_argument("--quiet", action="store_true", help="print changes only")
    events = commands.add_parser("events", help="print page views and ledger events as they pass")
    events.add_argument("--last", type=int, metavar="N", help="begin with the last N (default: 0)")
    events.add_argument(
        "--once", action="store_true", help="print the last N (default: 20) and end"
    )
    arguments = parser.parse_args()
    settings = load_settings(NatsSettings)
    try:
        if arguments.command == "apply":
            asyncio.run(_apply(settings, quiet=arguments.quiet))
        else:
            last = 20 if arguments.last is None and arguments.once else arguments.last or 0
            asyncio.run(_print_events(settings, last=max(0, last), once=arguments.once))
    except (BusAway, StreamRefused) as error:
        raise SystemExit(f"nats: {error}") from None
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads on; nothing is to be said about what was not written


async def _apply(settings: NatsSettings, *, quiet: bool) -> None:
    client = await _connect(settings)
    try:
        streams = declared(replicas=settings.replicas, ledger_bytes=settings.ledger_bytes)
        for outcome in await apply(client.jetstream(), streams):
            if not quiet or outcome.change != "unchanged":
                print(f"stream {outcome.stream} {outcome.change}")
    finally:
        await client.close()


async def _print_events(settings: NatsSettings, *, last: int, once: bool) -> None:
    client = await _connect(settings)
    try:
        streams = [str(stream.name) for stream in declared(replicas=1, ledger_bytes=2**20)]
        feed = EventFeed(client.jetstream(), streams)
        for received in await feed.past(last):
            _print(received)
        if not once:
            await _until_interrupted(feed)
    finally:
        with suppress(NatsError, OSError, TimeoutError):
            await client.close()


async def _until_interrupted(feed: EventFeed) -> None:
    unread: list[BrokenPipeError] = []

    def take(received: Received) -> None:
        # The feed would take it for an outage of the bus, and read on.
        try:
            _print(received)
        except BrokenPipeError as error:
            unread.append(error)
            following.cancel()

    following = asyncio.create_task(feed.follow(take))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, following.cancel)
    with suppress(asyncio.CancelledError):
        await following
    if unread:
        raise unread[0]


def _print(received: Received) -> None:
    print(received if isinstance(received, str) else line_of(received), flush=True)


async def _connect(settings: NatsSettings) -> Client:
    url = settings.url or read_addresses(state_folder(os.environ)).get("nats", "")
    if not url:
        raise BusAway("no event bus is running here; run make run first, or set NATS_URL")
    client = Client()
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            await client.connect(
                [server.strip() for server in url.split(",")],
                name="deploy.nats",
                max_reconnect_attempts=-1,
                reconnect_time_wait=1,
                ping_interval=10,
                allow_reconnect=True,
                connect_timeout=2,
                error_cb=_silent,
            )
            await client.jetstream().account_info()
    except ServiceUnavailableError:
        await client.close()
        raise BusAway(
            "the event bus runs without JetStream; start it with JetStream (nats-server -js)"
        ) from None
    except (NatsError, OSError, TimeoutError):
        raise BusAway(
            "the event bus does not answer at its address; run make run first, or set NATS_URL"
        ) from None
    return client


async def _silent(_error: Exception) -> None:
    """Outages show in that nothing comes; the client reconnects by itself."""


if __name__ == "__main__":
    main()
