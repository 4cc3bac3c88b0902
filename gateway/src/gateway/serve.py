"""One gateway process: peers opened, background work started, pages served."""

from functools import partial

from gateway import accounts, catalog, notebook
from gateway.accounts import Accounts
from gateway.app import Peers, build
from gateway.catalog import RELEASE_PUBLISHED, Catalog, Lookup
from gateway.decisions import Decider
from gateway.notebook import Notebook
from gateway.page_cache import PageCache
from gateway.questions import Questions
from gateway.redis_client import open_redis
from gateway.rendering import PreparedPage
from gateway.search_limits import SearchLimits, parse_limits
from gateway.server import HttpServer
from gateway.sessions import SESSION_REVOKED, Sessions
from gateway.settings import GatewaySettings
from servicekit.bus import BroadcastConsumer, Publisher
from servicekit.grpc_client import open_channel
from servicekit.lifecycle import Process
from servicekit.logs import get_logger

log = get_logger("gateway.serve")


async def serve(settings: GatewaySettings) -> None:
    """Serve until stopped.

    The gateway is ready once it has seen a catalog; from then on it serves what it can, whatever
    peer is away.
    """
    async with Process("gateway", settings) as process:
        process.readiness.require("catalog")
        bus = await process.connect_bus()
        publisher = Publisher(bus)
        process.on_close(publisher.flush)
        process.background("publisher", publisher.run)

        lookup_channel = open_channel(
            settings.lookup_target, settings, idempotent=[catalog.SERVICE]
        )
        process.on_close(partial(lookup_channel.close, None))
        lookup = Lookup(lookup_channel)
        metering_channel = open_channel(settings.metering_target, settings)
        process.on_close(partial(metering_channel.close, None))
        decider = Decider(metering_channel)
        assistant_channel = open_channel(settings.assistant_target, settings)
        process.on_close(partial(assistant_channel.close, None))
        accounts_channel = open_channel(settings.accounts_target, settings)
        process.on_close(partial(accounts_channel.close, None))
        repeating = open_channel(
            settings.accounts_target, settings, idempotent=[accounts.SERVICE, notebook.SERVICE]
        )
        process.on_close(partial(repeating.close, None))
        notebooks = Notebook(repeating)
        process.on_close(notebooks.finish)
        people = Accounts(accounts_channel, repeating)
        sessions = Sessions(people)
        cache: PageCache[PreparedPage] = PageCache(settings.page_cache_pages)

        def catalog_changed(_catalog: Catalog) -> None:
            cache.clear()
            process.readiness.up("catalog")

        process.background("catalog", partial(lookup.watch, catalog_changed))
        process.background("decisions", decider.run)
        process.background(
            "releases",
            BroadcastConsumer(
                bus,
                "LOOKUP",
                RELEASE_PUBLISHED.subject,
                lookup.on_release_published,
                lookup.look_again,
            ).run,
        )
        process.background(
            "revocations",
            BroadcastConsumer(
                bus,
                "ACCOUNTS",
                SESSION_REVOKED.subject,
                sessions.on_session_revoked,
                sessions.purge_all,
            ).run,
        )
        questions = Questions(assistant_channel, decider)
        redis = open_redis(settings.redis_url, seconds=settings.redis_seconds)
        process.on_close(redis.aclose)
        limits = SearchLimits(
            redis, parse_limits(settings.search_limits), networks=settings.search_networks
        )
        peers = Peers(lookup, decider, publisher, people, notebooks, questions, limits)
        application = build(settings, peers, process.readiness, cache, sessions)
        server = HttpServer(application, settings.host, settings.port)
        process.background("http", server.run)
        process.on_drain(server.drain)
        log.info("listening", port=server.port, metrics_port=process.metrics_port)
        await process.run_until_stopped()
