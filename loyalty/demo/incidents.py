"""What goes wrong at a counter and is put right: voids, refunds, moves, corrections, lost cards."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import keeping, lookup
from loyalty.core.ids import ref
from loyalty.core.money import Money
from loyalty.counter import (
    adjustments,
    merging,
    moves,
    parting,
    redemptions,
    refunds,
    standing,
)
from loyalty.counter.models import Redemption
from loyalty.counter.requests import AdjustmentRequest, RefundRequest, intent
from loyalty.customers import consents
from loyalty.customers import merging as merged_people
from loyalty.customers.consents import Consent, Purpose
from loyalty.demo import leaving
from loyalty.demo.counter import CONSENT_TEXT, Came, Member
from loyalty.demo.opening import CURRENCY, Shop
from loyalty.ledger.state import Intent
from loyalty.persons import erasure

_PIECE_MILLI = 1_000
_WRONG = ("Battuto due volte", "Importo sbagliato", "Il cliente ha cambiato idea")
_NOT_THEIRS = ("Scansionata la carta del marito", "Passata la carta di chi era prima in fila")
_LOST = ("Carta smarrita", "Telefono rubato", "Portafoglio perso in autobus")
_NOT_WANTED = ("Il cliente ci ha ripensato", "Premio sbagliato", "Finito in vetrina")
VOUCHERS_USED = 10
_PARTED_WITHIN = timedelta(days=merged_people.UNDO_DAYS)
_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Days:
    """Some days at a shop that are over: who came, what time it is, and who has a second card."""

    shop: Shop
    chance: Random
    came: list[Came]
    at: datetime
    twins: list[tuple[Member, Member]]  # one person with two cards
    merged: list[tuple[Member, datetime]]  # whose card gave way, and when
    numbers: Iterator[int]

    def key(self) -> Intent:
        """A key that nobody has used."""
        return intent(f"demo/{self.shop.plan.key}/{next(self.numbers)}", None)

    def later(self) -> datetime:
        """A minute or so further on: one thing after the other."""
        self.at += _MINUTE
        return self.at

    def pick(self) -> Came | None:
        """One of those who came, if their card can still be used."""
        there = [each for each in self.came if not each.member.stays_away]
        return self.chance.choice(there) if there else None


Incident = Callable[[Session, Days], None]


def void(session: Session, days: Days) -> None:
    """The last visit was a mistake."""
    if not days.came or days.came[-1].member.stays_away:
        return
    last = days.came.pop()
    refunds.void(
        session,
        duty=days.shop.manager,
        visit_ref=last.visit_ref,
        reason=days.chance.choice(_WRONG),
        intent=days.key(),
        at=days.later(),
    )


def refund(session: Session, days: Days) -> None:
    """Somebody brings something back: one line of several, or a part of what they paid."""
    visit = days.pick()
    if visit is None:
        return
    days.came.remove(visit)
    line = RefundRequest(lines=((1, _PIECE_MILLI),))
    part = RefundRequest(amount=Money(visit.amount_minor // 2, CURRENCY))
    refunds.refund(
        session,
        duty=days.shop.manager,
        visit_ref=visit.visit_ref,
        request=line if visit.lines > 1 else part,
        intent=days.key(),
        at=days.later(),
    )


def move(session: Session, days: Days) -> None:
    """A visit went to the wrong card."""
    wrong, right = days.pick(), days.pick()
    if wrong is None or right is None or wrong.member is right.member:
        return
    days.came.remove(wrong)
    moves.move(
        session,
        duty=days.shop.manager,
        visit_ref=wrong.visit_ref,
        card=right.member.card_ref,
        reason=days.chance.choice(_NOT_THEIRS),
        intent=days.key(),
        at=days.later(),
    )


def correct(session: Session, days: Days) -> None:
    """Units given by hand, or taken from a card that holds enough of them."""
    visit = days.pick()
    if visit is None:
        return
    plan, at = days.shop.plan, days.later()
    units, reason = days.chance.choice(plan.apologies)
    facts = lookup.find(session, merchant_id=days.shop.merchant_id, card_ref=visit.member.card_ref)
    held = standing.card_standing(session, facts=facts, at=at)["balances"][plan.unit]
    if held["available"] - held["debt"] + units < 0:
        return
    adjustments.adjust(
        session,
        duty=days.shop.owner,
        card_ref=facts.ref,
        request=AdjustmentRequest(plan.unit, units, reason),
        intent=days.key(),
        at=at,
    )


def lose_card(session: Session, days: Days) -> None:
    """A lost card is blocked; most people get new codes, some never ask."""
    visit = days.pick()
    if visit is None:
        return
    duty, card, reason = days.shop.manager, visit.member.card_ref, days.chance.choice(_LOST)
    keeping.block(session, duty=duty, card_ref=card, reason=reason, at=days.later())
    if days.chance.randrange(3):
        keeping.replace(session, duty=duty, card_ref=card, reason=reason, at=days.later())
    else:
        visit.member.stays_away = True


def merge(session: Session, days: Days) -> None:
    """Somebody turns out to have two cards: they become one, the older of them."""
    known = [pair for pair in days.twins if all(one.place and not one.stays_away for one in pair)]
    if not known:
        return
    days.twins.remove(known[0])
    kept, gone = sorted(known[0], key=lambda one: one.card_ref)
    merging.merge(
        session,
        duty=days.shop.manager,
        customer_ref=gone.customer_ref,
        into_ref=kept.customer_ref,
        at=days.later(),
    )
    gone.stays_away = True
    days.merged.append((gone, days.at))


def part(session: Session, days: Days) -> None:
    """Two who were joined are two after all: father and daughter of one name."""
    recent = [(gone, at) for gone, at in days.merged if days.at - at < _PARTED_WITHIN]
    if not recent or days.chance.randrange(2):
        return
    days.merged.remove(recent[-1])
    gone, _ = recent[-1]
    parting.unmerge(
        session, duty=days.shop.manager, customer_ref=gone.customer_ref, at=days.later()
    )
    gone.stays_away = False


def withdraw(session: Session, days: Days) -> None:
    """Somebody wants no more mail."""
    visit = days.pick()
    if visit is None or visit.member.profile.email is None:
        return
    said = Consent(Purpose.MARKETING, given=False, text_id=CONSENT_TEXT, source="web")
    consents.record(
        session,
        duty=days.shop.manager,
        customer_ref=visit.member.customer_ref,
        consent=said,
        at=days.later(),
    )


def forget(session: Session, days: Days) -> None:
    """Somebody asks to be forgotten; their card stops."""
    visit = days.pick()
    if visit is None:
        return
    erasure.erase(
        session,
        duty=days.shop.owner,
        customer_ref=visit.member.customer_ref,
        at=days.later(),
    )
    leaving.say_why(session, days.shop, days.later())
    visit.member.stays_away = True


def reserve(session: Session, days: Days) -> None:
    """Somebody asks for a reward and takes its voucher home."""
    visit = days.pick()
    if visit is None:
        return
    at, shop = days.later(), days.shop
    facts = lookup.find(session, merchant_id=shop.merchant_id, card_ref=visit.member.card_ref)
    rewards = standing.card_standing(session, facts=facts, at=at)["rewards"]
    ready = [each for each in rewards if not each["missing"] and not each["unavailable"]]
    wanted = [each["key"] for each in ready if each["kind"] != "donation"]
    if wanted:
        redemptions.reserve(
            session,
            duty=shop.manager,
            scan=facts.ref,
            reward=wanted[-1],
            intent=days.key(),
            at=at,
        )


def use_vouchers(session: Session, days: Days) -> None:
    """Half of those who came with a voucher from before think of it."""
    soon = days.at + timedelta(hours=1)
    in_time = sa.or_(Redemption.until_at.is_(None), Redemption.until_at > soon)
    waiting = _vouchers(session, days, sa.and_(Redemption.state == "reserved", in_time))
    for redemption in waiting[: min(len(waiting) // 2, VOUCHERS_USED)]:
        redemptions.fulfil(
            session,
            duty=days.shop.manager,
            redemption_ref=ref("red", redemption),
            intent=days.key(),
            at=days.later(),
        )


def cancel(session: Session, days: Days) -> None:
    """The latest reward is taken back: the units return to the card."""
    given = _vouchers(session, days, Redemption.state == "fulfilled")
    if given:
        redemptions.cancel(
            session,
            duty=days.shop.manager,
            redemption_ref=ref("red", given[-1]),
            reason=days.chance.choice(_NOT_WANTED),
            intent=days.key(),
            at=days.later(),
        )


def _vouchers(session: Session, days: Days, condition: sa.ColumnElement[bool]) -> list[UUID]:
    """Such vouchers of those who came, the oldest first."""
    cards = {
        visit.member.place.card_id
        for visit in days.came
        if visit.member.place and not visit.member.stays_away
    }
    rows = session.execute(
        sa.select(Redemption.id)
        .where(
            Redemption.merchant_id == days.shop.merchant_id,
            Redemption.card_id.in_(cards),
            condition,
        )
        .order_by(Redemption.id)
    )
    return list(rows.scalars())


# One after the other, some of them each time; what happens more often stands here more than once.
USUAL: tuple[Incident, ...] = (
    void, correct, use_vouchers, merge, refund,
    lose_card, use_vouchers, reserve, withdraw, part,
    merge, move, use_vouchers, void, cancel,
    correct, use_vouchers, refund, reserve, withdraw,
)  # fmt: skip
