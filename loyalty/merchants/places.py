"""Where the shop is: its locations."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import Unknown
from loyalty.core.ids import new_id, parse_ref
from loyalty.merchants.models import Location


def find_or_add_location(session: Session, *, merchant_id: UUID, name: str, at: datetime) -> UUID:
    """The id of the location of that name, made when it is new."""
    found = session.execute(
        sa.select(Location.id).where(Location.merchant_id == merchant_id, Location.name == name)
    ).scalar_one_or_none()
    if found is not None:
        return found
    location = Location(merchant_id=merchant_id, id=new_id(), name=name, created_at=at)
    session.add(location)
    session.flush()
    return location.id


def find_location(session: Session, *, merchant_id: UUID, location_ref: str) -> UUID:
    """The id of the merchant's location of that ref. Raises Unknown("location")."""
    found = session.execute(
        sa.select(Location.id).where(
            Location.merchant_id == merchant_id, Location.id == parse_ref("loc", location_ref)
        )
    ).scalar_one_or_none()
    if found is None:
        raise Unknown("location")
    return found


def list_locations(session: Session, *, merchant_id: UUID) -> list[Location]:
    """The merchant's locations, by name."""
    return list(
        session.execute(
            sa.select(Location)
            .where(Location.merchant_id == merchant_id)
            .order_by(Location.name)
            .limit(500)
        ).scalars()
    )
