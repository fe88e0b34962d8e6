"""Tables of imports: each run, and which row of which file became which visit."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, UtcDateTime


class ImportRun(Base):
    """One import of one file into one program; without `finished_at` it was broken off.

    `undone_at` is when the last of it that could be taken back was.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]
        ),
        # What the key of each of its rows points at.
        sa.Index("ix_import_run_program", "merchant_id", "program_id", "id", unique=True),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    program_id: Mapped[UUID] = mapped_column(Id)
    file_name: Mapped[str] = mapped_column(sa.String(255))
    accepted: Mapped[int] = mapped_column(sa.BigInteger)
    refused: Mapped[int] = mapped_column(sa.BigInteger)
    no_customer: Mapped[int] = mapped_column(sa.BigInteger)
    replayed: Mapped[int] = mapped_column(sa.BigInteger)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportedSale(Base):
    """A row's identity: with it the same row is known again, in whatever file it comes back.

    `visit_id` is the operation that it became: a visit, or (the first) refund, return or addition.
    """

    __tablename__ = "imported_sale"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id", "import_id"],
            ["import_run.merchant_id", "import_run.program_id", "import_run.id"],
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "visit_id"], ["ledger_operation.merchant_id", "ledger_operation.id"]
        ),
        sa.Index("ix_imported_sale_import", "merchant_id", "import_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    program_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    identity: Mapped[bytes] = mapped_column(sa.LargeBinary(16), primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Id)
    visit_id: Mapped[UUID] = mapped_column(Id)


class ImportedChange(Base):
    """What an import did beside recording visits: a refund, a return, or lines added to a visit."""

    __tablename__ = "imported_change"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "import_id"], ["import_run.merchant_id", "import_run.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "operation_id"],
            ["ledger_operation.merchant_id", "ledger_operation.id"],
        ),
        sa.Index("ix_imported_change_import", "merchant_id", "import_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    operation_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Id)
