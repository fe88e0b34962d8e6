"""Files brought in a browser; hours and rules of places; tasks."""

import sqlalchemy as sa
from alembic import op

revision = "20261126t"
down_revision = "20261126s"
branch_labels = None
depends_on = None

_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _uploads()
    _parts()
    _tasks()
    _places()


def _uploads() -> None:
    op.create_table(
        "import_upload",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("headings", sa.Text(), nullable=False),
        sa.Column("shape", sa.LargeBinary(length=16), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("program_id", _ID, nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.Column("undone_counts", sa.Text(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("tried_at", _MOMENT, nullable=True),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('sales', 'customers')", name=op.f("ck_import_upload_kind")),
        sa.CheckConstraint(
            "state IN ('arriving', 'choosing', 'trying', 'tried', 'running', 'done', 'undoing',"
            " 'undone')",
            name=op.f("ck_import_upload_state"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"],
            ["program.merchant_id", "program.id"],
            name=op.f("fk_import_upload_merchant_id_program_id_program"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_import_upload_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_import_upload")),
    )
    op.create_index("ix_import_upload_shape", "import_upload", ["merchant_id", "shape", "id"])


def _tasks() -> None:
    op.create_table(
        "task",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=300), nullable=True),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("assignee_id", _ID, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("done_by", sa.String(length=40), nullable=True),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_task_done")),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_task_state")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "assignee_id"],
            ["staff.merchant_id", "staff.id"],
            name=op.f("fk_task_merchant_id_assignee_id_staff"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"],
            ["customer.merchant_id", "customer.id"],
            name=op.f("fk_task_merchant_id_customer_id_customer"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchant.id"], name=op.f("fk_task_merchant_id_merchant")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_task")),
        sa.UniqueConstraint("merchant_id", "cause", name=op.f("uq_task_merchant_id_cause")),
    )
    op.create_index("ix_task_customer", "task", ["merchant_id", "customer_id"])
    op.create_index("ix_task_open", "task", ["merchant_id", "state", "due_on", "id"])


def _parts() -> None:
    op.create_table(
        "import_bad_row",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("upload_id", _ID, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("heading", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "upload_id"],
            ["import_upload.merchant_id", "import_upload.id"],
            name=op.f("fk_import_bad_row_merchant_id_upload_id_import_upload"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "upload_id", "line", name=op.f("pk_import_bad_row")),
    )
    op.create_table(
        "import_chunk",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("upload_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "upload_id"],
            ["import_upload.merchant_id", "import_upload.id"],
            name=op.f("fk_import_chunk_merchant_id_upload_id_import_upload"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "upload_id", "number", name=op.f("pk_import_chunk")),
    )
    op.create_table(
        "imported_customer",
        sa.Column("merchant_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("import_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"],
            ["customer.merchant_id", "customer.id"],
            name=op.f("fk_imported_customer_merchant_id_customer_id_customer"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "import_id"],
            ["import_upload.merchant_id", "import_upload.id"],
            name=op.f("fk_imported_customer_merchant_id_import_id_import_upload"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "customer_id", name=op.f("pk_imported_customer")),
    )
    op.create_index(
        "ix_imported_customer_import",
        "imported_customer",
        ["merchant_id", "import_id", "customer_id"],
    )


def _places() -> None:
    with op.batch_alter_table("location", schema=None) as batch:
        batch.add_column(sa.Column("address", sa.String(length=200), nullable=True))
        batch.add_column(sa.Column("hours", sa.Text(), nullable=True))
        batch.add_column(sa.Column("language", sa.String(length=2), nullable=True))
        batch.add_column(
            sa.Column("is_earning", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch.add_column(sa.Column("largest_minor", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("closed_at", _MOMENT, nullable=True))
        batch.create_check_constraint(op.f("ck_location_largest_minor"), "largest_minor > 0")


def downgrade() -> None:
    with op.batch_alter_table("location", schema=None) as batch:
        batch.drop_constraint(op.f("ck_location_largest_minor"), type_="check")
        for column in (
            "closed_at", "largest_minor", "is_earning", "language", "hours", "address",
        ):  # fmt: skip
            batch.drop_column(column)
    for table in ("task", "imported_customer", "import_chunk", "import_bad_row", "import_upload"):
        op.drop_table(table)
