"""The exact words of consents."""

import sqlalchemy as sa
from alembic import op

revision = "20261126l"
down_revision = "20261126j"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "consent_text",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("it", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('program', 'profiling', 'marketing', 'tracking')",
            name=op.f("ck_consent_text_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_consent_text_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_consent_text")),
        sa.UniqueConstraint(
            "merchant_id",
            "purpose",
            "version",
            name=op.f("uq_consent_text_merchant_id_purpose_version"),
        ),
    )


def downgrade() -> None:
    op.drop_table("consent_text")
