"""Remarks of customers, a note on the customer, and refused scans by their time."""

import sqlalchemy as sa
from alembic import op

revision = "20261126e"
down_revision = "20261126d"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "remark",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("card_id", _ID, nullable=False),
        sa.Column("visit_id", _ID, nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=True),
        sa.Column("state", sa.String(length=4), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.String(length=40), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=300), nullable=True),
        sa.Column("recovery_id", _ID, nullable=True),
        sa.Column("key_hash", sa.LargeBinary(length=16), nullable=False),
        sa.CheckConstraint(
            "kind IN ('product', 'wait', 'service', 'place', 'other')",
            name=op.f("ck_remark_kind"),
        ),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_remark_state")),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_remark_done")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "card_id"],
            ["card.merchant_id", "card.id"],
            name=op.f("fk_remark_merchant_id_card_id_card"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"],
            ["customer.merchant_id", "customer.id"],
            name=op.f("fk_remark_merchant_id_customer_id_customer"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "visit_id"],
            ["visit.merchant_id", "visit.id"],
            name=op.f("fk_remark_merchant_id_visit_id_visit"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "recovery_id"],
            ["ledger_operation.merchant_id", "ledger_operation.id"],
            name=op.f("fk_remark_merchant_id_recovery_id_ledger_operation"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_remark")),
        sa.UniqueConstraint("merchant_id", "key_hash", name=op.f("uq_remark_merchant_id_key_hash")),
    )
    op.create_index("ix_remark_customer", "remark", ["merchant_id", "customer_id", "state"])
    op.create_index("ix_remark_state", "remark", ["merchant_id", "state", "id"])
    op.add_column("customer", sa.Column("note", sa.String(length=200), nullable=True))
    op.create_index("ix_scan_refusal_at", "scan_refusal", ["merchant_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_scan_refusal_at", table_name="scan_refusal")
    op.drop_column("customer", "note")
    op.drop_table("remark")
