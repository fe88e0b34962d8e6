"""What a card's past counts for: sums over its visits, and its standings, read only when asked."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.core.db import table
from loyalty.counter.models import TierChange, Visit, VisitRefund
from loyalty.ledger.models import Account, Entry
from loyalty.programs.document import Tiers
from loyalty.programs.earning import MILLION
from loyalty.programs.tiers import Standing

_VISIT, _REFUND, _CARD = table(Visit), table(VisitRefund), table(Card)
_ENTRY, _ACCOUNT, _CHANGE = table(Entry), table(Account), table(TierChange)
_POSTED = sa.func.coalesce(_VISIT.c.posting_id, _VISIT.c.id)
_LIVING = (
    _VISIT.c.merchant_id == sa.bindparam("merchant_id"),
    _VISIT.c.local_on.between(sa.bindparam("first"), sa.bindparam("last")),
    _VISIT.c.voided_at.is_(None),
)
_SPEND = sa.select(sa.func.coalesce(sa.func.sum(_VISIT.c.net_minor), 0)).where(*_LIVING)
# A visit counts while anything of what was paid is left, as a rule by visits has it.
_COUNT = (
    sa.select(sa.func.count())
    .select_from(_VISIT)
    .where(*_LIVING, sa.or_(_VISIT.c.net_minor.is_(None), _VISIT.c.net_minor > 0))
)


def _millionths(source: sa.FromClause, operation_id: Any) -> sa.Select[int]:
    """What operations of living visits moved on the cards' accounts of one unit."""
    return (
        sa.select(sa.func.coalesce(sa.func.sum(_ENTRY.c.millionths), 0))
        .select_from(source)
        .join(
            _ENTRY,
            sa.and_(
                _ENTRY.c.merchant_id == _VISIT.c.merchant_id,
                _ENTRY.c.operation_id == operation_id,
            ),
        )
        .join(
            _ACCOUNT,
            sa.and_(
                _ACCOUNT.c.merchant_id == _ENTRY.c.merchant_id,
                _ACCOUNT.c.id == _ENTRY.c.account_id,
            ),
        )
        .where(
            *_LIVING,
            _ACCOUNT.c.unit == sa.bindparam("unit"),
        )
    )


_EARNED = _millionths(_VISIT, _POSTED).where(_ENTRY.c.kind == "earn")
# A refund before a move was counted by the move; the ones after it are younger.
_REFUNDED = _millionths(
    _VISIT.join(
        _REFUND,
        sa.and_(_REFUND.c.merchant_id == _VISIT.c.merchant_id, _REFUND.c.visit_id == _VISIT.c.id),
    ),
    _REFUND.c.id,
).where(_REFUND.c.id > _POSTED)


def _of_cards(query: sa.Select[int]) -> tuple[sa.Select[int], sa.Select[int]]:
    """The same for one card, which is nearly always, and for a card with those merged into it.

    A list of any length is spelt out anew each time.
    """
    one: Any = sa.bindparam("card_id")
    many: Any = sa.bindparam("card_ids", expanding=True)
    return query.where(_VISIT.c.card_id == one), query.where(_VISIT.c.card_id.in_(many))


