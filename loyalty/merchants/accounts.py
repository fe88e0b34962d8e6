"""Opening a shop, inviting its people, and letting them in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import rows_changed
from loyalty.core.errors import Invalid, StateConflict, Unknown
from loyalty.core.ids import new_id, parse_ref, random_code, ref
from loyalty.core.text import Text
from loyalty.merchants import attempts
from loyalty.merchants.directory import enter, look_up
from loyalty.merchants.models import Merchant, Staff, StaffLink
from loyalty.merchants.roles import Role

LINK_HOURS = 72
HOURS_OF_LINK = {"start": LINK_HOURS, "reset": 1, "address": 24}
_FOR_A_PASSWORD = ("start", "reset")
ATTEMPTS_MAX = 5  # for one e-mail from one origin
ORIGIN_ATTEMPTS_MAX = 20  # for one origin, whatever the e-mail
ATTEMPTS_MINUTES = 15
LANGUAGES = ("it", "en")


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as the doors need to know them."""

    merchant_id: UUID
    staff_id: UUID
    name: str
    email: str
    role: Role
    language: str
    active: bool
    stamp: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a one-time link stands for; `kind` is start or reset."""

    merchant_id: UUID
    staff_id: UUID
    kind: str
    merchant_name: str
    name: str
    email: str
    role: Role


def create_merchant(
    session: Session, *, name: str, currency: str, timezone: str, language: str, at: datetime
) -> Merchant:
    """Open a shop. Raises Invalid for a currency, zone or language that does not exist."""
    wrong: dict[str, list[Text]] = {}
    if len(currency) != 3 or not currency.isalpha() or not currency.isupper():  # noqa: PLR2004
        wrong["currency"] = [Text("tre maiuscole, come EUR", "three capital letters, like EUR")]
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        wrong["timezone"] = [Text("un fuso come Europe/Rome", "a zone like Europe/Rome")]
    if language not in LANGUAGES:
        wrong["language"] = [Text("it oppure en", "it or en")]
    if not name.strip():
        wrong["name"] = [Text("il nome del negozio", "the name of the shop")]
    if wrong:
        raise Invalid(wrong)
    merchant = Merchant(
        id=new_id(),
        name=name.strip(),
        currency=currency,
        timezone=timezone,
        language=language,
        created_at=at,
    )
    session.add(merchant)
    session.flush()
    return merchant


def find_merchant(session: Session, *, merchant_ref: str) -> Merchant:
    """The shop behind a ref. Raises Unknown("merchant")."""
    merchant_id = parse_ref("mer", merchant_ref)
    merchant = session.get(Merchant, merchant_id) if merchant_id else None
    if merchant is None:
        raise Unknown("merchant")
    return merchant


def invite_staff(
    session: Session, *, merchant_id: UUID, email: str, name: str, role: Role, at: datetime
) -> str:
    """Add a person and return their one-time link token; inviting again makes a fresh link.

    Raises StateConflict when the e-mail already belongs to another shop.
    """
    address = email.strip().lower()
    if "@" not in address:
        raise Invalid({"email": [Text("un indirizzo e-mail", "an e-mail address")]})
    known = look_up(session, kind="sign_in", text=address)
    if known and known.merchant_id != merchant_id:
        raise StateConflict(field="email")
    staff_id = known.target_id if known else _add(session, merchant_id, address, name, role, at)
    return new_link(session, merchant_id=merchant_id, staff_id=staff_id, at=at)


def _add(
    session: Session, merchant_id: UUID, address: str, name: str, role: Role, at: datetime
) -> UUID:
    shop = session.get_one(Merchant, merchant_id)
    staff = Staff(
        merchant_id=merchant_id,
        id=new_id(),
        email=address,
        name=name.strip() or address,
        role=role.value,
        language=shop.language,
        password_hash=None,
        stamp=random_code(26),
        active=True,
        created_at=at,
    )
    session.add(staff)
    session.flush()
    enter(session, kind="sign_in", text=address, merchant_id=merchant_id, target_id=staff.id)
    return staff.id


def new_link(
    session: Session,
    *,
    merchant_id: UUID,
    staff_id: UUID,
    at: datetime,
    kind: str = "start",
    address: str | None = None,
) -> str:
    """The token of a one-time link: a first password (start), another (reset), a new address."""
    link_id, token = new_id(), random_code(32)
    session.add(
        StaffLink(
            merchant_id=merchant_id,
            id=link_id,
            staff_id=staff_id,
            kind=kind,
            address=address,
            expires_at=at + timedelta(hours=HOURS_OF_LINK[kind]),
        )
    )
    session.flush()
    enter(session, kind="staff_link", text=token, merchant_id=merchant_id, target_id=link_id)
    return token


def open_link(session: Session, *, token: str, at: datetime) -> Invitation:
    """What the link stands for; looking does not use it up. Raises Unknown("link")."""
    link = living_link(session, token=token, kinds=_FOR_A_PASSWORD, at=at)
    staff = session.get_one(Staff, (link.merchant_id, link.staff_id))
    shop = session.get_one(Merchant, link.merchant_id)
    return Invitation(
        merchant_id=staff.merchant_id,
        staff_id=staff.id,
        kind=link.kind,
        merchant_name=shop.name,
        name=staff.name,
        email=staff.email,
        role=Role(staff.role),
    )


def accept_link(session: Session, *, token: str, password_hash: str, at: datetime) -> Person:
    """Set the password; the person's older sessions and other links end. Raises Unknown("link")."""
    link = living_link(session, token=token, kinds=_FOR_A_PASSWORD, at=at)
    if use_links(session, merchant_id=link.merchant_id, staff_id=link.staff_id, at=at) == 0:
        raise Unknown("link")
    staff = session.get_one(Staff, (link.merchant_id, link.staff_id))
    staff.password_hash = password_hash
    staff.stamp = random_code(26)
    session.flush()
    return _person(staff)


