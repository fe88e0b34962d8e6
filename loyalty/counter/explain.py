"""Why a balance is what it is, in one sentence, from the sums of its entries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.calendar import local_day
from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.counter import reasons
from loyalty.counter.desk import Desk
from loyalty.counter.models import TierChange
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.state import AccountState
from loyalty.programs import words
from loyalty.programs.document import Unit, VersionDocument
from loyalty.programs.earning import is_cause

Sums = Mapping[str, int]
_ENDINGS = {("o", True): "o", ("o", False): "i", ("a", True): "a", ("a", False): "e"}
_SUMS = (
    sa.select(Account.unit, Entry.kind, sa.func.sum(Entry.units).label("units"))
    .join(Entry, sa.and_(Entry.merchant_id == Account.merchant_id, Entry.account_id == Account.id))
    .where(
        Account.merchant_id == sa.bindparam("merchant_id"),
        Account.card_id == sa.bindparam("card_id"),
    )
    .group_by(Account.unit, Entry.kind)
)


def balance(session: Session, *, desk: Desk) -> dict[str, dict[str, str]]:
    """For each unit of the card why it holds what it holds at `desk.at`: `{"it": …, "en": …}`."""
    wanted = {"merchant_id": desk.place.merchant_id, "card_id": desk.place.card_id}
    sums: dict[str, dict[str, int]] = {}
    for row in session.execute(_SUMS, wanted):
        sums.setdefault(row.unit, {})[row.kind] = int(row.units)
    return {
        key: _why(desk, account, sums.get(key, {})).as_dict()
        for key, account in desk.accounts.items()
        if not is_cause(key)
    }


def has_risen(session: Session, *, desk: Desk, operation_id: Any) -> bool:
    """Whether that operation brought the card a higher level."""
    found = session.execute(
        sa.select(TierChange.id).where(
            TierChange.merchant_id == desk.place.merchant_id,
            TierChange.card_id == desk.place.card_id,
            TierChange.operation_id == operation_id,
            TierChange.kind == "up",
        )
    ).first()
    return found is not None


def _why(desk: Desk, account: AccountState, sums: Sums) -> Text:
    unit, at = desk.unit(account.unit), desk.at
    if account.debt:
        return _owed(unit, account.debt)
    over = sum(lot.remaining for lot in account.lots if lot.is_over(at))
    # Expiry holds at its moment, written or not. A visit between two reads leaves sums that do not
    # add up: then only what is there is said.
    if sum(sums.values()) == account.balance:
        parts = _parts(unit, {**sums, "expire": sums.get("expire", 0) - over})
    else:
        parts = []
    waits = _waiting(account, at, desk.place.timezone)
    said = _counted(unit, account.available(at), sums, [*parts, *waits])
    return _with_next(said, desk.version.document, account, desk.place.currency)
