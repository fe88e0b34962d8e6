"""Redemptions told again: what they cost, what they donate, and in which state they end (pure)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty.core.ids import parse_ref
from loyalty.programs.earning import MILLION, cause_unit
from loyalty.replay.differences import Found, named
from loyalty.replay.log import Log, Row, Shop


@dataclass(slots=True)
class Prize:
    """A redemption as the log has left it by now."""

    row: Row
    state: str
    donated: dict[str, int]  # millionths by unit
    has_stock: bool
    used_at: datetime | None = None
    cancelled_at: datetime | None = None


class Prizes:
    """The redemptions of some cards, and how many of each reward with a stock are out."""

    def __init__(self, log: Log, shop: Shop) -> None:
        self._shop = shop
        self.rows = {row.id: row for row in log.redemptions}
        self.told: dict[UUID, Prize] = {}
        self.operations = {row.id: row for row in log.operations if row.kind == "redemption"}
        self.spent: dict[tuple[UUID, UUID, str], int] = {}  # units by operation, card and unit

    def reserve(self, operation: Row) -> Prize:
        """A reward is put out. Raises LookupError where its row or its rules are not there."""
        row = self.rows[operation.id]
        document = self._shop.rules(row.version)
        reward = document.reward(row.reward)
        if reward is None:
            raise LookupError(f"reward {row.reward} is not there")
        prize = Prize(row, "reserved", {}, reward.stock is not None)
        if reward.kind == "donation" and document.cause is not None:
            prize.state, prize.used_at = "fulfilled", operation.occurred_at
            prize.donated = {cause_unit(document.cause.key): (reward.value_minor or 0) * MILLION}
        self.told[row.id] = prize
        self._spend(operation, row.cost, -1)
        return prize

    def hand_over(self, operation: Row) -> None:
        """A reward is handed over."""
        key = parse_ref("red", str((operation.answer or {}).get("redemption")))
        prize = self.told[key or operation.id]
        prize.state, prize.used_at = "fulfilled", operation.recorded_at

    def cancel(self, operation: Row) -> Prize:
        """A reward is taken back."""
        prize = self.told[operation.reverses_id]
        prize.state, prize.cancelled_at = "cancelled", operation.recorded_at
        self._spend(operation, prize.row.cost, 1)
        return prize

    def _spend(self, operation: Row, cost: dict[str, int], sign: int) -> None:
        for unit, units in cost.items():
            self.spent[operation.id, operation.card_id, unit] = sign * units

    def given(self) -> Counter[str]:
        """How many of each reward with a stock are out."""
        return Counter(
            prize.row.reward
            for prize in self.told.values()
            if prize.has_stock and prize.state != "cancelled"
        )

    def check(self, found: Found) -> None:
        """Compare every redemption with what the log says of it."""
        for key, prize in self.told.items():
            row, where = prize.row, named(self.operations[key])
            for what, values in (
                ("redemption", (row.state, prize.state)),
                ("used", (row.used_at, prize.used_at)),
                ("cancelled", (row.cancelled_at, prize.cancelled_at)),
            ):
                found.check(what, values, of=row.card_id, where=where)
