"""PINs: each person's own on each till; five wrong ones in a row lock it.

A PIN is short, so the lock is what guards it. A try is counted before it is checked, so that many
at once are no more than five; checking is slow on purpose and happens between two writes.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import rows_changed, table
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.merchants.accounts import Person
from loyalty.merchants.acts import note
from loyalty.merchants.devices import DeviceFacts, find
from loyalty.merchants.models import DevicePin, Staff
from loyalty.merchants.passwords import hash_secret
from loyalty.merchants.roles import Duty

TRIES_MAX = 5
_SHAPE = re.compile("[0-9]{4,6}")
_NOT_A_PIN = Text("Da 4 a 6 cifre.", "4 to 6 digits.")
_TOO_EASY = Text(
    "Questo lo indovina chiunque: niente cifre uguali, in fila o ripetute, e niente anni.",
    "Anybody would guess this one: no equal digits, no rows, no repeats, no years.",
)
_YEAR = re.compile("(19|20)[0-9]{2}")
_ON_THE_KEYPAD = {"2580", "0852", "147258", "258369", "159753"}


@dataclass(frozen=True, slots=True)
class PinFacts:
    """Somebody's PIN on a till, as the shop's list shows it."""

    device_id: UUID
    staff_id: UUID
    name: str
    used_at: datetime | None
    is_locked: bool


_PIN, _STAFF = table(DevicePin), table(Staff)
# A PIN chosen under an older stamp is none: a new password or a dismissal has ended it.
_LIVING = sa.and_(
    _STAFF.c.merchant_id == _PIN.c.merchant_id,
    _STAFF.c.id == _PIN.c.staff_id,
    _STAFF.c.stamp == _PIN.c.stamp,
    _STAFF.c.active,
)


def hash_pin(pin: str) -> str:
    """The argon2id hash to keep. Raises Invalid for what is no PIN, or one that is soon guessed."""
    if not _SHAPE.fullmatch(pin):
        raise Invalid({"pin": [_NOT_A_PIN]})
    if is_easy(pin):
        raise Invalid({"pin": [_TOO_EASY]})
    return hash_secret(pin)


def is_easy(pin: str) -> bool:
    """Whether these digits are among the first that anybody would try (pure)."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    half = len(pin) // 2
    return (
        len(steps) == 1
        or pin[:half] * 2 == pin
        or pin[:2] * 3 == pin
        or (len(pin) == 4 and _YEAR.fullmatch(pin) is not None)  # noqa: PLR2004  # digits of a year
        or pin in _ON_THE_KEYPAD
    )


def choose(
    session: Session,
    *,
    duty: Duty,
    device: DeviceFacts,
    person: Person,
    pin_hash: str,
    at: datetime,
) -> None:
    """Keep the person's PIN for this till; the one before ends."""
    fresh = {
        "pin_hash": pin_hash,
        "stamp": person.stamp,
        "tries": 0,
        "chosen_at": at,
        "locked_at": None,
    }
    key = {"merchant_id": device.merchant_id, "device_id": device.id, "staff_id": person.staff_id}
    session.execute(insert_unless_there(session, _PIN, list(key)), key | fresh)
    session.execute(sa.update(_PIN).where(*_of(device, person.staff_id)).values(fresh))
    note(session, duty=duty, act="pin.choose", target=ref("stf", person.staff_id), at=at)


def has_pin(session: Session, *, device: DeviceFacts, staff_id: UUID) -> bool:
    """Whether the person has a PIN on this till, locked or not."""
    there = sa.select(_PIN.c.staff_id).join(_STAFF, _LIVING).where(*_of(device, staff_id))
    return session.execute(there).first() is not None


def take_try(session: Session, *, device: DeviceFacts, staff_id: UUID) -> str | None:
    """Use up one of five tries; returns the hash to check, None where there is no PIN or no try."""
    taken = session.execute(
        sa.update(_PIN)
        .where(*_of(device, staff_id), _PIN.c.tries < TRIES_MAX)
        .values(tries=_PIN.c.tries + 1)
    )
    if rows_changed(taken) != 1:
        return None
    holds = sa.select(_PIN.c.pin_hash).join(_STAFF, _LIVING).where(*_of(device, staff_id))
    return session.execute(holds).scalar_one_or_none()


def was_right(session: Session, *, device: DeviceFacts, staff_id: UUID, at: datetime) -> None:
    """The tries before count no more."""
    session.execute(
        sa.update(_PIN).where(*_of(device, staff_id)).values(tries=0, used_at=at, locked_at=None)
    )


def was_wrong(
    session: Session, *, duty: Duty, device: DeviceFacts, staff_id: UUID, at: datetime
) -> None:
    """If that was the last try, the lock is written down, once."""
    locked = session.execute(
        sa.update(_PIN)
        .where(*_of(device, staff_id), _PIN.c.tries >= TRIES_MAX, _PIN.c.locked_at.is_(None))
        .values(locked_at=at)
    )
    if rows_changed(locked) == 1:
        note(session, duty=duty, act="pin.lock", target=ref("stf", staff_id), at=at)


def unlock(session: Session, *, duty: Duty, device_ref: str, staff_ref: str, at: datetime) -> None:
    """Five fresh tries for a PIN. Raises Unknown("device"), Unknown("staff")."""
    device = find(session, merchant_id=duty.merchant_id, device_ref=device_ref)
    staff_id = parse_ref("stf", staff_ref)
    if staff_id is None or not free(session, device=device, staff_id=staff_id):
        raise Unknown("staff")
    note(session, duty=duty, act="pin.unlock", target=staff_ref, at=at, device=device_ref)


def free(session: Session, *, device: DeviceFacts, staff_id: UUID) -> bool:
    """The same by the person's own password; False where they have no PIN on the till."""
    freed = session.execute(
        sa.update(_PIN).where(*_of(device, staff_id)).values(tries=0, locked_at=None)
    )
    return rows_changed(freed) == 1


def list_pins(session: Session, *, merchant_id: UUID) -> list[PinFacts]:
    """Every PIN that holds on a till of the shop, by the person's name."""
    rows = session.execute(
        sa.select(_PIN.c.device_id, _PIN.c.staff_id, _STAFF.c.name, _PIN.c.used_at, _PIN.c.tries)
        .join(_STAFF, _LIVING)
        .where(_PIN.c.merchant_id == merchant_id)
        .order_by(_STAFF.c.name, _STAFF.c.id)
        .limit(1_000)
    )
    return [
        PinFacts(row.device_id, row.staff_id, row.name, row.used_at, row.tries >= TRIES_MAX)
        for row in rows
    ]


def _of(device: DeviceFacts, staff_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _PIN.c.merchant_id == device.merchant_id,
        _PIN.c.device_id == device.id,
        _PIN.c.staff_id == staff_id,
    )
