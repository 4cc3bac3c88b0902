"""marked codes with notes, and past searches"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "favourites",
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("system", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.account_id"],
            name="favourites_account_id_fkey",
            ondelete="CASCADE",
        ),
    )
    op.create_index("favourites_changed_idx", "favourites", ["account_id", "changed_at"])
    op.create_table(
        "searches",
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("query", sa.Text, primary_key=True),
        sa.Column("system", sa.Text, primary_key=True),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.account_id"],
            name="searches_account_id_fkey",
            ondelete="CASCADE",
        ),
    )
    op.create_index("searches_searched_idx", "searches", ["account_id", "searched_at"])


def downgrade() -> None:
    """Drop them, and what people kept in them."""
    op.drop_table("searches")
    op.drop_table("favourites")
