"""How somebody who works there likes to see the portal; how many members came up to a day."""

import sqlalchemy as sa
from alembic import op

revision = "20261126o"
down_revision = "20261126n"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "staff_look",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("scheme", sa.String(length=5), nullable=False),
        sa.Column("shortcuts", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "scheme IN ('auto', 'light', 'dark')", name=op.f("ck_staff_look_scheme")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_staff_look_merchant_id_staff_id_staff"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "staff_id", name=op.f("pk_staff_look")),
    )
    op.create_table(
        "shop_pulse",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("came", sa.Integer(), nullable=False),
        sa.Column("came_again", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 <= came_again AND came_again <= came", name=op.f("ck_shop_pulse_part")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_shop_pulse_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "last_on", name=op.f("pk_shop_pulse")),
    )


def downgrade() -> None:
    op.drop_table("shop_pulse")
    op.drop_table("staff_look")
