"""Indexes for the list of members and for a card's line of time."""

import sqlalchemy as sa
from alembic import op

revision = "20261126w"
down_revision = "20261126v"
branch_labels = None
depends_on = None

_LIVING = sa.text("erased_at IS NULL AND merged_into_id IS NULL")
_GONE = sa.text("erased_at IS NOT NULL OR merged_into_id IS NOT NULL")


def upgrade() -> None:
    _of_customers("ix_customer_name", sa.text("lower(name)"), "id", where=_LIVING)
    _of_customers("ix_customer_joined", "created_at", "id", where=_LIVING)
    _of_customers("ix_customer_gone", "id", where=_GONE)
    op.drop_index("ix_ledger_operation_card", table_name="ledger_operation")
    op.create_index(
        "ix_ledger_operation_card",
        "ledger_operation",
        ["merchant_id", "card_id", "id", "kind", "occurred_at"],
    )


def _of_customers(name: str, *columns: str | sa.TextClause, where: sa.TextClause) -> None:
    op.create_index(
        name,
        "customer",
        ["merchant_id", *columns],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index("ix_ledger_operation_card", table_name="ledger_operation")
    op.create_index(
        "ix_ledger_operation_card", "ledger_operation", ["merchant_id", "card_id", "id"]
    )
    for name in ("ix_customer_gone", "ix_customer_joined", "ix_customer_name"):
        op.drop_index(name, table_name="customer")
