"""The only writer of units: a book holds some cards' accounts under lock, moves units, then writes.

Every move makes one entry whose postings run between the card's account and the merchant's side.
A posting with a lot changes what that lot holds; one without a lot makes or repays debt.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.ledger import lots as fifo
from loyalty.ledger.chart import side
from loyalty.ledger.lots import LotState, Take
from loyalty.ledger.models import Entry, Operation, Posting
from loyalty.ledger.state import (
    AccountState,
    Intent,
    Origin,
    Reason,
    new_lot,
    operation_row,
    require,
    total,
)

Row = dict[str, Any]
OPERATION, ENTRY, POSTING = table(Operation), table(Entry), table(Posting)


class Book:
    """Some cards' accounts, locked and loaded, and the rows that will be written at the end.

    Made by store.open_book, written by store.write_book; nothing here touches the database.
    """

    def __init__(self, merchant_id: UUID, accounts: Iterable[AccountState]) -> None:
        self.merchant_id = merchant_id
        self._accounts: dict[UUID, dict[str, AccountState]] = {}
        for account in accounts:
            self._accounts.setdefault(account.card_id, {})[account.unit] = account
        self.rows: dict[sa.Table, list[Row]] = {}
        for model in (Operation, Entry):
            self.rows[table(model)] = []
        self.postings: list[Row] = []

    def account(self, card_id: UUID, unit: str) -> AccountState:
        """The card's account of that unit."""
        return self._accounts[card_id][unit]

    def units_of(self, card_id: UUID) -> dict[str, AccountState]:
        """All accounts of a card, by unit."""
        return self._accounts.get(card_id, {})

    def all_accounts(self) -> list[AccountState]:
        """Every account in the book."""
        return [account for units in self._accounts.values() for account in units.values()]

    def prove(self) -> None:
        """Assert what must hold before anything is written: balance = lots - debt."""
        for account in self.all_accounts():
            if account.is_whole:
                held = sum(lot.remaining for lot in account.lots)
                assert account.balance == held - account.debt, "the lots hold the balance"

    def also(self, into: sa.Table, row: Row) -> None:
        """Write this row too, after the ledger's own, table by table as they first came."""
        self.rows.setdefault(into, []).append(row)

    def begin(
        self,
        kind: str,
        origin: Origin,
        *,
        intent: Intent | None = None,
        reverses_id: UUID | None = None,
        reason: str | None = None,
    ) -> Row:
        """Open an operation; its row is returned so that the answer can be set before writing."""
        row = operation_row(kind, origin, intent, reverses_id, reason)
        self.rows[OPERATION].append(row)
        return row

    def earn(
        self,
        operation: Row,
        account: AccountState,
        *,
        millionths: int,
        expires_at: datetime | None,
        reasons: list[Reason],
    ) -> int:
        """Add exact millionths; the whole units they complete repay debt, then make a lot."""
        before = account.lifetime
        account.earned_millionths += millionths
        units = account.lifetime - before
        entry = self._entry(operation, account, "earn", reasons, millionths=millionths)
        self._bring(entry, account, "issued", units, new_lot(operation, entry, expires_at))
        return self._close(entry, account, units)

    def take_back(
        self,
        operation: Row,
        account: AccountState,
        *,
        millionths: int,
        own: Sequence[UUID],
        coverable: int,
        reasons: list[Reason],
    ) -> int:
        """Take back what a sale earned, as far as its millionths go.

        From its own lots first, then what of them had expired (counts as taken, at most
        `coverable`), then from other lots soonest first, then as debt.
        """
        before = account.lifetime
        account.earned_millionths -= millionths
        left = before - account.lifetime
        entry = self._entry(operation, account, "take", reasons, millionths=-millionths)
        at = operation["recorded_at"]
        own_lots = [lot for lot in account.lots if lot.id in own]
        left -= self._drain(entry, account, "issued", fifo.plan_spend(own_lots, left, at))
        entry["covered"] = min(left, coverable)
        left -= entry["covered"]
        left -= self._drain(entry, account, "issued", fifo.plan_spend(account.lots, left, at))
        if left:
            account.debt += left
            self._post(entry, account.id, side(account.program_id, account.unit, "issued"), left)
        return self._close(entry, account, -(before - account.lifetime - entry["covered"]))

    def spend(
        self,
        operation: Row,
        account: AccountState,
        units: int,
        *,
        at: datetime,
        reasons: list[Reason],
        to: str = "redeemed",
    ) -> int:
        """Spend units, soonest-expiring lots first. Raises InsufficientUnits."""
        require(account, units, at)
        entry = self._entry(operation, account, _SPEND_KIND[to], reasons)
        self._drain(entry, account, to, fifo.plan_spend(account.lots, units, at))
        return self._close(entry, account, -units)

    def give_back(
        self,
        operation: Row,
        account: AccountState,
        takes: Sequence[Take],
        *,
        at: datetime,
        grace_until: datetime,
        reasons: list[Reason],
    ) -> int:
        """Put units back into the lots they came from; a debt is repaid first.

        What has expired meanwhile comes back as one lot of grace, which never gets another.
        """
        entry = self._entry(operation, account, "give", reasons)
        source = side(account.program_id, account.unit, "redeemed")
        late = 0
        for take in fifo.takes_soonest_first(takes):
            repaid = min(account.debt, take.units)
            if repaid:
                account.debt -= repaid
                self._post(entry, source, account.id, repaid)
            rest = take.units - repaid
            if rest and take.lot.is_over(at) and not take.lot.is_grace:
                late += rest
            elif rest:
                if account.lot(take.lot.id) is None:
                    account.lots.append(take.lot)
                self._fill(entry, account, "redeemed", take.lot, rest)
        if late:
            lot = new_lot(operation, entry, grace_until)
            lot.is_grace = True
            self._bring(entry, account, "redeemed", late, lot)
        return self._close(entry, account, total(takes))

    def adjust(
        self,
        operation: Row,
        account: AccountState,
        units: int,
        *,
        expires_at: datetime | None,
        at: datetime,
        reasons: list[Reason],
    ) -> int:
        """Add or take units by hand. Raises InsufficientUnits when taking more than there is."""
        if units < 0:
            return self.spend(operation, account, -units, at=at, reasons=reasons, to="adjusted")
        entry = self._entry(operation, account, "adjust", reasons)
        self._bring(entry, account, "adjusted", units, new_lot(operation, entry, expires_at))
        return self._close(entry, account, units)

    def expire(
        self, operation: Row, account: AccountState, take: Take, reasons: list[Reason]
    ) -> int:
        """Write off what is left in a lot whose time has passed."""
        entry = self._entry(operation, account, "expire", reasons)
        self._drain(entry, account, "expired", [take])
        return self._close(entry, account, -take.units)

    def _entry(
        self,
        operation: Row,
        account: AccountState,
        kind: str,
        reasons: list[Reason],
        millionths: int = 0,
    ) -> Row:
        row: Row = {
            "merchant_id": self.merchant_id,
            "id": new_id(),
            "operation_id": operation["id"],
            "account_id": account.id,
            "kind": kind,
            "units": 0,
            "millionths": millionths,
            "covered": 0,
            "balance_after": 0,
            "reasons": reasons,
        }
        self.rows[ENTRY].append(row)
        return row

    @staticmethod
    def _close(entry: Row, account: AccountState, units: int) -> int:
        account.balance += units
        entry["units"] = units
        entry["balance_after"] = account.balance
        return units

    def _bring(
        self, entry: Row, account: AccountState, source: str, units: int, lot: LotState
    ) -> None:
        """Units come in: a debt is repaid first, the rest fills a new lot."""
        origin = side(account.program_id, account.unit, source)
        repaid = min(account.debt, units)
        if repaid:
            account.debt -= repaid
            self._post(entry, origin, account.id, repaid)
        if units > repaid:
            lot.units = units - repaid
            account.lots.append(lot)
            self._fill(entry, account, source, lot, units - repaid)

    def _fill(
        self, entry: Row, account: AccountState, source: str, lot: LotState, units: int
    ) -> None:
        lot.remaining += units
        lot.is_touched = True
        assert lot.remaining <= lot.units, "a lot never holds more than its size"
        origin = side(account.program_id, account.unit, source)
        self._post(entry, origin, account.id, units, lot.id)

    def _drain(self, entry: Row, account: AccountState, target: str, takes: Sequence[Take]) -> int:
        assert account.is_whole, "only an account whose lots are all known can be spent"
        goal = side(account.program_id, account.unit, target)
        for take in takes:
            take.lot.remaining -= take.units
            take.lot.is_touched = True
            assert take.lot.remaining >= 0, "a lot never holds less than nothing"
            self._post(entry, account.id, goal, take.units, take.lot.id)
        return total(takes)

    def _post(
        self, entry: Row, from_id: UUID, to_id: UUID, units: int, lot_id: UUID | None = None
    ) -> None:
        self.postings.append(
            {
                "merchant_id": self.merchant_id,
                "id": new_id(),
                "entry_id": entry["id"],
                "from_id": from_id,
                "to_id": to_id,
                "lot_id": lot_id,
                "units": units,
            }
        )


_SPEND_KIND = {"redeemed": "spend", "adjusted": "adjust"}
