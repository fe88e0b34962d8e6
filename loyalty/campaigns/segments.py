"""A saved segment goes only while no campaign still has to find its people by it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import saved
from loyalty.campaigns.models import Campaign
from loyalty.core.errors import StateConflict
from loyalty.core.text import Text
from loyalty.merchants.roles import Duty

_ENDED = ("finished", "stopped")
_NAMED_MAX = 3


class SegmentInUse(StateConflict):
    """Campaigns go by it; facts: campaigns."""

    words = Text(
        "Qualche campagna usa ancora questo segmento ({campaigns}): prima scegli lì altre persone,"
        " o aspetta che sia finita.",
        "Campaigns still go by this segment ({campaigns}): choose other people there first, or wait"
        " until they are over.",
    )


def using(session: Session, *, merchant_id: UUID, key: str) -> list[str]:
    """The names of the campaigns that go by a segment and are not over."""
    rows = session.execute(
        sa.select(Campaign.name, Campaign.audience)
        .where(Campaign.merchant_id == merchant_id, Campaign.state.not_in(_ENDED))
        .order_by(Campaign.id)
    )
    return [row.name for row in rows if key in _named(row.audience)]


def _named(raw: Any) -> Iterator[str]:
    """Every segment that an audience names."""
    if isinstance(raw, dict):
        for name, value in raw.items():
            if name == "segment" and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif isinstance(raw, list):
        for each in raw:
            yield from _named(each)


def drop(session: Session, *, duty: Duty, key: str, at: datetime) -> None:
    """Do away with a saved segment. Raises Unknown("segment") and SegmentInUse."""
    saved.find(session, merchant_id=duty.merchant_id, key=key)
    if names := using(session, merchant_id=duty.merchant_id, key=key):
        said = ", ".join(names[:_NAMED_MAX]) + (", …" if len(names) > _NAMED_MAX else "")
        raise SegmentInUse(campaigns=said)
    saved.drop(session, duty=duty, key=key, at=at)
