"""The owner's hands when something went wrong: visits moved, people merged and parted.

And a look at everything that a customer has before and after.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from loyalty.audit import audit
from loyalty.cards import lookup
from loyalty.core.ids import parse_ref
from loyalty.counter import merging, moves, parting
from loyalty.counter.requests import intent
from loyalty.ledger import store
from loyalty.ledger.models import Account
from tests.builders import NOW, fresh_key
from tests.domain.law import broken, stands


def move(shop, visit, card, *, at=NOW, key=None, duty=None, scan=None, reason="carta sbagliata"):
    """A visit to the right card."""
    named = scan or card.code
    with shop.database.write() as session:
        return moves.move(
            session,
            duty=duty or shop.cashier,
            visit_ref=visit,
            card=named,
            reason=reason,
            intent=intent(key or fresh_key(), (visit, named)),
            at=at,
        )


def merge(shop, loser, survivor, *, at=NOW, duty=None):
    """The holder of one card turns out to be the holder of the other."""
    with shop.database.write() as session:
        return merging.merge(
            session,
            duty=duty or shop.owner,
            customer_ref=loser.customer,
            into_ref=survivor.customer,
            at=at,
        )


def unmerge(shop, loser, *, at=NOW, duty=None):
    """They were two after all."""
    with shop.database.write() as session:
        return parting.unmerge(session, duty=duty or shop.owner, customer_ref=loser.customer, at=at)


def account(shop, card, unit="points"):
    """The account's row of a card, whether it was merged or not."""
    with shop.database.read() as session:
        return session.execute(
            sa.select(Account.__table__).where(
                Account.merchant_id == shop.merchant_id,
                Account.card_id == parse_ref("crd", card.ref),
                Account.unit == unit,
            )
        ).one()


def lots(shop, card, at=NOW):
    """What is in a card's lots: unit, last day in the shop, units left, size, whether they wait."""
    with shop.database.read() as session:
        book = store.look_at_book(
            session,
            merchant_id=shop.merchant_id,
            card_ids=[parse_ref("crd", card.ref)],
            timezone="Europe/Rome",
        )
        return sorted(
            (
                one.unit,
                _day(lot.ends_at),
                lot.remaining,
                lot.units,
                lot.is_waiting(at),
                lot.is_grace,
            )
            for one in book.all_accounts()
            for lot in one.lots
        )


def _day(end):
    return "" if end is None else end.astimezone(ZoneInfo("Europe/Rome")).isoformat()


def state(shop, card, at=NOW, *, sizes=True):
    """All that a customer can see of a card, and its lots, exact sums and debts.

    `sizes` false: how large a lot was once does not matter, only what is in it.
    """
    seen = stands(shop, card, at)
    for balance in seen["balances"].values():
        balance.pop("why")  # it tells what has happened, and that has
    if seen["tier"] is not None:
        seen["tier"].pop("changes")
    vouchers = [
        {name: each[name] for name in ("reward", "state", "until")} for each in seen.pop("vouchers")
    ]
    with shop.database.read() as session:
        facts = lookup.find(session, merchant_id=shop.merchant_id, card_ref=card.ref)
        exact = session.execute(
            sa.select(Account.unit, Account.balance, Account.debt, Account.earned_millionths)
            .where(Account.card_id == facts.card_id)
            .order_by(Account.unit)
        ).all()
    held = lots(shop, card, at)
    if not sizes:
        held = _joined(held)
    return {
        "seen": seen,
        "vouchers": vouchers,
        "exact": [tuple(row) for row in exact],
        "lots": held,
    }


def both(shop, cards, at=NOW):
    """The states of some cards."""
    return [state(shop, card, at) for card in cards]


def _joined(held):
    sums = {}
    for unit, end, left, _, waits, grace in held:
        key = (unit, end, waits, grace)
        sums[key] = sums.get(key, 0) + left
    return sorted((*key, left) for key, left in sums.items())


def clean(shop):
    """Whether the books of the whole house are right."""
    with shop.database.read() as session:
        cards = session.execute(
            sa.select(Account.card_id).where(Account.card_id.is_not(None)).distinct()
        ).scalars()
        faults = broken(session, list(cards))
        return not faults and not audit(session)


def on(year, month, day, hour=11):
    """A moment of a day."""
    return datetime(year, month, day, hour, 0, tzinfo=UTC)
