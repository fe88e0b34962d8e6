"""Who would begin a journey today, before anybody does: how many, a few of them, and why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import spoken
from loyalty.automations import entering
from loyalty.automations.entering import Candidate
from loyalty.automations.models import Automation
from loyalty.automations.switching import Setting
from loyalty.campaigns.rules import House
from loyalty.core.calendar import local_day
from loyalty.core.db import table
from loyalty.core.text import Text
from loyalty.customers.models import Customer

SAMPLE = 5
_CUSTOMER = table(Customer).c


@dataclass(frozen=True, slots=True)
class Sample:
    """One of them, and why."""

    customer_id: UUID
    name: str | None
    why: Text


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How many would begin, how many not and why, and the first few who would."""

    ready: int
    refused: Mapping[str, int]
    some: list[Sample]


def today(session: Session, *, setting: Setting, house: House, at: datetime) -> Foreseen:
    """Who would begin if it were on; walks through everybody whom it fits."""
    row = session.get(Automation, (house.merchant_id, setting.journey.kind)) or Automation(
        merchant_id=house.merchant_id, kind=setting.journey.kind
    )
    ready, refused, first, mark = 0, dict[str, int](), list[Candidate](), None
    while True:
        found = entering.look(session, row=row, house=house, at=at, after=mark)
        some = found.ready
        ready, first = ready + len(some), (first + some)[:SAMPLE]
        for verdict in found.verdicts.values():
            if isinstance(verdict, str):
                refused[verdict] = refused.get(verdict, 0) + 1
        if found.next is None:
            return Foreseen(ready, refused, _told(session, house, first, at))
        mark = found.next


def _told(session: Session, house: House, people: list[Candidate], at: datetime) -> list[Sample]:
    on = local_day(at, house.timezone)
    rows = session.execute(
        sa.select(_CUSTOMER.id, _CUSTOMER.name).where(
            _CUSTOMER.merchant_id == house.merchant_id,
            _CUSTOMER.id.in_([one.customer_id for one in people]),
        )
    )
    names = {row.id: row.name for row in rows}
    return [
        Sample(one.customer_id, names.get(one.customer_id), _why(one, names[one.customer_id], on))
        for one in people
    ]


def _why(one: Candidate, name: str | None, on: date) -> Text:
    silence = (on - one.last_on).days if one.last_on else 0
    return spoken.sentence(name, usual=Fraction(one.gap_days), silence=silence)
