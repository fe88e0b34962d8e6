"""The index of open lots answers what ends next, however many lots there are."""

import sqlalchemy as sa
from alembic import op

revision = "20261126f"
down_revision = "20261126e"
branch_labels = None
depends_on = None

_NAME, _TABLE, _OPEN = "ix_ledger_lot_open", "ledger_lot", sa.text("remaining > 0")
_BEFORE = ["merchant_id", "account_id"]


def upgrade() -> None:
    _index([*_BEFORE, "is_pending", "expires_at", "remaining"])


def downgrade() -> None:
    _index(_BEFORE)


def _index(columns: list[str]) -> None:
    op.drop_index(_NAME, table_name=_TABLE)
    op.create_index(_NAME, _TABLE, columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
