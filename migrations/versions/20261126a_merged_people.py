"""Find merged people by an index that holds only them.

Else PostgreSQL, while it knows nothing of a new shop's tables, looks for anybody by it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126a"
down_revision = "20261125c"
branch_labels = None
depends_on = None

_NAME, _TABLE, _COLUMNS = "ix_customer_merged_into", "customer", ["merchant_id", "merged_into_id"]


def upgrade() -> None:
    op.drop_index(_NAME, _TABLE)
    there = sa.text("merged_into_id IS NOT NULL")
    op.create_index(_NAME, _TABLE, _COLUMNS, sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, _COLUMNS)
