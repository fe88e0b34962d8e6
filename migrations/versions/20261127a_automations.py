"""Automations: what is on, who is on a journey, who is left alone, why somebody is lost."""

import sqlalchemy as sa
from alembic import op

revision = "20261127a"
down_revision = "20261126z"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_ONE = "uq_message_merchant_id_campaign_id_customer_id"


def upgrade() -> None:
    op.add_column("campaign", sa.Column("automation", sa.String(20), nullable=True))
    op.add_column("campaign", sa.Column("step", sa.String(20), nullable=True))
    with op.batch_alter_table("message") as message:
        message.add_column(
            sa.Column("cycle", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
        )
        message.drop_constraint(op.f(_ONE), type_="unique")
        message.create_unique_constraint(
            op.f(f"{_ONE}_cycle"), ["merchant_id", "campaign_id", "customer_id", "cycle"]
        )
    _automation()
    _run()
    _step()
    _rest()
    _loss()


def _automation() -> None:
    op.create_table(
        "automation",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("letters", sa.Text(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=True),
        sa.Column("holdout_percent", sa.SmallInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.Column("fresh_from_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('win_back', 'welcome')", name=op.f("ck_automation_kind")),
        sa.CheckConstraint("state IN ('off', 'on', 'ending')", name=op.f("ck_automation_state")),
        sa.CheckConstraint(
            "holdout_percent BETWEEN 0 AND 90", name=op.f("ck_automation_holdout_percent")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_automation_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "kind", name=op.f("pk_automation")),
    )


def _run() -> None:
    op.create_table(
        "automation_run",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("cycle", sa.SmallInteger(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("gap_days", sa.Integer(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("delays", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_as", sa.String(20), nullable=True),
        sa.CheckConstraint(
            "(ended_as IS NULL) = (ended_at IS NULL)", name=op.f("ck_automation_run_ended")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "kind"],
            ["automation.merchant_id", "automation.kind"],
            name=op.f("fk_automation_run_merchant_id_kind_automation"),
        ),
        _of_customer("automation_run"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_automation_run")),
        sa.UniqueConstraint(
            "merchant_id",
            "kind",
            "customer_id",
            "cycle",
            name=op.f("uq_automation_run_merchant_id_kind_customer_id_cycle"),
        ),
    )
    due = ["merchant_id", "kind", "ended_at", "due_at"]
    op.create_index("ix_automation_run_due", "automation_run", due)
    op.create_index("ix_automation_run_customer", "automation_run", ["merchant_id", "customer_id"])


def _step() -> None:
    op.create_table(
        "automation_step",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("run_id", _ID, nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("message_id", _ID, nullable=True),
        sa.Column("taken_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "run_id"],
            ["automation_run.merchant_id", "automation_run.id"],
            name=op.f("fk_automation_step_merchant_id_run_id_automation_run"),
        ),
        _of_message("automation_step"),
        sa.PrimaryKeyConstraint("merchant_id", "run_id", "step", name=op.f("pk_automation_step")),
        sa.UniqueConstraint(
            "merchant_id", "message_id", name=op.f("uq_automation_step_merchant_id_message_id")
        ),
    )


def _rest() -> None:
    op.create_table(
        "mail_rest",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("reason", sa.String(8), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("since_at", _MOMENT, nullable=False),
        sa.Column("until_at", _MOMENT, nullable=True),
        sa.CheckConstraint("reason IN ('sunset', 'compared')", name=op.f("ck_mail_rest_reason")),
        _of_customer("mail_rest"),
        sa.PrimaryKeyConstraint("merchant_id", "customer_id", name=op.f("pk_mail_rest")),
    )


def _loss() -> None:
    op.create_table(
        "loss_note",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("message_id", _ID, nullable=True),
        sa.Column("reason", sa.String(10), nullable=False),
        sa.Column("words", sa.String(500), nullable=True),
        sa.Column("actor", sa.String(40), nullable=False),
        sa.Column("noted_at", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "reason IN ('moved', 'habits', 'price', 'quality', 'service', 'elsewhere', 'back_soon',"
            " 'other')",
            name=op.f("ck_loss_note_reason"),
        ),
        _of_customer("loss_note"),
        _of_message("loss_note"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_loss_note")),
    )
    op.create_index("ix_loss_note_customer", "loss_note", ["merchant_id", "customer_id", "id"])
    op.create_index("ix_loss_note_message", "loss_note", ["merchant_id", "message_id", "id"])


def _of_customer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", "customer_id"],
        ["customer.merchant_id", "customer.id"],
        name=op.f(f"fk_{table}_merchant_id_customer_id_customer"),
    )


def _of_message(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", "message_id"],
        ["message.merchant_id", "message.id"],
        name=op.f(f"fk_{table}_merchant_id_message_id_message"),
    )


def downgrade() -> None:
    for table in ("loss_note", "mail_rest", "automation_step", "automation_run", "automation"):
        op.drop_table(table)
    with op.batch_alter_table("message") as message:
        message.drop_constraint(op.f(f"{_ONE}_cycle"), type_="unique")
        message.create_unique_constraint(op.f(_ONE), ["merchant_id", "campaign_id", "customer_id"])
        message.drop_column("cycle")
    with op.batch_alter_table("campaign") as campaign:
        campaign.drop_column("step")
        campaign.drop_column("automation")
