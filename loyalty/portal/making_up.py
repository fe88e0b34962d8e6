"""Making up for what went wrong: units on the card of who said so, tied to what they said."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.models import Card
from loyalty.core.ids import parse_ref
from loyalty.core.text import Text
from loyalty.counter import adjustments
from loyalty.counter.requests import AdjustmentRequest, intent
from loyalty.feedback import remarks
from loyalty.ledger.models import Account, Entry
from loyalty.portal.checkwords import signed
from loyalty.programs import catalogue, editor
from loyalty.programs.document import Unit
from loyalty.web import guard
from loyalty.web.locale import pick

UNITS_MAX = 1_000
_SORRY = Text("Scuse per quanto ci hai detto", "With our apologies for what you told us")


def give(session: Session, *, remark_ref: str, units: int, reason: str | None, at: datetime) -> str:
    """Add units to the card that the remark is about; the adjustment's ref.

    The customer reads the reason. Raises what `adjust` raises: a blocked card, one's own card.
    """
    duty = guard.duty()
    remark = remarks.find(session, merchant_id=duty.merchant_id, remark_ref=remark_ref)
    card = lookup.by_id(session, merchant_id=duty.merchant_id, card_id=remark.card_id)
    unit = _first_units(session)[card.program_id].key
    answer = adjustments.adjust(
        session,
        duty=duty,
        card_ref=card.ref,
        request=AdjustmentRequest(unit, units, reason or pick(_SORRY)),
        # Of its own each time it is closed: that it is closed once is what keeps this single.
        intent=intent(f"remark:{remark_ref}:{at.isoformat()}", [unit, units]),
        at=at,
    )
    operation_id = parse_ref("adj", answer.body["ref"])
    assert operation_id is not None, "our own ref"
    remarks.made_up(
        session, merchant_id=duty.merchant_id, remark_ref=remark_ref, operation_id=operation_id
    )
    return str(answer.body["ref"])


def units_of(session: Session, *, card_ids: Collection[UUID]) -> dict[UUID, str]:
    """What could be given on each of these cards, by name."""
    firsts = _first_units(session)
    rows = session.execute(
        sa.select(Card.id, Card.program_id).where(
            Card.merchant_id == guard.duty().merchant_id, Card.id.in_(card_ids)
        )
    )
    return {row.id: pick(firsts[row.program_id].label) for row in rows if row.program_id in firsts}


def given(session: Session, operation_ids: Collection[UUID]) -> dict[UUID, str]:
    """What was given by these adjustments, as "+5 punti"."""
    called = {unit.key: unit.label for unit in _first_units(session).values()}
    rows = session.execute(
        sa.select(Entry.operation_id, Entry.units, Account.unit)
        .join(
            Account,
            sa.and_(Account.merchant_id == Entry.merchant_id, Account.id == Entry.account_id),
        )
        .where(
            Entry.merchant_id == guard.duty().merchant_id,
            Entry.operation_id.in_(operation_ids),
            Entry.kind == "adjust",
        )
    )
    return {row.operation_id: signed(row.units, row.unit, called) for row in rows}


def _first_units(session: Session) -> dict[UUID, Unit]:
    """The first unit of each program in force."""
    merchant_id = guard.duty().merchant_id
    found = {}
    for program in editor.page(session, merchant_id=merchant_id):
        if program.current_version is not None:
            rules = catalogue.version(
                session,
                merchant_id=merchant_id,
                program_id=program.id,
                number=program.current_version,
            )
            found[program.id] = rules.document.units[0]
    return found
