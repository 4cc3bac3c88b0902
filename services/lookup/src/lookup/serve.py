"""One lookup process: its parts made and joined."""

from codingahead.lookup.v1 import lookup_pb2_grpc
from lookup.api import SERVICE, LookupApi
from lookup.live_catalog import LiveCatalog
from lookup.pointer import CatalogFolder
from lookup.release_events import release_published
from lookup.served_catalog import ServedCatalog
from lookup.settings import LookupSettings
from servicekit.bus import Publisher
from servicekit.lifecycle import Process


async def serve(settings: LookupSettings) -> None:
    """Serve until stopped.

    Ready once a catalog is being served; the event bus may be away.
    """
    async with Process("lookup", settings) as process:
        publisher = Publisher(await process.connect_bus())
        process.background("publisher", publisher.run)
        process.on_close(publisher.flush)

        def announce(catalog: ServedCatalog) -> None:
            publisher.offer(release_published(catalog))

        folder = CatalogFolder(settings.catalog_dir)
        live = LiveCatalog(folder, settings.readers, process.readiness, switched=announce)
        process.on_close(live.close)
        process.background("catalog", live.watch)

        api = LookupApi(live)
        await process.serve_grpc(
            SERVICE,
            lambda server: lookup_pb2_grpc.add_LookupServiceServicer_to_server(api, server),
        )
        await process.run_until_stopped()
