"""Accounts told again, entry by entry, from the postings and from what deeds must have moved."""

from collections import Counter
from uuid import UUID

from loyalty.programs.earning import MILLION
from loyalty.replay.deeds import Deeds
from loyalty.replay.differences import Found, named
from loyalty.replay.life import Life
from loyalty.replay.log import Log, Row, Shop
from loyalty.replay.lots import Account, Lots, grouped

_RATED = ("earn", "take")
_COST = ("spend", "give")
_JOINING = ("merge", "unmerge")


class Books:
    """The accounts of some cards; the entries stand in the order in which they were made.

    That is not the order of their operations: a refund that cancels a voucher first goes on after.
    """

    def __init__(self, log: Log, shop: Shop, deeds: Deeds, found: Found) -> None:
        self._log, self._shop, self._deeds, self._found = log, shop, deeds, found
        self.accounts = {row.id: Account(row) for row in log.accounts}
        self.lots = Lots(log, shop, deeds, self.accounts)
        self._operations = {row.id: row for row in log.operations}
        self._postings = grouped(log.postings, "entry_id")
        self._entries = grouped(log.entries, "operation_id")
        self._moved: Counter[tuple[UUID, UUID, str]] = Counter()
        self._life = Life(shop, deeds.turns, self.accounts)

    def tell(self) -> None:
        """Tell every entry in its turn, and compare as it goes. Raises LookupError."""
        for entry in self._log.entries:
            account = self.accounts[entry.account_id]
            operation = self._operations.get(entry.operation_id)
            if operation is None:
                self._found.check("log", (entry.kind, None), **account.whose)
            else:
                self._life.until(entry.operation_id)
                self._entry(entry, operation, account)
        self._life.until(None)

    def _entry(self, entry: Row, operation: Row, account: Account) -> None:
        unit = account.row.unit
        self.lots.begin(entry, operation, unit)
        own = self.lots.own(operation, unit) if entry.kind == "take" else []
        coverable = self.lots.coverable(operation, unit, own)
        moved, from_own = self._post(entry, account, own)
        self.lots.extend(entry, self._found, **account.whose, where=named(operation))
        rated = self._rate(entry, operation, account)
        covered = max(0, min(-rated - from_own, coverable)) if own else 0
        if operation.kind == "unmerge":
            covered = entry.covered  # of what two remainders had completed
        self.lots.cover(operation, account, entry.covered)
        self._compare(entry, operation, account, (moved, rated, covered))

    def _post(self, entry: Row, account: Account, own: list[UUID]) -> tuple[int, int]:
        """Move what the postings move; how much in all, and how much out of these lots."""
        moved = from_own = 0
        for posting in self._postings.get(entry.id, []):
            units = posting.units if posting.to_id == account.row.id else -posting.units
            moved += units
            if posting.lot_id is None:
                account.debt -= units
            else:
                self.lots.move(posting, entry, units)
                from_own -= units if posting.lot_id in own else 0
        account.balance += moved
        return moved, from_own

    def _rate(self, entry: Row, operation: Row, account: Account) -> int:
        """The whole units that the entry's millionths complete, or break up (below 0)."""
        deed, before = (operation.id, account.row.card_id, account.row.unit), account.exact
        self._moved[deed] += entry.millionths
        if operation.kind in _JOINING:
            account.exact += entry.millionths
        elif entry.kind in _RATED:
            account.exact += self._deeds.exact.millionths.get(deed, 0)
        return account.exact // MILLION - before // MILLION

    def _compare(
        self, entry: Row, operation: Row, account: Account, told: tuple[int, int, int]
    ) -> None:
        moved, rated, covered = told
        values = [("entry", entry.units, moved), ("covered", entry.covered, covered)]
        if entry.kind in _RATED:
            values.append(("entry", entry.units, rated + entry.covered))
        if entry.kind in _COST:
            deed = (operation.id, account.row.card_id, account.row.unit)
            values.append(("spent", entry.units, self._deeds.prizes.spent.get(deed, 0)))
        if entry.kind == "return":
            values.append(("returned", entry.units, self._returned(entry, operation, account)))
        values.append(("entry_balance", entry.balance_after, account.shown + moved))
        account.shown = entry.balance_after
        for what, kept, replayed in dict.fromkeys(values):
            self._found.check(what, (kept, replayed), **account.whose, where=named(operation))

    def _returned(self, entry: Row, operation: Row, account: Account) -> int:
        """What a return without its sale takes; or gives, where it is taken back."""
        if operation.kind == "return":
            return -self._deeds.returned[operation.id].get(account.row.unit, 0)
        rows = self._entries.get(operation.reverses_id, [])
        mine = (int(row.units) for row in rows if row.account_id == entry.account_id)
        return -sum(mine)

    def check(self) -> None:
        """Compare accounts and lots with where their entries have left them."""
        deeds = self._deeds
        for account in self.accounts.values():
            row = account.row
            for what, values in (
                ("balance", (row.balance, account.balance)),
                ("debt", (row.debt, account.debt)),
                (
                    "exact",
                    (row.earned_millionths, deeds.exact.sums.get((row.card_id, row.unit), 0)),
                ),
            ):
                self._found.check(what, values, **account.whose)
        for deed in {**self._moved, **deeds.exact.millionths}:
            operation_id, card_id, unit = deed
            values = (self._moved[deed], deeds.exact.millionths.get(deed, 0))
            where = named(self._operations[operation_id])
            self._found.check("millionths", values, of=card_id, unit=unit, where=where)
        self.lots.check(self._found)
