"""Roll-ups of members and of the shop's days, and the hour of a visit, filled from the past."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "20261126c"
down_revision = "20261126b"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
# People with those who were merged into them, and their visits; joined crosswise, for SQLite then
# keeps the order of the tables.
_STOOD = """
WITH RECURSIVE person (merchant_id, id, living_id) AS (
    SELECT merchant_id, id, id FROM customer WHERE merged_into_id IS NULL
    UNION ALL
    SELECT c.merchant_id, c.id, p.living_id FROM person p CROSS JOIN customer c
    WHERE c.merchant_id = p.merchant_id AND c.merged_into_id = p.id
), stood AS (
    SELECT v.merchant_id, p.living_id AS customer_id, v.id, v.local_on, v.local_hour, v.net_minor
    FROM person p CROSS JOIN card k CROSS JOIN visit v
    WHERE k.merchant_id = p.merchant_id AND k.customer_id = p.id
      AND v.merchant_id = k.merchant_id AND v.card_id = k.id AND v.voided_at IS NULL
)"""
_FILL = (
    """INSERT INTO member_stats (merchant_id, customer_id, first_on, last_on, visit_days, visits,
                                 spend_minor)
    {stood} SELECT merchant_id, customer_id, MIN(local_on), MAX(local_on),
                   COUNT(DISTINCT local_on), COUNT(*), COALESCE(SUM(net_minor), 0)
    FROM stood GROUP BY merchant_id, customer_id""",
    """INSERT INTO member_month (merchant_id, customer_id, month_on, visits, spend_minor)
    {stood} SELECT merchant_id, customer_id, {month}, COUNT(*), COALESCE(SUM(net_minor), 0)
    FROM stood GROUP BY merchant_id, customer_id, {month}""",
    """INSERT INTO member_hour (merchant_id, customer_id, weekday, hour, visits)
    {stood} SELECT merchant_id, customer_id, {weekday}, local_hour, COUNT(*)
    FROM stood GROUP BY merchant_id, customer_id, {weekday}, local_hour""",
    """INSERT INTO member_product (merchant_id, customer_id, product, visits, quantity_milli)
    {stood} SELECT merchant_id, customer_id, product, COUNT(*), SUM(milli) FROM (
        SELECT s.merchant_id, s.customer_id, s.id,
               COALESCE(NULLIF(l.sku, ''), NULLIF(l.item, '')) AS product,
               SUM(l.quantity_milli) AS milli
        FROM stood s CROSS JOIN visit_line l
        WHERE l.merchant_id = s.merchant_id AND l.visit_id = s.id
        GROUP BY s.merchant_id, s.customer_id, s.id,
                 COALESCE(NULLIF(l.sku, ''), NULLIF(l.item, ''))) AS bought
    WHERE product IS NOT NULL GROUP BY merchant_id, customer_id, product""",
    """INSERT INTO shop_day (merchant_id, local_on, location_id, slot, visits, spend_minor)
    SELECT merchant_id, local_on, COALESCE(location_id, {nowhere}), 0, COUNT(*),
           COALESCE(SUM(net_minor), 0)
    FROM visit WHERE voided_at IS NULL
    GROUP BY merchant_id, local_on, COALESCE(location_id, {nowhere})""",
)
_WORDS = {
    "sqlite": {
        "month": "DATE(local_on, 'start of month')",
        "weekday": "(STRFTIME('%w', local_on) + 6) % 7 + 1",
        "nowhere": "ZEROBLOB(16)",
    },
    "postgresql": {
        "month": "CAST(DATE_TRUNC('month', local_on) AS date)",
        "weekday": "CAST(EXTRACT(isodow FROM local_on) AS smallint)",
        "nowhere": "CAST('00000000-0000-0000-0000-000000000000' AS uuid)",
    },
}
_KEYS = {
    "member_month": ("month_on",),
    "member_hour": ("weekday", "hour"),
    "member_product": ("product",),
}


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("local_hour", sa.SmallInteger(), nullable=False, server_default="0")
        )
    _make_whole("member_stats", *_stats())
    for name, columns in _counts().items():
        _make_of_a_member(name, columns)
    _make_whole("shop_day", *_day())
    _fill_hours(op.get_bind())
    for query in _FILL:
        op.execute(query.format(stood=_STOOD, **_WORDS[op.get_bind().dialect.name]))


def _counts() -> dict[str, list[sa.Column]]:
    return {
        "member_month": [
            sa.Column("month_on", sa.Date(), nullable=False),
            sa.Column("visits", sa.Integer(), nullable=False),
            sa.Column("spend_minor", sa.BigInteger(), nullable=False),
        ],
        "member_hour": [
            sa.Column("weekday", sa.SmallInteger(), autoincrement=False, nullable=False),
            sa.Column("hour", sa.SmallInteger(), autoincrement=False, nullable=False),
            sa.Column("visits", sa.Integer(), nullable=False),
        ],
        "member_product": [
            sa.Column("product", sa.String(length=200), nullable=False),
            sa.Column("visits", sa.Integer(), nullable=False),
            sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        ],
    }


def _stats() -> tuple[list[sa.Column], list[str]]:
    columns = [
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("visit_days", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("spend_minor", sa.BigInteger(), nullable=False),
    ]
    return columns, ["customer_id"]


def _day() -> tuple[list[sa.Column], list[str]]:
    columns = [
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("location_id", _ID, nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("spend_minor", sa.BigInteger(), nullable=False),
    ]
    return columns, ["local_on", "location_id", "slot"]


def _make_whole(name: str, columns: list[sa.Column], key: list[str]) -> None:
    op.create_table(
        name,
        sa.Column("merchant_id", _ID, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f(f"fk_{name}_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", *key, name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )


def _make_of_a_member(name: str, columns: list[sa.Column]) -> None:
    op.create_table(
        name,
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"],
            ["member_stats.merchant_id", "member_stats.customer_id"],
            name=op.f(f"fk_{name}_merchant_id_customer_id_member_stats"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "customer_id", *_KEYS[name], name=op.f(f"pk_{name}")
        ),
        sqlite_with_rowid=False,
    )


def _fill_hours(connection: sa.Connection) -> None:
    """What the shop's clocks showed at each visit; SQLite knows no zones, so Python says it."""
    hour = "EXTRACT(hour FROM occurred_at AT TIME ZONE timezone)"
    if connection.dialect.name == "sqlite":
        raw = connection.connection.driver_connection
        raw.create_function("local_hour", 2, _hour)
        hour = "local_hour(occurred_at, timezone)"
    op.execute(
        f"UPDATE visit SET local_hour = {hour}"  # noqa: S608  # one of the two above
        " FROM merchant WHERE merchant.id = visit.merchant_id"
    )


def _hour(moment: str, timezone: str) -> int:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).hour


def downgrade() -> None:
    _drop_triggers()
    for name in ("shop_day", *_KEYS, "member_stats"):
        op.drop_table(name)
    op.drop_column("visit", "local_hour")


def _drop_triggers() -> None:
    """They name the column that goes; `loyalty setup` makes those of its own version again."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS visit_no_update")
        return
    op.execute("DROP TRIGGER IF EXISTS visit_append_only ON visit")
    op.execute("DROP FUNCTION IF EXISTS visit_append_only()")
