"""Rules tried in the background, photos of rewards, receipts as files."""

import sqlalchemy as sa
from alembic import op

revision = "20261126p"
down_revision = "20261126q"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_PROGRAM = ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]


def upgrade() -> None:
    op.create_table(
        "program_trial",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("program_id", _ID, nullable=False),
        sa.Column("seal", sa.String(length=50), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done')", name=op.f("ck_program_trial_state")),
        sa.ForeignKeyConstraint(
            *_PROGRAM, name=op.f("fk_program_trial_merchant_id_program_id_program")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_program_trial")),
    )
    columns = ["merchant_id", "program_id", "id"]
    op.create_index("ix_program_trial_program", "program_trial", columns)
    _photos()
    _papers()


def _photos() -> None:
    op.create_table(
        "reward_photo",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("program_id", _ID, nullable=False),
        sa.Column("reward", sa.String(length=32), nullable=False),
        sa.Column("picture", sa.String(length=32), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            *_PROGRAM, name=op.f("fk_reward_photo_merchant_id_program_id_program")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "picture"],
            ["picture.merchant_id", "picture.digest"],
            name=op.f("fk_reward_photo_merchant_id_picture_picture"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "program_id", "reward", name=op.f("pk_reward_photo")
        ),
    )


def _papers() -> None:
    op.create_table(
        "cause_payout_paper",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("payout_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("kept_at", _MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('pdf', 'webp')", name=op.f("ck_cause_payout_paper_kind")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "payout_id"],
            ["cause_payout.merchant_id", "cause_payout.id"],
            name=op.f("fk_cause_payout_paper_merchant_id_payout_id_cause_payout"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "payout_id", name=op.f("pk_cause_payout_paper")),
    )


def downgrade() -> None:
    op.drop_table("cause_payout_paper")
    op.drop_table("reward_photo")
    op.drop_table("program_trial")
