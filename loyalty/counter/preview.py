"""Who would stand where under a version that is not in force yet; nothing is written."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.core.calendar import local_day
from loyalty.core.errors import ProgramPaused, Unknown
from loyalty.core.ids import ref
from loyalty.counter.models import TierChange, Visit, VisitRefund
from loyalty.ledger.models import Account, Entry
from loyalty.merchants.models import Merchant
from loyalty.programs import catalogue, editor, tiers
from loyalty.programs.document import Tiers
from loyalty.programs.earning import MILLION
from loyalty.programs.loading import load
from loyalty.programs.models import ProgramVersion
from loyalty.programs.tiers import Standing

SAMPLE_MAX = 20
_HOME = sa.func.coalesce(Card.merged_into_id, Card.id)


@dataclass(frozen=True, slots=True)
class Preview:
    """How many cards would go from which level to which; None is no level. Some are named."""

    cards: int
    moves: dict[tuple[str | None, str | None], int]
    sample: list[tuple[str, str | None, str | None]]


def preview(
    session: Session, *, merchant_id: UUID, program_ref: str, number: int, at: datetime
) -> Preview:
    """What publishing that version now would do to levels: up at once, nobody down before a review.

    Raises Unknown("program"), Unknown("version"), ProgramPaused when nothing was ever published.
    """
    program = editor.find(session, merchant_id=merchant_id, program_ref=program_ref)
    if program.current_version is None:
        raise ProgramPaused
    draft = session.get(ProgramVersion, (merchant_id, program.id, number))
    if draft is None:
        raise Unknown("version")
    now = catalogue.version(
        session, merchant_id=merchant_id, program_id=program.id, number=program.current_version
    )
    timezone = session.execute(
        sa.select(Merchant.timezone).where(Merchant.id == merchant_id)
    ).scalar_one()
    today = local_day(at, timezone)
    new, old = load(draft.document).tiers, now.document.tiers
    held = _standings(session, merchant_id, program.id)
    sums = _sums(session, merchant_id, program.id, new, today) if new else {}
    cards = _cards(session, merchant_id, program.id)
    return _compare(
        ((card_id, held.get(card_id, _start(old)), sums.get(card_id, 0)) for card_id in cards),
        (old, new),
        today,
    )


def _start(rules: Tiers | None) -> Standing:
    return tiers.entry(rules) if rules else tiers.NO_STANDING


def _compare(
    cards: Iterable[tuple[UUID, Standing, int]],
    rules: tuple[Tiers | None, Tiers | None],
    today: date,
) -> Preview:
    old, new = rules
    moves: Counter[tuple[str | None, str | None]] = Counter()
    sample: list[tuple[str, str | None, str | None]] = []
    for card_id, standing, measured in cards:
        change = tiers.under_new_rules(old, new, standing, measure=_always(measured), on=today)
        after = change.after.level if change else standing.level
        moves[(standing.level, after)] += 1
        if after != standing.level and len(sample) < SAMPLE_MAX:
            sample.append((ref("crd", card_id), standing.level, after))
    return Preview(moves.total(), dict(moves), sample)


def _always(measured: int) -> tiers.Measure:
    """Each card's sum was read for the one window that is asked for."""
    return lambda _first, _last: measured


def _cards(session: Session, merchant_id: UUID, program_id: UUID) -> list[UUID]:
    return list(
        session.execute(
            sa.select(Card.id)
            .where(
                Card.merchant_id == merchant_id,
                Card.program_id == program_id,
                Card.merged_into_id.is_(None),
            )
            .order_by(Card.id)
        ).scalars()
    )


def _standings(session: Session, merchant_id: UUID, program_id: UUID) -> dict[UUID, Standing]:
    rows = session.execute(
        sa.select(TierChange)
        .join(
            Card, sa.and_(Card.merchant_id == TierChange.merchant_id, Card.id == TierChange.card_id)
        )
        .where(TierChange.merchant_id == merchant_id, Card.program_id == program_id)
        .order_by(TierChange.id)
    ).scalars()
    return {
        row.card_id: Standing(row.level, row.since_on, row.review_on, row.grace_ends_on)
        for row in rows
    }


def _sums(
    session: Session, merchant_id: UUID, program_id: UUID, rules: Tiers, today: date
) -> dict[UUID, int]:
    """What counts towards the levels, card by card, in the window of today."""
    first, last = tiers.window(rules, today)
    living = (
        Visit.merchant_id == merchant_id,
        Visit.program_id == program_id,
        Visit.local_on.between(first, last),
        Visit.voided_at.is_(None),
        sa.or_(Visit.net_minor.is_(None), Visit.net_minor > 0),
    )
    if rules.measure != "units":
        what: Any = sa.func.count() if rules.measure == "visits" else sa.func.sum(Visit.net_minor)
        return _by_card(session, sa.select(_HOME, what).select_from(Visit), living)
    unit = (Account.unit == rules.unit,)
    posted = sa.func.coalesce(Visit.posting_id, Visit.id)
    what = sa.select(_HOME, sa.func.sum(Entry.millionths)).select_from(Visit)
    earned = _by_card(session, _with_entries(what, posted), (*living, *unit, Entry.kind == "earn"))
    refunds = what.join(
        VisitRefund,
        sa.and_(VisitRefund.merchant_id == Visit.merchant_id, VisitRefund.visit_id == Visit.id),
    )
    taken = _by_card(
        session, _with_entries(refunds, VisitRefund.id), (*living, *unit, VisitRefund.id > posted)
    )
    return {card: (exact + taken.get(card, 0)) // MILLION for card, exact in earned.items()}


def _with_entries(query: Any, operation_id: Any) -> Any:
    return query.join(
        Entry,
        sa.and_(Entry.merchant_id == Visit.merchant_id, Entry.operation_id == operation_id),
    ).join(
        Account,
        sa.and_(Account.merchant_id == Entry.merchant_id, Account.id == Entry.account_id),
    )


def _by_card(session: Session, query: Any, conditions: Any) -> dict[UUID, int]:
    rows = session.execute(
        query.join(Card, sa.and_(Card.merchant_id == Visit.merchant_id, Card.id == Visit.card_id))
        .where(*conditions)
        .group_by(_HOME)
    )
    return {card_id: int(units or 0) for card_id, units in rows}
