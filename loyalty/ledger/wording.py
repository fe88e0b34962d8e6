"""What people typed into the ledger: taken out where the card's holder has been forgotten.

Only words: the triggers let nothing else be changed, and these for nobody else.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.ledger.models import Entry, Operation
from loyalty.ledger.state import Reason

GONE = "…"
CORRECTION = "adjustment"  # the rule that a correction by hand names in its reasons
_OPERATION, _ENTRY = table(Operation), table(Entry)


def forget(session: Session, *, merchant_id: UUID, card_ids: Collection[UUID]) -> None:
    """Take the typed words out of these cards' operations, receipts and statements.

    Their holders have been forgotten in the same write.
    """
    columns = (_OPERATION.c.id, _OPERATION.c.reason, _OPERATION.c.answer)
    typed = session.execute(
        sa.select(*columns).where(
            _OPERATION.c.merchant_id == merchant_id,
            _OPERATION.c.card_id.in_(card_ids),
            _OPERATION.c.reason.is_not(None),
        )
    ).all()
    for row in typed:
        _reword(session, merchant_id, row)


def _reword(session: Session, merchant_id: UUID, operation: Any) -> None:
    said: str = operation.reason
    session.execute(
        sa.update(_OPERATION)
        .where(_OPERATION.c.merchant_id == merchant_id, _OPERATION.c.id == operation.id)
        .values(reason=None, answer=_told(operation.answer, said))
    )
    mine = (_ENTRY.c.merchant_id == merchant_id, _ENTRY.c.operation_id == operation.id)
    for entry in session.execute(sa.select(_ENTRY.c.id, _ENTRY.c.reasons).where(*mine)).all():
        left = without(entry.reasons, said)
        if left != entry.reasons:
            this = (_ENTRY.c.merchant_id == merchant_id, _ENTRY.c.id == entry.id)
            session.execute(sa.update(_ENTRY).where(*this).values(reasons=left))


def _told(answer: dict[str, Any] | None, words: str) -> dict[str, Any] | None:
    if answer is None or "reasons" not in answer:
        return answer
    return {**answer, "reasons": without(answer["reasons"], words)}


def without(reasons: list[Reason], words: str) -> list[Reason]:
    """The reasons of a correction by hand, which quote what was typed, without that (pure)."""
    quoted, gone = f"({words})", f"({GONE})"
    return [
        {**each, "it": each["it"].replace(quoted, gone), "en": each["en"].replace(quoted, gone)}
        if each["rule"] == CORRECTION
        else each
        for each in reasons
    ]
