"""Joining by oneself: exact words, proven addresses, who came and stayed, who brought whom."""

import sqlalchemy as sa
from alembic import op

revision = "20261126l"
down_revision = "20261126k"
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
    op.add_column("customer", sa.Column("email_confirmed_at", sa.DateTime(timezone=True)))
    op.add_column("customer", sa.Column("source", sa.String(length=10)))
    op.create_table(
        "email_confirmation",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mail_id", _ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"],
            ["customer.merchant_id", "customer.id"],
            name=op.f("fk_email_confirmation_merchant_id_customer_id_customer"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_email_confirmation")),
    )
    op.create_index(
        "ix_email_confirmation_customer", "email_confirmation", ["merchant_id", "customer_id"]
    )
    op.create_table(
        "join_count",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("program_id", _ID, nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"],
            ["program.merchant_id", "program.id"],
            name=op.f("fk_join_count_merchant_id_program_id_program"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "program_id", "local_on", "source", name=op.f("pk_join_count")
        ),
    )
    op.create_table(
        "program_referral",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("program_id", _ID, nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("friend_units", sa.Integer(), nullable=False),
        sa.Column("bringer_units", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "friend_units >= 0 AND bringer_units >= 0", name=op.f("ck_program_referral_floor")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"],
            ["program.merchant_id", "program.id"],
            name=op.f("fk_program_referral_merchant_id_program_id_program"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "program_id", name=op.f("pk_program_referral")),
    )
    _referral()


def _referral() -> None:
    op.create_table(
        "referral",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("program_id", _ID, nullable=False),
        sa.Column("bringer_card_id", _ID, nullable=False),
        sa.Column("friend_card_id", _ID, nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("friend_units", sa.Integer(), nullable=False),
        sa.Column("bringer_units", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'rewarded', 'refused')", name=op.f("ck_referral_state")
        ),
        sa.CheckConstraint("bringer_card_id <> friend_card_id", name=op.f("ck_referral_two_cards")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "bringer_card_id"],
            ["card.merchant_id", "card.id"],
            name=op.f("fk_referral_merchant_id_bringer_card_id_card"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "friend_card_id"],
            ["card.merchant_id", "card.id"],
            name=op.f("fk_referral_merchant_id_friend_card_id_card"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"],
            ["program.merchant_id", "program.id"],
            name=op.f("fk_referral_merchant_id_program_id_program"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_referral")),
        sa.UniqueConstraint(
            "merchant_id", "friend_card_id", name=op.f("uq_referral_merchant_id_friend_card_id")
        ),
    )
    op.create_index("ix_referral_bringer", "referral", ["merchant_id", "bringer_card_id", "id"])
    op.create_index(
        "ix_referral_waiting",
        "referral",
        ["merchant_id", "id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("referral")
    op.drop_table("program_referral")
    op.drop_table("join_count")
    op.drop_table("email_confirmation")
    op.drop_column("customer", "source")
    op.drop_column("customer", "email_confirmed_at")
    op.drop_table("consent_text")
