"""Filling the street: the same operations as at the counter, over the past year, from one seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import register
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.core.money import Money
from loyalty.counter import redemptions, visits
from loyalty.counter.requests import LineRequest, VisitRequest, intent
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from loyalty.demo.shops import FIRST_NAMES, LAST_NAMES, STREET, ShopPlan
from loyalty.merchants import accounts
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import Duty, Role, staff_duty
from loyalty.programs import editor
from loyalty.programs.expiry import zone

SEED = 2026
CUSTOMERS = 300
VISITS = 6_000
DAYS = 365
TIMEZONE = "Europe/Rome"
_GROUP = 250  # visits in one write: filling is not a queue of customers
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Regular:
    """A customer with a habit: every so many days, around an hour, from one day to another."""

    code: str
    gap_days: int
    hour: int
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True)
class Coming:
    """One visit to come: when, by whom."""

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Open:
    """A shop of the street, open."""

    plan: ShopPlan
    merchant_id: UUID
    program: str
    owner: Duty
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
                for visit in coming[start : start + _GROUP]:
                    _serve(session, shop, visit, chance)
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
    return Open(
        plan,
        shop.id,
        ref("prg", made.id),
        _person(session, shop.id, plan.owner, Role.OWNER, at),
        _person(session, shop.id, plan.cashier, Role.CASHIER, at),
    )


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
                code=card.answer["code"],
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
                coming.append(Coming(moment, regular.code))
            day += max(1, round(chance.gauss(regular.gap_days, regular.gap_days / 4)))
    wanted = VISITS // len(STREET)
    kept = chance.sample(coming, wanted) if len(coming) > wanted else coming
    return sorted(kept, key=lambda visit: (visit.at, visit.code))


def _moment(on: object, hour: int, chance: random.Random) -> datetime:
    clock = time(hour, chance.randrange(60), chance.randrange(60))
    return datetime.combine(on, clock, zone(TIMEZONE)).astimezone(UTC)  # type: ignore[arg-type]  # a date


def _serve(session: Session, shop: Open, visit: Coming, chance: random.Random) -> None:
    """One customer at the counter: the purchase, and now and then a reward."""
    basket = chance.choices(shop.plan.products, k=chance.choice((1, 1, 1, 2, 2, 3)))
    lines = tuple(
        LineRequest(sku=p.sku, item=p.item, category=p.category, amount_minor=p.price_minor)
        for p in basket
    )
    amount = Money(sum(product.price_minor for product in basket), "EUR")
    key = f"demo {visit.code} {visit.at.isoformat()}"
    answer = visits.accrue(
        session,
        duty=shop.cashier,
        request=VisitRequest(scan=visit.code, amount=amount, lines=lines),
        intent=intent(key, key),
        at=visit.at,
    )
    if not answer.replayed and chance.random() < 0.4:  # noqa: PLR2004  # most wait for the next time
        _hand_over(session, shop, visit, answer.body, key)


def _hand_over(
    session: Session, shop: Open, visit: Coming, body: dict[str, object], key: str
) -> None:
    vouchers, rewards = body["vouchers"], body["rewards"]
    if isinstance(vouchers, list) and vouchers:
        redemptions.fulfil(
            session,
            duty=shop.cashier,
            redemption_ref=vouchers[0]["redemption"],
            intent=None,
            at=visit.at + timedelta(seconds=30),
        )
        return
    ready = [r["key"] for r in rewards if not r["missing"]] if isinstance(rewards, list) else []
    if ready:
        redemptions.hand_over(
            session,
            duty=shop.cashier,
            scan=visit.code,
            reward=ready[-1],
            intent=intent(f"{key} reward", ready[-1]),
            at=visit.at + timedelta(seconds=30),
        )
