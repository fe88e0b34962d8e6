"""By what members are told apart, saved groups of them, an index that figures are read along."""

import sqlalchemy as sa
from alembic import op

revision = "20261126u"
down_revision = "20261126t"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_FIGURES = ["merchant_id", "card_id", "location_id", "local_on", "voided_at", "net_minor"]
_DAYS = ("new_days", "cooling_days", "lapsed_days", "lost_days", "back_days")
_TENTHS = ("cooling_tenths", "lapsed_tenths", "lost_tenths")


def upgrade() -> None:
    _measures()
    op.create_table(
        "segment",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name="fk_segment_merchant_id_merchant"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_segment"),
        sa.UniqueConstraint("merchant_id", "key", name="uq_segment_merchant_id_key"),
    )
    op.create_index("ix_visit_figures", "visit", _FIGURES)


def _measures() -> None:
    numbers = (*_DAYS, *_TENTHS)
    op.create_table(
        "measure",
        sa.Column("merchant_id", _ID, nullable=False),
        *(sa.Column(name, sa.SmallInteger(), nullable=False) for name in numbers),
        sa.Column("margin_percent", sa.SmallInteger(), nullable=True),
        sa.Column("lifespan_months", sa.SmallInteger(), nullable=True),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "new_days BETWEEN 1 AND 3650 AND back_days BETWEEN 1 AND 365"
            " AND cooling_days BETWEEN 0 AND 3650 AND lapsed_days BETWEEN 1 AND 3650"
            " AND lost_days BETWEEN 1 AND 3650",
            name="ck_measure_days",
        ),
        sa.CheckConstraint(
            "(cooling_tenths = 0 AND lapsed_tenths = 0 AND lost_tenths = 0)"
            " OR (cooling_tenths BETWEEN 10 AND 200 AND lapsed_tenths BETWEEN 10 AND 200"
            " AND lost_tenths BETWEEN 10 AND 200)",
            name="ck_measure_tenths",
        ),
        sa.CheckConstraint(
            "cooling_days <= lapsed_days AND lapsed_days <= lost_days"
            " AND cooling_tenths <= lapsed_tenths AND lapsed_tenths <= lost_tenths",
            name="ck_measure_in_order",
        ),
        sa.CheckConstraint("margin_percent BETWEEN 1 AND 100", name="ck_measure_margin"),
        sa.CheckConstraint("lifespan_months BETWEEN 1 AND 240", name="ck_measure_lifespan"),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name="fk_measure_merchant_id_merchant"
        ),
        sa.PrimaryKeyConstraint("merchant_id", name="pk_measure"),
    )


def downgrade() -> None:
    op.drop_index("ix_visit_figures", "visit")
    op.drop_table("segment")
    op.drop_table("measure")