def use_links(session: Session, *, merchant_id: UUID, staff_id: UUID, at: datetime) -> int:
    """Use up every link of a person; how many were left."""
    mine = (StaffLink.merchant_id == merchant_id, StaffLink.staff_id == staff_id)
    left = sa.update(StaffLink).where(*mine, StaffLink.used_at.is_(None))
    return rows_changed(session.execute(left.values(used_at=at)))


def living_link(session: Session, *, token: str, kinds: Collection[str], at: datetime) -> StaffLink:
    """The link of one of these kinds, while it can be used. Raises Unknown("link")."""
    known = look_up(session, kind="staff_link", text=token)
    link = session.get(StaffLink, (known.merchant_id, known.target_id)) if known else None
    if link is None or link.used_at is not None or link.expires_at <= at or link.kind not in kinds:
        raise Unknown("link")
    if not session.get_one(Staff, (link.merchant_id, link.staff_id)).active:
        raise Unknown("link")
    return link


def find_sign_in(session: Session, *, email: str) -> Person | None:
    """The person who signs in with this e-mail, if there is one."""
    known = look_up(session, kind="sign_in", text=email.strip().lower())
    if known is None:
        return None
    return staff_by_id(session, merchant_id=known.merchant_id, staff_id=known.target_id)


def staff_by_id(session: Session, *, merchant_id: UUID, staff_id: UUID) -> Person | None:
    """The person as they are now: a dismissed one comes back with `active` false."""
    staff = session.execute(
        sa.select(Staff).where(Staff.merchant_id == merchant_id, Staff.id == staff_id)
    ).scalar_one_or_none()
    return _person(staff) if staff else None


def list_staff(session: Session, *, merchant_id: UUID) -> list[Person]:
    """Everybody of the shop, the active first, by name."""
    rows = session.execute(
        sa.select(Staff)
        .where(Staff.merchant_id == merchant_id)
        .order_by(Staff.active.desc(), Staff.name, Staff.id)
        .limit(500)
    ).scalars()
    return [_person(staff) for staff in rows]


def dismiss_staff(session: Session, *, merchant_id: UUID, staff_ref: str) -> Person:
    """End somebody's access at once, on every device. Raises Unknown("staff")."""
    staff_id = parse_ref("stf", staff_ref)
    staff = session.get(Staff, (merchant_id, staff_id)) if staff_id else None
    if staff is None:
        raise Unknown("staff")
    staff.active = False
    staff.stamp = random_code(26)
    session.flush()
    return _person(staff)


def reinstate_staff(session: Session, *, merchant_id: UUID, staff_ref: str) -> Person:
    """Let somebody back in who had been dismissed. Raises Unknown("staff")."""
    staff_id = parse_ref("stf", staff_ref)
    staff = session.get(Staff, (merchant_id, staff_id)) if staff_id else None
    if staff is None:
        raise Unknown("staff")
    staff.active = True
    session.flush()
    return _person(staff)


def check_attempts(session: Session, *, email: str, origin: str, at: datetime) -> None:
    """Raise TooMany when this e-mail from this origin, or the origin, failed too often lately.

    A stranger elsewhere cannot keep the owner out: their attempts are counted on their origin.
    """
    attempts.demand_room(
        session, allowed=_counted(email, origin), within=timedelta(minutes=ATTEMPTS_MINUTES), at=at
    )


def count_attempt(session: Session, *, email: str, origin: str, at: datetime) -> None:
    """Keep a failed sign-in; those older than a day are cleared on the way."""
    attempts.count(session, names=_counted(email, origin), at=at)


def _counted(email: str, origin: str) -> dict[str, int]:
    return {f"{email} {origin}": ATTEMPTS_MAX, origin: ORIGIN_ATTEMPTS_MAX}


def staff_ref(person: Person) -> str:
    """The person's public ref."""
    return ref("stf", person.staff_id)


def _person(staff: Staff) -> Person:
    return Person(
        merchant_id=staff.merchant_id,
        staff_id=staff.id,
        name=staff.name,
        email=staff.email,
        role=Role(staff.role),
        language=staff.language,
        active=staff.active,
        stamp=staff.stamp,
        password_hash=staff.password_hash,
    )
