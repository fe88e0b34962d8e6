"""A row that was imported names its run and program by one key: one check a row, not two."""

from alembic import op

revision = "20261126h"
down_revision = "20261126g"
branch_labels = None
depends_on = None

_RUN = ["merchant_id", "program_id", "id"]
_ROW = ["merchant_id", "program_id", "import_id"]
_NEW = "fk_imported_sale_merchant_id_program_id_import_id_import_run"
_OLD = {
    "fk_imported_sale_merchant_id_import_id_import_run": ("import_run", "import_id"),
    "fk_imported_sale_merchant_id_program_id_program": ("program", "program_id"),
}


def upgrade() -> None:
    # An index, not a constraint: SQLite would make the whole table anew, to which rows point.
    op.create_index("ix_import_run_program", "import_run", _RUN, unique=True)
    with op.batch_alter_table("imported_sale") as row:
        for name in _OLD:
            row.drop_constraint(name, type_="foreignkey")
        row.create_foreign_key(_NEW, "import_run", _ROW, _RUN)


def downgrade() -> None:
    with op.batch_alter_table("imported_sale") as row:
        row.drop_constraint(_NEW, type_="foreignkey")
        for name, (table, column) in _OLD.items():
            row.create_foreign_key(name, table, ["merchant_id", column], ["merchant_id", "id"])
    op.drop_index("ix_import_run_program", table_name="import_run")
