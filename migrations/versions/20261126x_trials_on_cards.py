"""Rules are tried on the cards as they stand, too."""

import sqlalchemy as sa
from alembic import op

revision = "20261126x"
down_revision = "20261126w"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("program_trial", schema=None) as batch:
        batch.add_column(
            sa.Column("kind", sa.String(length=10), server_default="past", nullable=False)
        )
        batch.create_check_constraint(op.f("ck_program_trial_kind"), "kind IN ('past', 'cards')")


def downgrade() -> None:
    with op.batch_alter_table("program_trial", schema=None) as batch:
        batch.drop_constraint(op.f("ck_program_trial_kind"), type_="check")
        batch.drop_column("kind")
