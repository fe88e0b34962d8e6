"""How the shop's members usually come and spend, from what is kept of them anyway."""

from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.counter.rollups import reading
from loyalty.counter.rollups.models import MemberStats
from loyalty.programs.outlook import VISITS_A_YEAR_MAX, YEAR_DAYS, Typical

_STATS = table(MemberStats).c
_HALF = Fraction(1, 2)


def typical(session: Session, *, merchant_id: UUID) -> Typical | None:
    """The mean visit and how often those come who come again; None before the first visit."""
    visits, spend_minor = session.execute(
        sa.select(sa.func.sum(_STATS.visits), sa.func.sum(_STATS.spend_minor)).where(
            _STATS.merchant_id == merchant_id, _STATS.visits > 0
        )
    ).one()
    if not visits:
        return None
    gap = max(Fraction(1), reading.mean_gap(session, merchant_id=merchant_id))
    a_year = int(YEAR_DAYS * gap.denominator // gap.numerator)
    basket = int(Fraction(int(spend_minor), int(visits)) + _HALF)
    return Typical(basket, min(max(1, a_year), VISITS_A_YEAR_MAX))
