"""The tables, as the code at this revision reads and writes them.

``migrations/`` makes them; a test holds the two together.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)

REVISION = 3
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

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column(
        "account_id",
        Text,
        ForeignKey(accounts.c.account_id, ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    # When it ends unless it is used.
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
)

favourites = Table(
    "favourites",
    metadata,
    Column(
        "account_id",
        Text,
        ForeignKey(accounts.c.account_id, ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("system", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("note", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("favourites_changed_idx", "account_id", "changed_at"),
)

searches = Table(
    "searches",
    metadata,
    Column(
        "account_id",
        Text,
        ForeignKey(accounts.c.account_id, ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("query", Text, primary_key=True),
    Column("system", Text, primary_key=True),
    Column("searched_at", DateTime(timezone=True), nullable=False),
    Index("searches_searched_idx", "account_id", "searched_at"),
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
