"""Filling the street: the counter's own steps, over the past year, from one seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup, register
from loyalty.core.calendar import zone
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.counter import desk as desks
from loyalty.counter import receipts, sale, vouchers
from loyalty.counter.desk import Desk, Place
from loyalty.counter.requests import LineRequest
from loyalty.counter.rollups import upkeep
from loyalty.counter.sale import Sale
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from loyalty.demo.shops import FIRST_NAMES, LAST_NAMES, STREET, ShopPlan
from loyalty.ledger import store, writing
from loyalty.ledger.state import Origin
from loyalty.merchants import accounts
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import Duty, Role, staff_duty
from loyalty.programs import catalogue, editor
from loyalty.programs.catalogue import PublishedVersion

SEED = 2026
CUSTOMERS = 300
VISITS = 6_000
DAYS = 365
TIMEZONE = "Europe/Rome"
_GROUP = 500  # visits in one write: filling is not a queue of customers
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Regular:
    """A customer with a habit: every so many days, around an hour, from one day to another."""

    place: Place
    gap_days: int
    hour: int
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True)
class Coming:
    """One visit to come: when, by whom."""

    at: datetime
    place: Place


@dataclass(frozen=True, slots=True)
class Open:
    """A shop of the street, open."""

    plan: ShopPlan
    merchant_id: UUID
    program: str
    version: PublishedVersion
    cashier: Duty


def is_filled(session: Session) -> bool:
    """Whether any shop is there already; the demo never mixes with real ones."""
    return session.execute(sa.select(Merchant.id).limit(1)).first() is not None


def fill(database: Database, *, at: datetime, progress: Progress) -> int:
    """Open the shops and let a year pass; returns the number of visits."""
    chance = random.Random(SEED)  # noqa: S311  # the same street each time, not a secret
    began = at - timedelta(days=DAYS)
    done = 0
    for plan in STREET:
        with database.write() as session:
            shop = _open(session, plan, began)
            regulars = _regulars(session, shop, chance, began)
        coming = _coming(regulars, chance, at)
        for start in range(0, len(coming), _GROUP):
            with database.write() as session:
                _let_pass(session, shop, coming[start : start + _GROUP], chance)
            done += len(coming[start : start + _GROUP])
            progress(done, VISITS)
    return done


def _open(session: Session, plan: ShopPlan, at: datetime) -> Open:
    shop = accounts.create_merchant(
        session, name=plan.name, currency="EUR", timezone=TIMEZONE, language="it", at=at
    )
    made = editor.create(
        session,
        merchant_id=shop.id,
        currency="EUR",
        name=plan.program,
        raw=plan.version,
        at=at,
    )
    editor.publish(session, merchant_id=shop.id, program_id=made.id, number=1, at=at)
    _person(session, shop.id, plan.owner, Role.OWNER, at)
    version = catalogue.version(session, merchant_id=shop.id, program_id=made.id, number=1)
    cashier = _person(session, shop.id, plan.cashier, Role.CASHIER, at)
    return Open(plan, shop.id, ref("prg", made.id), version, cashier)


def _person(
    session: Session, merchant_id: UUID, who: tuple[str, str], role: Role, at: datetime
) -> Duty:
    name, email = who
    accounts.invite_staff(
        session, merchant_id=merchant_id, email=email, name=name, role=role, at=at
    )
    person = accounts.find_sign_in(session, email=email)
    assert person is not None, "just invited"
    return staff_duty(merchant_id, person.staff_id, role, device="demo", email=email)


def _regulars(
    session: Session, shop: Open, chance: random.Random, began: datetime
) -> list[Regular]:
    regulars = []
    for number in range(CUSTOMERS // len(STREET)):
        first = 0 if number < 40 else chance.randrange(DAYS - 20)  # noqa: PLR2004  # the first faithful
        joined = began + timedelta(days=first, hours=1)
        customer = directory.create(
            session, merchant_id=shop.merchant_id, profile=_profile(chance), at=joined
        )
        card = register.enrol(
            session,
            duty=shop.cashier,
            customer_ref=ref("cus", customer.id),
            program_ref=shop.program,
            intent=None,
            at=joined,
        )
        # A third slips away in silence, some time after having come for a while.
        last = DAYS if chance.random() > 1 / 3 else chance.randrange(first + 10, DAYS + 1)
        regulars.append(
            Regular(
                place=Place.of(
                    lookup.find(session, merchant_id=shop.merchant_id, card_ref=card.answer["ref"])
                ),
                gap_days=chance.choice((2, 3, 4, 5, 7, 7, 9, 12, 14, 21)),
                hour=chance.randrange(*shop.plan.hours),
                first_day=first,
                last_day=last,
            )
        )
    return regulars


def _profile(chance: random.Random) -> Profile:
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    number = chance.randrange(1_000)
    has_mail = chance.random() < 0.6  # noqa: PLR2004  # many give no address
    return Profile(
        name=f"{first} {last}",
        email=f"{first}.{last}{number}@posta.example".lower() if has_mail else None,
        language="en" if chance.random() < 0.08 else "it",  # noqa: PLR2004  # some visitors
        birthday=f"{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
    )


def _coming(regulars: list[Regular], chance: random.Random, at: datetime) -> list[Coming]:
    """The visits of all regulars in the order of time, thinned to the demo's number."""
    today = at.astimezone(zone(TIMEZONE)).date()
    coming: list[Coming] = []
    for regular in regulars:
        day = regular.first_day
        while day <= regular.last_day:
            moment = _moment(today - timedelta(days=DAYS - day), regular.hour, chance)
            if moment < at:
                coming.append(Coming(moment, regular.place))
            day += max(1, round(chance.gauss(regular.gap_days, regular.gap_days / 4)))
    wanted = VISITS // len(STREET)
    kept = chance.sample(coming, wanted) if len(coming) > wanted else coming
    return sorted(kept, key=lambda visit: (visit.at, visit.place.card_id))


