"""What was sold in a period and in the one before: net, and in how many visits with an amount."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics.returning import Period
from loyalty.core.db import Id

# Joined crosswise, for SQLite then goes card by card; no bare day stands in WHERE, so that it goes
# along the one index that holds all of it.
_SUMS = """
SELECT CAST(COALESCE(SUM(CASE WHEN v.local_on BETWEEN :first_on AND :last_on
                              THEN v.net_minor END), 0) AS bigint),
       COUNT(CASE WHEN v.local_on BETWEEN :first_on AND :last_on THEN v.net_minor END),
       CAST(COALESCE(SUM(CASE WHEN v.local_on BETWEEN :before_on AND :until_on
                              THEN v.net_minor END), 0) AS bigint),
       COUNT(CASE WHEN v.local_on BETWEEN :before_on AND :until_on THEN v.net_minor END)
FROM card k CROSS JOIN visit v
WHERE k.merchant_id = :merchant_id AND v.merchant_id = :merchant_id AND v.card_id = k.id
  AND v.voided_at IS NULL AND COALESCE(v.local_on, NULL) BETWEEN :start_on AND :end_on"""
_ASKED = (
    sa.bindparam("merchant_id", type_=Id),
    sa.bindparam("before_on", type_=sa.Date),
    sa.bindparam("until_on", type_=sa.Date),
    sa.bindparam("start_on", type_=sa.Date),
    sa.bindparam("end_on", type_=sa.Date),
    sa.bindparam("first_on", type_=sa.Date),
    sa.bindparam("last_on", type_=sa.Date),
)
_AT_ONE_PLACE = _SUMS + " AND v.location_id = :location_id"
_ANYWHERE = sa.text(_SUMS).bindparams(*_ASKED)
_AT_ONE = sa.text(_AT_ONE_PLACE).bindparams(*_ASKED, sa.bindparam("location_id", type_=Id))


@dataclass(frozen=True, slots=True)
class Sales:
    """Net sales of a period in minor units, and the visits that have an amount."""

    minor: int
    purchases: int


def sales(
    session: Session,
    *,
    merchant_id: UUID,
    period: Period,
    beside: Period,
    location_id: UUID | None = None,
) -> tuple[Sales, Sales]:
    """The sales of a period, and of the one that it is compared with."""
    asked = {
        "merchant_id": merchant_id,
        "start_on": date.fromordinal(min(beside.first, period.first)),
        "end_on": date.fromordinal(max(beside.last, period.last)),
        "before_on": date.fromordinal(beside.first),
        "until_on": date.fromordinal(beside.last),
        "first_on": date.fromordinal(period.first),
        "last_on": date.fromordinal(period.last),
    }
    if location_id is None:
        row = session.execute(_ANYWHERE, asked).one()
    else:
        row = session.execute(_AT_ONE, {**asked, "location_id": location_id}).one()
    return Sales(row[0], row[1]), Sales(row[2], row[3])
