"""Wallets, opened by a code; mails with their tries; where a card is open, in plain words."""

import sqlalchemy as sa
from alembic import op

revision = "20261126n"
down_revision = "20261126m"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_HAS_EMAIL = sa.text("email IS NOT NULL")


def upgrade() -> None:
    op.add_column("mail", sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("mail", sa.Column("error", sa.String(length=20), nullable=True))
    op.drop_index("ix_mail_created", "mail")
    op.create_index("ix_mail_shop", "mail", ["merchant_id", "id"])
    op.create_index("ix_mail_address", "mail", ["address"])
    op.add_column("card_device", sa.Column("browser", sa.String(length=40), nullable=True))
    op.add_column("card_device", sa.Column("wallet_session_id", _ID, nullable=True))
    op.create_index(
        "ix_customer_address",
        "customer",
        ["email"],
        sqlite_where=_HAS_EMAIL,
        postgresql_where=_HAS_EMAIL,
    )
    _requests()
    _sessions()


def _requests() -> None:
    op.create_table(
        "wallet_request",
        sa.Column("id", _ID, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_wallet_request_tries_floor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_request")),
    )
    op.create_index("ix_wallet_request_secret", "wallet_request", ["secret_hash"], unique=True)
    op.create_index("ix_wallet_request_address", "wallet_request", ["address"])


def _sessions() -> None:
    op.create_table(
        "wallet_session",
        sa.Column("id", _ID, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("browser", sa.String(length=40), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wallet_session")),
    )
    op.create_index("ix_wallet_session_secret", "wallet_session", ["secret_hash"], unique=True)
    op.create_index("ix_wallet_session_address", "wallet_session", ["address"])


def downgrade() -> None:
    op.drop_table("wallet_session")
    op.drop_table("wallet_request")
    op.drop_index("ix_customer_address", "customer")
    op.drop_column("card_device", "wallet_session_id")
    op.drop_column("card_device", "browser")
    op.drop_index("ix_mail_address", "mail")
    op.drop_index("ix_mail_shop", "mail")
    op.create_index("ix_mail_created", "mail", ["merchant_id", "created_at"])
    op.drop_column("mail", "error")
    op.drop_column("mail", "tries")
