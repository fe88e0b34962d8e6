"""The second factor of staff: an app with changing codes, and codes on paper for a lost phone.

The database holds a random number; the key of the app follows from it and the house's secret, so
that a copy of the database makes no codes. A code is used up by its step: the same one never twice.
"""

import hmac
import secrets
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import otp
from loyalty.core.db import rows_changed, table
from loyalty.core.errors import StateConflict
from loyalty.core.ids import is_code, random_code, ref, tidy_code
from loyalty.core.signing import derive
from loyalty.merchants import attempts
from loyalty.merchants.access_models import RecoveryCode, StaffFactor
from loyalty.merchants.accounts import Person
from loyalty.merchants.acts import note
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import Duty

DIGITS, STEPS_OFF_MAX = 6, 1
RECOVERY_CODES, RECOVERY_LETTERS = 10, 10
TRIES_MAX, TRIES_MINUTES = 5, 15
_NONCE_BYTES = 16
_FACTOR, _RECOVERY = table(StaffFactor), table(RecoveryCode)


@dataclass(frozen=True, slots=True)
class Setup:
    """What an app needs to make the codes: a key to type, and the same as an address for a QR."""

    key: str
    address: str


@dataclass(frozen=True, slots=True)
class FactorFacts:
    """Whether somebody's factor counts, since when, and how many paper codes are left."""

    confirmed_at: datetime | None
    codes_left: int


def prepare(session: Session, *, person: Person, at: datetime) -> None:
    """A number for an app that is to be set up; one that waits already stays.

    Raises StateConflict when a factor counts already: it is switched off first.
    """
    found = _row(session, person.merchant_id, person.staff_id)
    if found is None:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        whose = {"merchant_id": person.merchant_id, "staff_id": person.staff_id}
        session.execute(sa.insert(_FACTOR), {**whose, "nonce": nonce, "created_at": at})
    elif found.confirmed_at is not None:
        raise StateConflict(field="factor")


def setup(session: Session, *, secret: bytes, person: Person, shop: str) -> Setup | None:
    """The key of the app that waits to be confirmed; None where none waits."""
    found = _row(session, person.merchant_id, person.staff_id)
    if found is None or found.confirmed_at is not None:
        return None
    key = b32encode(_key(secret, found.nonce)).decode().rstrip("=")
    label = quote(f"{shop}:{person.email}")
    return Setup(key, f"otpauth://totp/{label}?secret={key}&issuer={quote(shop)}")


def confirm(
    session: Session, *, secret: bytes, duty: Duty, person: Person, code: str, at: datetime
) -> list[str] | None:
    """The factor counts from now on; returns paper codes, this once, or None for a wrong code."""
    if not _use_app(session, secret, person, code, at, confirmed=False):
        return None
    session.execute(
        sa.update(_FACTOR)
        .where(*_of(_FACTOR, person.merchant_id, person.staff_id))
        .values(confirmed_at=at)
    )
    note(session, duty=duty, act="factor.on", target=ref("stf", person.staff_id), at=at)
    return _new_codes(session, secret, person)


def fresh_codes(
    session: Session, *, secret: bytes, duty: Duty, person: Person, at: datetime
) -> list[str]:
    """Ten new paper codes, shown this once; the old ones end."""
    note(session, duty=duty, act="factor.codes", target=ref("stf", person.staff_id), at=at)
    return _new_codes(session, secret, person)


def remove(
    session: Session, *, duty: Duty, merchant_id: UUID, staff_id: UUID, at: datetime
) -> None:
    """Their factor and paper codes end: by themselves, or by an owner for who lost the phone."""
    gone = session.execute(sa.delete(_FACTOR).where(*_of(_FACTOR, merchant_id, staff_id)))
    session.execute(sa.delete(_RECOVERY).where(*_of(_RECOVERY, merchant_id, staff_id)))
    if rows_changed(gone) == 1:
        note(session, duty=duty, act="factor.off", target=ref("stf", staff_id), at=at)


def use(session: Session, *, secret: bytes, person: Person, typed: str, at: datetime) -> bool:
    """Whether the code is right, and now used up: of the app, or from the paper.

    Raises TooMany after five wrong ones in a quarter of an hour; wrong ones are counted.
    """
    name = f"factor {ref('stf', person.staff_id)}"
    attempts.wait_for_turn(session, name)
    attempts.demand_room(
        session, allowed={name: TRIES_MAX}, within=timedelta(minutes=TRIES_MINUTES), at=at
    )
    is_right = _use_app(session, secret, person, typed, at) or _use_paper(
        session, secret, person, typed, at
    )
    if not is_right:
        attempts.count(session, names=[name], at=at)
    return is_right


