"""Weeks at a till: honest cashiers with many customers, and one who helps herself."""

from dataclasses import replace
from datetime import timedelta

from loyalty.core.errors import Unknown
from loyalty.counter import adjustments, refusals
from loyalty.counter.requests import AdjustmentRequest, intent
from loyalty.merchants import accounts
from loyalty.merchants.roles import Role, staff_duty
from tests.builders import NOW, fresh_key


def hire(shop, name, role=Role.CASHIER, at=NOW):
    """One more person at the till; returns their duty."""
    email = f"{name.lower()}@example.it"
    with shop.database.write() as session:
        accounts.invite_staff(
            session, merchant_id=shop.merchant_id, email=email, name=name, role=role, at=at
        )
        person = accounts.find_sign_in(session, email=email)
    return staff_duty(shop.merchant_id, person.staff_id, role, email=email)


def work(shop, duty, cards, visits, *, until=NOW, hour=9, amount_minor=250):
    """So many visits, one card after the other, over the last days, from that hour (UTC) on."""
    made = []
    for number in range(visits):
        at = (until - timedelta(days=1 + number % 20)).replace(
            hour=hour + number % 3, minute=number % 60
        )
        card = cards[number % len(cards)]
        made.append(shop.visit(card, amount_minor, at=at, duty=duty).body["ref"])
    return made


def give(shop, duty, card, units, *, at=NOW, reason="Scuse per l'attesa"):
    """Units given by hand."""
    with shop.database.write() as session:
        adjustments.adjust(
            session,
            duty=duty,
            card_ref=card.ref,
            request=AdjustmentRequest("points", units, reason),
            intent=intent(fresh_key(), (card.ref, units)),
            at=at,
        )


def refuse(shop, duty, times, *, at=NOW):
    """Guesses at codes that are not from here."""
    for _ in range(times):
        with shop.database.write() as session:
            refusals.keep(
                session, duty=duty, act="look_up", error=Unknown("card"), scan="ZZZZZZZZZZ", at=at
            )


def helps_herself(shop, duty, cards, friend, *, until=NOW):
    """Her own customers as everybody has; then her friend's card, at night too, and voids."""
    work(shop, duty, cards, 40, until=until)
    work(shop, duty, [friend], 24, until=until, hour=1)
    for _ in range(7):
        shop.visit(friend, 300, at=until - timedelta(days=3), duty=duty)
    mine = replace(shop, cashier=duty)
    for visit in work(shop, duty, cards, 12, until=until):
        mine.void(visit, at=until - timedelta(hours=1))
    refuse(shop, duty, 30, at=until - timedelta(hours=2))
