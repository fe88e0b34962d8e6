"""How often messages of a campaign have been taken, by which an older copy is told.

It is counted when some are taken and once more when they are settled, so that a copy from between
knows of fewer than the notes beside the database (`instance`), also of the last handful.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns import states
from loyalty.campaigns.models import Campaign
from loyalty.core.db import table

_CAMPAIGN = table(Campaign)


def count(session: Session, *, campaign: Campaign, running: bool = False) -> int | None:
    """Count once more, and how often that makes; None if it had to be `running` and is not.

    The campaign's own row is locked by it.
    """
    its = [_CAMPAIGN.c.merchant_id == campaign.merchant_id, _CAMPAIGN.c.id == campaign.id]
    if running:
        its.append(_CAMPAIGN.c.state == states.RUNNING)
    more = sa.update(_CAMPAIGN).where(*its).values(claims=_CAMPAIGN.c.claims + 1)
    return session.execute(more.returning(_CAMPAIGN.c.claims)).scalar_one_or_none()