_SPENT = _of_cards(_SPEND)
_COUNTED = _of_cards(_COUNT)
# On whichever account: a refund while the card was merged went off that of the other card.
_GIVEN = _of_cards(_EARNED)
_TAKEN = _of_cards(_REFUNDED)
_STEPS = (
    sa.select(
        _CHANGE.c.card_id,
        _CHANGE.c.happened_on,
        _CHANGE.c.version,
        _CHANGE.c.kind,
        _CHANGE.c.operation_id,
        _CHANGE.c.level,
        _CHANGE.c.since_on,
        _CHANGE.c.review_on,
        _CHANGE.c.grace_ends_on,
    )
    .where(_CHANGE.c.merchant_id == sa.bindparam("merchant_id"))
    .order_by(_CHANGE.c.id)
)
_MERGED = sa.select(_CARD.c.id).where(
    _CARD.c.merchant_id == sa.bindparam("merchant_id"),
    _CARD.c.merged_into_id == sa.bindparam("card_id"),
)
_FAMILIES = sa.select(_CARD.c.id, _CARD.c.merged_into_id).where(
    _CARD.c.merchant_id == sa.bindparam("merchant_id"),
    _CARD.c.merged_into_id.in_(sa.bindparam("card_ids", expanding=True)),
)
_LOG = _STEPS.where(_CHANGE.c.card_id == sa.bindparam("card_id"))
_LOGS = _STEPS.where(_CHANGE.c.card_id.in_(sa.bindparam("card_ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Step:
    """A standing from a day on, under which version, by which operation."""

    on: date
    version: int
    kind: str
    operation_id: UUID
    standing: Standing


def _step(row: Any) -> Step:
    return Step(
        row.happened_on,
        row.version,
        row.kind,
        row.operation_id,
        Standing(row.level, row.since_on, row.review_on, row.grace_ends_on),
    )


def steps_of(
    session: Session, *, merchant_id: UUID, card_ids: Collection[UUID]
) -> dict[UUID, list[Step]]:
    """The standings of many cards in one look, the oldest first; an empty list for none."""
    found: dict[UUID, list[Step]] = {card_id: [] for card_id in card_ids}
    wanted = {"merchant_id": merchant_id, "card_ids": list(card_ids)}
    for row in session.execute(_LOGS, wanted) if found else ():
        found[row.card_id].append(_step(row))
    return found


def families_of(
    session: Session, *, merchant_id: UUID, card_ids: Collection[UUID]
) -> dict[UUID, list[UUID]]:
    """Each of many cards with those that were merged into it, in one look."""
    found: dict[UUID, list[UUID]] = {card_id: [card_id] for card_id in card_ids}
    wanted = {"merchant_id": merchant_id, "card_ids": list(card_ids)}
    for row in session.execute(_FAMILIES, wanted) if found else ():
        found[row.merged_into_id].append(row.id)
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """A visit as it counts: its day, what is left of its amount, what it gave in millionths."""

    on: date
    net_minor: int
    millionths: Mapping[str, int]
    visits: int = 1  # 0 where nothing was paid, -1 takes one out


class Dossier:
    """One card's past as the database has it, and what has been added to it since in memory.

    The visits of cards that were merged into it are its own.
    """

    def __init__(self, session: Session, *, merchant_id: UUID, card_id: UUID) -> None:
        self._session = session
        self._merchant_id, self._card_id = merchant_id, card_id
        self._card_ids: list[UUID] | None = None
        self._added: list[Counted] = []
        self._sums: dict[tuple[int, date, date, str | None], int] = {}
        self._steps: list[Step] | None = None

    def add(self, visit: Counted) -> None:
        """A visit recorded in this book, not written yet (or one that was taken out, below 0)."""
        self._added.append(visit)

    def qualifying(self, tiers: Tiers, first: date, last: date) -> int:
        """What counts towards a level in these days: minor units, whole units, or visits."""
        added = [visit for visit in self._added if first <= visit.on <= last]
        if tiers.measure == "spend":
            return self._sum(_SPENT, first, last) + sum(visit.net_minor for visit in added)
        if tiers.measure == "visits":
            return self._sum(_COUNTED, first, last) + sum(visit.visits for visit in added)
        unit = tiers.unit or ""
        exact = self._sum(_GIVEN, first, last, unit) + self._sum(_TAKEN, first, last, unit)
        return (exact + sum(visit.millionths.get(unit, 0) for visit in added)) // MILLION

    def earned_on(self, unit: str, on: date) -> int:
        """Millionths that the living visits of a day gave when they were recorded."""
        added = sum(visit.millionths.get(unit, 0) for visit in self._added if visit.on == on)
        return self._sum(_GIVEN, on, on, unit) + added

    @property
    def has_steps(self) -> bool:
        """Whether the card is known to have changed its level once."""
        return bool(self._steps)

    def steps(self) -> list[Step]:
        """The card's standings, the oldest first."""
        if self._steps is None:
            wanted = {"merchant_id": self._merchant_id, "card_id": self._card_id}
            self._steps = [_step(row) for row in self._session.execute(_LOG, wanted)]
        return self._steps

    def know(self, steps: list[Step]) -> None:
        """Its standings, read with those of other cards (`steps_of`)."""
        self._steps = steps

    def know_cards(self, card_ids: list[UUID]) -> None:
        """The card and those merged into it, read with those of others (`families_of`)."""
        self._card_ids = card_ids

    def _sum(
        self,
        query: tuple[sa.Select[int], sa.Select[int]],
        first: date,
        last: date,
        unit: str | None = None,
    ) -> int:
        """A sum of what is written; it stays, for the card is locked while it matters."""
        asked = (id(query), first, last, unit)
        if asked not in self._sums:
            one, many = query
            cards = self.card_ids()
            wanted: dict[str, Any] = {
                "merchant_id": self._merchant_id,
                "first": first,
                "last": last,
                **({"unit": unit} if unit is not None else {}),
                **({"card_id": cards[0]} if len(cards) == 1 else {"card_ids": cards}),
            }
            # What has been added here must not be written on the way, and so be counted twice.
            with self._session.no_autoflush:
                found = self._session.execute(one if len(cards) == 1 else many, wanted)
            self._sums[asked] = int(found.scalar_one())
        return self._sums[asked]

    def take_in(self, card_ids: Iterable[UUID]) -> None:
        """The visits of these cards are its own from now on: they are being merged into it."""
        mine = self.card_ids()
        mine += [card_id for card_id in card_ids if card_id not in mine]
        self._sums.clear()

    def let_go(self, card_ids: Collection[UUID]) -> None:
        """The visits of these cards are no longer its own."""
        self._card_ids = [each for each in self.card_ids() if each not in card_ids]
        self._sums.clear()

    def card_ids(self) -> list[UUID]:
        """The card, and those that were merged into it."""
        if self._card_ids is None:
            wanted = {"merchant_id": self._merchant_id, "card_id": self._card_id}
            self._card_ids = [self._card_id, *self._session.execute(_MERGED, wanted).scalars()]
        return self._card_ids
