"""One gateway process: peers opened, background work started, pages served."""

from functools import partial

from gateway import (
    account_events,
    accounts,
    api_key_calls,
    catalog,
    notebook,
    own_sessions,
    plan_calls,
    providers,
)
from gateway.account_events import AccountEvents
from gateway.accounts import Accounts
from gateway.api_key_calls import ApiKeyCalls
from gateway.api_keys import ApiKeys
from gateway.app import Peers, build
from gateway.catalog import RELEASE_PUBLISHED, Catalog, Lookup
from gateway.crawler_checks import Crawlers, Resolver
from gateway.credential_calls import CredentialCalls
from gateway.decisions import Decider
from gateway.erased_views import ErasedViews
from gateway.factors import Factors
from gateway.guest_ceiling import GuestCeiling
from gateway.notebook import Notebook
from gateway.own_sessions import OwnSessions
from gateway.page_cache import PageCache
from gateway.plan_calls import PlanCalls
from gateway.privacy import Privacy
from gateway.providers import Providers
from gateway.questions import Questions
from gateway.rendering import PreparedPage
from gateway.reservations import Reservations
from gateway.search_limits import SearchLimits, parse_limits
from gateway.server import HttpServer
from gateway.sessions import Sessions
from gateway.settings import GatewaySettings
from gateway.system_resolver import SystemResolver
from servicekit.bus import BroadcastConsumer, Publisher
from servicekit.grpc_client import open_channel
from servicekit.lifecycle import Process
from servicekit.logs import get_logger
from servicekit.redis_client import open_redis

log = get_logger("gateway.serve")


async def serve(settings: GatewaySettings, resolver: Resolver | None = None) -> None:
    """Serve until stopped; *resolver* is asked about crawlers, this machine's where none is given.

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
            settings.accounts_target,
            settings,
            idempotent=[
                *(accounts.SERVICE, api_key_calls.SERVICE, notebook.SERVICE, plan_calls.SERVICE),
                *(own_sessions.SERVICE, providers.SERVICE),
            ],
        )
        process.on_close(partial(repeating.close, None))
        notebooks = Notebook(repeating)
        process.on_close(notebooks.finish)
        people = Accounts(accounts_channel, repeating, proxies=settings.proxies)
        sessions = Sessions(people)
        key_calls = ApiKeyCalls(accounts_channel, repeating)
        keys = ApiKeys(key_calls)

        def believe_nothing() -> None:
            sessions.purge_all()
            keys.purge_all()

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
                account_events.STREAM,
                account_events.SUBJECT,
                AccountEvents(sessions.purge, keys.purge).handle,
                believe_nothing,
            ).run,
        )
        reservations = Reservations(metering_channel)
        process.on_close(reservations.finish)
        questions = Questions(assistant_channel, decider, reservations)
        redis = open_redis(settings.redis_url, seconds=settings.redis_seconds)
        process.on_close(redis.aclose)
        limits = SearchLimits(
            redis, parse_limits(settings.search_limits), networks=settings.search_networks
        )
        most = settings.guest_ceiling
        ceiling = GuestCeiling(redis, most) if most else None
        crawlers = None
        if settings.crawlers == "on":
            crawlers = Crawlers(resolver or SystemResolver(), proxies=settings.proxies)
        peers = Peers(
            lookup,
            decider,
            publisher,
            people,
            notebooks,
            questions,
            limits,
            ceiling,
            crawlers,
            Privacy(accounts_channel, metering_channel, bus),
            key_calls,
            PlanCalls(repeating),
            Factors(accounts_channel),
            CredentialCalls(accounts_channel),
            OwnSessions(repeating, sessions.purge),
            Providers(accounts_channel, repeating),
        )
        process.background("providers", peers.providers.watch)
        process.background("erased-views", ErasedViews(bus).run)
        application = build(settings, peers, process.readiness, cache, sessions, keys)
        server = HttpServer(application, settings.host, settings.port)
        process.background("http", server.run)
        process.on_drain(server.drain)
        log.info("listening", port=server.port, metrics_port=process.metrics_port)
        await process.run_until_stopped()
