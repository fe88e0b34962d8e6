"""Customers of a shop without cards: made, asked for consents, merged and parted, each a write."""

import sqlalchemy as sa

from loyalty.core.ids import parse_ref, ref
from loyalty.customers import consents, directory, merging
from loyalty.customers.consents import Consent, Purpose
from loyalty.customers.directory import Profile
from loyalty.customers.models import Customer
from tests.builders import NOW

ANNA = {"name": "Anna Neri", "email": "anna@example.it", "external_ref": "C-1"}
DOUBLE = {"name": "anna", "phone": "333 1", "birthday": "02-29", "external_ref": "C-2"}


def write(shop, verb, **facts):
    with shop.database.write() as session:
        return verb(session, **facts)


def read(shop, verb, **facts):
    with shop.database.read() as session:
        found = verb(session, merchant_id=shop.merchant_id, **facts)
        session.expunge_all()
        return found


def customer(shop, **profile):
    """A new customer; returns the ref."""
    made = write(
        shop, directory.create, merchant_id=shop.merchant_id, profile=Profile(**profile), at=NOW
    )
    return ref("cus", made.id)


def say(shop, who, purpose="marketing", *, given=True, at=NOW, said_at=None, text_id="news-it-1"):
    """A consent, given or withdrawn at the counter; `said_at` if it reaches us late."""
    consent = Consent(Purpose(purpose), given, text_id, "counter", said_at)
    return write(shop, consents.record, duty=shop.cashier, customer_ref=who, consent=consent, at=at)


def state(shop, who, at=None):
    """What somebody agrees to, as the shop reads it, without the purposes never spoken of."""
    found = read(shop, consents.of, customer_ref=who, at=at)
    assert set(found) == set(Purpose)
    return {purpose.value: given for purpose, given in found.items() if given is not None}


def merge(shop, loser, survivor, *, at=NOW):
    """One turns out to be the other."""
    return write(
        shop, merging.absorb, duty=shop.owner, loser_ref=loser, survivor_ref=survivor, at=at
    )


def part(shop, who, *, at=NOW):
    """They were two after all."""
    return write(shop, merging.release, duty=shop.owner, customer_ref=who, at=at)


def row(shop, who):
    """The whole row of a customer."""
    table = Customer.__table__
    with shop.database.read() as session:
        query = sa.select(table).where(
            table.c.merchant_id == shop.merchant_id, table.c.id == parse_ref("cus", who)
        )
        return dict(session.execute(query).one()._mapping)


def profile(shop, who):
    """What is known of a customer, without what is not."""
    found = row(shop, who)
    return {field: found[field] for field in directory.FIELDS if found[field] is not None}


def as_it_is(shop, *people):
    """All that is known of people, to see that nothing has changed."""
    return [(row(shop, who), state(shop, who)) for who in people]
