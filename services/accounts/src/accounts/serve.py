"""One accounts process: its parts made and joined."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
from grpc import aio

from accounts.api import SERVICE, AccountsApi
from accounts.api_key_api import ApiKeyApi
from accounts.api_key_store import ApiKeyStore
from accounts.availability import Availability
from accounts.confirmations import Confirmations
from accounts.credentials_api import CredentialsApi
from accounts.database import Database
from accounts.doorkeeper import Doorkeeper
from accounts.erased_events import ErasedEvents
from accounts.factor_keeper import FactorKeeper
from accounts.factors_api import FactorsApi
from accounts.federation import Federation
from accounts.federation_api import FederationApi
from accounts.freshness import Freshness
from accounts.hash_pool import HashPool
from accounts.identity_claims import IdentityClaims
from accounts.known_devices import KnownDevices
from accounts.letters import Letterhead
from accounts.limit_counters import LimitCounters
from accounts.limits import parse_limits
from accounts.login_guard import LoginGuard
from accounts.mail_carriers import carrier_of
from accounts.mail_queue import MailQueue
from accounts.mail_sender import MailSender
from accounts.mail_texts import MailTexts
from accounts.notebook_api import NotebookApi
from accounts.notebook_store import NotebookStore
from accounts.oidc_client import OidcClient
from accounts.open_sessions import OpenSessions
from accounts.outbox import Outbox
from accounts.passkeys import RelyingParty
from accounts.password_changes import PasswordChanges
from accounts.passwords import Passwords
from accounts.payment_store import PaymentStore
from accounts.plan_api import PlanApi
from accounts.plan_changes import Plans
from accounts.privacy import Privacy
from accounts.privacy_api import PrivacyApi
from accounts.proving import Prover
from accounts.reauthentication import Reauthentication
from accounts.registrar import Registrar
from accounts.relay import Relay
from accounts.second_step import SecondStep
from accounts.secret_keys import SecretKeys
from accounts.sessions_api import SessionsApi
from accounts.settings import AccountsSettings
from accounts.store import Store, Transact
from accounts.stripe_payments import StripePayments
from accounts.sweep import Sweep
from codingahead.accounts.v1 import (
    accounts_pb2_grpc,
    api_keys_pb2_grpc,
    credentials_pb2_grpc,
    factors_pb2_grpc,
    federation_pb2_grpc,
    notebook_pb2_grpc,
    plans_pb2_grpc,
    privacy_pb2_grpc,
    sessions_pb2_grpc,
)
from servicekit.lifecycle import Process
from servicekit.redis_client import open_redis

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
        redis = open_redis(settings.redis_url, seconds=settings.redis_seconds)
        process.on_close(redis.aclose)
        guard = LoginGuard(
            LimitCounters(redis),
            parse_limits(settings.limits),
            KnownDevices(availability.transact),
        )
        process.on_close(guard.finish)
        process.background("sweep", Sweep(store, _now).run)
        carrier = carrier_of(settings)
        sender = MailSender(
            MailQueue(availability.transact),
            carrier,
            Letterhead(settings.site_name, settings.mail_from),
            availability,
            _now,
            seconds=settings.mail_seconds,
        )
        process.background("mail", sender.run)
        process.on_close(sender.stop)

        def recorded() -> None:
            relay.wake()
            sender.wake()

        freshness = Freshness(availability.transact, _now)
        texts = MailTexts(settings.site_name, settings.base_url)
        confirmations = Confirmations(
            availability.transact, freshness, guard, texts, recorded, _now
        )
        password_changes = PasswordChanges(
            availability.transact, passwords, freshness, guard, texts, recorded, _now
        )
        credentials = CredentialsApi(confirmations, password_changes)
        api = AccountsApi(
            Registrar(store, passwords, guard, confirmations, recorded, _now),
            Doorkeeper(store, passwords, guard, relay.wake, _now),
            settings.site_name,
        )
        notebooks = NotebookApi(NotebookStore(availability.transact), _now)
        factors = _factors(settings, availability.transact, passwords, guard, recorded)
        keys = ApiKeyApi(ApiKeyStore(availability.transact, texts, recorded), freshness, _now)
        secrets = settings.payment_secret_list
        payments = PaymentStore(availability.transact, settings.plans_by_price, relay.wake, _now)
        plans = PlanApi(
            Plans(availability.transact, _now),
            payments,
            StripePayments(secrets, _now) if secrets else None,
        )

        own_sessions = SessionsApi(OpenSessions(availability.transact, relay.wake, _now))
        http = httpx.AsyncClient()
        process.on_close(http.aclose)
        federation = FederationApi(
            Federation(
                settings.providers,
                OidcClient(http),
                IdentityClaims(availability.transact, passwords, guard, texts, recorded, _now),
                freshness,
                availability.transact,
                _now,
            )
        )

        privacy = PrivacyApi(
            Privacy(
                availability.transact,
                Freshness(availability.transact, _now),
                MailTexts(settings.site_name, settings.base_url),
                relay.wake,
                _now,
            ),
            guard,
        )
        process.background("erased-events", ErasedEvents(bus).run)

        def add_services(server: aio.Server) -> None:
            accounts_pb2_grpc.add_AccountsServiceServicer_to_server(api, server)
            notebook_pb2_grpc.add_NotebookServiceServicer_to_server(notebooks, server)
            credentials_pb2_grpc.add_CredentialsServiceServicer_to_server(credentials, server)
            factors_pb2_grpc.add_FactorServiceServicer_to_server(factors, server)
            api_keys_pb2_grpc.add_ApiKeyServiceServicer_to_server(keys, server)
            plans_pb2_grpc.add_PlanServiceServicer_to_server(plans, server)
            sessions_pb2_grpc.add_SessionsServiceServicer_to_server(own_sessions, server)
            federation_pb2_grpc.add_FederationServiceServicer_to_server(federation, server)
            privacy_pb2_grpc.add_PrivacyServiceServicer_to_server(privacy, server)

        await process.serve_grpc(SERVICE, add_services)
        await process.run_until_stopped()


def _factors(
    settings: AccountsSettings,
    transact: Transact,
    passwords: Passwords,
    guard: LoginGuard,
    recorded: Callable[[], None],
) -> FactorsApi:
    keys = SecretKeys.parse(settings.secret_keys.get_secret_value())
    party = RelyingParty.of(settings.base_url, settings.site_name)
    prover = Prover(keys, party)
    texts = MailTexts(settings.site_name, settings.base_url)
    return FactorsApi(
        FactorKeeper(
            transact,
            Freshness(transact, _now),
            keys,
            party,
            texts,
            recorded,
            _now,
            [provider.issuer for provider in settings.providers.values()],
        ),
        SecondStep(transact, prover, party, guard, _now),
        Reauthentication(transact, passwords, prover, party, guard, recorded, _now),
    )


def _now() -> datetime:
    return datetime.now(UTC)
