"""A join link that fits under a code and can be typed: seven letters that lead to the program."""

from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.db import current
from loyalty.core.ids import is_code, tidy_code
from loyalty.core.signing import derive_code
from loyalty.merchants.directory import enter, look_up

LETTERS = 7
_KIND = "join"
_TRIES = 20  # 35 bits: that the first is taken happens once in a million programs


def keep(session: Session, *, merchant_id: UUID, program_id: UUID) -> str:
    """The letters of the program, the same each time; they work from now on."""
    for code in _codes(program_id):
        known = look_up(session, kind=_KIND, text=code)
        if known is None:
            enter(session, kind=_KIND, text=code, merchant_id=merchant_id, target_id=program_id)
            return code
        if known.target_id == program_id:
            return code
    raise AssertionError("all letters are taken")


def kept(session: Session, *, program_id: UUID) -> str | None:
    """The letters of the program, if they have been kept already."""
    for code in _codes(program_id):
        known = look_up(session, kind=_KIND, text=code)
        if known is None:
            return None
        if known.target_id == program_id:
            return code
    return None


def find(session: Session, *, typed: str) -> UUID | None:
    """The program behind what somebody typed, however they spelled it."""
    code = tidy_code(typed)
    known = look_up(session, kind=_KIND, text=code) if is_code(code, LETTERS) else None
    return known.target_id if known else None


def _codes(program_id: UUID) -> list[str]:
    secret = current().settings.secret
    return [
        derive_code(secret, "short-link", program_id.bytes + bytes([turn]))[-LETTERS:]
        for turn in range(_TRIES)
    ]
