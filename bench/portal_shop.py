"""The large shop of `bench portal`: what the list filters by, and one customer who always comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import large
from bench.large import Pattern
from bench.pattern import A_WRITE
from bench.unguarded import unguarded
from loyalty.cards import lookup
from loyalty.cards.tokens import read_scan
from loyalty.core import bulk, clock
from loyalty.core.db import Database, table
from loyalty.core.ids import parse_ref, ref
from loyalty.core.money import Money
from loyalty.counter import visits
from loyalty.counter.models import Visit
from loyalty.counter.requests import VisitRequest, intent
from loyalty.customers import tags
from loyalty.customers.models import Customer
from loyalty.customers.record_models import CustomerTag
from loyalty.members.matching import LATELY_DAYS
from loyalty.merchants import accounts, places
from loyalty.merchants.roles import Role, staff_duty
from loyalty.programs import editor

TAGS = ("regular", "wholesale", "neighbour")
REGULAR_VISITS = 500


@dataclass(frozen=True)
class Names:
    """What addresses ask for, by ref: a tag, the program, the place, members, an owner's link."""

    tag: str
    program: str
    place: str
    middle: str
    regular: str
    start: str


def fill(database: Database, *, cards: int, visits_made: int) -> Names:
    """The shop with its tags, a place where the last month was sold, and a regular."""
    shop = large.fill(database, cards=cards, visits=visits_made)
    with database.read() as session:
        mine = sa.select(Customer.id).where(Customer.merchant_id == shop.merchant_id)
        people = session.execute(mine.order_by(Customer.id)).scalars().all()
    with database.write() as session:
        step = 2 * len(TAGS)
        tagged = [_tag(session, shop, name, people[n::step]) for n, name in enumerate(TAGS)]
        program = editor.page(session, merchant_id=shop.merchant_id)[0]
        duty = staff_duty(shop.merchant_id, shop.merchant_id, Role.OWNER)
        place = places.add(session, duty=duty, name="Centro", at=clock.now())
    _sell_there(database, shop.merchant_id, place)
    _come_often(database, shop)
    return Names(
        tag=tagged[0],
        program=ref("prg", program.id),
        place=place,
        middle=ref("cus", people[len(people) * 6 // 10]),
        regular=_holder(database, shop),
        start=_invite(database, shop.merchant_id),
    )


def _tag(session: Session, shop: Pattern, name: str, people: Sequence[UUID]) -> str:
    at = clock.now()
    tag_id = tags.make(session, merchant_id=shop.merchant_id, name=name, at=at)
    row = {"merchant_id": shop.merchant_id, "tag_id": tag_id, "actor": "usr_bench", "at": at}
    rows = [{**row, "customer_id": each, "merge_id": None} for each in people]
    bulk.insert(session.connection(), table(CustomerTag), rows)
    return ref("tag", tag_id)


def _sell_there(database: Database, merchant_id: UUID, place: str) -> None:
    since = clock.now().date() - timedelta(days=LATELY_DAYS)
    with unguarded(database) as connection:
        connection.execute(
            sa.update(Visit)
            .where(Visit.merchant_id == merchant_id, Visit.local_on > since)
            .values(location_id=parse_ref("loc", place))
        )


def _come_often(database: Database, shop: Pattern) -> None:
    """By the product's own verb, all of them now."""
    duty = staff_duty(shop.merchant_id, shop.merchant_id, Role.OWNER)
    request = VisitRequest(scan=shop.codes[0], amount=Money(1_000, "EUR"))
    for first in range(0, REGULAR_VISITS, A_WRITE):
        with database.write() as session:
            for number in range(first, min(first + A_WRITE, REGULAR_VISITS)):
                meant = intent(f"regular-{number}", shop.codes[0])
                visits.accrue(session, duty=duty, request=request, intent=meant, at=clock.now())


def _holder(database: Database, shop: Pattern) -> str:
    with database.read() as session:
        scan = read_scan(shop.codes[0])
        card = lookup.by_scan(session, merchant_id=shop.merchant_id, scan=scan)
    return ref("cus", card.customer_id)


def _invite(database: Database, merchant_id: UUID) -> str:
    with database.write() as session:
        return accounts.invite_staff(
            session,
            merchant_id=merchant_id,
            email="owner@bench.example",
            name="Olga",
            role=Role.OWNER,
            at=clock.now(),
        )
