"""One accounts process: its parts made and joined."""

from datetime import UTC, datetime

from grpc import aio

from accounts.api import SERVICE, AccountsApi
from accounts.availability import Availability
from accounts.database import Database
from accounts.doorkeeper import Doorkeeper
from accounts.hash_pool import HashPool
from accounts.notebook_api import NotebookApi
from accounts.notebook_store import NotebookStore
from accounts.outbox import Outbox
from accounts.passwords import Passwords
from accounts.registrar import Registrar
from accounts.relay import Relay
from accounts.settings import AccountsSettings
from accounts.store import Store
from accounts.sweep import Sweep
from codingahead.accounts.v1 import accounts_pb2_grpc, notebook_pb2_grpc
from servicekit.lifecycle import Process

# Longer than the bus takes to say that it does not take an event.
_RELAY_SECONDS = 8.0


async def serve(settings: AccountsSettings) -> None:
    """Serve until stopped.

    Ready while PostgreSQL answers and its schema is migrated; the event bus may be away, as
    events then wait in PostgreSQL.
    """
    async with Process("accounts", settings) as process:
        database = Database(
            settings.database, pool=settings.database_pool, seconds=settings.database_seconds
        )
        process.on_close(database.close)
        probed = Database(settings.database, pool=1, seconds=settings.database_seconds)
        process.on_close(probed.close)
        availability = Availability(database, probed, process.readiness)
        process.background("postgresql", availability.probe)

        bus = await process.connect_bus()
        # On a connection of its own: a transaction of the relay lasts as long as the bus takes.
        relayed = Database(settings.database, pool=1, seconds=_RELAY_SECONDS)
        process.on_close(relayed.close)
        relay = Relay(Outbox(relayed), bus, availability)
        if settings.relay:
            process.background("relay", relay.run)
            process.on_close(relay.stop)

        pool = HashPool(settings.hash_workers, queue=settings.hash_workers * settings.hash_queue)
        process.on_close(pool.close)
        passwords = Passwords(pool)
        store = Store(availability.transact)
        process.background("sweep", Sweep(store, _now).run)
        api = AccountsApi(
            Registrar(store, passwords, relay.wake, _now),
            Doorkeeper(store, passwords, relay.wake, _now),
        )
        notebooks = NotebookApi(NotebookStore(availability.transact), _now)

        def add_services(server: aio.Server) -> None:
            accounts_pb2_grpc.add_AccountsServiceServicer_to_server(api, server)
            notebook_pb2_grpc.add_NotebookServiceServicer_to_server(notebooks, server)

        await process.serve_grpc(SERVICE, add_services)
        await process.run_until_stopped()


def _now() -> datetime:
    return datetime.now(UTC)
