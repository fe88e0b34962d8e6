"""The last visit that counts for what lives as long as its holder comes, told again (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from loyalty.ledger.lots import LONG_AGO
from loyalty.replay.log import Row, Shop


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that an operation did to a card's last visit.

    "came": a visit at `at`, under `version`; "left": the visit of `at` went elsewhere, and the last
    one here is now `last_at`; "joined": the card took over `other`.
    """

    operation_id: UUID
    kind: str
    card_id: UUID
    at: datetime | None = None
    version: int | None = None
    last_at: datetime | None = None
    other: UUID | None = None


class Active(Protocol):
    """An account that knows its last visit."""

    row: Row
    active_at: datetime | None


class Life:
    """The accounts of some cards, and how far their turns have been told."""

    def __init__(self, shop: Shop, turns: Iterable[Turn], accounts: Mapping[UUID, Active]) -> None:
        self._shop = shop
        self._of_card: dict[UUID, list[Active]] = {}
        for account in accounts.values():
            self._of_card.setdefault(account.row.card_id, []).append(account)
        self._turns = iter(turns)
        self._next = next(self._turns, None)

    def until(self, operation_id: UUID | None) -> None:
        """Tell the turns of the operations before that one; None: of all."""
        while self._next and (operation_id is None or self._next.operation_id < operation_id):
            turn, self._next = self._next, next(self._turns, None)
            for account in self._of_card.get(turn.card_id, []):
                self._take(turn, account)

    def _take(self, turn: Turn, account: Active) -> None:
        if turn.kind == "came" and turn.at is not None:
            unit = self._shop.rules(turn.version).unit(account.row.unit)
            slides = unit is not None and unit.expiry.kind == "inactivity"
            if slides or account.active_at is not None:
                account.active_at = max(account.active_at or turn.at, turn.at)
        elif turn.kind == "left" and account.active_at == turn.at:
            account.active_at = turn.last_at or LONG_AGO
        elif turn.kind == "joined" and account.active_at is None:
            account.active_at = self._joined(turn, account)

    def _joined(self, turn: Turn, account: Active) -> datetime | None:
        """Where there was no visit yet, units go on sliding; what was there gains nothing by it."""
        theirs = [
            each.active_at
            for each in self._of_card.get(turn.other or turn.card_id, [])
            if each.row.unit == account.row.unit and each.active_at is not None
        ]
        return LONG_AGO if theirs else None