def _moment(on: date, hour: int, chance: random.Random) -> datetime:
    clock = time(hour, chance.randrange(60), chance.randrange(60))
    return datetime.combine(on, clock, zone(TIMEZONE)).astimezone(UTC)


def _let_pass(session: Session, shop: Open, coming: list[Coming], chance: random.Random) -> None:
    """Some visits in the order of time, on one book: the till's own steps without its look-ups."""
    cards = {visit.place.card_id for visit in coming}
    book = store.open_book(
        session, merchant_id=shop.merchant_id, card_ids=list(cards), timezone=TIMEZONE
    )
    known: dict[UUID, Desk] = {}
    for visit in coming:
        card_id = visit.place.card_id
        if card_id not in known:
            known[card_id] = desks.desk_on(session, visit.place, shop.version, book, visit.at)
        _serve(replace(known[card_id], at=visit.at), shop, chance)
    writing.write_book(session, book)
    upkeep.count(session, book)


def _serve(desk: Desk, shop: Open, chance: random.Random) -> None:
    """One customer at the counter: the purchase, and now and then a reward."""
    desks.catch_up(desk)
    sold = _basket(shop.plan, desk.at, chance)
    done = sale.record(desk, sold, origin=_origin(desk, shop))
    body = receipts.receipt(
        desk,
        done.operation,
        reasons=done.reasons,
        earned=done.earned,
        pledged=done.pledged,
        amount_minor=sold.amount_minor,
        vouchers=done.vouchers,
    )
    done.operation["answer"] = body
    if chance.random() < 0.4:  # noqa: PLR2004  # most wait for the next time
        later = replace(desk, at=desk.at + timedelta(seconds=30))
        _hand_over(later, shop, done.vouchers or _redeemed(later, shop, body["rewards"]))


def _basket(plan: ShopPlan, at: datetime, chance: random.Random) -> Sale:
    bought = chance.choices(plan.products, k=chance.choice((1, 1, 1, 2, 2, 3)))
    lines = tuple(
        LineRequest(sku=p.sku, item=p.item, category=p.category, amount_minor=p.price_minor)
        for p in bought
    )
    return Sale(
        occurred_at=at, amount_minor=sum(product.price_minor for product in bought), lines=lines
    )


def _origin(desk: Desk, shop: Open) -> Origin:
    return desks.origin(
        desk.place,
        shop.cashier,
        version=desk.version.number,
        occurred_at=desk.at,
        recorded_at=desk.at,
        proof="static",
    )


def _redeemed(desk: Desk, shop: Open, rewards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The dearest reward that the card can have by now, if any."""
    ready = [offer["key"] for offer in rewards if not offer["missing"] and not offer["unavailable"]]
    reward = desk.version.document.reward(ready[-1]) if ready else None
    if reward is None:
        return []
    issued = vouchers.issue(desk, reward, origin=_origin(desk, shop))
    issued.operation["answer"] = receipts.receipt(
        desk, issued.operation, reasons=issued.reasons, vouchers=[issued.redemption]
    )
    return [issued.redemption]


def _hand_over(desk: Desk, shop: Open, redemptions: list[dict[str, Any]]) -> None:
    for redemption in redemptions[:1]:
        desk.book.begin("fulfilment", _origin(desk, shop))
        redemption.update(state="fulfilled", used_at=desk.at)
