"""Jobs and schedules, and events that are handled."""

import sqlalchemy as sa
from alembic import op

revision = "20261125a"
down_revision = "20261121"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", _ID, nullable=False),
        sa.Column("merchant_id", _ID, nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=True),
        sa.Column("lease_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'claimed', 'done', 'dead', 'discarded')", name=op.f("ck_job_state")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_job_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
    )
    op.create_index("ix_job_state_run_at", "job", ["state", "run_at"], unique=False)
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("every_s", sa.Integer(), nullable=True),
        sa.Column("daily_at", sa.String(length=5), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(every_s IS NULL) <> (daily_at IS NULL)", name=op.f("ck_schedule_one")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule")),
    )
    op.add_column(
        "outbox_event", sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True)
    )
    # What happened before there was a worker is history: nobody wants to be thanked for it now.
    op.execute("UPDATE outbox_event SET handled_at = created_at")
    op.create_index(
        "ix_outbox_event_waiting",
        "outbox_event",
        ["id"],
        unique=False,
        sqlite_where=sa.text("handled_at IS NULL"),
        postgresql_where=sa.text("handled_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_event_waiting", table_name="outbox_event")
    op.drop_column("outbox_event", "handled_at")
    op.drop_table("schedule")
    op.drop_index("ix_job_state_run_at", table_name="job")
    op.drop_table("job")
