"""identities at other providers, and devices that logged in before"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column(
            "account_id",
            sa.Text,
            sa.ForeignKey("accounts.account_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("linked_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
    )
    op.create_index("identities_account_id_idx", "identities", ["account_id"])
    op.create_table(
        "known_devices",
        sa.Column("device_hash", sa.LargeBinary, primary_key=True),
        sa.Column(
            "account_id",
            sa.Text,
            sa.ForeignKey("accounts.account_id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("seen_at", _TIME, nullable=False, index=True),
    )
    op.create_index("known_devices_account_id_idx", "known_devices", ["account_id"])


def downgrade() -> None:
    """Drop them: whoever signed in elsewhere needs a password, and no device is known."""
    op.drop_table("known_devices")
    op.drop_table("identities")
