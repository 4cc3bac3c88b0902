"""The tables, as the code at this revision reads and writes them.

``migrations/`` makes them; a test holds the two together.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)

REVISION = 8
"""The oldest schema this code works with. Schemas that come after it may only add."""

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ix": "%(table_name)s_%(column_0_name)s_idx",
    }
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    # As mail is sent to it; compared by its key.
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    # The registration that made it.
    Column("request_id", Uuid, nullable=False, unique=True),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("confirmed_at", DateTime(timezone=True)),
    # user, editor, employer or operator.
    Column("role", Text, nullable=False, server_default=text("'user'")),
    # Where there is none, password_hash is of a secret that nobody has.
    Column("has_password", Boolean, nullable=False, server_default=text("true")),
    # By an operator; nobody gets in from then on.
    Column("disabled_at", DateTime(timezone=True)),
    # Orders accounts that were made in one instant.
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Index(
        "accounts_confirmed_email_key",
        "email_key",
        unique=True,
        postgresql_where=text("confirmed_at IS NOT NULL"),
    ),
    Index(
        "accounts_unconfirmed_email_idx",
        "email_key",
        "position",
        postgresql_where=text("confirmed_at IS NULL"),
    ),
)


def _of_account(**options: Any) -> Column[str]:
    """Whose a row is: it goes with its account."""
    owner = ForeignKey(accounts.c.account_id, ondelete="CASCADE")
    return Column("account_id", Text, owner, **options)


sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    _of_account(nullable=False, index=True),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    # When it ends unless it is used.
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    # For its owner to know it by: a browser's name, and the network of its last use.
    Column("device", Text, nullable=False, server_default=text("''")),
    Column("network", Text, nullable=False, server_default=text("''")),
    Column("used_at", DateTime(timezone=True)),
    # When its owner last proved who they are; when it began where that is null.
    Column("authenticated_at", DateTime(timezone=True)),
    # Proofs that did not hold since one did.
    Column("failed_proofs", Integer, nullable=False, server_default=text("0")),
)

favourites = Table(
    "favourites",
    metadata,
    _of_account(primary_key=True),
    Column("system", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("note", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("favourites_changed_idx", "account_id", "changed_at"),
)

searches = Table(
    "searches",
    metadata,
    _of_account(primary_key=True),
    Column("query", Text, primary_key=True),
    Column("system", Text, primary_key=True),
    Column("searched_at", DateTime(timezone=True), nullable=False),
    Index("searches_searched_idx", "account_id", "searched_at"),
)

secret_tokens = Table(
    "secret_tokens",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    # What it may be used for, once.
    Column("purpose", Text, nullable=False),
    _of_account(),
    # JSON, as its purpose needs it.
    Column("facts", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    Index("secret_tokens_account_id_idx", "account_id", "purpose"),
)

mails = Table(
    "mails",
    metadata,
    Column("mail_id", Uuid, primary_key=True),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    _of_account(index=True),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("plain", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    # Not to be tried before.
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    # When the attempt in hand began.
    Column("begun_at", DateTime(timezone=True)),
    Index("mails_due_at_idx", "due_at", "position"),
)

audit = Table(
    "audit",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    # No foreign key: what was done to an account that was erased stays, under its opaque id.
    Column("account_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("audit_account_id_idx", "account_id", "position"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("credential_id", LargeBinary, primary_key=True),
    _of_account(nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    # Separated by commas, as the browser told them.
    Column("transports", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)

one_time_passwords = Table(
    "one_time_passwords",
    metadata,
    _of_account(primary_key=True),
    # Encrypted by the key of key_id.
    Column("secret", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    # Null: it was offered and never proven.
    Column("confirmed_at", DateTime(timezone=True)),
    # The latest time step whose password was used; none up to it is taken again.
    Column("last_step", BigInteger, nullable=False, server_default=text("0")),
    # Wrong ones, and when the first of them was tried.
    Column("failed", Integer, nullable=False, server_default=text("0")),
    Column("failing_since", DateTime(timezone=True)),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    _of_account(nullable=False, index=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    _of_account(nullable=False, index=True),
    Column("name", Text, nullable=False),
    # Its first characters, for its owner to know it by.
    Column("hint", Text, nullable=False),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    # Separated by spaces.
    Column("scopes", Text, nullable=False),
    # What asked for it: the same again makes no second one.
    Column("request_id", Uuid, nullable=False, unique=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True)),
)

plan_changes = Table(
    "plan_changes",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    _of_account(nullable=False),
    Column("before", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("plan_changes_account_id_idx", "account_id", "position"),
)

payment_events = Table(
    "payment_events",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    # By the provider's clock.
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, nullable=False),
)

payment_customers = Table(
    "payment_customers",
    metadata,
    Column("customer_id", Text, primary_key=True),
    # Null until the provider tells whose it is: its events come in any order.
    _of_account(index=True),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)

payment_subscriptions = Table(
    "payment_subscriptions",
    metadata,
    Column("subscription_id", Text, primary_key=True),
    Column(
        "customer_id",
        Text,
        ForeignKey(payment_customers.c.customer_id, ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    # The plan it pays for; empty while it pays for none.
    Column("plan", Text, nullable=False),
    # The provider's moment of the latest event; an older one changes nothing.
    Column("told_at", DateTime(timezone=True), nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    _of_account(nullable=False, index=True),
    Column("linked_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)

known_devices = Table(
    "known_devices",
    metadata,
    Column("device_hash", LargeBinary, primary_key=True),
    _of_account(primary_key=True, index=True),
    Column("seen_at", DateTime(timezone=True), nullable=False, index=True),
)

outbox = Table(
    "outbox",
    metadata,
    # Order of recording; the event's own id is what names it outside.
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("traceparent", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
