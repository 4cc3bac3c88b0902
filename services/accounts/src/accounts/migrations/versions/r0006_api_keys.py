"""keys for programs"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column(
            "account_id",
            sa.Text,
            sa.ForeignKey("accounts.account_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
        sa.Column("key_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.Column("expires_at", _TIME),
    )
    op.create_index("api_keys_account_id_idx", "api_keys", ["account_id"])


def downgrade() -> None:
    """Drop it: programs are then refused."""
    op.drop_table("api_keys")
