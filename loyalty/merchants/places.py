"""Where the shop is: its locations, their hours, and the rules that hold at each."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import Invalid, StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.signing import fingerprint
from loyalty.core.text import Text
from loyalty.merchants import acts
from loyalty.merchants.hours import Hours
from loyalty.merchants.models import Device, Location
from loyalty.merchants.roles import Duty

_EDITION_LETTERS = 16
_KNOWN = Text("C'è già una sede con questo nome.", "There is a place with this name already.")


class ChangedMeanwhile(StateConflict):
    """Somebody else has saved since this was shown."""

    words = Text(
        "Qualcun altro ha salvato mentre scrivevi: qui c'è ancora quello che hai scritto tu, e"
        " accanto come sta adesso. Salva di nuovo per tenere il tuo.",
        "Somebody else has saved while you were writing: yours is still here, and beside it how"
        " things stand now. Save again to keep yours.",
    )


class StillInUse(StateConflict):
    """Tills are connected at the place; facts: tills."""

    words = Text(
        "Qui ci sono ancora casse collegate ({tills}): prima toglile dalla pagina Casse, o"
        " spostale in un'altra sede.",
        "Tills are still connected here ({tills}): first take them out on the Tills page, or move"
        " them to another place.",
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A location as its form has it; without a language the shop's own is meant."""

    name: str
    address: str | None = None
    hours: Hours | None = None
    language: str | None = None
    is_earning: bool = True
    largest_minor: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """What holds at a place beside the program's rules."""

    is_earning: bool
    largest_minor: int | None


def find_or_add_location(session: Session, *, merchant_id: UUID, name: str, at: datetime) -> UUID:
    """The id of the location of that name, made when it is new."""
    found = session.execute(
        sa.select(Location.id).where(Location.merchant_id == merchant_id, Location.name == name)
    ).scalar_one_or_none()
    return found if found is not None else _make(session, merchant_id, name, at)


def _make(session: Session, merchant_id: UUID, name: str, at: datetime) -> UUID:
    location = Location(
        merchant_id=merchant_id, id=new_id(), name=name, created_at=at, is_earning=True
    )
    session.add(location)
    session.flush()
    return location.id


def find_location(session: Session, *, merchant_id: UUID, location_ref: str) -> UUID:
    """The id of the merchant's location of that ref. Raises Unknown("location")."""
    return find(session, merchant_id=merchant_id, location_ref=location_ref).id


def find(session: Session, *, merchant_id: UUID, location_ref: str) -> Location:
    """The merchant's location of that ref. Raises Unknown("location")."""
    location_id = parse_ref("loc", location_ref)
    row = session.get(Location, (merchant_id, location_id)) if location_id else None
    if row is None:
        raise Unknown("location")
    return row


def list_locations(session: Session, *, merchant_id: UUID) -> list[Location]:
    """The merchant's locations, by name; closed ones too."""
    return list(
        session.execute(
            sa.select(Location)
            .where(Location.merchant_id == merchant_id)
            .order_by(Location.name)
            .limit(500)
        ).scalars()
    )


def rules(session: Session, *, merchant_id: UUID, location_id: UUID) -> PlaceRules:
    """What holds at a place of the shop."""
    row = session.execute(
        sa.select(Location.is_earning, Location.largest_minor).where(
            Location.merchant_id == merchant_id, Location.id == location_id
        )
    ).one()
    return PlaceRules(row.is_earning, row.largest_minor)


def edition(row: Location) -> str:
    """What tells two states of a location apart, for two people who edit it at once."""
    values = asdict(_as_place(row))
    return fingerprint([str(values), str(row.closed_at)]).hex()[:_EDITION_LETTERS]


def _as_place(row: Location) -> Place:
    return Place(**{name: getattr(row, name) for name in Place.__dataclass_fields__})


def add(session: Session, *, duty: Duty, name: str, at: datetime) -> str:
    """Open a place of that name; its ref. Raises Invalid if there is one already."""
    _demand_free(session, duty.merchant_id, name, None)
    added = ref("loc", _make(session, duty.merchant_id, name, at))
    acts.note(session, duty=duty, act="location.add", target=added, at=at)
    return added


def change(
    session: Session, *, duty: Duty, location_ref: str, wanted: Place, seen: str, at: datetime
) -> None:
    """Change a place; `seen` is the edition that was shown.

    Raises Unknown, Invalid for a name that another place has, and ChangedMeanwhile.
    """
    row = _lock(session, duty.merchant_id, location_ref)
    if edition(row) != seen:
        raise ChangedMeanwhile
    _demand_free(session, duty.merchant_id, wanted.name, row.id)
    changed = [name for name, value in asdict(wanted).items() if getattr(row, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(row, name, getattr(wanted, name))
    session.flush()
    acts.note(
        session, duty=duty, act="location.change", target=location_ref, at=at, changed=changed
    )


def _lock(session: Session, merchant_id: UUID, location_ref: str) -> Location:
    row = find(session, merchant_id=merchant_id, location_ref=location_ref)
    session.refresh(row, with_for_update=True)
    return row


def _demand_free(session: Session, merchant_id: UUID, name: str, own_id: UUID | None) -> None:
    found = session.execute(
        sa.select(Location.id).where(
            Location.merchant_id == merchant_id,
            sa.func.lower(Location.name) == name.lower(),
        )
    ).scalars()
    if any(each != own_id for each in found):
        raise Invalid({"name": [_KNOWN]})


def close(session: Session, *, duty: Duty, location_ref: str, at: datetime) -> None:
    """Nobody sells there any more; what happened there stays. Raises StillInUse."""
    row = _lock(session, duty.merchant_id, location_ref)
    tills = session.execute(
        sa.select(sa.func.count()).where(
            Device.merchant_id == duty.merchant_id,
            Device.location_id == row.id,
            Device.revoked_at.is_(None),
        )
    ).scalar_one()
    if tills:
        raise StillInUse(tills=tills)
    if row.closed_at is None:
        row.closed_at = at
        session.flush()
        acts.note(session, duty=duty, act="location.close", target=location_ref, at=at)


def reopen(session: Session, *, duty: Duty, location_ref: str, at: datetime) -> None:
    """It is open again, as it was."""
    row = _lock(session, duty.merchant_id, location_ref)
    if row.closed_at is not None:
        row.closed_at = None
        session.flush()
        acts.note(session, duty=duty, act="location.reopen", target=location_ref, at=at)
