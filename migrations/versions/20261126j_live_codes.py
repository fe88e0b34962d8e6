"""Live codes that have served."""

import sqlalchemy as sa
from alembic import op

revision = "20261126j"
down_revision = "20261126i"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "live_use",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("device_id", _ID, nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('accrue', 'redeem')", name=op.f("ck_live_use_act")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "device_id"],
            ["card_device.merchant_id", "card_device.id"],
            name=op.f("fk_live_use_merchant_id_device_id_card_device"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "device_id", "step", "act", name=op.f("pk_live_use")
        ),
    )
    op.create_index("ix_live_use_used_at", "live_use", ["merchant_id", "used_at"])


def downgrade() -> None:
    op.drop_table("live_use")
