"""Refunds of a line's money, lines added to a visit, and what an import changed beside its visits.

Existing refunds mean what they meant.
"""

import sqlalchemy as sa
from alembic import op

from loyalty.core.db import Id

revision = "20261126b"
down_revision = "20261126a"
branch_labels = None
depends_on = None

_CHANGE, _RUN, _OPERATION = "imported_change", "import_run", "ledger_operation"


def upgrade() -> None:
    op.add_column("visit_refund", sa.Column("added_from", sa.Integer))
    op.add_column("visit_refund", sa.Column("added_minor", sa.BigInteger))
    op.create_table(
        _CHANGE,
        sa.Column("merchant_id", Id, nullable=False),
        sa.Column("operation_id", Id, nullable=False),
        sa.Column("import_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "operation_id", name=f"pk_{_CHANGE}"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "import_id"],
            [f"{_RUN}.merchant_id", f"{_RUN}.id"],
            name=f"fk_{_CHANGE}_merchant_id_import_id_{_RUN}",
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "operation_id"],
            [f"{_OPERATION}.merchant_id", f"{_OPERATION}.id"],
            name=f"fk_{_CHANGE}_merchant_id_operation_id_{_OPERATION}",
        ),
    )
    op.create_index(f"ix_{_CHANGE}_import", _CHANGE, ["merchant_id", "import_id"])
    op.create_index("ix_imported_sale_import", "imported_sale", ["merchant_id", "import_id"])
    used = sa.text("used_at IS NOT NULL")
    op.create_index(
        "ix_redemption_used",
        "redemption",
        ["merchant_id", "used_at"],
        sqlite_where=used,
        postgresql_where=used,
    )
    op.add_column(_RUN, sa.Column("undone_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    _drop_triggers()
    op.drop_column(_RUN, "undone_at")
    op.drop_index("ix_redemption_used", "redemption")
    op.drop_index("ix_imported_sale_import", "imported_sale")
    op.drop_table(_CHANGE)
    op.drop_column("visit_refund", "added_minor")
    op.drop_column("visit_refund", "added_from")


def _drop_triggers() -> None:
    """They name the columns that go; `loyalty setup` makes those of its own version again."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS visit_refund_no_update")
        return
    op.execute("DROP TRIGGER IF EXISTS visit_refund_append_only ON visit_refund")
