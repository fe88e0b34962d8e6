"""Sessions of staff are rows; second factors; where each may stand; who made and used a key."""

import sqlalchemy as sa
from alembic import op

revision = "20261126s"
down_revision = "20261126r"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "merchant",
        sa.Column("needs_factor", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("staff", sa.Column("seen_at", _MOMENT, nullable=True))
    op.add_column("api_key", sa.Column("created_by", sa.String(length=40), nullable=True))
    op.add_column("api_key", sa.Column("used_at", _MOMENT, nullable=True))
    op.create_index("ix_staff_act_actor", "staff_act", ["merchant_id", "actor", "id"])
    with op.batch_alter_table("staff_link") as table:
        table.add_column(
            sa.Column("kind", sa.String(length=10), server_default="start", nullable=False)
        )
        table.add_column(sa.Column("address", sa.String(length=254), nullable=True))
        table.create_check_constraint(
            op.f("ck_staff_link_kind"), "kind IN ('start', 'reset', 'address')"
        )
    _sessions()
    _factors()
    _places()


def _sessions() -> None:
    op.create_table(
        "staff_session",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("stamp", sa.String(length=26), nullable=False),
        sa.Column("by_pin", sa.Boolean(), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=True),
        sa.Column("browser", sa.String(length=40), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("proved_at", _MOMENT, nullable=False),
        _of_staff("staff_session"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint(
            "merchant_id", "secret_hash", name=op.f("uq_staff_session_merchant_id_secret_hash")
        ),
    )
    op.create_index("ix_staff_session_staff", "staff_session", ["merchant_id", "staff_id"])


def _factors() -> None:
    op.create_table(
        "staff_factor",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("last_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("confirmed_at", _MOMENT, nullable=True),
        _of_staff("staff_factor"),
        sa.PrimaryKeyConstraint("merchant_id", "staff_id", name=op.f("pk_staff_factor")),
    )
    op.create_table(
        "staff_recovery_code",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        _of_staff("staff_recovery_code"),
        sa.PrimaryKeyConstraint(
            "merchant_id", "staff_id", "code_hash", name=op.f("pk_staff_recovery_code")
        ),
    )


def _places() -> None:
    op.create_table(
        "staff_place",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("location_id", _ID, nullable=False),
        _of_staff("staff_place"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "location_id"],
            ["location.merchant_id", "location.id"],
            name=op.f("fk_staff_place_merchant_id_location_id_location"),
        ),
        sa.PrimaryKeyConstraint(
            "merchant_id", "staff_id", "location_id", name=op.f("pk_staff_place")
        ),
    )


def _of_staff(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", "staff_id"],
        ["staff.merchant_id", "staff.id"],
        name=op.f(f"fk_{table}_merchant_id_staff_id_staff"),
    )


def downgrade() -> None:
    for table in ("staff_place", "staff_recovery_code", "staff_factor", "staff_session"):
        op.drop_table(table)
    with op.batch_alter_table("staff_link") as table:
        table.drop_constraint(op.f("ck_staff_link_kind"), type_="check")
        table.drop_column("address")
        table.drop_column("kind")
    op.drop_index("ix_staff_act_actor", "staff_act")
    op.drop_column("api_key", "used_at")
    op.drop_column("api_key", "created_by")
    op.drop_column("staff", "seen_at")
    op.drop_column("merchant", "needs_factor")
