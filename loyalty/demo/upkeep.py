"""What a shop does now and then: write down what is due, pay the cause, renew its rules."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from loyalty.analytics import pulses
from loyalty.core.calendar import local_day
from loyalty.core.ids import ref
from loyalty.core.money import Money
from loyalty.counter import causes, chores, due
from loyalty.counter.causes import Payment
from loyalty.counter.due import Found, Mark
from loyalty.demo import incidents, opening
from loyalty.demo.habits import TIMEZONE
from loyalty.demo.incidents import Days
from loyalty.demo.opening import CURRENCY, Shop
from loyalty.demo.petshop import CAUSE
from loyalty.merchants.acts import note

Look = Callable[[due.Shop, Mark], Found]
_LOOK = 1_000
_BIMONTHLY = 2  # of the portions of four weeks
_QUARTERLY, _MISTAKEN = 3, 12  # the cause is paid; once with the receipt of somebody else
_NEW_RULES, _DISMISSAL, _FORGOTTEN, _DRAFT = 9, 13, 10, 18  # after which portion
_EURO_MINOR = 100


def see_to(session: Session, days: Days, number: int) -> None:
    """What falls due after the portion of that number, from 0 on."""
    shop, plan = days.shop, days.shop.plan
    if number % _BIMONTHLY:
        let_time_pass(session, shop, days.later())
    if number == _NEW_RULES and plan.later:
        opening.publish(session, shop, plan.later, days.later())
    if number == _DISMISSAL:
        opening.dismiss(session, shop)
    if number == _FORGOTTEN:
        incidents.forget(session, days)
    if number == _DRAFT and plan.draft:
        opening.draft(session, shop, plan.draft, days.later())
    if number and number % _QUARTERLY == 0 and shop.version.document.cause:
        pay(session, days, number)


def count_who_came(session: Session, shop: Shop, at: datetime) -> None:
    """Count the weeks that are over, as the worker does at night."""
    last_on, merchant_id = local_day(at, TIMEZONE) - timedelta(days=1), shop.merchant_id
    for day in pulses.missing(session, merchant_id=merchant_id, last_on=last_on):
        came = pulses.count(session, merchant_id=merchant_id, last_on=day)
        pulses.keep(session, merchant_id=merchant_id, came=came)


def let_time_pass(session: Session, shop: Shop, at: datetime) -> None:
    """Write down units that expired and reviews that were due, as the worker does.

    Waits that ended are left to the next visit, and to `leave`: they hold from their moment anyway.
    """
    today = local_day(at, TIMEZONE)

    def over(here: due.Shop, after: Mark) -> Found:
        return due.over(session, shop=here, at=at, after=after, limit=_LOOK)

    def reviews(here: due.Shop, after: Mark) -> Found:
        return due.reviews(session, shop=here, by=today, after=after, limit=_LOOK)

    _catch_up(session, shop, (over, reviews), at)


def _catch_up(session: Session, shop: Shop, looks: Sequence[Look], at: datetime) -> None:
    here = _here(session, shop)
    for look in looks:
        mark: Mark = None
        while True:
            found = look(here, mark)
            if found.card_ids:
                chores.catch_up(session, shop=here, card_ids=found.card_ids, at=at)
            if found.mark is None:
                break
            mark = found.mark


def _here(session: Session, shop: Shop) -> due.Shop:
    here = due.shop_of(session, merchant_id=shop.merchant_id, program_id=shop.version.program_id)
    assert here is not None, "its program is in force"
    return here


def pay(session: Session, days: Days, number: int) -> None:
    """Send the shelter what can be paid by now, in whole euros."""
    at = days.later()
    on = local_day(at, TIMEZONE)
    if number == _MISTAKEN:
        wrong = _note(session, days, f"Bonifico n. {on.year}/118 (fornitore)", on)
        causes.take_back(
            session,
            duty=days.shop.owner,
            payout_ref=wrong,
            reason="Era il bonifico al fornitore",
            at=days.later(),
        )
        note(session, duty=days.shop.owner, act="payout.take_back", target=wrong, at=at)
    _note(session, days, f"Bonifico n. {on.year}/{on.month * 9 + on.day:03d}", on)


def _note(session: Session, days: Days, receipt: str, on: date) -> str:
    """Note a payout of everything payable; its ref."""
    at = days.later()
    duty = days.shop.owner
    figures = causes.one(session, merchant_id=duty.merchant_id, cause=CAUSE, at=at)
    whole = Money(figures.payable_minor // _EURO_MINOR * _EURO_MINOR, CURRENCY)
    payment = Payment(CAUSE, whole, on, receipt)
    paid = causes.pay(session, duty=duty, payment=payment, intent=days.key(), at=at)
    return ref("pay", paid.payout.id)


def leave(session: Session, shop: Shop, at: datetime) -> None:
    """At the end everything due is written down, and those whose review is near have been told."""

    def ready(here: due.Shop, after: Mark) -> Found:
        return due.ready(session, shop=here, at=at, after=after, limit=_LOOK)

    opening.last_seen(session, shop, at)
    let_time_pass(session, shop, at)
    _catch_up(session, shop, (ready,), at)
    by = chores.notice_until(local_day(at, TIMEZONE))
    here = _here(session, shop)
    near = due.reviews(session, shop=here, by=by, after=None, limit=_LOOK, untold=True)
    if near.card_ids:
        chores.notify(session, shop=here, card_ids=near.card_ids, at=at)
