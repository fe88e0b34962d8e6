"""The same past in the books and in a simulation: sales at the counter, and a customer's policy."""

from collections import Counter
from datetime import timedelta

import sqlalchemy as sa

from loyalty.cards import lookup
from loyalty.core.errors import LoyaltyError
from loyalty.core.ids import parse_ref
from loyalty.core.money import Money
from loyalty.counter import desk as desks
from loyalty.counter import simulation, standing
from loyalty.counter.desk import Place
from loyalty.counter.models import Redemption
from loyalty.ledger import writing
from loyalty.ledger.models import Account
from loyalty.programs.loading import load
from loyalty.programs.simulator_card import GIVEN_MAX
from loyalty.programs.simulator_offers import offers
from tests.builders import NOW
from tests.domain import law

MILLION = 1_000_000
TYPED = {"earn": "typed", "redeem": "typed"}


def simulated(shop, program, at, *, days=simulation.EVER, number=1):
    """A version of a program of the shop, tried on all its past."""
    with shop.database.read() as session:
        return simulation.simulate(
            session,
            merchant_id=shop.merchant_id,
            program_ref=shop.programs[program],
            number=number,
            days=days,
            at=at,
        )


def redeem(shop, card, document, at):
    """Take the cheapest reward that can be had, as long as the counter gives one."""
    order = [offer.reward.key for offer in offers(document, "Europe/Rome").others]
    for _ in range(GIVEN_MAX):
        if not any(_took(shop, card, key, at) for key in order):
            return


def _took(shop, card, reward, at):
    try:
        shop.reserve(card, reward, at=at)
    except LoyaltyError:
        return False
    return True


def sell(shop, name, raw, coming):
    """Sales to three customers, who take what they may have: (who, hours later, lines, amount).

    A tenth of each was tax, and two tenths had been taken off. Returns the cards of those who
    bought, and the moment of the last sale.
    """
    shop.program(name, {**raw, "proof": TYPED})
    document, at, bought = load(raw), NOW, set()
    cards = [shop.card(name, birthday="11-25"), shop.card(name, birthday="02-29"), shop.card(name)]
    for who, hours, lines, amount in coming:
        at += timedelta(hours=hours, seconds=1)
        paid = sum(line.amount_minor for line in lines) if lines else amount
        more = {"tax": Money(paid // 10, "EUR"), "discount": Money(paid // 5, "EUR")}
        try:
            shop.visit(cards[who], paid, lines=lines, at=at, **more)
        except LoyaltyError:
            continue  # beyond a limit: not recorded, so the past does not know it either
        bought.add(who)
        redeem(shop, cards[who], document, at)
    return [cards[who] for who in sorted(bought)], at


def books(shop, cards, at):
    """What the ledger says of these cards once time has done its part."""
    _catch_up(shop, cards, at)
    stands = [law.stands(shop, card, at) for card in cards]
    ids = [parse_ref("crd", card.ref) for card in cards]
    with shop.database.read() as session:
        exact = session.execute(
            sa.select(Account.unit, Account.earned_millionths).where(Account.card_id.in_(ids))
        ).all()
        taken = session.execute(
            sa.select(Redemption.reward, Redemption.cost).where(Redemption.card_id.in_(ids))
        ).all()
    balances = [found["balances"].items() for found in stands]
    return _plain(
        earned=_added((unit, millionths // MILLION) for unit, millionths in exact),
        redeemed=_added(cost for _, costs in taken for cost in costs.items()),
        left=_added((key, one["available"] + one["pending"]) for b in balances for key, one in b),
        waiting=_added((key, one["pending"]) for b in balances for key, one in b),
        given=Counter(reward for reward, _ in taken),
        levels=Counter(found["tier"]["key"] for found in stands if found["tier"]),
    )


def _catch_up(shop, cards, at):
    with shop.database.write() as session:
        for card in cards:
            facts = lookup.find(session, merchant_id=shop.merchant_id, card_ref=card.ref)
            version = standing.rules_of(session, facts)
            desk = desks.lock_desk(session, place=Place.of(facts), version=version, at=at)
            desks.catch_up(desk)
            writing.write_book(session, desk.book)


def told(found):
    """The same of a simulation."""
    units = found.units.items()
    causes = {
        f"cause.{key}": minor + found.donated_minor[key]
        for key, minor in found.pledged_minor.items()
    }
    return _plain(
        earned=Counter({key: one.earned for key, one in units} | causes),
        redeemed=Counter({key: one.redeemed for key, one in units}),
        left=Counter({key: one.left for key, one in units}),
        waiting=Counter({key: one.waiting for key, one in units}),
        given=Counter({one.key: one.given for one in found.rewards}),
        levels=Counter({one.key: one.customers for one in found.levels}),
    )


def _added(pairs):
    total = Counter()
    for key, units in pairs:
        total[key] += units
    return total


def _plain(**counts):
    """Without what is nothing."""
    return {
        name: {key: units for key, units in found.items() if units}
        for name, found in counts.items()
    }
