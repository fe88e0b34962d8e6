"""Consents, and customers who turn out to be one person."""

import sqlalchemy as sa
from alembic import op

revision = "20261125b"
down_revision = "20261125a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_customer_anew(_merged())
    else:
        pointer, moment, _ = _merged()
        op.add_column("customer", pointer)
        op.add_column("customer", moment)
        op.create_foreign_key(
            op.f("fk_customer_merchant_id_merged_into_id_customer"),
            "customer",
            "customer",
            ["merchant_id", "merged_into_id"],
            ["merchant_id", "id"],
        )
    op.create_index("ix_customer_merged_into", "customer", ["merchant_id", "merged_into_id"])
    _make_customer_merge()
    _make_consent_event()


def downgrade() -> None:
    op.drop_table("consent_event")
    op.drop_table("customer_merge")
    if op.get_bind().dialect.name == "sqlite":
        _make_customer_anew(())
        return
    for guard in ("consent_event_append_only", "consent_event_no_truncate"):
        op.execute(sa.text(f"DROP FUNCTION IF EXISTS {guard}()"))
    op.drop_index("ix_customer_merged_into", "customer")
    op.drop_constraint(
        op.f("fk_customer_merchant_id_merged_into_id_customer"), "customer", type_="foreignkey"
    )
    op.drop_column("customer", "merged_at")
    op.drop_column("customer", "merged_into_id")


def _merged() -> tuple[sa.Column, sa.Column, sa.ForeignKeyConstraint]:
    return (
        sa.Column(
            "merged_into_id",
            sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"),
            nullable=True,
        ),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "merged_into_id"],
            ["customer.merchant_id", "customer.id"],
            name=op.f("fk_customer_merchant_id_merged_into_id_customer"),
        ),
    )


def _make_customer_anew(more: tuple[sa.schema.SchemaItem, ...]) -> None:
    """SQLite adds no constraint to a table that is there, so it is made again.

    Batch mode drops the table and renames another into its place, which fails as soon as a card
    refers to a customer: the references that the drop broke are only counted whole again when rows
    are put into a table of that name. Until the commit they may be broken.
    """
    op.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
    op.execute(sa.text("CREATE TABLE customer_kept AS SELECT * FROM customer"))
    op.drop_table("customer")
    _make_customer(more)
    op.execute(
        sa.text(
            "INSERT INTO customer (merchant_id, id, name, email, phone, birthday, language,"
            " external_ref, created_at, erased_at) SELECT merchant_id, id, name, email, phone,"
            " birthday, language, external_ref, created_at, erased_at FROM customer_kept"
        )
    )
    op.drop_table("customer_kept")


def _make_customer(more: tuple[sa.schema.SchemaItem, ...]) -> None:
    op.create_table(
        "customer",
        sa.Column(
            "merchant_id", sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False
        ),
        sa.Column("id", sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("birthday", sa.String(length=5), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("external_ref", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        *more,
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_customer_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_customer")),
        sa.UniqueConstraint(
            "merchant_id", "external_ref", name=op.f("uq_customer_merchant_id_external_ref")
        ),
    )
    op.create_index("ix_customer_email", "customer", ["merchant_id", "email"])
    op.create_index("ix_customer_phone", "customer", ["merchant_id", "phone"])


def _make_customer_merge() -> None:
    op.create_table(
        "customer_merge",
        sa.Column(
            "merchant_id", sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False
        ),
        sa.Column("id", sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False),
        sa.Column(
            "loser_id", sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False
        ),
        sa.Column(
            "survivor_id", sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False
        ),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.CheckConstraint("loser_id <> survivor_id", name=op.f("ck_customer_merge_two_people")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "loser_id"],
            ["customer.merchant_id", "customer.id"],
            name=op.f("fk_customer_merge_merchant_id_loser_id_customer"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "survivor_id"],
            ["customer.merchant_id", "customer.id"],
            name=op.f("fk_customer_merge_merchant_id_survivor_id_customer"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_customer_merge")),
    )
    op.create_index("ix_customer_merge_loser", "customer_merge", ["merchant_id", "loser_id"])
    op.create_index("ix_customer_merge_survivor", "customer_merge", ["merchant_id", "survivor_id"])


def _make_consent_event() -> None:
    op.create_table(
        "consent_event",
        sa.Column(
            "merchant_id", sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False
        ),
        sa.Column("id", sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False),
        sa.Column(
            "customer_id", sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=False
        ),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("text_id", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "merge_id", sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql"), nullable=True
        ),
        sa.CheckConstraint(
            "purpose IN ('program', 'profiling', 'marketing', 'tracking')",
            name=op.f("ck_consent_event_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"],
            ["customer.merchant_id", "customer.id"],
            name=op.f("fk_consent_event_merchant_id_customer_id_customer"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "merge_id"],
            ["customer_merge.merchant_id", "customer_merge.id"],
            name=op.f("fk_consent_event_merchant_id_merge_id_customer_merge"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_consent_event")),
    )
    op.create_index(
        "ix_consent_event_customer", "consent_event", ["merchant_id", "customer_id", "id"]
    )
