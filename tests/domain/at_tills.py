"""Phones that are tills and people with PINs, for the tests that need some."""

from datetime import timedelta

import sqlalchemy as sa

from loyalty.core.errors import WrongPin
from loyalty.merchants import accounts, devices, pins
from loyalty.merchants.models import StaffAct
from loyalty.merchants.passwords import verify_password
from tests.builders import NOW

MINUTE = timedelta(minutes=1)


def add(shop, name="Banco", at=NOW, duty=None):
    """A till without its phone; returns the token of its link."""
    with shop.database.write() as session:
        return devices.add(session, duty=duty or shop.owner, name=name, location="Centro", at=at)


def join(shop, token, at=NOW):
    with shop.database.write() as session:
        return devices.join(session, token=token, at=at)


def till(shop, name="Banco"):
    return join(shop, add(shop, name)).device


def person(shop, duty):
    with shop.database.read() as session:
        return accounts.staff_by_id(session, merchant_id=shop.merchant_id, staff_id=duty.staff_id)


def choose(shop, device, duty, pin="4071"):
    with shop.database.write() as session:
        pins.choose(
            session,
            duty=duty,
            device=device,
            person=person(shop, duty),
            pin_hash=pins.hash_pin(pin),
            at=NOW,
        )


def attempt(shop, device, duty, pin):
    """What the till does with a typed PIN."""
    with shop.database.write() as session:
        kept = pins.take_try(session, device=device, staff_id=duty.staff_id)
    is_right = verify_password(kept, pin)
    with shop.database.write() as session:
        if is_right:
            pins.was_right(session, device=device, staff_id=duty.staff_id, at=NOW)
        else:
            pins.was_wrong(session, duty=shop.owner, device=device, staff_id=duty.staff_id, at=NOW)
    if not is_right:
        raise WrongPin
    return kept


def acts(shop, *kinds):
    with shop.database.read() as session:
        rows = session.execute(
            sa.select(StaffAct.act, StaffAct.actor, StaffAct.target, StaffAct.facts)
            .where(StaffAct.merchant_id == shop.merchant_id, StaffAct.act.in_(kinds))
            .order_by(StaffAct.id)
        )
        return [tuple(row) for row in rows]
