"""Pictures, how cards look, and the first steps of a shop."""

import sqlalchemy as sa
from alembic import op

revision = "20261126q"
down_revision = "20261126o"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_STAMPS = (
    "check", "coffee", "croissant", "pizza", "ice-cream-cone", "wine", "scissors", "paw-print",
    "heart", "star", "flower", "book-open", "shirt", "dumbbell", "leaf",
)  # fmt: skip
_MERCHANT = ["merchant_id"], ["merchant.id"]


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=False),
        sa.Column("height", sa.SmallInteger(), nullable=False),
        sa.Column("tone", sa.String(length=7), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('png', 'webp')", name=op.f("ck_picture_kind")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_picture_size")),
        sa.ForeignKeyConstraint(*_MERCHANT, name=op.f("fk_picture_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", "digest", name=op.f("pk_picture")),
    )
    _looks()
    _steps()


def _looks() -> None:
    stamps = ", ".join(f"'{name}'" for name in _STAMPS)
    op.create_table(
        "card_look",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("background", sa.String(length=7), nullable=False),
        sa.Column("ink", sa.String(length=7), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("stamp", sa.String(length=20), nullable=True),
        sa.Column("logo", sa.String(length=32), nullable=True),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_card_look_number_floor")),
        sa.CheckConstraint(f"stamp IN ({stamps})", name=op.f("ck_card_look_stamp")),
        sa.ForeignKeyConstraint(*_MERCHANT, name=op.f("fk_card_look_merchant_id_merchant")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "logo"],
            ["picture.merchant_id", "picture.digest"],
            name=op.f("fk_card_look_merchant_id_logo_picture"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "number", name=op.f("pk_card_look")),
    )


def _steps() -> None:
    op.create_table(
        "first_steps",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("goal", sa.String(length=10), nullable=True),
        sa.Column("poster_at", _MOMENT, nullable=True),
        sa.Column("test_customer_id", _ID, nullable=True),
        sa.Column("put_away_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "goal IN ('visits', 'baskets', 'best', 'good')", name=op.f("ck_first_steps_goal")
        ),
        sa.ForeignKeyConstraint(*_MERCHANT, name=op.f("fk_first_steps_merchant_id_merchant")),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_first_steps")),
    )


def downgrade() -> None:
    op.drop_table("first_steps")
    op.drop_table("card_look")
    op.drop_table("picture")
