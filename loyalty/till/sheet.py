"""What the cashier should know of the person before them: birthday, note, what they said last."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.cards.lookup import CardFacts
from loyalty.core.calendar import local_day
from loyalty.core.ids import ref
from loyalty.counter import favourites
from loyalty.customers import birthdays, living
from loyalty.customers.models import Customer
from loyalty.feedback import remarks
from loyalty.feedback.models import Remark
from loyalty.till import products
from loyalty.till.asking import Asks
from loyalty.till.guests import Guest
from loyalty.till.products import Choice
from loyalty.web.locale import day, gettext, language, pick
from loyalty.web.looks import capital


@dataclass(frozen=True, slots=True)
class Sheet:
    """The person in sentences, each of them empty where there is nothing to say."""

    customer: str
    birthday: str = ""
    note: str = ""
    remark: str = ""
    choice: Choice = field(default_factory=Choice)


def sheet(session: Session, facts: CardFacts, guest: Guest, asks: Asks, *, at: datetime) -> Sheet:
    """What is known of the holder of a card now."""
    customer = session.get_one(Customer, (facts.merchant_id, facts.customer_id))
    return Sheet(
        customer=ref("cus", customer.id),
        birthday=_birthday(facts, at),
        note=customer.note or "",
        remark=_remark(_latest_remark(session, facts)),
        choice=Choice() if guest.blocked else _choice(session, facts, guest, asks, at),
    )


def _birthday(facts: CardFacts, at: datetime) -> str:
    days = birthdays.days_until(local_day(at, facts.timezone), facts.customer_birthday)
    if days is None or not birthdays.is_soon(days):
        return ""
    if days == 0:
        return gettext("It is their birthday today: wish them well.")
    if days == 1:
        return gettext("Their birthday is tomorrow.")
    return gettext("Their birthday is in %(days)s days.", days=days)


def _latest_remark(session: Session, facts: CardFacts) -> Remark | None:
    whole = living.gathered(session, merchant_id=facts.merchant_id, customer_id=facts.customer_id)
    return remarks.latest_open(
        session, merchant_id=facts.merchant_id, customer_ids=[facts.customer_id, *whole]
    )


def _remark(remark: Remark | None) -> str:
    if remark is None:
        return ""
    about = pick(remarks.KINDS[remark.kind])
    if not remark.words:
        return gettext(
            "On %(day)s they were not happy: %(about)s.",
            day=day(remark.written_at),
            about=about.lower(),
        )
    return gettext(
        "On %(day)s they said: %(words)s", day=day(remark.written_at), words=capital(remark.words)
    )


def _choice(session: Session, facts: CardFacts, guest: Guest, asks: Asks, at: datetime) -> Choice:
    rules = products.looks(guest.document, asks)
    if not rules:
        return Choice()
    known = favourites.of_customer(
        session,
        merchant_id=facts.merchant_id,
        customer_id=facts.customer_id,
        card_id=facts.card_id,
        on=local_day(at, facts.timezone),
    )
    return products.choice(rules, asks, known, language())
