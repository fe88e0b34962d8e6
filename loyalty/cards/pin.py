"""A holder's own PIN of four digits: asked for a reward where no live code was shown.

A try is counted before it is checked; after five wrong ones the PIN rests for a quarter of an hour.
Checking is slow on purpose and happens between two writes.
"""

import re
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import CardPin
from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import rows_changed, table
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.merchants.passwords import hash_secret
from loyalty.merchants.pins import is_easy

TRIES_MAX, RESTS_FOR = 5, timedelta(minutes=15)
_SHAPE = re.compile("[0-9]{4}")
_NOT_FOUR = Text("Quattro cifre.", "Four digits.")
_TOO_EASY = Text(
    "Questo lo indovina chiunque: niente cifre uguali, in fila o ripetute, e niente anni.",
    "Anybody would guess this one: no equal digits, no rows, no repeats, no years.",
)
_PIN = table(CardPin)


def hash_pin(digits: str) -> str:
    """The hash to keep. Raises Invalid for what is not four digits, or is soon guessed."""
    if not _SHAPE.fullmatch(digits):
        raise Invalid({"pin": [_NOT_FOUR]})
    if is_easy(digits):
        raise Invalid({"pin": [_TOO_EASY]})
    return hash_secret(digits)


def choose(
    session: Session, *, merchant_id: UUID, card_id: UUID, pin_hash: str, at: datetime
) -> None:
    """Ask for this PIN from now on; the one before ends."""
    key = {"merchant_id": merchant_id, "card_id": card_id}
    fresh = {"pin_hash": pin_hash, "tries": 0, "tried_at": None, "chosen_at": at}
    session.execute(insert_unless_there(session, _PIN, list(key)), key | fresh)
    session.execute(sa.update(_PIN).where(*_of(merchant_id, card_id)).values(fresh))


def give_up(session: Session, *, merchant_id: UUID, card_id: UUID) -> None:
    """Ask for none any more."""
    session.execute(sa.delete(_PIN).where(*_of(merchant_id, card_id)))


def is_asked(session: Session, *, merchant_id: UUID, card_id: UUID) -> bool:
    """Whether the holder of a card has chosen one."""
    there = sa.select(_PIN.c.card_id).where(*_of(merchant_id, card_id))
    return session.execute(there).first() is not None


def take_try(session: Session, *, merchant_id: UUID, card_id: UUID, at: datetime) -> str | None:
    """Use up one of five tries; the hash to check, or None where there is no PIN or it rests."""
    is_rested = sa.or_(_PIN.c.tries < TRIES_MAX, _PIN.c.tried_at <= at - RESTS_FOR)
    tries = sa.case((_PIN.c.tries < TRIES_MAX, _PIN.c.tries + 1), else_=1)
    taken = session.execute(
        sa.update(_PIN)
        .where(*_of(merchant_id, card_id), is_rested)
        .values(tries=tries, tried_at=at)
    )
    if rows_changed(taken) != 1:
        return None
    kept = sa.select(_PIN.c.pin_hash).where(*_of(merchant_id, card_id))
    found: str = session.execute(kept).scalar_one()
    return found


def was_right(session: Session, *, merchant_id: UUID, card_id: UUID) -> None:
    """The tries before count no more."""
    session.execute(sa.update(_PIN).where(*_of(merchant_id, card_id)).values(tries=0))


def _of(merchant_id: UUID, card_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (_PIN.c.merchant_id == merchant_id, _PIN.c.card_id == card_id)
