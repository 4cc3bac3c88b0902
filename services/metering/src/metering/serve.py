"""One metering process: its parts made and joined."""

import asyncio

from grpc import aio

from codingahead.metering.v1 import metering_pb2_grpc, records_pb2_grpc
from metering.api import SERVICE, MeteringApi
from metering.availability import Availability
from metering.erasure import Eraser
from metering.erasures import Erasures
from metering.keeper import Keeper
from metering.ledger_reader import Ledger
from metering.merge_store import MergeStore
from metering.merger import Merger
from metering.meter import Meter
from metering.outbox import Outbox
from metering.plans_file import PlansFile
from metering.reaper import Reaper
from metering.reconciler import Reconciler
from metering.records_api import RecordsApi
from metering.redis_cluster import open_redis
from metering.registrations import Registrations
from metering.relay import Relay
from metering.reservations import Reservations
from metering.settings import MeteringSettings
from metering.store import Store
from metering.strict_count import StrictCount
from metering.strict_ledger import StrictLedger
from servicekit.lifecycle import Process

_RELAY_SECONDS = 2.0
_KEEPER_SECONDS = 10.0


async def serve(settings: MeteringSettings) -> None:
    """Serve until stopped.

    Ready while Redis answers and its count is known to be whole; the event bus may be away, as
    grants then wait in Redis and strict actions are denied. Questions are answered whether ready or
    not.

    Raises:
        PlansInvalid: when the plan file is wrong.
    """
    async with Process("metering", settings) as process:
        plans = PlansFile(settings.plans_file, process.readiness)
        process.background("plans", plans.watch)

        redis = open_redis(settings.redis_url, seconds=settings.redis_seconds)
        process.on_close(redis.close)
        # On connections of their own: what relay and keeper read must not hold up decisions.
        outbox_redis = open_redis(settings.redis_url, seconds=_RELAY_SECONDS)
        process.on_close(outbox_redis.close)
        keeper_redis = open_redis(settings.redis_url, seconds=_KEEPER_SECONDS)
        process.on_close(keeper_redis.close)

        noticed = asyncio.Event()
        store = Store(
            redis,
            outbox_capacity=settings.outbox_capacity,
            seconds=settings.redis_seconds,
            closed=noticed.set,
        )
        availability = Availability(store, process.readiness)
        process.background("redis", availability.probe)

        bus = await process.connect_bus()
        ledger = Ledger(bus)
        keeper = Keeper(
            keeper_redis,
            ledger,
            lambda: plans.plans,
            availability,
            process.readiness,
            noticed,
        )
        process.background("keeper", keeper.run)
        if settings.reconcile_seconds:
            reconciler = Reconciler(
                keeper_redis,
                ledger,
                lambda: plans.plans,
                round_seconds=settings.reconcile_seconds,
            )
            process.background("reconciler", reconciler.run)
        relay = Relay(Outbox(outbox_redis), bus)
        if settings.relay:
            process.background("relay", relay.run)
            process.on_close(relay.stop)

        strict = StrictCount(
            StrictLedger(bus),
            store,
            seconds=settings.strict_seconds,
            lifetime_seconds=settings.reservation_seconds,
        )
        process.background("reaper", Reaper(keeper_redis, ledger, strict).run)
        meter = Meter(
            lambda: plans.plans,
            store,
            strict,
            availability,
            granted=relay.wake,
            seconds=settings.redis_seconds,
        )
        reservations = Reservations(lambda: plans.plans, strict, availability)
        merges = MergeStore(redis, outbox_capacity=settings.outbox_capacity)
        merger = Merger(lambda: plans.plans, merges, availability, recorded=relay.wake)
        registrations = Registrations(merger, availability)
        process.background("registrations", lambda: registrations.consume(bus))

        eraser = Eraser(keeper_redis, ledger, lambda: plans.plans, recorded=relay.wake)
        erasures = Erasures(eraser, availability)
        process.background("erasures", lambda: erasures.consume(bus))

        api = MeteringApi(
            meter,
            merger,
            reservations,
            process.stopping,
            strict_seconds=settings.strict_seconds,
        )
        records = RecordsApi(ledger)

        def add_services(server: aio.Server) -> None:
            metering_pb2_grpc.add_MeteringServiceServicer_to_server(api, server)
            records_pb2_grpc.add_RecordsServiceServicer_to_server(records, server)

        await process.serve_grpc(SERVICE, add_services)
        await process.run_until_stopped()
