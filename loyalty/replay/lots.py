"""Lots told again: what is left in each, whether it waits, and when it ends."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from loyalty.core.calendar import end_of, idle_end
from loyalty.counter.vouchers import GRACE_DAYS
from loyalty.ledger.chart import side
from loyalty.programs.earning import is_cause
from loyalty.programs.expiry import lot_expires_at
from loyalty.replay.deeds import Deeds
from loyalty.replay.differences import Found
from loyalty.replay.log import Log, Row, Shop


@dataclass(slots=True)
class Lot:
    """A lot as its postings have left it.

    `brought` is what its own entry put in, `expired` what was written off.
    """

    row: Row
    ends_at: datetime | None = None
    remaining: int = 0
    brought: int = 0
    expired: int = 0


@dataclass(slots=True)
class Account:
    """A card's account as its entries have left it: `shown` is the balance that the last one tells.

    `exact` is its sum in millionths, `active_at` the last visit that counts for what slides.
    """

    row: Row
    balance: int = 0
    shown: int = 0
    debt: int = 0
    exact: int = 0
    active_at: datetime | None = None

    @property
    def whose(self) -> dict[str, Any]:
        """Card and unit, to name it."""
        return {"of": self.row.card_id, "unit": self.row.unit}


class Lots:
    """The lots of some accounts."""

    def __init__(self, log: Log, shop: Shop, deeds: Deeds, accounts: dict[UUID, Account]) -> None:
        self._shop, self._deeds, self._accounts = shop, deeds, accounts
        self._lots = {row.id: Lot(row) for row in log.lots}
        self._made = grouped(log.lots, "entry_id")
        self._came = grouped(log.lots, "origin_id")
        self._mine = grouped(log.lots, "account_id")
        self._extensions = grouped(log.extensions, "entry_id")
        self._longer = grouped(log.extensions, "lot_id")
        self._by_deed: dict[tuple[UUID, str], list[UUID]] = {}
        self._covered: Counter[tuple[UUID, UUID, str]] = Counter()
        self._begun: Counter[tuple[UUID, datetime]] = Counter()

    def begin(self, entry: Row, operation: Row, unit: str) -> None:
        """The lots that an entry makes, still empty."""
        for row in self._made.get(entry.id, []):
            self._by_deed.setdefault((operation.id, unit), []).append(row.id)
            self._lots[row.id].ends_at = self._first_end(row, operation, unit)
        if entry.kind == "activate":
            self._begun[entry.account_id, operation.occurred_at] += 1

    def move(self, posting: Row, entry: Row, units: int) -> None:
        """Put units into a lot, or take them out (below 0). Raises LookupError."""
        lot = self._lots[posting.lot_id]
        lot.remaining += units
        lot.brought += units if lot.row.entry_id == entry.id else 0
        goal = side(self._shop.program_id, self._unit(lot), "expired")
        lot.expired += posting.units if posting.to_id == goal else 0

    def _unit(self, lot: Lot) -> str:
        unit: str = self._accounts[lot.row.account_id].row.unit
        return unit

    def extend(self, entry: Row, found: Found, **named: Any) -> None:
        """Give lots the later ends that an entry tells."""
        for row in self._extensions.get(entry.id, []):
            lot = self._lots[row.lot_id]
            found.check("lot_end", (row.before_at, lot.ends_at), **named)
            lot.ends_at = row.until_at

    def own(self, operation: Row, unit: str) -> list[UUID]:
        """The lots of the sale that an operation takes back, wherever they are by now."""
        taken = self._deeds.taken.get(operation.id)
        if taken is None:
            return []
        made = (key for each in taken.operation_ids for key in self._by_deed.get((each, unit), []))
        keys = [key for key in made if self._card(self._lots[key]) in taken.card_ids]
        for key in keys:  # grows on the way
            keys += [row.id for row in self._came.get(key, []) if row.id not in keys]
        return keys

    def coverable(self, operation: Row, unit: str, own: Iterable[UUID]) -> int:
        """Units of these lots that have expired and that nothing has counted as taken yet."""
        taken = self._deeds.taken.get(operation.id)
        if taken is None:
            return 0
        expired = sum(self._lots[key].expired for key in own)
        return expired - sum(
            self._covered[each, card_id, unit]
            for each in taken.operation_ids
            for card_id in taken.card_ids
        )

    def cover(self, operation: Row, account: Account, units: int) -> None:
        """So many expired units were counted as taken."""
        self._covered[operation.id, account.row.card_id, account.row.unit] += units

    def _card(self, lot: Lot) -> UUID:
        card_id: UUID = self._accounts[lot.row.account_id].row.card_id
        return card_id

    def held(self) -> Counter[str]:
        """What is left in them, by unit."""
        sums: Counter[str] = Counter()
        for lot in self._lots.values():
            sums[self._unit(lot)] += lot.remaining
        return sums

    def check(self, found: Found) -> None:
        """Compare every lot with where its entries have left it."""
        for lot in self._lots.values():
            row, whose = lot.row, self._accounts[lot.row.account_id].whose
            found.check("lot", (row.remaining, lot.remaining), **whose)
            found.check("lot_size", (row.units, lot.brought), **whose)
            found.check("lot_end", (row.expires_at, lot.ends_at), **whose)
            if lot.remaining:
                kept = self._accounts[row.account_id].row.last_active_at
                found.check("lot_life", (self._after(lot, kept), self._slid(lot)), **whose)
        self._check_waiting(found)

    def _check_waiting(self, found: Found) -> None:
        for account_id, account in self._accounts.items():
            rows = [row for row in self._mine.get(account_id, []) if row.active_at is not None]
            found.check("waiting", (account.row.has_waiting, bool(rows)), **account.whose)
            for moment, same in grouped(rows, "active_at").items():
                told = len(same) - self._begun[account_id, moment]
                found.check("lot_waits", (sum(r.is_pending for r in same), told), **account.whose)

    # --- ends

    def _first_end(self, row: Row, operation: Row, unit: str) -> datetime | None:
        """The end of a lot when it came: its rules', or that of the lot it was on another card."""
        if row.origin_id is not None:
            return self._slid(self._lots[row.origin_id])
        if operation.id in self._deeds.restored:
            return self._kept_end(row)  # of what had made up for a debt meanwhile
        zone, recorded_at = self._shop.timezone, operation.recorded_at
        if row.is_grace:
            return end_of(self._shop.day(recorded_at) + timedelta(days=GRACE_DAYS), zone)
        rules = self._shop.rules(operation.version).unit(unit)
        if rules is None or is_cause(unit):
            return None
        earned_at = self._deeds.earned_at.get(operation.id, operation.occurred_at)
        return lot_expires_at(rules.expiry, earned_at, zone)

    def _kept_end(self, row: Row) -> datetime | None:
        """As it was kept: its own end, or that from before it was first extended."""
        found = self._longer.get(row.id)
        kept: datetime | None = found[0].before_at if found else row.expires_at
        return kept

    def _slid(self, lot: Lot) -> datetime | None:
        """Its end on the card where it is, after the last visit there."""
        return self._after(lot, self._accounts[lot.row.account_id].active_at)

    def _after(self, lot: Lot, active_at: datetime | None) -> datetime | None:
        row = lot.row
        if row.idle_months is None or active_at is None or lot.ends_at is None:
            return lot.ends_at
        if row.slides_from_at is None or active_at <= row.slides_from_at:
            return lot.ends_at
        later = idle_end(active_at, row.idle_months, self._shop.timezone)
        return None if later is None else max(lot.ends_at, later)


def grouped(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """Rows by what they have in a column."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found
