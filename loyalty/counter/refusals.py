"""Refused scans are kept: who tried what, and why it was refused."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.tokens import read_scan
from loyalty.core.errors import LoyaltyError, Unknown
from loyalty.core.ids import new_id
from loyalty.counter.models import ScanRefusal
from loyalty.merchants.roles import Duty


def keep(
    session: Session,
    *,
    duty: Duty,
    act: str,
    error: LoyaltyError,
    scan: str | None,
    at: datetime,
) -> None:
    """Keep a refusal in a write of its own, after the refused one was rolled back.

    The scanned text is not kept, only which card of this merchant it named, if any.
    """
    card_id = None
    if scan is not None:
        try:
            card_id = lookup.by_scan(
                session, merchant_id=duty.merchant_id, scan=read_scan(scan)
            ).card_id
        except Unknown:
            card_id = None  # a guess or another shop's card: there is nothing to name
    session.execute(
        sa.insert(ScanRefusal),
        {
            "merchant_id": duty.merchant_id,
            "id": new_id(),
            "code": error.code,
            "act": act,
            "card_id": card_id,
            "actor": duty.actor,
            "device": duty.device,
            "location_id": duty.location_id,
            "at": at,
        },
    )
