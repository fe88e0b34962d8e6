"""How far a new shop has come, as far as nothing else says so."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import table
from loyalty.merchants.card_look_models import FirstSteps

GOALS = ("visits", "baskets", "best", "good")


@dataclass(frozen=True, slots=True)
class Steps:
    """What the shop was opened for, and what has been seen to since."""

    goal: str | None = None
    poster_at: datetime | None = None
    test_customer_id: UUID | None = None
    put_away_at: datetime | None = None


def find(session: Session, *, merchant_id: UUID) -> Steps:
    """How far the shop is."""
    row = session.get(FirstSteps, merchant_id)
    if row is None:
        return Steps()
    return Steps(row.goal, row.poster_at, row.test_customer_id, row.put_away_at)


def lock(session: Session, *, merchant_id: UUID) -> Steps:
    """The same, with nobody else changing it until this write ends."""
    row = _row(session, merchant_id)
    return Steps(row.goal, row.poster_at, row.test_customer_id, row.put_away_at)


def choose_goal(session: Session, *, merchant_id: UUID, goal: str) -> None:
    """Keep what the shop was opened for; one of GOALS."""
    assert goal in GOALS, "one of the goals"
    _row(session, merchant_id).goal = goal
    session.flush()


def print_poster(session: Session, *, merchant_id: UUID, at: datetime) -> bool:
    """A poster has been made; whether it was the first."""
    row = _row(session, merchant_id)
    is_first = row.poster_at is None
    row.poster_at = row.poster_at or at
    session.flush()
    return is_first


def keep_test_customer(session: Session, *, merchant_id: UUID, customer_id: UUID | None) -> None:
    """Who the shop's test card belongs to; None once it has been put away."""
    _row(session, merchant_id).test_customer_id = customer_id
    session.flush()


def put_away(session: Session, *, merchant_id: UUID, at: datetime | None) -> None:
    """The list of first steps is not shown any more; None brings it back."""
    _row(session, merchant_id).put_away_at = at
    session.flush()


def _row(session: Session, merchant_id: UUID) -> FirstSteps:
    """The shop's own row, made when it is missing."""
    insert = insert_unless_there(session, table(FirstSteps), by=("merchant_id",))
    session.execute(insert, {"merchant_id": merchant_id})
    return session.get_one(FirstSteps, merchant_id, with_for_update=True)
