"""Phones that are tills of the shop, and each person's PIN on each of them."""

import sqlalchemy as sa
from alembic import op

revision = "20261126d"
down_revision = "20261126c"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("location_id", _ID, nullable=True),
        sa.Column("added_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_staff_id", _ID, nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_device_merchant_id_merchant")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "location_id"],
            ["location.merchant_id", "location.id"],
            name=op.f("fk_device_merchant_id_location_id_location"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "last_staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_device_merchant_id_last_staff_id_staff"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_device")),
    )
    op.create_table(
        "device_pin",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("device_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("stamp", sa.String(length=26), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_device_pin_tries_floor")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "device_id"],
            ["device.merchant_id", "device.id"],
            name=op.f("fk_device_pin_merchant_id_device_id_device"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_device_pin_merchant_id_staff_id_staff"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "device_id", "staff_id", name=op.f("pk_device_pin")),
    )


def downgrade() -> None:
    op.drop_table("device_pin")
    op.drop_table("device")
