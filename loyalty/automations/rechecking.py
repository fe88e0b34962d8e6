"""What is asked of a journey's letter at the moment of sending, beside the gate of every letter."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.automations import switching
from loyalty.automations.deciding import CAME_BACK, came_since
from loyalty.automations.models import AutomationRun, AutomationStep
from loyalty.campaigns import states
from loyalty.campaigns.outbox import Job
from loyalty.core.db import table
from loyalty.counter.rollups.models import MemberStats

LATE_AFTER = timedelta(days=3)  # a letter that waited so long would say what is not so any more
_LEFT = "left_journey"
_RUN, _STEP, _STATS = table(AutomationRun), table(AutomationStep), table(MemberStats)
_QUERY = (
    sa.select(
        _STEP.c.message_id,
        _RUN.c.kind,
        _RUN.c.ended_at,
        _RUN.c.last_on,
        _STATS.c.last_on.label("now_on"),
    )
    .select_from(
        _STEP.join(
            _RUN, sa.and_(_RUN.c.merchant_id == _STEP.c.merchant_id, _RUN.c.id == _STEP.c.run_id)
        ).outerjoin(
            _STATS,
            sa.and_(
                _STATS.c.merchant_id == _RUN.c.merchant_id,
                _STATS.c.customer_id == _RUN.c.customer_id,
            ),
        )
    )
    .where(
        _STEP.c.merchant_id == sa.bindparam("merchant"),
        _STEP.c.message_id.in_(sa.bindparam("ids", expanding=True)),
    )
)


def why_not(
    session: Session, merchant_id: UUID, some: Sequence[Job], at: datetime
) -> Mapping[UUID, str]:
    """Those of these letters that must not leave after all: they came, they left, it is late."""
    asked = {"merchant": merchant_id, "ids": [job.id for job in some]}
    found = {job.id: states.LATE for job in some if at - job.created_at > LATE_AFTER}
    for row in session.execute(_QUERY, asked):
        if switching.journey_of(row.kind).ends_on_visit and came_since(row.last_on, row.now_on):
            found[row.message_id] = CAME_BACK
        elif row.ended_at is not None:
            found[row.message_id] = _LEFT
    return found
