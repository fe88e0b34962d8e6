"""The pages of a book: accounts in memory, and the rows that moves between them will write."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.ledger.chart import side
from loyalty.ledger.lots import LotState, Take
from loyalty.ledger.models import Entry, Operation
from loyalty.ledger.state import AccountState, Intent, Origin, Reason, operation_row, total

Row = dict[str, Any]
OPERATION, ENTRY = table(Operation), table(Entry)


class Pages:
    """Some cards' accounts, locked and loaded, and the rows that will be written at the end."""

    def __init__(
        self, merchant_id: UUID, timezone: str, accounts: Iterable[AccountState] = ()
    ) -> None:
        self.merchant_id = merchant_id
        self.timezone = timezone
        self._accounts: dict[UUID, dict[str, AccountState]] = {}
        for account in accounts:
            self.add(account)
        self.rows: dict[sa.Table, list[Row]] = {}
        for model in (Operation, Entry):
            self.rows[table(model)] = []
        self.postings: list[Row] = []

    def add(self, account: AccountState) -> None:
        """Take an account into the book."""
        self._accounts.setdefault(account.card_id, {})[account.unit] = account

    def card_ids(self) -> list[UUID]:
        """The cards in the book."""
        return list(self._accounts)

    def account(self, card_id: UUID, unit: str) -> AccountState:
        """The card's account of that unit."""
        return self._accounts[card_id][unit]

    def units_of(self, card_id: UUID) -> dict[str, AccountState]:
        """All accounts of a card, by unit."""
        return self._accounts.get(card_id, {})

    def all_accounts(self) -> list[AccountState]:
        """Every account in the book."""
        return [account for units in self._accounts.values() for account in units.values()]

    def go_on(self) -> None:
        """What was written is what there is: the same cards, still locked, may move again."""
        for rows in self.rows.values():
            rows.clear()
        self.postings.clear()
        for account in self.all_accounts():
            if account.is_changed:
                account.moves, account.before = account.moves + 1, account.now
            for lot in account.lots:
                lot.is_new = lot.is_touched = False

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

    def entry(
        self,
        operation: Row,
        account: AccountState,
        kind: str,
        reasons: list[Reason],
        millionths: int = 0,
    ) -> Row:
        """Open an entry on an account; its units are set when it is closed."""
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
    def close(entry: Row, account: AccountState, units: int) -> int:
        """Move the balance by what the entry came to."""
        account.balance += units
        entry["units"] = units
        entry["balance_after"] = account.balance
        return units

    def bring(
        self, entry: Row, account: AccountState, source: str, units: int, lot: LotState
    ) -> None:
        """Units come in: a debt is repaid first, the rest fills a new lot."""
        repaid = self.repay(entry, account, source, units)
        if units > repaid:
            lot.units = units - repaid
            lot.slide(account.last_active_at, self.timezone)
            account.lots.append(lot)
            account.has_waiting = account.has_waiting or lot.is_pending
            self.fill(entry, account, source, lot, units - repaid)

    def repay(self, entry: Row, account: AccountState, source: str, units: int) -> int:
        """Units from the merchant's side make up for a debt, as far as there is one."""
        repaid = min(account.debt, units)
        if repaid:
            account.debt -= repaid
            origin = side(account.program_id, account.unit, source)
            self.post(entry, origin, account.id, repaid)
        return repaid

    def fill(
        self, entry: Row, account: AccountState, source: str, lot: LotState, units: int
    ) -> None:
        """Put units into a lot, from the merchant's side."""
        lot.remaining += units
        lot.is_touched = True
        assert lot.remaining <= lot.units, "a lot never holds more than its size"
        origin = side(account.program_id, account.unit, source)
        self.post(entry, origin, account.id, units, lot.id)

    def drain(self, entry: Row, account: AccountState, target: str, takes: Sequence[Take]) -> int:
        """Take units out of lots, to the merchant's side."""
        assert account.is_whole, "only an account whose lots are all known can be spent"
        goal = side(account.program_id, account.unit, target)
        for take in takes:
            take.lot.remaining -= take.units
            take.lot.is_touched = True
            assert take.lot.remaining >= 0, "a lot never holds less than nothing"
            self.post(entry, account.id, goal, take.units, take.lot.id)
        return total(takes)

    def post(
        self, entry: Row, from_id: UUID, to_id: UUID, units: int, lot_id: UUID | None = None
    ) -> None:
        """Units from one account to another; without a lot they make or repay debt."""
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
