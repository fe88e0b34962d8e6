"""The only writer of units: a book holds some cards' accounts under lock, moves units, then writes.

Every move makes one entry whose postings run between the card's account and the merchant's side.
A posting with a lot changes what that lot holds; one without a lot makes or repays debt.
"""

from collections.abc import Sequence
from datetime import datetime

from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.ledger import lots as fifo
from loyalty.ledger.chart import side
from loyalty.ledger.lots import Home, LotState, LotTerms, Source, Take
from loyalty.ledger.models import Extension
from loyalty.ledger.pages import Pages, Row
from loyalty.ledger.state import AccountState, Reason, new_lot, require, total

EXTENSION = table(Extension)


class Book(Pages):
    """Some cards' accounts, locked and loaded, and the rows that will be written at the end.

    Made by store.open_book, written by writing.write_book; nothing here touches the database.
    """

    def earn(
        self,
        operation: Row,
        account: AccountState,
        *,
        millionths: int,
        terms: LotTerms,
        reasons: list[Reason],
        homes: Sequence[Home] = (),
    ) -> int:
        """Add exact millionths; the whole units they complete repay debt, then make a lot.

        Units that come back to the card go to `homes` first, in their order.
        """
        before = account.lifetime
        account.earned_millionths += millionths
        units = account.lifetime - before
        entry = self.entry(operation, account, "earn", reasons, millionths=millionths)
        left = units - self.repay(entry, account, "issued", units)
        for home in homes:
            part = min(left, home.units)
            if part:
                self._bring_home(entry, operation, account, home, part)
            left -= part
        self.bring(entry, account, "issued", left, new_lot(operation, entry, terms))
        return self.close(entry, account, units)

    def _bring_home(
        self, entry: Row, operation: Row, account: AccountState, home: Home, units: int
    ) -> None:
        if home.lot is not None:
            self._refill(entry, operation, account, "issued", Take(home.lot, units))
        else:
            lot = new_lot(operation, entry, home.terms)
            self.bring(entry, account, "issued", units, lot)

    def take_back(
        self,
        operation: Row,
        account: AccountState,
        *,
        millionths: int,
        source: Source,
        reasons: list[Reason],
    ) -> int:
        """Take back what a sale earned, as far as its millionths go.

        From its own lots first, then what of them had expired (counts as taken, as far as the
        source allows), then from other lots, the near and soonest first, then as debt.
        """
        before = account.lifetime
        account.earned_millionths -= millionths
        left = before - account.lifetime
        entry = self.entry(operation, account, "take", reasons, millionths=-millionths)
        at = source.at or operation["recorded_at"]
        own_lots = [lot for lot in account.lots if lot.id in source.own]
        left -= self.drain(entry, account, "issued", fifo.plan_take_back(own_lots, left, at))
        entry["covered"] = min(left, source.coverable)
        left -= entry["covered"]
        others = fifo.plan_take_back(account.lots, left, at, source.near)
        left -= self.drain(entry, account, "issued", others)
        if left:
            account.debt += left
            self.post(entry, account.id, side(account.program_id, account.unit, "issued"), left)
        return self.close(entry, account, -(before - account.lifetime - entry["covered"]))

    def give_up(
        self,
        operation: Row,
        account: AccountState,
        units: int,
        *,
        at: datetime,
        reasons: list[Reason],
    ) -> int:
        """Take units for goods that came back without their sale: soonest first, then as debt."""
        entry = self.entry(operation, account, "return", reasons)
        takes = fifo.plan_take_back(account.lots, units, at)
        owed = units - self.drain(entry, account, "issued", takes)
        if owed:
            account.debt += owed
            self.post(entry, account.id, side(account.program_id, account.unit, "issued"), owed)
        return self.close(entry, account, -units)

    def take_up(
        self,
        operation: Row,
        account: AccountState,
        units: int,
        takes: Sequence[Take],
        *,
        terms: LotTerms,
        reasons: list[Reason],
    ) -> int:
        """Give back what give_up took: to a debt, to the lots it came from, then as a new lot."""
        entry = self.entry(operation, account, "return", reasons)
        left = units - self.repay(entry, account, "issued", units)
        for take in fifo.takes_soonest_first(takes):
            part = min(left, take.units)
            if part:
                self._refill(entry, operation, account, "issued", Take(take.lot, part))
            left -= part
        self.bring(entry, account, "issued", left, new_lot(operation, entry, terms))
        return self.close(entry, account, units)

    def forgive(
        self, operation: Row, account: AccountState, owed: int, reasons: list[Reason]
    ) -> int:
        """Write so much of a debt off, where the shop does not let it stand."""
        entry = self.entry(operation, account, "forgive", reasons)
        account.debt -= owed
        self.post(entry, side(account.program_id, account.unit, "adjusted"), account.id, owed)
        return self.close(entry, account, owed)

    def claim(self, operation: Row, account: AccountState, owed: int, reasons: list[Reason]) -> int:
        """Let so much of a debt stand again that had been written off."""
        entry = self.entry(operation, account, "forgive", reasons)
        account.debt += owed
        self.post(entry, account.id, side(account.program_id, account.unit, "adjusted"), owed)
        return self.close(entry, account, -owed)

    def activate(
        self, operation: Row, account: AccountState, lot: LotState, reasons: list[Reason]
    ) -> None:
        """Write down that a lot's waiting is over; no units move."""
        assert lot.is_pending, "a lot is activated once"
        entry = self.entry(operation, account, "activate", reasons)
        lot.is_pending, lot.is_touched = False, True
        self.close(entry, account, 0)

    def extend(
        self,
        operation: Row,
        account: AccountState,
        lots: Sequence[tuple[LotState, datetime | None]],
        reasons: list[Reason],
    ) -> None:
        """Give lots a later end, or none; never an earlier one. No units move."""
        entry = self.entry(operation, account, "extend", reasons)
        for lot, until in lots:
            before = lot.expires_at
            assert before is not None, "a lot without an end cannot last longer"
            assert until is None or until > before, "nothing earned gets worse terms"
            lot.expires_at, lot.is_touched = until, True
            self.also(
                EXTENSION,
                {
                    "merchant_id": self.merchant_id,
                    "id": new_id(),
                    "entry_id": entry["id"],
                    "lot_id": lot.id,
                    "before_at": before,
                    "until_at": until,
                },
            )
        self.close(entry, account, 0)

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
        entry = self.entry(operation, account, _SPEND_KIND[to], reasons)
        self.drain(entry, account, to, fifo.plan_spend(account.lots, units, at))
        return self.close(entry, account, -units)

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
        entry = self.entry(operation, account, "give", reasons)
        late = 0
        for take in fifo.takes_soonest_first(takes):
            rest = take.units - self.repay(entry, account, "redeemed", take.units)
            if rest and take.lot.is_over(at) and not take.lot.is_grace:
                late += rest
            elif rest:
                self._refill(entry, operation, account, "redeemed", Take(take.lot, rest))
        if late:
            lot = new_lot(operation, entry, LotTerms(expires_at=grace_until, is_grace=True))
            self.bring(entry, account, "redeemed", late, lot)
        return self.close(entry, account, total(takes))

    def _refill(
        self, entry: Row, operation: Row, account: AccountState, source: str, take: Take
    ) -> None:
        """Put units back where they came from; from a card merged meanwhile, on the same terms."""
        if take.lot.account_id != account.id:
            lot = new_lot(operation, entry, take.lot.terms(operation["recorded_at"]))
            self.bring(entry, account, source, take.units, lot)
            return
        if account.lot(take.lot.id) is None:
            account.lots.append(take.lot)
        self.fill(entry, account, source, take.lot, take.units)

    def adjust(
        self,
        operation: Row,
        account: AccountState,
        units: int,
        *,
        terms: LotTerms,
        at: datetime,
        reasons: list[Reason],
    ) -> int:
        """Add or take units by hand. Raises InsufficientUnits when taking more than there is."""
        if units < 0:
            return self.spend(operation, account, -units, at=at, reasons=reasons, to="adjusted")
        entry = self.entry(operation, account, "adjust", reasons)
        self.bring(entry, account, "adjusted", units, new_lot(operation, entry, terms))
        return self.close(entry, account, units)

    def expire(
        self, operation: Row, account: AccountState, take: Take, reasons: list[Reason]
    ) -> int:
        """Write off what is left in a lot whose time has passed."""
        entry = self.entry(operation, account, "expire", reasons)
        self.drain(entry, account, "expired", [take])
        return self.close(entry, account, -take.units)


_SPEND_KIND = {"redeemed": "spend", "adjusted": "adjust"}
