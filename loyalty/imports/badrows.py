"""Rows that were not taken, as the file has them: kept to be mended, for two weeks."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import Database, table
from loyalty.imports.lines import numbered, opened
from loyalty.imports.order import Order
from loyalty.imports.sheet import Record, Sheet
from loyalty.imports.upload_models import ImportBadRow, ImportUpload

KEPT_MAX = 10_000
KEPT_DAYS = 14
_AT_ONCE, _PAGE = 500, 1_000
_CELLS_LETTERS_MAX = 10_000
_REASON_LETTERS_MAX = 400
_HEADING_LETTERS_MAX = 120
_BAD = table(ImportBadRow)
Found = dict[int, tuple[str, str]]  # by line: the column at fault, and why


def keep(database: Database, *, upload: ImportUpload, order: Order, found: Found) -> None:
    """Keep these rows in place of those of an earlier try."""
    with database.write() as session:
        clear(session, merchant_id=upload.merchant_id, upload_id=upload.id)
    rows = _rows(order, upload, found)
    while some := list(islice(rows, _AT_ONCE)):
        with database.write() as session:
            session.execute(sa.insert(_BAD), some)


def _rows(order: Order, upload: ImportUpload, found: Found) -> Iterator[dict[str, Any]]:
    """The cells of each row are read from the file once more: most files have no bad row."""
    assert order.chosen is not None, "files that are brought have their columns chosen"
    left = set(found)
    if not left:
        return
    called = dict(zip(upload.columns, upload.headings, strict=True))
    with opened(order.path) as stream:
        texts: dict[int, str] = {}
        sheet = Sheet(_watched(numbered(stream), left, texts), reading=order.chosen.heading)
        for row in sheet:
            if row.line not in left:
                continue
            left.discard(row.line)
            column, reason = found[row.line]
            cells = row.cells if isinstance(row, Record) else [texts.get(row.line, "")]
            yield {
                "merchant_id": upload.merchant_id,
                "upload_id": upload.id,
                "line": row.line,
                "heading": called.get(column, column)[:_HEADING_LETTERS_MAX],
                "reason": _plain(reason, called)[:_REASON_LETTERS_MAX],
                "cells": _short(cells),
            }
            if not left:
                return


def _watched(
    lines: Iterator[tuple[int, str | None]], wanted: Collection[int], texts: dict[int, str]
) -> Iterator[tuple[int, str | None]]:
    """The lines, while those that may be broken are kept as they stand."""
    for number, text in lines:
        if number in wanted:
            texts[number] = (text or "").replace("\0", "")
        yield number, text


def _plain(reason: str, called: dict[str, str]) -> str:
    """With the file's own word for a column, where ours would be said."""
    for column, heading in called.items():
        if "_" in column:
            reason = reason.replace(column, f"«{heading}»")
    return reason


def _short(cells: list[str]) -> list[str]:
    """A row of very long texts is cut: nobody mends it here."""
    each = max(1, _CELLS_LETTERS_MAX // max(1, len(cells)))
    return [cell[:each].replace("\0", "") for cell in cells]


def of(session: Session, *, upload: ImportUpload, after: int, limit: int) -> list[ImportBadRow]:
    """The kept rows after that line, in the order of the file."""
    return list(
        session.execute(
            sa.select(ImportBadRow)
            .where(
                ImportBadRow.merchant_id == upload.merchant_id,
                ImportBadRow.upload_id == upload.id,
                ImportBadRow.line > after,
            )
            .order_by(ImportBadRow.line)
            .limit(limit)
        ).scalars()
    )


def clear(session: Session, *, merchant_id: UUID, upload_id: UUID) -> None:
    """Let the kept rows of a file go."""
    session.execute(
        sa.delete(_BAD).where(_BAD.c.merchant_id == merchant_id, _BAD.c.upload_id == upload_id)
    )


def forget(session: Session, *, merchant_id: UUID, addresses: Collection[str]) -> None:
    """Let rows go in which one of these addresses stands: that person is to be forgotten."""
    tidy = [address.casefold() for address in addresses if address]
    after: tuple[UUID, int] | None = None
    while tidy:
        query = sa.select(_BAD.c.upload_id, _BAD.c.line, _BAD.c.cells).where(
            _BAD.c.merchant_id == merchant_id
        )
        if after is not None:
            query = query.where(sa.tuple_(_BAD.c.upload_id, _BAD.c.line) > after)
        rows = session.execute(query.order_by(_BAD.c.upload_id, _BAD.c.line).limit(_PAGE)).all()
        for row in rows:
            if any(address in cell.casefold() for address in tidy for cell in row.cells):
                _drop(session, merchant_id, row.upload_id, row.line)
        if len(rows) < _PAGE:
            return
        after = rows[-1].upload_id, rows[-1].line


def _drop(session: Session, merchant_id: UUID, upload_id: UUID, line: int) -> None:
    mine = (_BAD.c.merchant_id == merchant_id, _BAD.c.upload_id == upload_id)
    session.execute(sa.delete(_BAD).where(*mine, _BAD.c.line == line))


def oldest_kept(at: datetime) -> datetime:
    """Rows of files that came before this are let go."""
    return at - timedelta(days=KEPT_DAYS)
