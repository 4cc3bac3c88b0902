"""Messages of a stream in which an identifier stands: read, and removed where it must not stay.

Identifiers of people are opaque, long and random, so that whoever finds one in a message has found
a message about that person: no schema is needed, and none that is new escapes. All of the stream
is read; of 100,000 messages that takes a few seconds.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import APIError, NotFoundError

from servicekit.bus import Bus
from servicekit.logs import get_logger

log = get_logger("servicekit.mentions")

_FETCH = 2_000
_SECONDS = 5.0
_PAUSE_SECONDS = 1.0
_NO_SUCH_MESSAGE = 10057
_TYPE = "ce-type"


async def mentions(bus: Bus, stream: str, identifier: str) -> AsyncGenerator[Msg]:
    """Messages of *stream* with *identifier* in their payload, up to the last there is now.

    A stream that was never declared has none. Raises what nats-py does.
    """
    jetstream = await bus.jetstream()
    config = ConsumerConfig(
        ack_policy=AckPolicy.NONE, inactive_threshold=60.0, mem_storage=True, num_replicas=1
    )
    try:
        consumer = await jetstream.add_consumer(stream, config)
    except NotFoundError:
        return
    left, wanted = consumer.num_pending or 0, identifier.encode()
    subscription = await jetstream.pull_subscribe_bind(consumer.name, stream)
    try:
        while left > 0:
            messages = await subscription.fetch(min(_FETCH, left), timeout=_SECONDS)
            left -= len(messages)
            for message in messages:
                if wanted in message.data:
                    yield message
    finally:
        with suppress(NatsError, OSError, TimeoutError):
            await subscription.unsubscribe()
            await jetstream.delete_consumer(stream, consumer.name)


async def erase_mentions(bus: Bus, stream: str, identifier: str, *, but: str) -> int:
    """Overwrite and remove every message of *stream* with *identifier* in it; says how many.

    Events of the type *but* stay. An outage is waited for, however long it is.
    """
    erased = 0
    while True:
        try:
            async with aclosing(mentions(bus, stream, identifier)) as found:
                async for message in found:
                    if (message.headers or {}).get(_TYPE) != but:
                        sequence = message.metadata.sequence.stream
                        await _erase(await bus.jetstream(), stream, sequence)
                        erased += 1
        except (NatsError, OSError, TimeoutError) as error:
            log.warning("erasing_waits", stream=stream, why=str(error) or type(error).__name__)
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return erased


async def _erase(jetstream: JetStreamContext, stream: str, sequence: int) -> None:
    # Another process may have been faster.
    with suppress(NotFoundError):
        try:
            await jetstream.delete_msg(stream, sequence)
        except APIError as error:
            if error.err_code != _NO_SUCH_MESSAGE:
                raise
