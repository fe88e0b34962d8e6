"""A program's limits on one card: what they refuse, what they say, and who let more through."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.calendar import local_day
from loyalty.core.db import table
from loyalty.core.errors import LimitReached
from loyalty.core.text import Text
from loyalty.counter import receipts
from loyalty.counter.desk import Desk
from loyalty.counter.models import Visit
from loyalty.counter.sale import Sale
from loyalty.merchants import places
from loyalty.merchants.acts import note_approval
from loyalty.merchants.roles import Duty

LIFTABLE = ("amount_minor_max", "visits_per_card_day")
_NOT_HERE = Text(
    "In questa sede non si raccolgono punti. Chi gestisce il negozio lo cambia dalla pagina Sedi.",
    "Nothing is collected at this place. Whoever runs the shop changes that on the Places page.",
)
_VISIT = table(Visit)
_DAY = sa.select(
    sa.func.count().filter(_VISIT.c.local_on == sa.bindparam("local_on")),
    sa.func.count().filter(
        _VISIT.c.occurred_at > sa.bindparam("after"), _VISIT.c.occurred_at < sa.bindparam("before")
    ),
).where(
    _VISIT.c.merchant_id == sa.bindparam("merchant_id"),
    _VISIT.c.card_id == sa.bindparam("card_id"),
    _VISIT.c.local_on.between(sa.bindparam("first_on"), sa.bindparam("last_on")),
    _VISIT.c.voided_at.is_(None),
)


@dataclass(slots=True)
class Checked:
    """What to say on the receipt, and the limits that somebody's word has lifted."""

    warnings: list[dict[str, str]] = field(default_factory=list)
    lifted: dict[str, int] = field(default_factory=dict)


def check(
    session: Session, desk: Desk, duty: Duty, sold: Sale, *, location_id: UUID | None
) -> Checked:
    """Measure the sale by the limits of the program and of the place.

    Raises LimitReached where nobody's word lets it through.
    """
    limits, found = desk.version.document.limits, Checked()
    most = [limits.amount_minor_max]
    if location_id is not None:
        here = places.rules(session, merchant_id=desk.place.merchant_id, location_id=location_id)
        if not here.is_earning:
            raise LimitReached(_NOT_HERE, limit="location", allowed=0)
        most.append(here.largest_minor)
    largest = min((each for each in most if each is not None), default=None)
    if largest is not None and (sold.amount_minor or 0) > largest:
        _refuse(found, duty, "amount_minor_max", largest)
    if limits.visits_per_card_day is not None or limits.min_seconds is not None:
        _check_day(session, desk, duty, sold, found)
    if found.lifted:
        said = Text(
            "Oltre il limite: chi gestisce il negozio l'ha fatta passare.",
            "Over the limit: whoever runs the shop let it through.",
        )
        found.warnings.append(receipts.warning("limit_lifted", said))
    return found


def note_lifted(session: Session, *, duty: Duty, found: Checked, visit: str, at: datetime) -> None:
    """Keep in the staff log who let the visit through, over which limits, and for whom."""
    if found.lifted:
        note_approval(session, duty=duty, act="limit.lift", target=visit, at=at, **found.lifted)


def _refuse(found: Checked, duty: Duty, limit: str, allowed: int) -> None:
    if duty.approval is None:
        raise LimitReached(limit=limit, allowed=allowed)
    found.lifted[limit] = allowed


def _check_day(session: Session, desk: Desk, duty: Duty, sold: Sale, found: Checked) -> None:
    limits, zone = desk.version.document.limits, desk.place.timezone
    near = timedelta(seconds=limits.min_seconds or 0)
    after, before = sold.occurred_at - near, sold.occurred_at + near
    visits, repeats = session.execute(
        _DAY,
        {
            "merchant_id": desk.place.merchant_id,
            "card_id": desk.place.card_id,
            "local_on": local_day(sold.occurred_at, zone),
            "first_on": local_day(after, zone),
            "last_on": local_day(before, zone),
            "after": after,
            "before": before,
        },
    ).one()
    if limits.visits_per_card_day is not None and visits >= limits.visits_per_card_day:
        _refuse(found, duty, "visits_per_card_day", limits.visits_per_card_day)
    if repeats:
        said = Text(
            "Questa carta è appena passata: se è la stessa spesa, annulla.",
            "This card was here a moment ago: undo if it is the same purchase.",
        )
        found.warnings.append(receipts.warning("repeat_soon", said))
