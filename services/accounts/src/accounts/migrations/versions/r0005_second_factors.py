"""passkeys, one-time passwords, recovery codes"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "passkeys",
        sa.Column("credential_id", sa.LargeBinary, primary_key=True),
        sa.Column(
            "account_id",
            sa.Text,
            sa.ForeignKey("accounts.account_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("transports", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
    )
    op.create_index("passkeys_account_id_idx", "passkeys", ["account_id"])
    op.create_table(
        "one_time_passwords",
        sa.Column(
            "account_id",
            sa.Text,
            sa.ForeignKey("accounts.account_id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("confirmed_at", _TIME),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("failed", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("failing_since", _TIME),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
        sa.Column(
            "account_id",
            sa.Text,
            sa.ForeignKey("accounts.account_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("made_at", _TIME, nullable=False),
    )
    op.create_index("recovery_codes_account_id_idx", "recovery_codes", ["account_id"])


def downgrade() -> None:
    """Drop them: accounts are then protected by their passwords alone."""
    op.drop_table("recovery_codes")
    op.drop_table("one_time_passwords")
    op.drop_table("passkeys")
