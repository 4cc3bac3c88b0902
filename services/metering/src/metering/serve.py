"""One metering process: its parts made and joined."""

from codingahead.metering.v1 import metering_pb2_grpc
from metering.api import SERVICE, MeteringApi
from metering.availability import Availability
from metering.merge_store import MergeStore
from metering.merger import Merger
from metering.meter import Meter
from metering.outbox import Outbox
from metering.plans_file import PlansFile
from metering.redis_connection import RedisConnection
from metering.registrations import Registrations
from metering.relay import Relay
from metering.settings import MeteringSettings
from metering.store import Store
from servicekit.lifecycle import Process

_RELAY_SECONDS = 2.0


async def serve(settings: MeteringSettings) -> None:
    """Serve until stopped.

    Ready while Redis answers; the event bus may be away, as grants then wait in Redis. Questions
    are answered whether ready or not.

    Raises:
        PlansInvalid: when the plan file is wrong.
    """
    async with Process("metering", settings) as process:
        plans = PlansFile(settings.plans_file, process.readiness)
        process.background("plans", plans.watch)

        redis = RedisConnection(settings.redis_url, seconds=settings.redis_seconds)
        process.on_close(redis.close)
        store = Store(
            redis, outbox_capacity=settings.outbox_capacity, seconds=settings.redis_seconds
        )
        availability = Availability(store, process.readiness)
        process.background("redis", availability.probe)

        bus = await process.connect_bus()
        # On a connection of its own: what the relay reads must not hold up decisions.
        outbox_redis = RedisConnection(settings.redis_url, seconds=_RELAY_SECONDS)
        process.on_close(outbox_redis.close)
        relay = Relay(Outbox(outbox_redis), bus)
        if settings.relay:
            process.background("relay", relay.run)
            process.on_close(relay.stop)

        meter = Meter(lambda: plans.plans, store, availability, granted=relay.wake)
        merges = MergeStore(redis, outbox_capacity=settings.outbox_capacity)
        merger = Merger(lambda: plans.plans, merges, availability, recorded=relay.wake)
        registrations = Registrations(merger, availability)
        process.background("registrations", lambda: registrations.consume(bus))

        api = MeteringApi(meter, merger, process.stopping)
        await process.serve_grpc(
            SERVICE,
            lambda server: metering_pb2_grpc.add_MeteringServiceServicer_to_server(api, server),
        )
        await process.run_until_stopped()
