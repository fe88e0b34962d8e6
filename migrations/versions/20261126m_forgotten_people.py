"""Who has been forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "20261126m"
down_revision = "20261126l"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"],
            ["customer.merchant_id", "customer.id"],
            name=op.f("fk_erasure_merchant_id_customer_id_customer"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "customer_id", name=op.f("pk_erasure")),
    )
    op.create_index("ix_erasure_address", "erasure", ["merchant_id", "address_hash"])
    op.create_table(
        "exit_answer",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason IN ('away', 'rewards', 'messages', 'privacy', 'wrong')",
            name=op.f("ck_exit_answer_reason"),
        ),
        sa.CheckConstraint(
            "reason IS NOT NULL OR words IS NOT NULL", name=op.f("ck_exit_answer_said")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_exit_answer_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_exit_answer")),
    )
    _clocks()
    op.add_column("visit_line", sa.Column("rules", sa.Text(), nullable=True))
    op.create_index("ix_staff_act_target", "staff_act", ["merchant_id", "target"])


def _clocks() -> None:
    op.create_table(
        "retention_clock",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("months BETWEEN 1 AND 120", name=op.f("ck_retention_clock_months")),
        sa.CheckConstraint(
            "kind IN ('detail', 'detail_agreed', 'staff_log', 'proof')",
            name=op.f("ck_retention_clock_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_retention_clock_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "kind", name=op.f("pk_retention_clock")),
    )
    op.create_table(
        "retention_run",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_retention_run_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_retention_run")),
    )


def downgrade() -> None:
    # It looks at a column that goes; migrating puts every trigger back that belongs.
    on_table = " ON visit_line" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER IF EXISTS visit_line_cleared{on_table}")
    op.drop_index("ix_staff_act_target", table_name="staff_act")
    op.drop_column("visit_line", "rules")
    op.drop_table("retention_run")
    op.drop_table("retention_clock")
    op.drop_table("exit_answer")
    op.drop_table("erasure")
