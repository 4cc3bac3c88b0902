"""roles, secret tokens, mail that waits, sessions as their owners see them, the audit log"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TIME = sa.DateTime(timezone=True)

_APPEND_ONLY = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END
$$
"""


def upgrade() -> None:
    """Widen accounts and sessions, make the tables."""
    op.add_column(
        "accounts", sa.Column("role", sa.Text, nullable=False, server_default=sa.text("'user'"))
    )
    op.add_column(
        "accounts",
        sa.Column("has_password", sa.Boolean, nullable=False, server_default=sa.text("true")),
    )
    op.add_column("accounts", sa.Column("disabled_at", _TIME))
    op.add_column(
        "sessions", sa.Column("device", sa.Text, nullable=False, server_default=sa.text("''"))
    )
    op.add_column(
        "sessions", sa.Column("network", sa.Text, nullable=False, server_default=sa.text("''"))
    )
    op.add_column("sessions", sa.Column("used_at", _TIME))
    op.add_column("sessions", sa.Column("authenticated_at", _TIME))
    op.add_column(
        "sessions",
        sa.Column("failed_proofs", sa.Integer, nullable=False, server_default=sa.text("0")),
    )
    op.create_table(
        "secret_tokens",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column(
            "account_id",
            sa.Text,
            sa.ForeignKey("accounts.account_id", ondelete="CASCADE"),
        ),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    op.create_index("secret_tokens_account_id_idx", "secret_tokens", ["account_id", "purpose"])
    op.create_index("secret_tokens_expires_at_idx", "secret_tokens", ["expires_at"])
    op.create_table(
        "mails",
        sa.Column("mail_id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column(
            "account_id",
            sa.Text,
            sa.ForeignKey("accounts.account_id", ondelete="CASCADE"),
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("plain", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("begun_at", _TIME),
    )
    op.create_index("mails_account_id_idx", "mails", ["account_id"])
    op.create_index("mails_due_at_idx", "mails", ["due_at", "position"])
    op.create_table(
        "audit",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("audit_account_id_idx", "audit", ["account_id", "position"])
    op.execute(_APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )


def downgrade() -> None:
    """Drop them, and with them the record of what was done."""
    op.drop_table("audit")
    op.execute("DROP FUNCTION audit_is_append_only()")
    op.drop_table("mails")
    op.drop_table("secret_tokens")
    for column in ("failed_proofs", "authenticated_at", "used_at", "network", "device"):
        op.drop_column("sessions", column)
    for column in ("disabled_at", "has_password", "role"):
        op.drop_column("accounts", column)
