"""What a member's rewards have cost the shop, by what each reward is said to cost."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.counter.models import Redemption
from loyalty.programs import catalogue


@dataclass(frozen=True, slots=True)
class Cost:
    """Rewards handed over, what those with a known cost have cost, and how many have none."""

    rewards: int
    minor: int
    unknown: int


def cost(session: Session, *, merchant_id: UUID, card_ids: Collection[UUID]) -> Cost:
    """Of everything that was handed over on these cards."""
    kind = (Redemption.program_id, Redemption.version, Redemption.reward)
    rows = session.execute(
        sa.select(*kind, sa.func.count())
        .where(
            Redemption.merchant_id == merchant_id,
            Redemption.card_id.in_(card_ids),
            Redemption.state == "fulfilled",
        )
        .group_by(*kind)
    ).all()
    rewards = minor = unknown = 0
    for program_id, number, key, times in rows:
        rules = catalogue.version(
            session, merchant_id=merchant_id, program_id=program_id, number=number
        )
        reward = rules.document.reward(key)
        each = reward.cost_minor if reward else None
        rewards += times
        minor += (each or 0) * times
        unknown += times if each is None else 0
    return Cost(rewards, minor, unknown)
