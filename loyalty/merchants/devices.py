"""The phones that are tills: a one-time link makes one, a word of the owner ends it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.db import rows_changed, table
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import new_id, parse_ref, random_code, ref
from loyalty.core.signing import digest
from loyalty.core.text import Text
from loyalty.merchants.acts import note
from loyalty.merchants.directory import enter, forget, look_up
from loyalty.merchants.models import Device, Directory
from loyalty.merchants.places import find_or_add_location
from loyalty.merchants.roles import Duty

LINK_MINUTES = 10
DAYS_UNSEEN_MAX = 90
SHOWN_MAX = 200
_LINK, _PHONE = "device_link", "device"
_A_NAME = Text("un nome, come Banco", "a name, like Counter")


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """A till as it stands in the shop's list, or as the phone that is it knows it."""

    merchant_id: UUID
    id: UUID
    name: str
    location_id: UUID | None
    added_by: str
    link_expires_at: datetime
    joined_at: datetime | None
    last_seen_at: datetime | None
    last_staff_id: UUID | None
    revoked_at: datetime | None

    @property
    def ref(self) -> str:
        """Its public name, which stands in the ledger and in the staff log."""
        return ref("dev", self.id)

    def is_open(self, at: datetime) -> bool:
        """Whether it is a till now: joined, not taken out, and seen in the last 90 days."""
        if self.revoked_at is not None or self.last_seen_at is None:
            return False
        return at - self.last_seen_at < timedelta(days=DAYS_UNSEEN_MAX)


@dataclass(frozen=True, slots=True)
class Joined:
    """A phone that has just become a till, and the secret that it keeps to be known again."""

    device: DeviceFacts
    secret: str


_DEVICE, _DIRECTORY = table(Device), table(Directory)
_FACTS = tuple(_DEVICE.c[name] for name in DeviceFacts.__dataclass_fields__)
_BY_SECRET = (
    sa.select(*_FACTS)
    .join(
        _DIRECTORY,
        sa.and_(
            _DIRECTORY.c.merchant_id == _DEVICE.c.merchant_id,
            _DIRECTORY.c.target_id == _DEVICE.c.id,
        ),
    )
    .where(_DIRECTORY.c.kind == _PHONE, _DIRECTORY.c.digest == sa.bindparam("digest"))
)


def add(session: Session, *, duty: Duty, name: str, location: str | None, at: datetime) -> str:
    """A till without its phone; returns the token of its one-time link. Raises Invalid."""
    if not name.strip():
        raise Invalid({"name": [_A_NAME]})
    place = (location or "").strip()
    location_id = (
        find_or_add_location(session, merchant_id=duty.merchant_id, name=place, at=at)
        if place
        else None
    )
    device = Device(
        merchant_id=duty.merchant_id,
        id=new_id(),
        name=name.strip(),
        location_id=location_id,
        added_by=duty.actor,
        created_at=at,
        link_expires_at=at,
    )
    session.add(device)
    session.flush()
    note(session, duty=duty, act="device.add", target=ref("dev", device.id), at=at)
    return _new_link(session, device, at)


def renew_link(session: Session, *, duty: Duty, device_ref: str, at: datetime) -> str:
    """Another link for a till that still waits for its phone; the one before ends.

    Raises Unknown("device"), also for a till that has its phone or was taken out.
    """
    device = _row(session, duty.merchant_id, device_ref)
    if device.joined_at is not None or device.revoked_at is not None:
        raise Unknown("device")
    note(session, duty=duty, act="device.link", target=device_ref, at=at)
    return _new_link(session, device, at)


def _new_link(session: Session, device: Device, at: datetime) -> str:
    token, whose = random_code(32), {"merchant_id": device.merchant_id, "target_id": device.id}
    forget(session, kind=_LINK, **whose)
    enter(session, kind=_LINK, text=token, **whose)
    device.link_expires_at = at + timedelta(minutes=LINK_MINUTES)
    session.flush()
    return token


