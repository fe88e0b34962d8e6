"""The rule book: units that wait, slide and move, tiers, causes, stocks, and visits that move."""

import json
from fractions import Fraction

import sqlalchemy as sa
from alembic import op

revision = "20261125c"
down_revision = "20261125b"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cause",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("beneficiary", sa.String(length=120), nullable=False),
        sa.Column("tax_code", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_cause_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "key", name=op.f("pk_cause")),
    )
    op.create_table(
        "cause_payout",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("receipt", sa.String(length=200), nullable=False),
        sa.Column("beneficiary", sa.String(length=120), nullable=False),
        sa.Column("tax_code", sa.String(length=32), nullable=True),
        sa.Column("reverses_id", _ID, nullable=True),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=16), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(length=16), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "cause"],
            ["cause.merchant_id", "cause.key"],
            name=op.f("fk_cause_payout_merchant_id_cause_cause"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "reverses_id"],
            ["cause_payout.merchant_id", "cause_payout.id"],
            name=op.f("fk_cause_payout_merchant_id_reverses_id_cause_payout"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_cause_payout")),
        sa.UniqueConstraint(
            "merchant_id", "key_hash", name=op.f("uq_cause_payout_merchant_id_key_hash")
        ),
        sa.UniqueConstraint(
            "merchant_id", "reverses_id", name=op.f("uq_cause_payout_merchant_id_reverses_id")
        ),
    )
    with op.batch_alter_table("cause_payout", schema=None) as batch_op:
        batch_op.create_index("ix_cause_payout_cause", ["merchant_id", "cause", "id"], unique=False)

    op.create_table(
        "reward_stock",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("program_id", _ID, nullable=False),
        sa.Column("reward", sa.String(length=64), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("given >= 0", name=op.f("ck_reward_stock_given_floor")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"],
            ["program.merchant_id", "program.id"],
            name=op.f("fk_reward_stock_merchant_id_program_id_program"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "program_id", "reward", name=op.f("pk_reward_stock")
        ),
    )
    op.create_table(
        "tier_change",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("card_id", _ID, nullable=False),
        sa.Column("operation_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("measured", sa.BigInteger(), nullable=False),
        sa.Column("level_before", sa.String(length=32), nullable=True),
        sa.Column("level", sa.String(length=32), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("grace_ends_on", sa.Date(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "card_id"],
            ["card.merchant_id", "card.id"],
            name=op.f("fk_tier_change_merchant_id_card_id_card"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "operation_id"],
            ["ledger_operation.merchant_id", "ledger_operation.id"],
            name=op.f("fk_tier_change_merchant_id_operation_id_ledger_operation"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_tier_change")),
    )
    with op.batch_alter_table("tier_change", schema=None) as batch_op:
        batch_op.create_index("ix_tier_change_card", ["merchant_id", "card_id", "id"], unique=False)
        batch_op.create_index("ix_tier_change_review", ["merchant_id", "review_on"], unique=False)

    op.create_table(
        "visit_move",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("visit_id", _ID, nullable=False),
        sa.Column("from_id", _ID, nullable=False),
        sa.Column("to_id", _ID, nullable=False),
        sa.Column("occasion_before", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "from_id"],
            ["card.merchant_id", "card.id"],
            name=op.f("fk_visit_move_merchant_id_from_id_card"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "id"],
            ["ledger_operation.merchant_id", "ledger_operation.id"],
            name=op.f("fk_visit_move_merchant_id_id_ledger_operation"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "to_id"],
            ["card.merchant_id", "card.id"],
            name=op.f("fk_visit_move_merchant_id_to_id_card"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "visit_id"],
            ["visit.merchant_id", "visit.id"],
            name=op.f("fk_visit_move_merchant_id_visit_id_visit"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_visit_move")),
    )
    with op.batch_alter_table("visit_move", schema=None) as batch_op:
        batch_op.create_index("ix_visit_move_visit", ["merchant_id", "visit_id"], unique=False)

    op.create_table(
        "ledger_extension",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("lot_id", _ID, nullable=False),
        sa.Column("before_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id", "entry_id"],
            ["ledger_entry.merchant_id", "ledger_entry.id"],
            name=op.f("fk_ledger_extension_merchant_id_entry_id_ledger_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "lot_id"],
            ["ledger_lot.merchant_id", "ledger_lot.id"],
            name=op.f("fk_ledger_extension_merchant_id_lot_id_ledger_lot"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_ledger_extension")),
    )
    with op.batch_alter_table("ledger_extension", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_extension_lot", ["merchant_id", "lot_id"], unique=False)

    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into_id", _ID, nullable=True))
        batch_op.create_index(
            "ix_card_merged",
            ["merchant_id", "merged_into_id"],
            unique=False,
            sqlite_where=sa.text("merged_into_id IS NOT NULL"),
            postgresql_where=sa.text("merged_into_id IS NOT NULL"),
        )

    with op.batch_alter_table("ledger_account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("has_waiting", sa.Boolean(), nullable=False, server_default="0")
        )
        batch_op.add_column(sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("ledger_lot", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_pending", sa.Boolean(), nullable=False, server_default="0")
        )
        batch_op.add_column(sa.Column("active_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("idle_months", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("slides_from_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("origin_id", _ID, nullable=True))
        batch_op.create_index(
            "ix_ledger_lot_ready",
            ["merchant_id", "active_at", "id"],
            unique=False,
            sqlite_where=sa.text("is_pending"),
            postgresql_where=sa.text("is_pending"),
        )
        batch_op.create_index(
            "ix_ledger_lot_ending",
            ["merchant_id", "expires_at", "id"],
            unique=False,
            sqlite_where=sa.text("remaining > 0 AND expires_at IS NOT NULL"),
            postgresql_where=sa.text("remaining > 0 AND expires_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_ledger_lot_origin",
            ["merchant_id", "origin_id"],
            unique=False,
            sqlite_where=sa.text("origin_id IS NOT NULL"),
            postgresql_where=sa.text("origin_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_ledger_lot_pending",
            ["merchant_id", "account_id"],
            unique=False,
            sqlite_where=sa.text("is_pending"),
            postgresql_where=sa.text("is_pending"),
        )

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("net_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("posting_id", _ID, nullable=True))
        batch_op.add_column(sa.Column("scanned_card_id", _ID, nullable=True))
        batch_op.add_column(sa.Column("occasion", sa.Text(), nullable=True))

    _fill_net()


def _fill_net() -> None:
    """What is left of each visit's amount, from the refunds that stand beside it."""
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE visit SET net_minor = CASE WHEN voided_at IS NULL OR amount_minor IS NULL"
            " THEN amount_minor ELSE 0 END"
        )
    )
    visit = sa.table("visit", *(sa.column(name) for name in ("merchant_id", "id", "net_minor")))
    for (merchant_id, visit_id), net in _refunded(connection).items():
        connection.execute(
            sa.update(visit)
            .where(visit.c.merchant_id == merchant_id, visit.c.id == visit_id)
            .values(net_minor=net)
        )


def _refunded(connection: sa.Connection) -> dict[tuple[object, object], int]:
    """The living visits with refunds, and what those leave."""
    left: dict[tuple[object, object], Fraction] = {}
    rows = connection.execute(
        sa.text(
            "SELECT r.merchant_id, r.visit_id, v.amount_minor AS paid, r.amount_minor, r.lines"
            " FROM visit_refund r JOIN visit v ON v.merchant_id = r.merchant_id"
            " AND v.id = r.visit_id WHERE v.voided_at IS NULL AND v.amount_minor IS NOT NULL"
        )
    ).all()
    for row in rows:
        key = (row.merchant_id, row.visit_id)
        gone = Fraction(row.amount_minor or 0) + _of_lines(connection, key, row.lines, row.paid)
        left[key] = left.get(key, Fraction(row.paid)) - gone
    return {key: max(0, -(-net.numerator // net.denominator)) for key, net in left.items()}


def _of_lines(
    connection: sa.Connection, key: tuple[object, object], lines: str, paid: int
) -> Fraction:
    gone = Fraction(0)
    for number, milli in json.loads(lines):
        line = connection.execute(
            sa.text(
                "SELECT amount_minor, quantity_milli FROM visit_line"
                " WHERE merchant_id = :merchant AND visit_id = :visit AND number = :number"
            ),
            {"merchant": key[0], "visit": key[1], "number": number},
        ).first()
        amount, sold = (line.amount_minor, line.quantity_milli) if line else (paid, 1_000)
        gone += Fraction((amount or 0) * milli, sold)
    return gone


def downgrade() -> None:
    _drop_triggers()
    for name in ("occasion", "scanned_card_id", "posting_id", "net_minor"):
        op.drop_column("visit", name)
    for name in ("pending", "origin", "ending", "ready"):
        op.drop_index(f"ix_ledger_lot_{name}", "ledger_lot")
    for name in ("origin_id", "slides_from_at", "idle_months", "active_at", "is_pending"):
        op.drop_column("ledger_lot", name)
    op.drop_column("ledger_account", "last_active_at")
    op.drop_column("ledger_account", "has_waiting")
    op.drop_index("ix_card_merged", "card")
    op.drop_column("card", "merged_into_id")
    for name in (
        "ledger_extension", "visit_move", "tier_change", "reward_stock", "cause_payout", "cause",
    ):  # fmt: skip
        op.drop_table(name)


def _drop_triggers() -> None:
    """They name the columns that go; `loyalty setup` makes those of its own version again."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        found = connection.execute(
            sa.text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        )
        for name, _ in found.all():
            op.execute(f"DROP TRIGGER {name}")
        return
    found = connection.execute(
        sa.text(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal"
        )
    )
    for name, table in found.all():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION IF EXISTS {name}()")
