"""The receipt of an operation: one shape for a visit, a refund, a redemption and the rest."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from loyalty.core.clock import rfc3339
from loyalty.core.ids import ref
from loyalty.core.money import Money
from loyalty.core.text import Text
from loyalty.counter.desk import Desk
from loyalty.counter.reasons import carry
from loyalty.ledger.state import EXPIRING_MAX, AccountState, Reason
from loyalty.programs.catalogue import PublishedVersion

Row = dict[str, Any]
PREFIX = {
    "visit": "vis",
    "refund": "rfd",
    "void": "voi",
    "redemption": "red",
    "fulfilment": "ful",
    "cancel": "can",
    "adjustment": "adj",
}


def receipt(
    desk: Desk,
    operation: Row,
    *,
    reasons: list[Reason],
    earned: dict[str, int] | None = None,
    amount_minor: int | None = None,
    vouchers: Iterable[Row] = (),
    warnings: Iterable[Row] = (),
    **more: Any,
) -> dict[str, Any]:
    """The receipt of contract.md; `more` names what it belongs to (visit, redemption)."""
    place, accounts = desk.place, desk.book.units_of(desk.place.card_id)
    money = None if amount_minor is None else Money(amount_minor, place.currency).as_dict()
    return {
        "ref": ref(PREFIX[operation["kind"]], operation["id"]),
        "kind": operation["kind"],
        "card": ref("crd", place.card_id),
        "program": ref("prg", place.program_id),
        "version": operation["version"],
        "proof": operation["proof"],
        "occurred_at": rfc3339(operation["occurred_at"]),
        "recorded_at": rfc3339(operation["recorded_at"]),
        "amount": money,
        "earned": earned or {},
        "pledged": {},
        "balances": balances(accounts, desk.version, desk.at),
        "reasons": reasons,
        "tier": None,
        "rewards": rewards(accounts, desk.version, desk.at),
        "vouchers": [voucher(row) for row in vouchers],
        "warnings": list(warnings),
        **more,
    }


def balances(
    accounts: dict[str, AccountState], version: PublishedVersion, at: datetime
) -> dict[str, Any]:
    """What the card holds of each unit at that moment."""
    return {key: _balance(account, version, at) for key, account in accounts.items()}


def _balance(account: AccountState, version: PublishedVersion, at: datetime) -> dict[str, Any]:
    rest = carry(version.document, account.unit, account.earned_millionths)
    return {
        "available": account.available(at),
        "pending": 0,
        "debt": account.debt,
        "lifetime": account.lifetime,
        "carried_minor": rest[0] if rest else None,
        "to_next_minor": rest[1] if rest else None,
        "expiring": _expiring(account, at),
    }


def _expiring(account: AccountState, at: datetime) -> list[dict[str, Any]]:
    ends = account.expiring(at)[:EXPIRING_MAX]
    return [{"units": units, "at": rfc3339(end)} for end, units in ends]


def rewards(
    accounts: dict[str, AccountState], version: PublishedVersion, at: datetime
) -> list[dict[str, Any]]:
    """Each reward and what is missing for it; nothing missing means it can be had now."""
    return [
        {
            "key": reward.key,
            "name": reward.name.as_dict(),
            "cost": reward.cost,
            "missing": {
                unit: short
                for unit, needed in reward.cost.items()
                if (short := needed - _there(accounts.get(unit), at)) > 0
            },
        }
        for reward in version.document.rewards
    ]


def _there(account: AccountState | None, at: datetime) -> int:
    return account.available(at) - account.debt if account else 0


def voucher(row: Row) -> dict[str, Any]:
    """A voucher as receipts show it."""
    return {
        "code": row["code"],
        "reward": row["reward"],
        "state": row["state"],
        "until": rfc3339(row["until_at"]) if row["until_at"] else None,
        "redemption": ref("red", row["id"]),
    }


def warning(code: str, said: Text) -> dict[str, str]:
    """Something that was let through but should be looked at."""
    return {"code": code, "it": said.it, "en": said.en}