def look_at_link(session: Session, *, token: str, at: datetime) -> DeviceFacts:
    """Which till the link makes; looking does not use it up. Raises Unknown("link")."""
    known = look_up(session, kind=_LINK, text=token)
    device = session.get(Device, (known.merchant_id, known.target_id)) if known else None
    if device is None or device.joined_at or device.revoked_at or device.link_expires_at <= at:
        raise Unknown("link")
    return _facts(device)


def join(session: Session, *, token: str, at: datetime) -> Joined:
    """Use the link up: the phone that asks is the till from now on. Raises Unknown("link")."""
    device = look_at_link(session, token=token, at=at)
    taken = session.execute(
        sa.update(Device)
        .where(
            Device.merchant_id == device.merchant_id,
            Device.id == device.id,
            Device.joined_at.is_(None),
            Device.revoked_at.is_(None),
        )
        .values(joined_at=at, last_seen_at=at)
    )
    if rows_changed(taken) != 1:
        raise Unknown("link")
    whose = {"merchant_id": device.merchant_id, "target_id": device.id}
    secret = secrets.token_urlsafe(32)
    forget(session, kind=_LINK, **whose)
    enter(session, kind=_PHONE, text=secret, **whose)
    # Nobody has signed in on the phone yet: it acts on the word of who made the link.
    hand = Duty(device.merchant_id, device.added_by, "till", frozenset(), device=device.ref)
    note(session, duty=hand, act="device.join", target=device.ref, at=at)
    return Joined(find(session, merchant_id=device.merchant_id, device_ref=device.ref), secret)


def find_by_secret(session: Session, *, secret: str) -> DeviceFacts | None:
    """The till that keeps this secret, also one that was taken out; None for a stranger."""
    row = session.execute(_BY_SECRET, {"digest": digest(secret)}).first()
    return DeviceFacts(*row) if row else None


def find(session: Session, *, merchant_id: UUID, device_ref: str) -> DeviceFacts:
    """The till of that ref. Raises Unknown("device")."""
    return _facts(_row(session, merchant_id, device_ref))


def list_devices(session: Session, *, merchant_id: UUID) -> list[DeviceFacts]:
    """The shop's tills that were not taken out, the newest first."""
    rows = session.execute(
        sa.select(*_FACTS)
        .where(_DEVICE.c.merchant_id == merchant_id, _DEVICE.c.revoked_at.is_(None))
        .order_by(_DEVICE.c.id.desc())
        .limit(SHOWN_MAX)
    )
    return [DeviceFacts(*row) for row in rows]


def names(session: Session, *, merchant_id: UUID) -> dict[str, str]:
    """What the shop's tills are called, by their refs; those that were taken out too."""
    rows = session.execute(
        sa.select(Device.id, Device.name)
        .where(Device.merchant_id == merchant_id)
        .order_by(Device.id.desc())
        .limit(SHOWN_MAX)
    )
    return {ref("dev", key): name for key, name in rows}


def revoke(session: Session, *, duty: Duty, device_ref: str, at: datetime) -> None:
    """Take a till out: its sessions and PINs end at once. Raises Unknown("device")."""
    device = _row(session, duty.merchant_id, device_ref)
    if device.revoked_at is not None:
        return
    device.revoked_at = at
    session.flush()
    forget(session, kind=_LINK, merchant_id=device.merchant_id, target_id=device.id)
    note(session, duty=duty, act="device.revoke", target=device_ref, at=at)


def saw(session: Session, *, device: DeviceFacts, staff_id: UUID, at: datetime) -> None:
    """Keep that the till was used by somebody just now."""
    session.execute(
        sa.update(Device)
        .where(Device.merchant_id == device.merchant_id, Device.id == device.id)
        .values(last_seen_at=at, last_staff_id=staff_id)
    )


def _row(session: Session, merchant_id: UUID, device_ref: str) -> Device:
    device_id = parse_ref("dev", device_ref)
    device = session.get(Device, (merchant_id, device_id)) if device_id else None
    if device is None:
        raise Unknown("device")
    return device


def _facts(device: Device) -> DeviceFacts:
    return DeviceFacts(**{name: getattr(device, name) for name in DeviceFacts.__dataclass_fields__})
