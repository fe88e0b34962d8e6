"""The receipt of an operation: one shape for a visit, a refund, a redemption and the rest."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from loyalty.core.clock import rfc3339
from loyalty.core.ids import ref
from loyalty.core.money import Money
from loyalty.core.text import Text
from loyalty.counter import vouchers
from loyalty.counter.desk import Desk
from loyalty.counter.models import Redemption
from loyalty.counter.reasons import carry
from loyalty.ledger.state import EXPIRING_MAX, AccountState, Reason
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.document import Reward
from loyalty.programs.earning import CAUSE_PREFIX, is_cause

Row = dict[str, Any]
PREFIX = {
    "visit": "vis",
    "refund": "rfd",
    "void": "voi",
    "return": "rtn",
    "restore": "rst",
    "addition": "add",
    "redemption": "red",
    "fulfilment": "ful",
    "cancel": "can",
    "adjustment": "adj",
    "move": "mov",
    "activation": "act",
    "expiry": "exp",
    "review": "rev",
    "merge": "mrg",
    "unmerge": "umg",
    "extension": "ext",
    "enrolment": "enr",
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
    """The receipt of contract.md; `more` is what was pledged, and what it belongs to."""
    place = desk.place
    tier = desk.ranks.progress(desk.version, place.day(desk.at))
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
        "balances": balances(desk),
        "reasons": reasons,
        "tier": tier,
        "rewards": rewards(desk),
        "vouchers": [voucher(row) for row in vouchers],
        "warnings": list(warnings),
        **more,
    }


def balances(desk: Desk) -> dict[str, Any]:
    """What the card holds of each unit at that moment."""
    return {
        key: _balance(account, desk.version, desk.at)
        for key, account in desk.accounts.items()
        if not is_cause(key)
    }


def impact(accounts: dict[str, AccountState]) -> dict[str, int]:
    """What the card's purchases have given to each cause, in minor units."""
    return {
        key.removeprefix(CAUSE_PREFIX): account.balance
        for key, account in accounts.items()
        if is_cause(key)
    }


def _balance(account: AccountState, version: PublishedVersion, at: datetime) -> dict[str, Any]:
    rest = carry(version.document, account.unit, account.earned_millionths)
    return {
        "available": account.available(at),
        "pending": account.pending(at),
        "waiting": _waiting(account, at),
        "debt": account.debt,
        "lifetime": account.lifetime,
        "carried_minor": rest[0] if rest else None,
        "to_next_minor": rest[1] if rest else None,
        "expiring": _expiring(account, at),
    }


def _expiring(account: AccountState, at: datetime) -> list[dict[str, Any]]:
    ends = account.expiring(at)[:EXPIRING_MAX]
    return [{"units": units, "at": rfc3339(end)} for end, units in ends]


def _waiting(account: AccountState, at: datetime) -> list[dict[str, Any]]:
    """What waits, and from when it may be used, the next ones first."""
    starts: dict[datetime, int] = {}
    for lot in account.lots:
        if lot.remaining and lot.is_waiting(at) and lot.active_at is not None:
            starts[lot.active_at] = starts.get(lot.active_at, 0) + lot.remaining
    return [
        {"units": n, "at": rfc3339(start)} for start, n in sorted(starts.items())[:EXPIRING_MAX]
    ]


def rewards(desk: Desk) -> list[dict[str, Any]]:
    """Each reward and what is missing for it; nothing missing means it can be had now.

    One that is out of its days or of stock, for other levels, or had too often, says so in
    `unavailable`.
    """
    return [_reward(desk, reward) for reward in desk.version.document.rewards]


def _reward(desk: Desk, reward: Reward) -> dict[str, Any]:
    refusal = vouchers.refusal(desk, reward, desk.at) or desk.offers.sold_out(reward)
    return {
        "key": reward.key,
        "kind": reward.kind,
        "name": reward.name.as_dict(),
        "cost": reward.cost,
        "missing": {
            unit: short
            for unit, needed in reward.cost.items()
            if (short := needed - _there(desk.accounts.get(unit), desk.at)) > 0
        },
        "unavailable": refusal.sentence.as_dict() if refusal else None,
    }


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


def voucher_row(redemption: Redemption, state: str) -> Row:
    """A voucher from before, in the state that it has now, as `voucher` takes it."""
    return {
        "code": redemption.code,
        "reward": redemption.reward,
        "state": state,
        "until_at": redemption.until_at,
        "id": redemption.id,
    }


def warning(code: str, said: Text) -> dict[str, str]:
    """Something that was let through but should be looked at."""
    return {"code": code, "it": said.it, "en": said.en}
