"""What rewards and refunds of the last 365 days have cost, member by member."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from loyalty.analytics.ground import YEAR_DAYS, Ground
from loyalty.cards.models import Card
from loyalty.core import calendar
from loyalty.core.db import table
from loyalty.counter.models import Redemption, Visit
from loyalty.programs import catalogue

_CARD, _VISIT, _REDEMPTION = table(Card).c, table(Visit).c, table(Redemption).c


def of_year(ground: Ground) -> dict[UUID, int]:
    """In minor units; a reward costs what the rules say it costs, else what it is worth."""
    found = ground.by_living(_refunded(ground))
    for who, minor in ground.by_living(_given(ground)).items():
        found[who] = found.get(who, 0) + minor
    return found


def _refunded(ground: Ground) -> list[tuple[UUID, int]]:
    back = _VISIT.amount_minor - _VISIT.net_minor
    rows = ground.session.execute(
        sa.select(_CARD.customer_id, sa.func.sum(back))
        .join_from(table(Card), table(Visit), ground.on_card(_VISIT.card_id))
        .where(*ground.counted, ground.in_a_year(_VISIT.local_on), back > 0)
        .group_by(_CARD.customer_id)
    )
    return [(row[0], int(row[1])) for row in rows]


def _given(ground: Ground) -> list[tuple[UUID, int]]:
    """Rewards that were handed over."""
    began = calendar.end_of(ground.on - timedelta(days=YEAR_DAYS), ground.timezone)
    rules = (_REDEMPTION.program_id, _REDEMPTION.version, _REDEMPTION.reward)
    rows = ground.session.execute(
        sa.select(_CARD.customer_id, *rules, sa.func.count())
        .join_from(table(Card), table(Redemption), ground.on_card(_REDEMPTION.card_id))
        .where(
            _REDEMPTION.merchant_id == ground.merchant_id,
            _REDEMPTION.used_at >= began,
            _REDEMPTION.state == "fulfilled",
        )
        .group_by(_CARD.customer_id, *rules)
    ).all()
    prices = {row[1:4]: _price(ground, *row[1:4]) for row in rows}
    return [(row[0], prices[row[1:4]] * row[4]) for row in rows]


def _price(ground: Ground, program_id: UUID, number: int, key: str) -> int:
    version = catalogue.version(
        ground.session, merchant_id=ground.merchant_id, program_id=program_id, number=number
    )
    for reward in version.document.rewards:
        if reward.key == key:
            return reward.cost_minor or reward.value_minor or 0
    return 0
