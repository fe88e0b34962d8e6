"""A visit comes back to a card that it had left: seen as before, and what was forgiven is owed."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.counter import reasons, sale
from loyalty.counter.desk import Desk
from loyalty.counter.models import Visit, VisitMove
from loyalty.counter.sale import Recorded
from loyalty.ledger.models import Account, Entry
from loyalty.programs.conditions import Occasion
from loyalty.programs.earning import Line


@dataclass(frozen=True, slots=True)
class Homecoming:
    """By which move a visit had left the card, how the rules had seen it here, what was forgiven.

    All are empty for a visit that was never here.
    """

    away_id: UUID | None = None
    occasion: Occasion | None = None
    forgiven: dict[str, int] = field(default_factory=dict)


def look(session: Session, taker: Desk, visit: Visit) -> Homecoming:
    """Whether the visit was on that card, or on one merged into it, before."""
    cards = taker.ranks.dossier.card_ids()
    left = session.execute(
        sa.select(VisitMove.id, VisitMove.occasion_before)
        .where(
            VisitMove.merchant_id == visit.merchant_id,
            VisitMove.visit_id == visit.id,
            VisitMove.from_id.in_(cards),
        )
        .order_by(VisitMove.id.desc())
        .limit(1)
    ).first()
    if left is None:
        return Homecoming()
    forgiven = _forgiven(session, visit, cards)
    return Homecoming(left.id, Occasion.kept(left.occasion_before), forgiven)


def _forgiven(session: Session, visit: Visit, card_ids: list[UUID]) -> dict[str, int]:
    """What was written off these cards when the visit left, less what stood again since."""
    moves = sa.select(VisitMove.id).where(
        VisitMove.merchant_id == visit.merchant_id, VisitMove.visit_id == visit.id
    )
    rows = session.execute(
        sa.select(Account.unit, sa.func.sum(Entry.units))
        .join(
            Entry, sa.and_(Entry.merchant_id == Account.merchant_id, Entry.account_id == Account.id)
        )
        .where(
            Account.merchant_id == visit.merchant_id,
            Account.card_id.in_(card_ids),
            Entry.kind == "forgive",
            Entry.operation_id.in_(moves),
        )
        .group_by(Account.unit)
    )
    return {unit: int(units) for unit, units in rows if units}


def earn(
    taker: Desk, lines: tuple[Line, ...], occurred_at: datetime, done: Recorded, back: Homecoming
) -> None:
    """Earn what is left of it; it makes up first for what was written off when it left."""
    owed = {unit: taker.account(unit).debt for unit in back.forgiven}
    for unit, units in back.forgiven.items():
        why = reasons.claimed(taker.unit(unit), units)
        done.reasons.append(why)
        taker.book.claim(done.operation, taker.account(unit), units, [why])
    sale.earn(taker, lines, occurred_at, done)
    for unit, before in owed.items():
        account = taker.account(unit)
        if account.debt > before:
            why = reasons.forgiven(taker.unit(unit), account.debt - before)
            done.reasons.append(why)
            taker.book.forgive(done.operation, account, account.debt - before, [why])
