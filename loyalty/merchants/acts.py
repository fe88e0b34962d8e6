"""The log of what staff and keys did apart from the ledger."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.ids import new_id
from loyalty.merchants.models import StaffAct
from loyalty.merchants.roles import Duty


def note(
    session: Session, *, duty: Duty, act: str, target: str, at: datetime, **facts: Any
) -> None:
    """Keep who did what to which thing; `facts` hold refs and numbers, never personal text."""
    session.execute(
        sa.insert(StaffAct),
        {
            "merchant_id": duty.merchant_id,
            "id": new_id(),
            "actor": duty.actor,
            "device": duty.device,
            "act": act,
            "target": target,
            "facts": facts,
            "at": at,
        },
    )
