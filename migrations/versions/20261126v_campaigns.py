"""Campaigns: the letter, a message for each person, suppressed addresses, a shop's mail rules."""

import sqlalchemy as sa
from alembic import op

revision = "20261126v"
down_revision = "20261126u"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _campaign()
    _message()
    op.create_table(
        "suppression",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("address_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "reason IN ('unsubscribed', 'bounce', 'complaint')", name=op.f("ck_suppression_reason")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_suppression_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "address_hash", name=op.f("pk_suppression")),
    )
    op.create_table(
        "mail_rules",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("cap", sa.SmallInteger(), nullable=False),
        sa.Column("cap_days", sa.SmallInteger(), nullable=False),
        sa.Column("from_hour", sa.SmallInteger(), nullable=False),
        sa.Column("until_hour", sa.SmallInteger(), nullable=False),
        sa.Column("on_sundays", sa.Boolean(), nullable=False),
        sa.Column("an_hour", sa.Integer(), nullable=True),
        sa.Column("identity", sa.String(200), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.CheckConstraint("cap >= 1 AND cap_days >= 1", name=op.f("ck_mail_rules_cap")),
        sa.CheckConstraint(
            "from_hour BETWEEN 0 AND 23 AND until_hour BETWEEN 1 AND 24 AND from_hour < until_hour",
            name=op.f("ck_mail_rules_hours"),
        ),
        sa.CheckConstraint("an_hour IS NULL OR an_hour >= 1", name=op.f("ck_mail_rules_an_hour")),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_mail_rules_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_mail_rules")),
    )


def _campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=True),
        sa.Column("printed", sa.Text(), nullable=True),
        sa.Column("holdout_percent", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("halted_for", sa.String(10), nullable=True),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("mark", _ID, nullable=True),
        sa.Column("claims", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.String(32), nullable=True),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("send_at", _MOMENT, nullable=True),
        sa.Column("start_by_at", _MOMENT, nullable=True),
        sa.Column("not_after_at", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("launched_at", _MOMENT, nullable=True),
        sa.Column("gathered_at", _MOMENT, nullable=True),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'paused', 'halted', 'finished', 'stopped')",
            name=op.f("ck_campaign_state"),
        ),
        sa.CheckConstraint(
            "halted_for IS NULL OR halted_for IN ('late', 'restored', 'refused')",
            name=op.f("ck_campaign_halted_for"),
        ),
        sa.CheckConstraint(
            "holdout_percent BETWEEN 0 AND 90", name=op.f("ck_campaign_holdout_percent")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_campaign_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_campaign")),
    )
    op.create_index("ix_campaign_state", "campaign", ["state"])


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("redemption_id", _ID, nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("is_drawn", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("smtp_code", sa.SmallInteger(), nullable=True),
        sa.Column("came_back", sa.String(10), nullable=True),
        sa.Column("address_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("worker", sa.String(40), nullable=True),
        sa.Column("lease_ends_at", _MOMENT, nullable=True),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'claimed', 'sending', 'sent', 'failed', 'unknown', 'skipped',"
            " 'held')",
            name=op.f("ck_message_state"),
        ),
        sa.CheckConstraint(
            "came_back IS NULL OR came_back IN ('bounce', 'complaint')",
            name=op.f("ck_message_came_back"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "campaign_id"],
            ["campaign.merchant_id", "campaign.id"],
            name=op.f("fk_message_merchant_id_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"],
            ["customer.merchant_id", "customer.id"],
            name=op.f("fk_message_merchant_id_customer_id_customer"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "redemption_id"],
            ["redemption.merchant_id", "redemption.id"],
            name=op.f("fk_message_merchant_id_redemption_id_redemption"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "merchant_id",
            "campaign_id",
            "customer_id",
            name=op.f("uq_message_merchant_id_campaign_id_customer_id"),
        ),
    )
    due = ["merchant_id", "campaign_id", "state", "due_at", "id"]
    op.create_index("ix_message_due", "message", due)
    op.create_index("ix_message_customer", "message", ["merchant_id", "customer_id", "sent_at"])
    op.create_index("ix_message_id", "message", ["id"])


def downgrade() -> None:
    op.drop_table("mail_rules")
    op.drop_table("suppression")
    op.drop_table("message")
    op.drop_table("campaign")
