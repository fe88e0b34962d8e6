"""Live codes: eight digits that change every 30 seconds, made by a phone without network (pure).

`core.otp` makes the digits. Each phone on which a card is open has a key of its own, derived and
kept nowhere, so a phone that is signed out makes no more codes.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from loyalty.cards.tokens import Scan
from loyalty.core import otp
from loyalty.core.signing import derive, derive_code

STEP_S, DIGITS, STEPS_OFF_MAX = otp.STEP_S, 8, 1
step_at = otp.step_at
# A till reads a code before it knows the amount: so long it may keep what it has seen.
SEEN_FOR = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Live:
    """Which phone made a code, and for which step of 30 seconds since 1970."""

    device_id: UUID
    step: int


def key_of(secret: bytes, device_id: UUID) -> bytes:
    """The key of one phone, 20 bytes; `secret` is the installation's."""
    return derive(secret, "live-code", device_id.bytes)[: otp.KEY_BYTES]


def code_at(key: bytes, step: int) -> str:
    """The eight digits of a step."""
    return otp.code_at(key, step, DIGITS)


def match(secret: bytes, device_ids: Iterable[UUID], digits: str, *, at: datetime) -> Live | None:
    """Which of these phones showed the digits at that moment, one step either side; else None."""
    now, found = step_at(at), None
    steps = range(now - STEPS_OFF_MAX, now + STEPS_OFF_MAX + 1)
    for device_id in device_ids:
        key = key_of(secret, device_id)
        for step in steps:  # to the end, whatever was found: the time taken tells nothing
            if hmac.compare_digest(code_at(key, step), digits):
                found = Live(device_id, step)
    return found


def sealed(secret: bytes, scan: Scan, *, at: datetime) -> str:
    """What a till that has seen a fresh code sends when the sale is rung up: when it saw it."""
    told = f"{scan.value}.{scan.digits}~{int(at.timestamp()):010d}"
    return f"{told}~{derive_code(secret, 'live-seen', told.encode())}"


def seen_at(secret: bytes, scan: Scan, *, at: datetime) -> datetime:
    """When a till of ours saw the code, if that is sealed and not long ago; else now."""
    seconds, _, seal = scan.seen.partition("~")
    if not seal:
        return at
    told = f"{scan.value}.{scan.digits}~{seconds}"
    if not hmac.compare_digest(derive_code(secret, "live-seen", told.encode()), seal):
        return at
    seen = _EPOCH + timedelta(seconds=int(seconds))
    return seen if timedelta(0) <= at - seen <= SEEN_FOR else at
