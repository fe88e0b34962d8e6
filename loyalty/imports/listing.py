"""The imports of a shop, the latest first, as people look them up to undo one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.clock import rfc3339
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.imports.models import ImportRun
from loyalty.merchants.accounts import find_merchant

_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """An import of sales: its ref, file and counts of rows; None where it is not so yet."""

    ref: str
    program: str
    file_name: str
    accepted: int
    refused: int
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        times = ("started_at", "finished_at", "undone_at")
        moments = {name: getattr(self, name) for name in times}
        return {
            "ref": self.ref,
            "program": self.program,
            "file": self.file_name,
            "accepted": self.accepted,
            "refused": self.refused,
            **{name: at and rfc3339(at) for name, at in moments.items()},
        }

    @property
    def said(self) -> Text:
        """In a line."""
        state = Text("", "")
        if self.undone_at is not None:
            state = Text(", annullata", ", undone")
        elif self.finished_at is None:
            state = Text(", interrotta", ", broken off")
        head = f"{self.ref}  {rfc3339(self.started_at)}  {self.file_name}"
        return Text(
            f"{head}: {self.accepted} righe accettate, {self.refused} rifiutate{state.it}",
            f"{head}: {self.accepted} rows accepted, {self.refused} refused{state.en}",
        )


def listed(session: Session, *, merchant_ref: str) -> list[Listed]:
    """The latest imports of sales of a shop. Raises Unknown("merchant")."""
    merchant = find_merchant(session, merchant_ref=merchant_ref)
    rows = session.execute(
        sa.select(ImportRun)
        .where(ImportRun.merchant_id == merchant.id)
        .order_by(ImportRun.id.desc())
        .limit(_AT_MOST)
    ).scalars()
    return [
        Listed(
            ref=ref("imp", row.id),
            program=ref("prg", row.program_id),
            file_name=row.file_name,
            accepted=row.accepted,
            refused=row.refused,
            started_at=row.started_at,
            finished_at=row.finished_at,
            undone_at=row.undone_at,
        )
        for row in rows
    ]
