"""The orders of the member list: stretches that follow one another, each read where its key is.

So a page reads the keys of one table, and everything else only of those whom it shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers.models import Customer
from loyalty.ledger.models import Account
from loyalty.members import holders, matching
from loyalty.members.matching import Condition, Filters

_SUMS: dict[str, Any] = {
    "last": MemberStats.last_on,
    "visits": MemberStats.visits,
    "spend": MemberStats.spend_minor,
}


@dataclass(frozen=True, slots=True)
class Pot:
    """Which balance the list is ordered by: a unit of a program."""

    program_id: UUID
    unit: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that stand for members, in the order of `keys`, the last of which is the row's own id.

    `base` makes the stretch, `asked` are the filters. With `is_of_cards` a row is that of a card.
    `everybody`: where all who are meant have to be found for it, they are counted with it.
    """

    keys: tuple[Any, ...]
    base: tuple[Condition, ...]
    asked: tuple[Condition, ...]
    is_of_cards: bool = False
    everybody: sa.CTE | None = None

    def where_of(self, merchant_id: UUID, customer_id: UUID) -> Condition:
        """What holds of the row that stands for that member."""
        row = self.keys[-1]
        if not self.is_of_cards:
            is_theirs: Condition = row == customer_id
            return is_theirs
        held = holders.held_cards(merchant_id)
        theirs: Condition = row.in_(
            sa.select(held.c.card_id).where(held.c.customer_id == customer_id)
        )
        return theirs

    def members(self, session: Session, merchant_id: UUID, rows: Sequence[UUID]) -> list[UUID]:
        """The members for whom these rows stand, in the same order."""
        if not self.is_of_cards:
            return list(rows)
        held = holders.held_cards(merchant_id)
        found = session.execute(
            sa.select(held.c.card_id, held.c.customer_id).where(held.c.card_id.in_(rows))
        )
        whose = {row.card_id: row.customer_id for row in found}
        return [whose[row] for row in rows if row in whose]


def stretches(asked: Filters, sort: str, pot: Pot | None, *, is_down: bool) -> list[Stretch]:
    """The whole list; who has no balance of that program comes last either way."""
    if sort == "balance" and pot is not None:
        return [_holding(asked, pot), _without(asked, pot)]
    rising = _rising(asked, sort)
    return rising[::-1] if is_down else rising


def _rising(asked: Filters, sort: str) -> list[Stretch]:
    if sort in _SUMS:
        return [_never(asked), _came(asked, _SUMS[sort])]
    if sort == "name":
        return _by_name(asked)
    keys = (Customer.created_at, Customer.id)  # without a program there is no balance to go by
    return [Stretch(keys, _shop(asked), tuple(asked.of_customers()))]


def _shop(asked: Filters) -> tuple[Condition, ...]:
    return (Customer.merchant_id == asked.scope.merchant_id,)


def _never(asked: Filters) -> Stretch:
    """Who never came."""
    there = (
        sa.select(MemberStats.customer_id)
        .where(*matching.came(asked.scope.merchant_id), MemberStats.customer_id == Customer.id)
        .exists()
    )
    fits: list[Condition] = asked.of_customers() if asked.fits_new else [sa.false()]
    return Stretch((Customer.id,), (*_shop(asked), ~there), tuple(fits))


def _came(asked: Filters, key: Any) -> Stretch:
    base = tuple(matching.came(asked.scope.merchant_id))
    return Stretch((key, MemberStats.customer_id), base, tuple(asked.of_stats()))


def _by_name(asked: Filters) -> list[Stretch]:
    name, asks = sa.func.lower(Customer.name), tuple(asked.of_customers())
    return [
        Stretch((name, Customer.id), (*_shop(asked), name.is_not(None)), asks),
        Stretch((Customer.id,), (*_shop(asked), name.is_(None)), asks),
    ]


def _holding(asked: Filters, pot: Pot) -> Stretch:
    """Who has that balance, by their cards: those of other people now, or of nobody, are few."""
    merchant_id, everybody = asked.scope.merchant_id, None
    if asked.is_open:
        erased = sa.select(Customer.id).where(
            Customer.merchant_id == merchant_id, matching.is_gone(), Customer.erased_at.is_not(None)
        )
        cards = sa.select(Card.id).where(Card.merchant_id == merchant_id)
        meant = [
            Account.card_id.not_in(cards.where(Card.merged_into_id.is_not(None))),
            Account.card_id.not_in(cards.where(Card.customer_id.in_(erased))),
        ]
    else:
        held = holders.held_cards(merchant_id)
        # Found once, however often they are named: to find them is what takes long.
        everybody = asked.everybody().cte("meant").prefix_with("MATERIALIZED")
        theirs = sa.select(held.c.card_id).where(
            held.c.program_id == pot.program_id, held.c.customer_id.in_(sa.select(everybody.c.id))
        )
        meant = [Account.card_id.in_(theirs)]
    keys, base = (Account.balance, Account.card_id), _accounts(merchant_id, pot)
    return Stretch(keys, base, tuple(meant), is_of_cards=True, everybody=everybody)


def _without(asked: Filters, pot: Pot) -> Stretch:
    """Who has no such balance."""
    merchant_id = asked.scope.merchant_id
    has_it = (
        sa.select(Card.id)
        .join(Account, Account.card_id == Card.id)
        .where(
            Card.merchant_id == merchant_id,
            Card.customer_id == Customer.id,
            Card.program_id == pot.program_id,
            Card.merged_into_id.is_(None),
            *_accounts(merchant_id, pot),
        )
        .exists()
    )
    taken_over = holders.inherited_cards(merchant_id).subquery("inherited")
    inherits = sa.select(taken_over.c.customer_id).where(taken_over.c.program_id == pot.program_id)
    base = (*_shop(asked), ~has_it, Customer.id.not_in(inherits))
    return Stretch((Customer.id,), base, tuple(asked.of_customers()))


def _accounts(merchant_id: UUID, pot: Pot) -> tuple[Condition, ...]:
    return (
        Account.merchant_id == merchant_id,
        Account.program_id == pot.program_id,
        Account.unit == pot.unit,
        Account.card_id.is_not(None),
    )
