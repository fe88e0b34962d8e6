"""Letters tried out by staff; a shop says who stands in From, and where answers go."""

import sqlalchemy as sa
from alembic import op

revision = "20261126z"
down_revision = "20261126x"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mail_trial",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("campaign_id", _ID, nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('letter', 'hello', 'records')", name=op.f("ck_mail_trial_kind")
        ),
        sa.CheckConstraint("language IN ('it', 'en')", name=op.f("ck_mail_trial_language")),
        sa.CheckConstraint(
            "(kind = 'letter') = (campaign_id IS NOT NULL)", name=op.f("ck_mail_trial_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_mail_trial_merchant_id_merchant")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "campaign_id"],
            ["campaign.merchant_id", "campaign.id"],
            name=op.f("fk_mail_trial_merchant_id_campaign_id_campaign"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_mail_trial")),
    )
    for name, letters in (("sender_name", 60), ("reply_to", 254)):
        op.add_column(
            "mail_rules",
            sa.Column(name, sa.String(letters), nullable=False, server_default=sa.text("''")),
        )


def downgrade() -> None:
    for name in ("reply_to", "sender_name"):
        op.drop_column("mail_rules", name)
    op.drop_table("mail_trial")
