"""A holder's own PIN for rewards without a live code."""

import sqlalchemy as sa
from alembic import op

revision = "20261126k"
down_revision = "20261126j"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "card_pin",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("card_id", _ID, nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "card_id"],
            ["card.merchant_id", "card.id"],
            name=op.f("fk_card_pin_merchant_id_card_id_card"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "card_id", name=op.f("pk_card_pin")),
    )


def downgrade() -> None:
    op.drop_table("card_pin")
