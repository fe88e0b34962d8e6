"""At whose tills somebody may stand: those of some locations, or all of them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import table
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants.access_models import StaffPlace
from loyalty.merchants.acts import note
from loyalty.merchants.models import Location
from loyalty.merchants.roles import Duty

Places = frozenset[UUID]  # none of them: everywhere
_PLACE = table(StaffPlace)
_NOWHERE = Text(
    "Chi non sta qui deve stare in un'altra sede. Per togliere l'accesso a una persona, apri la sua"
    " pagina.",
    "Whoever does not stand here has to stand at another place. To end somebody's access, open"
    " their page.",
)


def of_person(session: Session, *, merchant_id: UUID, staff_id: UUID) -> Places:
    """Where this person may stand; empty: everywhere."""
    return frozenset(
        session.execute(
            sa.select(_PLACE.c.location_id).where(
                _PLACE.c.merchant_id == merchant_id, _PLACE.c.staff_id == staff_id
            )
        ).scalars()
    )


def of_shop(session: Session, *, merchant_id: UUID) -> dict[UUID, Places]:
    """Where each person may stand who may not stand everywhere."""
    found: dict[UUID, set[UUID]] = {}
    rows = session.execute(
        sa.select(_PLACE.c.staff_id, _PLACE.c.location_id)
        .where(_PLACE.c.merchant_id == merchant_id)
        .limit(10_000)
    )
    for staff_id, location_id in rows:
        found.setdefault(staff_id, set()).add(location_id)
    return {staff_id: frozenset(places) for staff_id, places in found.items()}


def may_stand(places: Places, location_id: UUID | None) -> bool:
    """Whether a till there is one of theirs (pure); a till without a place is nobody's."""
    return not places or location_id in places


def assign(
    session: Session, *, duty: Duty, staff_id: UUID, places: Collection[UUID], at: datetime
) -> None:
    """Where the person may stand from now on; none of them: everywhere. Raises Unknown."""
    _demand_ours(session, duty.merchant_id, places)
    before = of_person(session, merchant_id=duty.merchant_id, staff_id=staff_id)
    if before == frozenset(places):
        return
    session.execute(
        sa.delete(_PLACE).where(
            _PLACE.c.merchant_id == duty.merchant_id, _PLACE.c.staff_id == staff_id
        )
    )
    whose = {"merchant_id": duty.merchant_id, "staff_id": staff_id}
    if places:
        rows = [{**whose, "location_id": place} for place in sorted(set(places))]
        session.execute(sa.insert(_PLACE), rows)
    listed = [ref("loc", place) for place in sorted(set(places))]
    note(session, duty=duty, act="staff.places", target=ref("stf", staff_id), at=at, places=listed)


def change_at(
    session: Session,
    *,
    duty: Duty,
    location_id: UUID,
    joins: Collection[UUID],
    leaves: Collection[UUID],
    at: datetime,
) -> None:
    """Let some people stand at a place too, and others there no longer; nobody else is touched.

    Who stood everywhere stands at all the others then. Raises Invalid where that is nowhere.
    """
    for staff_id in joins:
        now = of_person(session, merchant_id=duty.merchant_id, staff_id=staff_id)
        if now:
            assign(session, duty=duty, staff_id=staff_id, places=now | {location_id}, at=at)
    for staff_id in leaves:
        now = of_person(session, merchant_id=duty.merchant_id, staff_id=staff_id)
        rest = (now or _open(session, duty.merchant_id)) - {location_id}
        if not rest:
            raise Invalid({"people": [_NOWHERE]})
        assign(session, duty=duty, staff_id=staff_id, places=rest, at=at)


def _open(session: Session, merchant_id: UUID) -> Places:
    query = sa.select(Location.id).where(
        Location.merchant_id == merchant_id, Location.closed_at.is_(None)
    )
    return frozenset(session.execute(query).scalars())


def _demand_ours(session: Session, merchant_id: UUID, places: Collection[UUID]) -> None:
    ours = sa.select(sa.func.count()).select_from(Location)
    found = session.execute(
        ours.where(Location.merchant_id == merchant_id, Location.id.in_(set(places)))
    ).scalar_one()
    if found != len(set(places)):
        raise Unknown("location")
