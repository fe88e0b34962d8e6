"""Tables of files that people bring in a browser: the file, its bad rows, and whom it made."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, Json, UtcDateTime

KINDS = ("sales", "customers")
ARRIVING, CHOOSING, TRYING, TRIED = "arriving", "choosing", "trying", "tried"
RUNNING, DONE, UNDOING, UNDONE = "running", "done", "undoing", "undone"
STATES = (ARRIVING, CHOOSING, TRYING, TRIED, RUNNING, DONE, UNDOING, UNDONE)


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


class ImportUpload(Base):
    """A file on its way in; its import has the same id.

    `headings` are the file's own, `columns` what each of them means ("" for nothing). `counts` are
    those of the last try or of the import, `undone_counts` of taking it back. `fault` is why the
    file as a whole could not be read. `total` is 0 while nobody knows how many rows there are.
    """

    __tablename__ = "import_upload"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]
        ),
        _one_of("kind", KINDS),
        _one_of("state", STATES),
        sa.Index("ix_import_upload_shape", "merchant_id", "shape", "id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    state: Mapped[str] = mapped_column(sa.String(10))
    file_name: Mapped[str] = mapped_column(sa.String(255))
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger)
    headings: Mapped[list[str]] = mapped_column(Json)
    shape: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    columns: Mapped[list[str]] = mapped_column(Json)
    program_id: Mapped[UUID | None] = mapped_column(Id)
    language: Mapped[str] = mapped_column(sa.String(2))
    actor: Mapped[str] = mapped_column(sa.String(40))
    done: Mapped[int] = mapped_column(sa.BigInteger)
    total: Mapped[int] = mapped_column(sa.BigInteger)
    counts: Mapped[dict[str, Any] | None] = mapped_column(Json)
    undone_counts: Mapped[dict[str, Any] | None] = mapped_column(Json)
    fault: Mapped[dict[str, str] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportChunk(Base):
    """A piece of the file as it came; all of them go when the import is over."""

    __tablename__ = "import_chunk"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "upload_id"], ["import_upload.merchant_id", "import_upload.id"]
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    upload_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)


class ImportBadRow(Base):
    """A row that was not taken, as the file has it, with why; kept for two weeks to be mended."""

    __tablename__ = "import_bad_row"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "upload_id"], ["import_upload.merchant_id", "import_upload.id"]
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    upload_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    line: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    heading: Mapped[str] = mapped_column(sa.String(120))
    reason: Mapped[str] = mapped_column(sa.String(400))
    cells: Mapped[list[str]] = mapped_column(Json)


class ImportedCustomer(Base):
    """A customer whom a file of customers made, so that the import can be undone."""

    __tablename__ = "imported_customer"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "import_id"], ["import_upload.merchant_id", "import_upload.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.Index("ix_imported_customer_import", "merchant_id", "import_id", "customer_id"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    import_id: Mapped[UUID] = mapped_column(Id)
