"""Vouchers that the shop gives away, to many at once: nothing is spent, so no account is locked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.cards.tokens import CODE_LETTERS
from loyalty.core import bulk
from loyalty.core.db import rows_changed, table
from loyalty.core.ids import new_id, random_code
from loyalty.counter.models import Redemption
from loyalty.ledger.models import Operation

_OPERATION, _REDEMPTION, _CARD = table(Operation), table(Redemption), table(Card)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gift:
    """A reward of a program's version, free of charge until `until_at`."""

    merchant_id: UUID
    program_id: UUID
    version: int
    reward: str
    until_at: datetime


def cards_of(
    session: Session, *, merchant_id: UUID, program_id: UUID, customer_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """The card in that program of each of these customers who has one that works."""
    rows = session.execute(
        sa.select(_CARD.c.customer_id, _CARD.c.id).where(
            _CARD.c.merchant_id == merchant_id,
            _CARD.c.program_id == program_id,
            _CARD.c.customer_id.in_(list(customer_ids)),
            _CARD.c.merged_into_id.is_(None),
            _CARD.c.blocked_at.is_(None),
        )
    )
    return {row.customer_id: row.id for row in rows}


def give(session: Session, *, gift: Gift, cards: Sequence[UUID], at: datetime) -> list[UUID]:
    """Put a voucher on each of these cards; their redemptions' ids, in the same order."""
    ids = [new_id() for _ in cards]
    pairs = list(zip(ids, cards, strict=True))
    connection = session.connection()
    bulk.insert(connection, _OPERATION, [_operation(gift, *pair, at) for pair in pairs])
    bulk.insert(connection, _REDEMPTION, [_voucher(gift, *pair, at) for pair in pairs])
    return ids


def take_back(
    session: Session, *, merchant_id: UUID, redemption_ids: Collection[UUID], at: datetime
) -> None:
    """End vouchers that were never told to anybody; those that were used meanwhile stay."""
    for redemption_id in redemption_ids:
        its = (_REDEMPTION.c.merchant_id == merchant_id, _REDEMPTION.c.id == redemption_id)
        ended = session.execute(
            sa.update(_REDEMPTION)
            .where(*its, _REDEMPTION.c.state == "reserved")
            .values(state="cancelled", cancelled_at=at)
        )
        if rows_changed(ended) == 1:
            row = session.execute(sa.select(_REDEMPTION).where(*its)).one()
            session.execute(sa.insert(_OPERATION), _cancellation(row, at))


def _operation(gift: Gift, key: UUID, card_id: UUID, at: datetime) -> Row:
    return {
        **_house(gift.merchant_id, card_id, gift.version, at),
        "id": key,
        "kind": "redemption",
        "reverses_id": None,
    }


def _cancellation(row: Any, at: datetime) -> Row:
    return {
        **_house(row.merchant_id, row.card_id, row.version, at),
        "id": new_id(),
        "kind": "cancel",
        "reverses_id": row.id,
    }


def _house(merchant_id: UUID, card_id: UUID, version: int, at: datetime) -> Row:
    empty = ("key_hash", "body_hash", "answer", "location_id", "device", "proof", "reason")
    return {
        "merchant_id": merchant_id,
        "card_id": card_id,
        "version": version,
        "actor": "system",
        "via": "system",
        "occurred_at": at,
        "recorded_at": at,
        **dict.fromkeys(empty),
    }


def _voucher(gift: Gift, key: UUID, card_id: UUID, at: datetime) -> Row:
    return {
        "merchant_id": gift.merchant_id,
        "id": key,
        "card_id": card_id,
        "program_id": gift.program_id,
        "version": gift.version,
        "reward": gift.reward,
        "cost": {},
        "code": random_code(CODE_LETTERS),
        "filled": False,
        "state": "reserved",
        "until_at": gift.until_at,
        "created_at": at,
        "used_at": None,
        "cancelled_at": None,
    }
