"""Who is signed in where: a row for each browser, found by what its cookie holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import rows_changed, table
from loyalty.core.errors import Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.signing import digest
from loyalty.merchants.access_models import StaffFactor, StaffPlace, StaffSession
from loyalty.merchants.accounts import Person
from loyalty.merchants.models import Merchant, Staff
from loyalty.merchants.roles import Role

HOURS_MAX = 12  # absolute: a session is never made longer by using it
HOURS_MAX_BY_PIN = 14  # a long day at the till
IDLE_MINUTES_MAX = 60
FRESH_MINUTES = 5  # so long a password or code counts for what asks for it again
SEEN_EVERY = timedelta(minutes=5)
_SHOWN_MAX = 50
_SESSION, _STAFF, _FACTOR = table(StaffSession), table(Staff), table(StaffFactor)
_SHOP, _PLACE = table(Merchant), table(StaffPlace)


@dataclass(frozen=True, slots=True)
class Seat:
    """A living session, with what the doors need to know of the person who sits there."""

    id: UUID
    person: Person
    by_pin: bool
    created_at: datetime
    seen_at: datetime
    proved_at: datetime
    has_factor: bool
    shop_needs_factor: bool
    has_places: bool

    def is_over(self, at: datetime) -> bool:
        """Whether it is too old, or nobody has used it for an hour."""
        hours = HOURS_MAX_BY_PIN if self.by_pin else HOURS_MAX
        is_old = at - self.created_at > timedelta(hours=hours)
        return is_old or at - self.seen_at > timedelta(minutes=IDLE_MINUTES_MAX)

    def is_fresh(self, at: datetime) -> bool:
        """Whether the person gave a password or a code only just now."""
        return at - self.proved_at <= timedelta(minutes=FRESH_MINUTES)

    @property
    def lacks_factor(self) -> bool:
        """Whether the shop wants a second factor of this person, who has none yet."""
        wants = self.shop_needs_factor and self.person.role is not Role.CASHIER
        return wants and not self.has_factor and not self.by_pin


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session as its owner's list shows it."""

    id: UUID
    by_pin: bool
    device: str | None
    browser: str | None
    created_at: datetime
    seen_at: datetime

    @property
    def ref(self) -> str:
        """Its public name."""
        return ref("ses", self.id)


_PERSON = ("email", "name", "role", "language", "password_hash", "stamp", "active")
_LIVING = sa.and_(
    _STAFF.c.merchant_id == _SESSION.c.merchant_id,
    _STAFF.c.id == _SESSION.c.staff_id,
    _STAFF.c.stamp == _SESSION.c.stamp,
    _STAFF.c.active,
)
_HAS_PLACES = sa.exists().where(
    _PLACE.c.merchant_id == _SESSION.c.merchant_id, _PLACE.c.staff_id == _SESSION.c.staff_id
)
_FIND = (
    sa.select(
        _SESSION.c.id.label("session_id"),
        _SESSION.c.staff_id,
        _SESSION.c.by_pin,
        _SESSION.c.created_at,
        _SESSION.c.seen_at,
        _SESSION.c.proved_at,
        *(_STAFF.c[name] for name in _PERSON),
        _SHOP.c.needs_factor,
        _FACTOR.c.confirmed_at,
        _HAS_PLACES.label("has_places"),
    )
    .join(_STAFF, _LIVING)
    .join(_SHOP, _SHOP.c.id == _SESSION.c.merchant_id)
    .outerjoin(
        _FACTOR,
        sa.and_(
            _FACTOR.c.merchant_id == _SESSION.c.merchant_id,
            _FACTOR.c.staff_id == _SESSION.c.staff_id,
        ),
    )
    .where(
        _SESSION.c.merchant_id == sa.bindparam("merchant_id"),
        _SESSION.c.secret_hash == sa.bindparam("secret_hash"),
    )
)


def begin(
    session: Session,
    *,
    person: Person,
    secret: str,
    at: datetime,
    by_pin: bool = False,
    device: str | None = None,
    browser: str | None = None,
) -> None:
    """A session of this person; `secret` is what the cookie will hold. Dead ones go on the way."""
    _clear(session, person, at)
    session.execute(
        sa.insert(_SESSION),
        {
            "merchant_id": person.merchant_id,
            "id": new_id(),
            "staff_id": person.staff_id,
            "secret_hash": digest(secret),
            "stamp": person.stamp,
            "by_pin": by_pin,
            "device": device,
            "browser": browser,
            "created_at": at,
            "seen_at": at,
            "proved_at": at,
        },
    )
    saw(session, merchant_id=person.merchant_id, staff_id=person.staff_id, at=at)


def _clear(session: Session, person: Person, at: datetime) -> None:
    dead = sa.or_(
        _SESSION.c.created_at < at - timedelta(hours=HOURS_MAX_BY_PIN),
        _SESSION.c.stamp != person.stamp,
    )
    session.execute(sa.delete(_SESSION).where(*_of(person.merchant_id, person.staff_id), dead))


