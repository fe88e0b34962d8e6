"""Members: tags, notes with their author, saved views, and deeds on many at once."""

import sqlalchemy as sa
from alembic import op

revision = "20261126r"
down_revision = "20261126p"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("state = 'reserved'")


def _id(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, _ID, nullable=nullable)


def _shop(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_merchant_id_merchant")
    return sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=name)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", column],
        [f"{other}.merchant_id", f"{other}.id"],
        name=op.f(f"fk_{table}_merchant_id_{column}_{other}"),
    )


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("merchant_id", *columns, name=op.f(f"pk_{table}"))


def _once(table: str, column: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("merchant_id", column, name=op.f(f"uq_{table}_merchant_id_{column}"))


def upgrade() -> None:
    _tags()
    _notes()
    _views()
    _runs()
    op.create_index(
        "ix_redemption_open",
        "redemption",
        ["merchant_id", "card_id"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def _tags() -> None:
    op.create_table(
        "tag",
        _id("merchant_id"),
        _id("id"),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        _shop("tag"),
        _key("tag", "id"),
        _once("tag", "folded"),
    )
    op.create_table(
        "customer_tag",
        _id("merchant_id"),
        _id("customer_id"),
        _id("tag_id"),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        _id("merge_id", nullable=True),
        _to("customer_tag", "customer_id", "customer"),
        _to("customer_tag", "tag_id", "tag"),
        _to("customer_tag", "merge_id", "customer_merge"),
        _key("customer_tag", "customer_id", "tag_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_customer_tag_tag", "customer_tag", ["merchant_id", "tag_id", "customer_id"])


def _notes() -> None:
    op.create_table(
        "customer_note",
        _id("merchant_id"),
        _id("id"),
        _id("customer_id"),
        sa.Column("words", sa.String(length=1000), nullable=True),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("written_at", _MOMENT, nullable=False),
        sa.Column("edits", sa.SmallInteger(), nullable=False),
        sa.Column("edited_at", _MOMENT, nullable=True),
        sa.Column("past", sa.Text(), nullable=True),
        sa.Column("struck_at", _MOMENT, nullable=True),
        sa.Column("struck_by", sa.String(length=40), nullable=True),
        sa.Column("key_hash", sa.LargeBinary(length=16), nullable=False),
        sa.CheckConstraint(
            "(struck_at IS NULL) = (struck_by IS NULL)", name=op.f("ck_customer_note_struck")
        ),
        _to("customer_note", "customer_id", "customer"),
        _key("customer_note", "id"),
        _once("customer_note", "key_hash"),
    )
    op.create_index(
        "ix_customer_note_customer", "customer_note", ["merchant_id", "customer_id", "id"]
    )


def _views() -> None:
    op.create_table(
        "member_view",
        _id("merchant_id"),
        _id("id"),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        _shop("member_view"),
        _key("member_view", "id"),
        _once("member_view", "folded"),
    )


def _runs() -> None:
    op.create_table(
        "bulk_run",
        _id("merchant_id"),
        _id("id"),
        sa.Column("kind", sa.String(length=10), nullable=False),
        _id("tag_id"),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        _id("after_id", nullable=True),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT, nullable=True),
        _id("undone_by_id", nullable=True),
        sa.Column("key_hash", sa.LargeBinary(length=16), nullable=False),
        sa.CheckConstraint("kind IN ('tag', 'untag')", name=op.f("ck_bulk_run_kind")),
        sa.CheckConstraint("state IN ('waiting', 'done')", name=op.f("ck_bulk_run_state")),
        _shop("bulk_run"),
        _to("bulk_run", "tag_id", "tag"),
        _key("bulk_run", "id"),
        _once("bulk_run", "key_hash"),
    )
    op.create_table(
        "bulk_change",
        _id("merchant_id"),
        _id("run_id"),
        _id("customer_id"),
        _to("bulk_change", "run_id", "bulk_run"),
        _to("bulk_change", "customer_id", "customer"),
        _key("bulk_change", "run_id", "customer_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bulk_change_customer", "bulk_change", ["merchant_id", "customer_id"])


def downgrade() -> None:
    op.drop_index("ix_redemption_open", "redemption")
    for name in ("bulk_change", "bulk_run", "member_view", "customer_note", "customer_tag", "tag"):
        op.drop_table(name)
