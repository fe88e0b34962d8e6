"""How many rewards a till may hand over without network; none unless the shop says so."""

import sqlalchemy as sa
from alembic import op

revision = "20261126g"
down_revision = "20261126f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "merchant",
        sa.Column("offline_rewards", sa.SmallInteger(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("merchant", "offline_rewards")
