"""What a shop's roll-ups hold, and whether that is what its visits add up to."""

from datetime import date, timedelta

import sqlalchemy as sa

from loyalty.cards import register
from loyalty.core.ids import parse_ref
from loyalty.counter.requests import intent
from loyalty.counter.rollups import checking, reading, rebuilding
from loyalty.counter.rollups.figures import DAYS, PARTS, STATS
from tests.builders import NOW, CardInHand, fresh_key

TODAY = date(2026, 11, 21)  # a Saturday
TABLES = [STATS, *PARTS, DAYS]


def kept(database):
    """Every row of the roll-ups; of a day, what its parts add up to."""
    with database.read() as session:
        found = {
            kind.table.name: sorted(map(repr, session.execute(sa.select(kind.table)).all()))
            for kind in (STATS, *PARTS)
        }
        day = DAYS.table.c
        sums = (sa.func.sum(day.visits), sa.func.sum(day.spend_minor))
        where = (day.merchant_id, day.local_on, day.location_id)
        rows = session.execute(sa.select(*where, *sums).group_by(*where)).all()
        found["shop_day"] = sorted(repr(row) for row in rows if any(row[3:]))
    return found


def differences(shop):
    with shop.database.read() as session:
        return [
            each.sentence.en for each in checking.differences(session, merchant_id=shop.merchant_id)
        ]


def forget(shop):
    """All of the shop's roll-ups gone, as if there had never been any; tills may be at work."""
    of_shop = STATS.table.c.merchant_id == shop.merchant_id
    with shop.database.write() as session:
        members = sa.select(STATS.table.c.customer_id).where(of_shop).with_for_update()
        locked = session.scalars(members).all()  # as every writer does, before their parts
        for kind in (*PARTS, STATS):
            table = kind.table
            whose = (table.c.merchant_id == shop.merchant_id, table.c.customer_id.in_(locked))
            session.execute(sa.delete(table).where(*whose))
        days = DAYS.table
        session.execute(sa.delete(days).where(days.c.merchant_id == shop.merchant_id))


def rebuilt(shop):
    return list(rebuilding.rebuild(shop.database, merchant_id=shop.merchant_id))


def right(*shops):
    """The roll-ups are what the visits say; made anew from nothing they are the same."""
    for shop in shops:
        assert differences(shop) == []
        before = kept(shop.database)
        assert rebuilt(shop) == []
        forget(shop)
        rebuilt(shop)
        assert kept(shop.database) == before


def of(shop, card):
    with shop.database.read() as session:
        return reading.member(
            session,
            merchant_id=shop.merchant_id,
            customer_id=parse_ref("cus", card.customer),
        )


def figures(shop, card):
    """First and last day, visit days, visits and spend."""
    found = of(shop, card)
    return found and (
        found.first_on, found.last_on, found.visit_days, found.visits, found.spend_minor,
    )  # fmt: skip


def sale(shop, card, amount, days_ago=0, **more):
    at = NOW - timedelta(days=days_ago)
    return shop.visit(card, amount, at=at, **more).body["ref"]


def second_card(shop, card, program="stamps"):
    """Another card of the same person, in another program."""
    with shop.database.write() as session:
        answer = register.enrol(
            session,
            duty=shop.owner,
            customer_ref=card.customer,
            program_ref=shop.programs[program],
            intent=intent(fresh_key(), None),
            at=NOW,
        ).answer
    names = ("ref", "code", "token", "claim", "customer")
    return CardInHand(*(answer[name] for name in names))
