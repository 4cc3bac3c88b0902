"""Run by Alembic: applies revisions on the connection that ``accounts.migrate`` opened."""

from alembic import context
from sqlalchemy import Connection

from accounts.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
