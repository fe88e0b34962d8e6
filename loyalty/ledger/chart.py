"""The accounts of a program and of its cards: which there are, and their fixed ids."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.ledger.models import Account

MERCHANT_SIDE = ("issued", "redeemed", "expired", "adjusted", "moved")


@lru_cache(maxsize=10_000)
def side(program_id: UUID, unit: str, kind: str) -> UUID:
    """The id of the merchant-side account of that kind: derived, so nobody looks it up."""
    return uuid5(program_id, f"{unit}:{kind}")


def open_accounts(
    session: Session, *, merchant_id: UUID, program_id: UUID, card_id: UUID, units: Iterable[str]
) -> None:
    """Open the card's account for each unit, and the merchant's side where it is not there yet."""
    wanted = [(card_id, unit) for unit in units]
    open_many(session, merchant_id=merchant_id, program_id=program_id, wanted=wanted)


def open_missing(
    session: Session, *, merchant_id: UUID, program_id: UUID, wanted: Sequence[tuple[UUID, str]]
) -> None:
    """Open those accounts of cards that are not there yet."""
    rows = session.execute(
        sa.select(Account.card_id, Account.unit).where(
            Account.merchant_id == merchant_id,
            Account.card_id.in_({card_id for card_id, _ in wanted}),
        )
    )
    there = {(row.card_id, row.unit) for row in rows}
    missing = [one for one in wanted if one not in there]
    open_many(session, merchant_id=merchant_id, program_id=program_id, wanted=missing)


def open_many(
    session: Session, *, merchant_id: UUID, program_id: UUID, wanted: Sequence[tuple[UUID, str]]
) -> None:
    """Open the accounts of many cards of a program, by card and unit, and the merchant's side."""
    if not wanted:
        return
    units = {unit for _, unit in wanted}
    open_sides(session, merchant_id=merchant_id, program_id=program_id, units=units)
    _open(
        session,
        [_row(merchant_id, program_id, unit, "card", new_id(), card) for card, unit in wanted],
    )


def open_sides(
    session: Session, *, merchant_id: UUID, program_id: UUID, units: Iterable[str]
) -> None:
    """Open the merchant's side of these units where it is not there yet."""
    rows = [
        _row(merchant_id, program_id, unit, kind, side(program_id, unit, kind), None)
        for unit in sorted(units)
        for kind in MERCHANT_SIDE
    ]
    _open(session, rows)


def _open(session: Session, rows: list[dict[str, object]]) -> None:
    session.execute(insert_unless_there(session, table(Account)), rows)


def _row(
    merchant_id: UUID, program_id: UUID, unit: str, kind: str, key: UUID, card_id: UUID | None
) -> dict[str, object]:
    return {
        "merchant_id": merchant_id,
        "id": key,
        "program_id": program_id,
        "card_id": card_id,
        "kind": kind,
        "unit": unit,
        "balance": 0,
        "debt": 0,
        "earned_millionths": 0,
        "moves": 0,
        "has_waiting": False,
    }


def card_units(session: Session, *, merchant_id: UUID, card_id: UUID) -> set[str]:
    """The units for which the card has an account."""
    rows = session.execute(
        sa.select(Account.unit).where(
            Account.merchant_id == merchant_id, Account.card_id == card_id
        )
    )
    return set(rows.scalars())