def facts(session: Session, *, person: Person) -> FactorFacts:
    """How somebody's second factor stands."""
    found = _row(session, person.merchant_id, person.staff_id)
    left = sa.select(sa.func.count()).select_from(_RECOVERY)
    mine = (*_of(_RECOVERY, person.merchant_id, person.staff_id), _RECOVERY.c.used_at.is_(None))
    codes_left = session.execute(left.where(*mine)).scalar_one()
    return FactorFacts(found.confirmed_at if found else None, codes_left)


def who_has(session: Session, *, merchant_id: UUID) -> set[UUID]:
    """Everybody of the shop whose second factor counts."""
    rows = session.execute(
        sa.select(_FACTOR.c.staff_id)
        .where(_FACTOR.c.merchant_id == merchant_id, _FACTOR.c.confirmed_at.is_not(None))
        .limit(500)
    )
    return set(rows.scalars())


def demand_of_all(session: Session, *, duty: Duty, wanted: bool, at: datetime) -> None:
    """Whether everybody but cashiers needs a second factor to come in."""
    session.execute(
        sa.update(Merchant).where(Merchant.id == duty.merchant_id).values(needs_factor=wanted)
    )
    act = "factor.demand" if wanted else "factor.release"
    note(session, duty=duty, act=act, target=ref("mer", duty.merchant_id), at=at)


def has(session: Session, *, person: Person) -> bool:
    """Whether a second factor of this person counts."""
    found = _row(session, person.merchant_id, person.staff_id)
    return found is not None and found.confirmed_at is not None


def _use_app(
    session: Session,
    secret: bytes,
    person: Person,
    typed: str,
    at: datetime,
    *,
    confirmed: bool = True,
) -> bool:
    found = _row(session, person.merchant_id, person.staff_id)
    if found is None or (found.confirmed_at is not None) is not confirmed:
        return False
    step = _step_of(_key(secret, found.nonce), "".join(typed.split()), at)
    if step is None:
        return False
    newer = (*_of(_FACTOR, person.merchant_id, person.staff_id), _FACTOR.c.last_step < step)
    used = session.execute(sa.update(_FACTOR).where(*newer).values(last_step=step))
    return rows_changed(used) == 1


def _step_of(key: bytes, typed: str, at: datetime) -> int | None:
    now, found = otp.step_at(at), None
    for step in range(now - STEPS_OFF_MAX, now + STEPS_OFF_MAX + 1):
        if hmac.compare_digest(otp.code_at(key, step, DIGITS).encode(), typed.encode()):
            found = step
    return found


def _use_paper(session: Session, secret: bytes, person: Person, typed: str, at: datetime) -> bool:
    code = tidy_code("".join(typed.split()))
    if not is_code(code, RECOVERY_LETTERS) or not has(session, person=person):
        return False
    used = session.execute(
        sa.update(_RECOVERY)
        .where(
            *_of(_RECOVERY, person.merchant_id, person.staff_id),
            _RECOVERY.c.code_hash == _hash(secret, person, code),
            _RECOVERY.c.used_at.is_(None),
        )
        .values(used_at=at)
    )
    return rows_changed(used) == 1


def _new_codes(session: Session, secret: bytes, person: Person) -> list[str]:
    session.execute(
        sa.delete(_RECOVERY).where(*_of(_RECOVERY, person.merchant_id, person.staff_id))
    )
    codes = [random_code(RECOVERY_LETTERS) for _ in range(RECOVERY_CODES)]
    whose = {"merchant_id": person.merchant_id, "staff_id": person.staff_id}
    rows = [{**whose, "code_hash": _hash(secret, person, code)} for code in codes]
    session.execute(sa.insert(_RECOVERY), rows)
    return list(_as_written(codes))


def _as_written(codes: Iterable[str]) -> Iterable[str]:
    return (f"{code[:5]}-{code[5:]}" for code in codes)


def _hash(secret: bytes, person: Person, code: str) -> bytes:
    return derive(secret, "recovery-code", person.staff_id.bytes + code.encode())


def _key(secret: bytes, nonce: bytes) -> bytes:
    return derive(secret, "second-factor", nonce)[: otp.KEY_BYTES]


def _row(session: Session, merchant_id: UUID, staff_id: UUID) -> sa.Row[Any, Any] | None:
    return session.execute(
        sa.select(_FACTOR.c.nonce, _FACTOR.c.confirmed_at).where(
            *_of(_FACTOR, merchant_id, staff_id)
        )
    ).first()


def _of(which: sa.Table, merchant_id: UUID, staff_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (which.c.merchant_id == merchant_id, which.c.staff_id == staff_id)
