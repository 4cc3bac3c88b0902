"""changes of plans, and what a payment provider told"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "plan_changes",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "account_id",
            sa.Text,
            sa.ForeignKey("accounts.account_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
    )
    op.create_index("plan_changes_account_id_idx", "plan_changes", ["account_id", "position"])
    op.create_table(
        "payment_events",
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
    )
    op.create_table(
        "payment_customers",
        sa.Column("customer_id", sa.Text, primary_key=True),
        sa.Column(
            "account_id",
            sa.Text,
            sa.ForeignKey("accounts.account_id", ondelete="CASCADE"),
        ),
        sa.Column("seen_at", _TIME, nullable=False),
    )
    op.create_index("payment_customers_account_id_idx", "payment_customers", ["account_id"])
    op.create_table(
        "payment_subscriptions",
        sa.Column("subscription_id", sa.Text, primary_key=True),
        sa.Column(
            "customer_id",
            sa.Text,
            sa.ForeignKey("payment_customers.customer_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
    )
    op.create_index(
        "payment_subscriptions_customer_id_idx", "payment_subscriptions", ["customer_id"]
    )


def downgrade() -> None:
    """Drop them; accounts keep the plan they have."""
    op.drop_table("payment_subscriptions")
    op.drop_table("payment_customers")
    op.drop_table("payment_events")
    op.drop_table("plan_changes")
