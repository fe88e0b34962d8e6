"""A visit comes back to a card that it had left: seen as before, its units where they had been."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.counter import arrears, reasons, sale
from loyalty.counter import desk as desks
from loyalty.counter import undoing as undoings
from loyalty.counter.desk import Desk
from loyalty.counter.models import Visit, VisitMove
from loyalty.counter.sale import Recorded
from loyalty.ledger import past, store
from loyalty.ledger.lots import Home
from loyalty.ledger.models import Account, Entry, Posting
from loyalty.programs.conditions import Occasion
from loyalty.programs.earning import Line


@dataclass(frozen=True, slots=True)
class Homecoming:
    """On which card a visit is from now on, and by which move it had left it before.

    `occasion` is how the rules had seen it there, `forgiven` what was written off when it left,
    `homes` where its units had been. They are empty for a visit that was never there.
    """

    card_id: UUID
    away_id: UUID | None = None
    occasion: Occasion | None = None
    forgiven: dict[str, int] = field(default_factory=dict)
    homes: dict[str, list[Home]] = field(default_factory=dict)


def look(session: Session, taker: Desk, visit: Visit) -> Homecoming:
    """Whether the visit was there before: on the card, or on the merged one whose code was read.

    Then it is on that one again, and goes with it should the two be parted.
    """
    here = taker.place.card_id
    moves = session.execute(
        sa.select(VisitMove.id, VisitMove.from_id, VisitMove.occasion_before).where(
            VisitMove.merchant_id == visit.merchant_id,
            VisitMove.visit_id == visit.id,
            VisitMove.from_id.in_((here, taker.place.scanned_card_id or here)),
        )
    )
    left = max(moves, key=lambda row: row.id, default=None)
    if left is None:
        return Homecoming(here)
    return Homecoming(
        left.from_id,
        left.id,
        Occasion.kept(left.occasion_before),
        _forgiven(session, taker, undoings.move_ids(session, visit)),
        _homes(session, taker, visit, left.id),
    )


def earn(
    taker: Desk, lines: tuple[Line, ...], occurred_at: datetime, done: Recorded, back: Homecoming
) -> None:
    """Earn what is left of it; it makes up first for what was written off when it left."""
    owed = {unit: taker.account(unit).debt for unit in back.forgiven}
    for unit, units in back.forgiven.items():
        why = reasons.claimed(taker.unit(unit), units)
        done.reasons.append(why)
        taker.book.claim(done.operation, taker.account(unit), units, [why])
    done.homes = back.homes
    sale.earn(taker, lines, occurred_at, done)
    for unit, before in owed.items():
        account = taker.account(unit)
        if account.debt > before:
            why = reasons.forgiven(taker.unit(unit), account.debt - before)
            done.reasons.append(why)
            taker.book.forgive(done.operation, account, account.debt - before, [why])


def _forgiven(session: Session, taker: Desk, move_ids: Sequence[UUID]) -> dict[str, int]:
    """What was written off when the visit left, less what stood again since."""
    rows = session.execute(
        sa.select(Account.unit, sa.func.sum(Entry.units))
        .join(
            Entry, sa.and_(Entry.merchant_id == Account.merchant_id, Entry.account_id == Account.id)
        )
        .where(
            Account.merchant_id == taker.place.merchant_id,
            Account.card_id.in_(taker.ranks.dossier.card_ids()),
            Entry.kind == "forgive",
            Entry.operation_id.in_(move_ids),
        )
        .group_by(Account.unit)
    )
    return {unit: int(units) for unit, units in rows if units}


def _homes(session: Session, taker: Desk, visit: Visit, away_id: UUID) -> dict[str, list[Home]]:
    """Where the units go that the visit's leaving took: the other way round, the last taken first.

    What had made up for it from other lots, what has repaid the debt since, what had expired, and
    its own lots.
    """
    rows = session.execute(
        sa.select(Account.unit, Entry.covered, Posting.lot_id, Posting.units)
        .join(
            Entry, sa.and_(Entry.merchant_id == Account.merchant_id, Entry.account_id == Account.id)
        )
        .outerjoin(
            Posting,
            sa.and_(Posting.merchant_id == Entry.merchant_id, Posting.entry_id == Entry.id),
        )
        .where(
            Account.merchant_id == visit.merchant_id,
            Account.card_id.in_(taker.ranks.dossier.card_ids()),
            Entry.operation_id == away_id,
            Entry.kind == "take",
        )
        .order_by(Posting.id)
    ).all()
    return {
        unit: _homes_of(session, taker, visit, away_id, [row for row in rows if row.unit == unit])
        for unit in dict.fromkeys(row.unit for row in rows)
    }


def _homes_of(
    session: Session,
    taker: Desk,
    visit: Visit,
    away_id: UUID,
    rows: Sequence[sa.Row[*tuple[object, ...]]],
) -> list[Home]:
    unit, covered = rows[0].unit, rows[0].covered
    own = past.lots_made_by(
        session,
        merchant_id=visit.merchant_id,
        operation_ids=[visit.id, *undoings.move_ids(session, visit)],
        unit=unit,
        card_ids=taker.ranks.dossier.card_ids(),
    )
    taken = {row.lot_id: row.units for row in rows if row.lot_id is not None}
    lots = store.load_lots(session, taker.book, list(taken))
    debt = sum(row.units for row in rows if row.units is not None and row.lot_id is None)
    repaid = max(0, debt - taker.account(unit).debt)
    return [
        *(Home(taken[key], lots[key]) for key in taken if key not in own),
        *_first(repaid, arrears.repaid(session, taker, unit, since_id=away_id)),
        Home(covered, terms=desks.lot_terms(taker, unit, visit.occurred_at)),
        *(Home(taken[key], lots[key]) for key in taken if key in own),
    ]


def _first(units: int, homes: Iterable[Home]) -> list[Home]:
    """As many of these as hold so many units."""
    found = []
    for home in homes:
        part = min(units, home.units)
        if part:
            found.append(Home(part, home.lot, home.terms))
        units -= part
    return found
