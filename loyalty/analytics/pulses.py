"""Counting who came, once for each night: it asks the visits, which is too slow for a page."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import members
from loyalty.analytics.models import ShopPulse
from loyalty.analytics.spans import DAYS, WEEKS, Span, weeks
from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import table


@dataclass(frozen=True, slots=True)
class Came:
    """Members who came in the four weeks up to `last_on`, and of these on two days or more."""

    last_on: date
    members: int
    again: int


def missing(session: Session, *, merchant_id: UUID, last_on: date) -> list[date]:
    """Of the last twelve weeks' ends up to that day those that were not counted, latest first."""
    ends = {span.last for span in weeks(last_on)}
    there = {one.last_on for one in kept(session, merchant_id=merchant_id, last_on=last_on)}
    return sorted(ends - there, reverse=True)


def count(session: Session, *, merchant_id: UUID, last_on: date) -> Came:
    """Ask the visits."""
    span = Span(last_on - timedelta(days=DAYS - 1), last_on)
    ((came, again),) = members.came(session, merchant_id=merchant_id, spans=[span])
    return Came(last_on, came, again)


def keep(session: Session, *, merchant_id: UUID, came: Came) -> None:
    """Keep what was counted; a second count of the same day is dropped."""
    session.execute(
        insert_unless_there(session, table(ShopPulse)),
        {
            "merchant_id": merchant_id,
            "last_on": came.last_on,
            "came": came.members,
            "came_again": came.again,
        },
    )


def kept(session: Session, *, merchant_id: UUID, last_on: date) -> list[Came]:
    """What was counted for the ends of the last twelve weeks up to that day, oldest first."""
    rows = session.execute(
        sa.select(ShopPulse.last_on, ShopPulse.came, ShopPulse.came_again)
        .where(
            ShopPulse.merchant_id == merchant_id,
            ShopPulse.last_on.in_([span.last for span in weeks(last_on, WEEKS)]),
        )
        .order_by(ShopPulse.last_on)
    )
    return [Came(*row) for row in rows]
