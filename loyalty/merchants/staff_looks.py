"""What somebody prefers of the portal's look: light or dark, and whether single keys work."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import table
from loyalty.merchants.models import Staff
from loyalty.merchants.staff_look_models import StaffLook

SCHEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Look:
    """`scheme` is one of SCHEMES; `shortcuts` is about single keys, which voice software types."""

    scheme: str = "auto"
    shortcuts: bool = True


def of(session: Session, *, merchant_id: UUID, staff_id: UUID) -> Look:
    """Their look, or the usual one."""
    row = session.execute(
        sa.select(StaffLook.scheme, StaffLook.shortcuts).where(
            StaffLook.merchant_id == merchant_id, StaffLook.staff_id == staff_id
        )
    ).first()
    return Look(*row) if row else Look()


def keep(session: Session, *, merchant_id: UUID, staff_id: UUID, **changes: str | bool) -> None:
    """Keep `scheme` or `shortcuts` for this person; the other stays as it is."""
    whose = {"merchant_id": merchant_id, "staff_id": staff_id}
    usual = {"scheme": "auto", "shortcuts": True}
    session.execute(insert_unless_there(session, table(StaffLook)), {**whose, **usual})
    session.execute(
        sa.update(StaffLook)
        .where(StaffLook.merchant_id == merchant_id, StaffLook.staff_id == staff_id)
        .values(**changes)
    )


def speak(session: Session, *, merchant_id: UUID, staff_id: UUID, language: str) -> None:
    """Talk to this person in that language from now on, on whatever device."""
    session.execute(
        sa.update(Staff)
        .where(Staff.merchant_id == merchant_id, Staff.id == staff_id)
        .values(language=language)
    )
