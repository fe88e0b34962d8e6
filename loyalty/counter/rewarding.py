"""What a friend who was brought brings: both sides get their units after the first real purchase.

A day after it, so that a purchase that is voided or given back at once counts for nothing; from
then on nothing is taken back (decision 0045).
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.lookup import CardFacts
from loyalty.cards.referral_models import Referral
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.counter import adjustments, reasons
from loyalty.counter import desk as desks
from loyalty.counter.desk import Place
from loyalty.counter.models import Visit
from loyalty.counter.requests import intent
from loyalty.customers import directory, living
from loyalty.customers.models import Customer
from loyalty.ledger import store
from loyalty.programs import catalogue
from loyalty.programs.earning import is_cause

WAIT = timedelta(days=1)
PATIENCE = timedelta(days=180)  # a friend who has not bought by then came for something else
A_MONTH_MAX = 10
_PHONE_DIGITS = 9  # of which the end tells one phone from another, however its country is written


def due(
    session: Session, *, at: datetime, after: UUID | None, limit: int
) -> list[tuple[UUID, UUID]]:
    """Shops and ids of referrals to decide now, in the order of their ids, after one."""
    query = sa.select(Referral.merchant_id, Referral.id).where(
        Referral.state == "waiting", sa.or_(_bought(at), Referral.joined_at < at - PATIENCE)
    )
    if after is not None:
        query = query.where(Referral.id > after)
    rows = session.execute(query.order_by(Referral.id).limit(limit))
    return [(row.merchant_id, row.id) for row in rows]


def _bought(at: datetime) -> sa.ColumnElement[bool]:
    """That the friend of a referral has bought something which has stood for a day."""
    return (
        sa.select(Visit.id)
        .where(
            Visit.merchant_id == Referral.merchant_id,
            Visit.card_id == Referral.friend_card_id,
            Visit.voided_at.is_(None),
            # A stamp card may count coffees and no money: then there is no amount to look at.
            sa.or_(Visit.net_minor > 0, Visit.amount_minor.is_(None)),
            Visit.occurred_at >= Referral.joined_at,
            Visit.recorded_at <= at - WAIT,
        )
        .correlate(Referral)
        .exists()
    )


def was_known(session: Session, *, merchant_id: UUID, referral_id: UUID) -> bool:
    """Whether the shop has the friend under another name: joined with somebody, or by contact.

    It walks through the shop's customers, so it is asked before the write that decides.
    """
    referral = session.get_one(Referral, (merchant_id, referral_id))
    friend = _holder(session, merchant_id, referral.friend_card_id)
    if friend is None or friend.scanned_card_id is not None:
        return True
    person = session.get_one(Customer, (merchant_id, friend.customer_id))
    if person.erased_at is not None:
        return True
    if living.gathered(session, merchant_id=merchant_id, customer_id=person.id):
        return True
    return any(
        each.id != person.id
        for text in (person.email, _end_of(person.phone))
        if text
        for each in directory.search(
            session, merchant_id=merchant_id, text=text, limit=directory.SEARCH_MAX
        )
    )


def _end_of(phone: str | None) -> str:
    return "".join(letter for letter in phone or "" if letter.isdecimal())[-_PHONE_DIGITS:]


def decide(
    session: Session, *, merchant_id: UUID, referral_id: UUID, is_known: bool, at: datetime
) -> str:
    """Reward both sides, or say why not; returns the state. Safe to repeat: it is decided once.

    `is_known` is what `was_known` said.
    """
    referral = session.get_one(Referral, (merchant_id, referral_id), with_for_update=True)
    session.refresh(referral)
    if referral.state != "waiting":
        return referral.state
    friend = _holder(session, merchant_id, referral.friend_card_id)
    bringer = _holder(session, merchant_id, referral.bringer_card_id)
    if friend is None or is_known:
        return _close(session, referral, "refused", "known", at)
    if bringer is not None and bringer.customer_id == friend.customer_id:
        return _close(session, referral, "refused", "same", at)
    if not session.execute(sa.select(_bought(at)).where(*_it(referral))).scalar():
        is_late = referral.joined_at < at - PATIENCE
        return _close(session, referral, "refused", "late", at) if is_late else referral.state
    _give(session, referral, friend, referral.friend_units, at, is_friend=True)
    why = _why_not_bringer(session, referral, bringer, at)
    if bringer is not None and why is None:
        _give(session, referral, bringer, referral.bringer_units, at, is_friend=False)
    return _close(session, referral, "rewarded", why, at)


def _it(referral: Referral) -> tuple[sa.ColumnElement[bool], ...]:
    return (Referral.merchant_id == referral.merchant_id, Referral.id == referral.id)


def _close(session: Session, referral: Referral, state: str, why: str | None, at: datetime) -> str:
    referral.state, referral.why, referral.decided_at = state, why, at
    session.flush()
    return state


def _holder(session: Session, merchant_id: UUID, card_id: UUID) -> CardFacts | None:
    """The card as it is by now; None where no code of it lives any more."""
    try:
        return lookup.by_id(session, merchant_id=merchant_id, card_id=card_id)
    except Unknown:
        return None  # whoever it belonged to has nothing to show it with


def _why_not_bringer(
    session: Session, referral: Referral, bringer: CardFacts | None, at: datetime
) -> str | None:
    if bringer is None:
        return "bringer_gone"
    local = at.astimezone(ZoneInfo(bringer.timezone))
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    so_far = session.execute(
        sa.select(sa.func.count())
        .select_from(Referral)
        .where(
            Referral.merchant_id == referral.merchant_id,
            Referral.bringer_card_id == referral.bringer_card_id,
            Referral.id != referral.id,
            Referral.state == "rewarded",
            Referral.why.is_(None),
            Referral.decided_at >= month,
        )
    ).scalar_one()
    return "month_full" if so_far >= A_MONTH_MAX else None


def _give(
    session: Session,
    referral: Referral,
    facts: CardFacts,
    units: int,
    at: datetime,
    *,
    is_friend: bool,
) -> None:
    """The units of one side, posted once: the referral's own key sees to that."""
    side = "friend" if is_friend else "bringer"
    once = intent(f"{ref('ref', referral.id)}/{side}", [referral.unit, units])
    if not units or store.replay(session, facts.merchant_id, once):
        return
    version = catalogue.version(
        session,
        merchant_id=facts.merchant_id,
        program_id=facts.program_id,
        number=facts.current_version or 1,
    )
    desk = desks.lock_desk(session, place=Place.of(facts), version=version, at=at)
    if referral.unit not in desk.accounts or is_cause(referral.unit):
        return
    desks.catch_up(desk)
    why = reasons.brought(desk.unit(referral.unit), units, is_friend=is_friend)
    origin = desks.house(desk, at)
    adjustments.post(session, desk, origin, why=why, intent=once)
