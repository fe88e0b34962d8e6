"""What each moment of a person's line of time was about, a page at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns.models import Campaign, Message
from loyalty.core.ids import parse_ref
from loyalty.core.mail import Mail
from loyalty.core.text import Text
from loyalty.counter.models import Redemption, Visit
from loyalty.customers.models import ConsentEvent, Customer, CustomerMerge
from loyalty.customers.record_models import CustomerNote
from loyalty.feedback.models import Remark
from loyalty.ledger.models import Account, Entry, Operation
from loyalty.members.timeline import Moment
from loyalty.merchants.models import StaffAct
from loyalty.programs import catalogue

_ROWS: dict[str, Any] = {
    "operation": Operation,
    "mail": Mail,
    "letter": Message,
    "remark": Remark,
    "consent": ConsentEvent,
    "note": CustomerNote,
    "act": StaffAct,
    "merged": CustomerMerge,
    "parted": CustomerMerge,
    "joined": Customer,
}


@dataclass(frozen=True, slots=True)
class Change:
    """Units that came or went, with what the customer reads about it."""

    unit: str
    units: int
    reasons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Told:
    """A moment with its row; an operation with what it moved and, where it has one, its visit.

    A letter comes with its campaign.
    """

    moment: Moment
    row: Any
    changes: list[Change] = field(default_factory=list)
    visit: Visit | None = None
    reward: Text | None = None
    campaign: Campaign | None = None


def told(session: Session, *, merchant_id: UUID, moments: Sequence[Moment]) -> list[Told]:
    """The moments in their order, in one statement for each kind of thing."""
    rows = {source: _rows(session, merchant_id, source, moments) for source in _ROWS}
    operations = rows["operation"]
    changes = _changes(session, merchant_id, list(operations))
    visits = _by_id(session, merchant_id, Visit, list(operations))
    rewards = _rewards(session, merchant_id, operations)
    sent = [row.campaign_id for row in rows["letter"].values()]
    campaigns = _by_id(session, merchant_id, Campaign, sent)
    found = []
    for moment in moments:
        row = rows[moment.source].get(moment.id)
        if row is not None and moment.source == "operation":
            which = moment.id
            found.append(
                Told(moment, row, changes.get(which, []), visits.get(which), rewards.get(which))
            )
        elif row is not None and moment.source == "letter":
            found.append(Told(moment, row, campaign=campaigns[row.campaign_id]))
        elif row is not None:
            found.append(Told(moment, row))
    return found


def _rewards(
    session: Session, merchant_id: UUID, operations: Mapping[UUID, Operation]
) -> dict[UUID, Text]:
    """Which reward an operation was about, by its name then."""
    about = {key: found for key, row in operations.items() if (found := _redemption_of(row))}
    redemptions = _by_id(session, merchant_id, Redemption, list(set(about.values())))
    names = {}
    for key, redemption_id in about.items():
        one = redemptions.get(redemption_id)
        if one is not None:
            rules = catalogue.version(
                session, merchant_id=merchant_id, program_id=one.program_id, number=one.version
            )
            reward = rules.document.reward(one.reward)
            names[key] = reward.name if reward else Text(one.reward, one.reward)
    return names


def _redemption_of(row: Operation) -> UUID | None:
    if row.kind == "redemption":
        return row.id
    if row.kind not in ("fulfilment", "cancel"):
        return None
    vouchers = (row.answer or {}).get("vouchers") or [{}]
    return parse_ref("red", vouchers[0].get("redemption", ""))


def _rows(
    session: Session, merchant_id: UUID, source: str, moments: Sequence[Moment]
) -> dict[UUID, Any]:
    ids = [moment.id for moment in moments if moment.source == source]
    return _by_id(session, merchant_id, _ROWS[source], ids)


def _by_id(
    session: Session, merchant_id: UUID, model: Any, ids: Collection[UUID]
) -> dict[UUID, Any]:
    if not ids:
        return {}
    query = sa.select(model).where(model.merchant_id == merchant_id, model.id.in_(ids))
    return {row.id: row for row in session.execute(query).scalars()}


def _changes(
    session: Session, merchant_id: UUID, operation_ids: Collection[UUID]
) -> dict[UUID, list[Change]]:
    """What each operation did, in the order in which it did it."""
    if not operation_ids:
        return {}
    rows = session.execute(
        sa.select(Entry.operation_id, Entry.id, Account.unit, Entry.units, Entry.reasons)
        .join(
            Account,
            sa.and_(Account.merchant_id == Entry.merchant_id, Account.id == Entry.account_id),
        )
        .where(Entry.merchant_id == merchant_id, Entry.operation_id.in_(operation_ids))
    ).all()
    found: dict[UUID, list[Change]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        found.setdefault(row.operation_id, []).append(Change(row.unit, row.units, row.reasons))
    return found
