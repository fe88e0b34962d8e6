"""Whether a reward can be given now: its days, its tiers, its stock, and how often."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.calendar import end_of, local_day, zone
from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import rows_changed, table
from loyalty.core.errors import LimitReached, LoyaltyError, RewardUnavailable
from loyalty.core.text import Text
from loyalty.counter.models import Redemption, RewardStock
from loyalty.programs import bounds, words
from loyalty.programs.document import PerCustomer, Reward, Tiers, VersionDocument

_REDEMPTION, _STOCK = table(Redemption), table(RewardStock)


def opens_at(reward: Reward, timezone: str) -> datetime | None:
    """From when the reward can be had: a date begins with its day in the shop."""
    starts = bounds.read(reward.starts) if reward.starts else None
    if starts is None or isinstance(starts, datetime):
        return starts
    return datetime.combine(starts, time.min, zone(timezone))


def closes_at(reward: Reward, timezone: str) -> datetime | None:
    """Until when: the last day counts in full."""
    ends = bounds.read(reward.ends) if reward.ends else None
    return ends if ends is None or isinstance(ends, datetime) else end_of(ends, timezone)


def out_of_season(reward: Reward, at: datetime, timezone: str) -> RewardUnavailable | None:
    """Refused before its first and after its last day."""
    opens, closes = opens_at(reward, timezone), closes_at(reward, timezone)
    if opens is not None and at < opens:
        on = words.since(local_day(opens, timezone))
        said = Text(
            f"{reward.name.it}: si può avere {on.it}.", f"{reward.name.en}: can be had {on.en}."
        )
        return RewardUnavailable(said, reward=reward.key, reason="not_yet")
    if closes is not None and at >= closes:
        on = words.until(local_day(closes - timedelta(microseconds=1), timezone))
        said = Text(
            f"{reward.name.it}: si poteva avere {on.it}.",
            f"{reward.name.en}: could be had {on.en}.",
        )
        return RewardUnavailable(said, reward=reward.key, reason="over")
    return None


def not_for_level(
    reward: Reward, tiers: Tiers | None, held: str | None
) -> RewardUnavailable | None:
    """Refused to a level that the reward does not name."""
    if not reward.tiers or held in reward.tiers:
        return None
    names = [level.name for level in (tiers.levels if tiers else ()) if level.key in reward.tiers]
    said = Text(
        f"{reward.name.it}: solo per il livello {' o '.join(name.it for name in names)}.",
        f"{reward.name.en}: only for the {' or '.join(name.en for name in names)} level.",
    )
    return RewardUnavailable(said, reward=reward.key, reason="tier")


def _sold_out(reward: Reward) -> RewardUnavailable:
    said = Text(
        f"{reward.name.it}: sono finiti. Scegli un altro premio.",
        f"{reward.name.en}: none is left. Choose another reward.",
    )
    return RewardUnavailable(said, reward=reward.key, reason="stock")


def _had_enough(reward: Reward, limit: PerCustomer) -> LimitReached:
    said = Text(
        f"{reward.name.it}: al massimo {limit.count} in {limit.days} giorni.",
        f"{reward.name.en}: at most {limit.count} in {limit.days} days.",
    )
    return LimitReached(said, limit="per_customer", allowed=limit.count)


def donated(reward: Reward, document: VersionDocument) -> dict[str, int]:
    """What a reward gives to a cause instead of to the customer, in minor units by its key."""
    if reward.kind != "donation" or document.cause is None:
        return {}
    return {document.cause.key: reward.value_minor or 0}


class Offers:
    """What a program has left to give; the last of a stock goes to one."""

    def __init__(self, session: Session, *, merchant_id: UUID, program_id: UUID) -> None:
        self._session = session
        self._scope = {"merchant_id": merchant_id, "program_id": program_id}

    def too_often(
        self, reward: Reward, card_ids: Sequence[UUID], at: datetime, timezone: str, more: int = 0
    ) -> LimitReached | None:
        """Refused to whoever has had it often enough; `more` are those not written yet."""
        limit = reward.per_customer
        if limit is None:
            return None
        first = local_day(at, timezone) - timedelta(days=limit.days - 1)
        had = self._session.execute(
            sa.select(sa.func.count()).where(
                Redemption.merchant_id == self._scope["merchant_id"],
                Redemption.card_id.in_(list(card_ids)),
                Redemption.reward == reward.key,
                Redemption.state != "cancelled",
                Redemption.created_at >= end_of(first - timedelta(days=1), timezone),
            )
        ).scalar_one()
        return None if had + more < limit.count else _had_enough(reward, limit)

    def sold_out(self, reward: Reward) -> RewardUnavailable | None:
        """Refused when none is left; a look only, `take` decides."""
        if reward.stock is None or self._given(reward.key) < reward.stock:
            return None
        return _sold_out(reward)

    def take(self, reward: Reward) -> LoyaltyError | None:
        """One of the stock, if there is a stock: the row makes two who want the last one wait."""
        if reward.stock is None:
            return None
        key = {**self._scope, "reward": reward.key}
        opened = insert_unless_there(self._session, table(RewardStock))
        self._session.execute(opened, {**key, "given": 0})
        if self._count(reward.key, 1, RewardStock.given < reward.stock):
            return None
        return _sold_out(reward)

    def put_back(self, reward: Reward) -> None:
        """A cancelled one can be given again."""
        if reward.stock is not None:
            self._count(reward.key, -1, RewardStock.given > 0)

    def _count(self, reward: str, by: int, condition: sa.ColumnElement[bool]) -> bool:
        moved = self._session.execute(
            sa.update(RewardStock)
            .where(
                RewardStock.merchant_id == self._scope["merchant_id"],
                RewardStock.program_id == self._scope["program_id"],
                RewardStock.reward == reward,
                condition,
            )
            .values(given=RewardStock.given + by)
            .execution_options(synchronize_session=False)
        )
        return rows_changed(moved) == 1

    def _given(self, reward: str) -> int:
        row = self._session.execute(
            sa.select(RewardStock.given).where(
                RewardStock.merchant_id == self._scope["merchant_id"],
                RewardStock.program_id == self._scope["program_id"],
                RewardStock.reward == reward,
            )
        ).scalar_one_or_none()
        return row or 0