def find(session: Session, *, merchant_id: UUID, secret: str) -> Seat | None:
    """The session of that cookie while the person works here; whether it is over says `Seat`."""
    row = session.execute(
        _FIND, {"merchant_id": merchant_id, "secret_hash": digest(secret)}
    ).first()
    if row is None:
        return None
    person = Person(
        merchant_id=merchant_id,
        staff_id=row.staff_id,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        language=row.language,
        active=row.active,
        stamp=row.stamp,
        password_hash=row.password_hash,
    )
    return Seat(
        id=row.session_id,
        person=person,
        by_pin=row.by_pin,
        created_at=row.created_at,
        seen_at=row.seen_at,
        proved_at=row.proved_at,
        has_factor=row.confirmed_at is not None,
        shop_needs_factor=row.needs_factor,
        has_places=row.has_places,
    )


def touch(session: Session, *, seat: Seat, at: datetime) -> None:
    """The person has just done something in it."""
    session.execute(sa.update(_SESSION).where(*_one(seat)).values(seen_at=at))
    saw(session, merchant_id=seat.person.merchant_id, staff_id=seat.person.staff_id, at=at)


def prove(session: Session, *, seat: Seat, secret: str, at: datetime) -> None:
    """They have shown again that it is them; the cookie holds a new secret from now on."""
    session.execute(
        sa.update(_SESSION)
        .where(*_one(seat))
        .values(secret_hash=digest(secret), proved_at=at, seen_at=at)
    )


def end(session: Session, *, merchant_id: UUID, secret: str) -> None:
    """End the session of that cookie, if there is one."""
    session.execute(
        sa.delete(_SESSION).where(
            _SESSION.c.merchant_id == merchant_id, _SESSION.c.secret_hash == digest(secret)
        )
    )


def end_one(session: Session, *, person: Person, session_ref: str) -> None:
    """End one of this person's sessions. Raises Unknown("session")."""
    session_id = parse_ref("ses", session_ref)
    mine = _of(person.merchant_id, person.staff_id)
    gone = session.execute(sa.delete(_SESSION).where(*mine, _SESSION.c.id == session_id))
    if session_id is None or rows_changed(gone) != 1:
        raise Unknown("session")


def end_all(session: Session, *, merchant_id: UUID, staff_id: UUID, but: UUID | None = None) -> int:
    """End every session of a person except one, if it is named; how many they were."""
    gone = sa.delete(_SESSION).where(*_of(merchant_id, staff_id))
    return rows_changed(session.execute(gone.where(_SESSION.c.id != but) if but else gone))


def of_person(session: Session, *, person: Person, at: datetime) -> list[SessionFacts]:
    """Where this person is signed in now, the latest used first."""
    columns = [_SESSION.c[name] for name in SessionFacts.__dataclass_fields__]
    awake = sa.or_(
        _SESSION.c.by_pin, _SESSION.c.seen_at >= at - timedelta(minutes=IDLE_MINUTES_MAX)
    )
    young = _SESSION.c.created_at >= at - timedelta(hours=HOURS_MAX)
    rows = session.execute(
        sa.select(*columns)
        .where(
            *_of(person.merchant_id, person.staff_id),
            _SESSION.c.stamp == person.stamp,
            awake,
            young,
        )
        .order_by(_SESSION.c.seen_at.desc(), _SESSION.c.id.desc())
        .limit(_SHOWN_MAX)
    )
    return [SessionFacts(*row) for row in rows]


def forget_old(session: Session, *, before: datetime, limit: int) -> int:
    """Delete sessions that began before that moment, of whatever shop; how many."""
    old = sa.select(_SESSION.c.id).where(_SESSION.c.created_at < before).limit(limit)
    return rows_changed(session.execute(sa.delete(_SESSION).where(_SESSION.c.id.in_(old))))


def saw(session: Session, *, merchant_id: UUID, staff_id: UUID, at: datetime) -> None:
    """Keep when this person did something last."""
    session.execute(
        sa.update(_STAFF)
        .where(_STAFF.c.merchant_id == merchant_id, _STAFF.c.id == staff_id)
        .values(seen_at=at)
    )


def _one(seat: Seat) -> tuple[sa.ColumnElement[bool], ...]:
    return (_SESSION.c.merchant_id == seat.person.merchant_id, _SESSION.c.id == seat.id)


def _of(merchant_id: UUID, staff_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (_SESSION.c.merchant_id == merchant_id, _SESSION.c.staff_id == staff_id)


def last_seen(session: Session, *, merchant_id: UUID) -> dict[UUID, datetime]:
    """When each person of the shop did something last; who never has is not there."""
    rows = session.execute(
        sa.select(Staff.id, Staff.seen_at)
        .where(Staff.merchant_id == merchant_id, Staff.seen_at.is_not(None))
        .limit(500)
    )
    return {staff_id: seen_at for staff_id, seen_at in rows if seen_at}
