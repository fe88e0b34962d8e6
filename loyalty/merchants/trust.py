"""How far a shop trusts its tills while they have no network."""

from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.merchants import acts
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import Duty, Permission

OFFLINE_REWARDS_MAX = 20


def allow_offline_rewards(session: Session, *, duty: Duty, rewards: int, at: datetime) -> None:
    """Say how many rewards a till may hand over before the network is back; 0 is none."""
    duty.demand(Permission.TILLS)
    merchant = session.get_one(Merchant, duty.merchant_id)
    if merchant.offline_rewards == rewards:
        return
    merchant.offline_rewards = rewards
    acts.note(session, duty=duty, act="rewards.offline", target="tills", at=at, rewards=rewards)
