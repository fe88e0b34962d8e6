"""Visits rated a second time from what was sold: lines, refunds, version, occasion (pure)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from loyalty.counter import net
from loyalty.counter.net import Given, SoldLine
from loyalty.programs import conditions, earning
from loyalty.programs.conditions import Occasion
from loyalty.programs.document import VersionDocument
from loyalty.replay.log import Log, Row, Shop


@dataclass(frozen=True, slots=True)
class Away:
    """That a visit left a card: by which move, and how the rules had seen it there."""

    card_id: UUID
    away_id: UUID
    occasion: Occasion


@dataclass(slots=True)
class Sold:
    """A visit as the log has left it by now.

    `exact` is what is left of its millionths, by unit, `recorded` what it gave when it came to its
    card. `away` tells which cards it has left, the first one first, `operation_ids` all that has
    moved units of it.
    """

    row: Row
    document: VersionDocument
    lines: list[SoldLine]
    amount_minor: int | None
    card_id: UUID
    posting_id: UUID
    occasion: Occasion
    net_minor: int | None
    voided_at: datetime | None = None
    given: list[Given] = field(default_factory=list)
    exact: dict[str, int] = field(default_factory=dict)
    recorded: dict[str, int] = field(default_factory=dict)
    operation_ids: list[UUID] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)

    @property
    def base(self) -> Fraction | None:
        """What of its money counts."""
        paid = net.Paid(self.amount_minor, self.row.tax_minor, self.row.discount_minor)
        return net.base_of(self.document, paid)

    @property
    def on(self) -> date:
        """The shop's day of the visit."""
        on: date = self.row.local_on
        return on

    def rated(self) -> dict[str, int]:
        """What is left of it is worth: millionths by unit. Raises LoyaltyError for bad refunds."""
        left = net.left(self.lines, self.given, self.base)
        found = earning.by_unit(earning.shares(self.document, left, self.occasion))
        return {unit: earning.total(shares) for unit, shares in found.items()}

    def leave(self, operation_id: UUID) -> None:
        """It goes to another card."""
        self.away.append(Away(self.card_id, operation_id, self.occasion))

    def seen_on(self, card_id: UUID) -> Away | None:
        """When it was on that card the last time, if it was."""
        return next((each for each in reversed(self.away) if each.card_id == card_id), None)

    def give(self, given: Given) -> int:
        """Refund so much; by how much that lowers what is left of the money, in minor units."""
        self.given.append(given)
        before = self.net_minor or 0
        self.net_minor = net.paid_left(self.amount_minor, self.lines, self.given)
        return (self.net_minor or 0) - before

    def add(self, lines: list[SoldLine], added_minor: int) -> None:
        """Lines that came later."""
        self.lines = [*self.lines, *lines]
        self.amount_minor = (self.amount_minor or 0) + added_minor
        self.net_minor = net.paid_left(self.amount_minor, self.lines, self.given)


class Sales:
    """The visits of some cards, as far as the log has been told."""

    def __init__(self, log: Log, shop: Shop) -> None:
        self._shop = shop
        self.rows = {row.id: row for row in log.visits}
        self.moves = {row.id: row for row in log.moves}
        self.refunds = {row.id: row for row in log.refunds}
        self._additions: dict[UUID, list[Row]] = {}
        for row in log.refunds:
            if row.added_from is not None:
                self._additions.setdefault(row.visit_id, []).append(row)
        self.sold: dict[UUID, Sold] = {}
        self._lines: dict[UUID, list[Row]] = {}
        for line in log.lines:
            self._lines.setdefault(line.visit_id, []).append(line)
        self._occasions = self._seen(log)

    def _seen(self, log: Log) -> dict[UUID, Occasion]:
        """How the rules saw a visit, by the operation that put it on its card.

        Each move keeps the occasion before it; the visit has the last one.
        """
        moves: dict[UUID, list[Row]] = {}
        for move in log.moves:
            moves.setdefault(move.visit_id, []).append(move)
        found = {}
        for visit in log.visits:
            mine = moves.get(visit.id, [])
            kept = [*(move.occasion_before for move in mine), visit.occasion]
            for key, raw in zip([visit.id, *(move.id for move in mine)], kept, strict=True):
                found[key] = Occasion.kept(raw)
        return found

    def begin(self, operation: Row) -> Sold:
        """The visit of that operation, as it was sold. Raises LookupError if it is not there."""
        row = self.rows[operation.id]
        later = self._additions.get(row.id, [])
        amount = row.amount_minor
        if later:
            amount -= sum(each.added_minor for each in later)
        sold = Sold(
            row=row,
            document=self._shop.rules(row.version),
            lines=net.sold(amount, self._between(row.id, 1, later)),
            amount_minor=amount,
            card_id=operation.card_id,
            posting_id=operation.id,
            occasion=self._occasions[operation.id],
            net_minor=amount,
        )
        self.sold[row.id] = sold
        return sold

    def occasion_of(self, operation: Row) -> Occasion:
        """How the rules saw the visit that the operation put on its card."""
        return self._occasions[operation.id]

    def given(self, operation: Row) -> tuple[Sold, Given]:
        """What a refund lowers, and how. Raises LookupError."""
        refund = self.refunds[operation.id]
        return self.sold[refund.visit_id], Given.kept(refund.amount_minor, refund.lines)

    def added(self, operation: Row) -> tuple[Sold, list[SoldLine], int]:
        """Which visit an operation adds lines to, these, and their amount. Raises LookupError."""
        row = self.refunds[operation.id]
        later = [each for each in self._additions[row.visit_id] if each.id > row.id]
        lines = net.sold(None, self._between(row.visit_id, row.added_from, later))
        by = row.added_from - 1
        found = [net.renumbered(line, by) for line in lines]
        return self.sold[row.visit_id], found, row.added_minor

    def _between(self, visit_id: UUID, first: int, later: list[Row]) -> list[Row]:
        """The visit's lines from that number on, without those that came later still."""
        end = later[0].added_from if later else None
        return [
            line
            for line in self._lines.get(visit_id, [])
            if line.number >= first and (end is None or line.number < end)
        ]

    def last_at(self, card_ids: Collection[UUID], but: Sold | None = None) -> datetime | None:
        """The moment of the latest living visit of these cards, one apart."""
        living = (
            sold.row.occurred_at
            for sold in self.sold.values()
            if sold.card_id in card_ids and sold.voided_at is None and sold is not but
        )
        return max(living, default=None)


def expected_occasion(
    sold: Sold, shop: Shop, *, tier: str | None, allowance: dict[str, int]
) -> Occasion:
    """How the rules must have seen the visit; the customer's birthday is taken as it was kept."""
    if not conditions.looks_at_occasion(sold.document):
        return conditions.ORDINARY
    seen = conditions.occasion(sold.row.occurred_at, shop.timezone, tier=tier, allowance=allowance)
    return Occasion(seen.weekday, seen.clock, seen.tier, sold.occasion.birthday, seen.allowance)
