"""What a draft comes to: how many get it, from when on and how long, and what it costs at most."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.campaigns.drafts import FEW, HOLDOUT_OF_FEW, HOLDOUT_USUAL
from loyalty.campaigns.launching import SEND_WITHIN
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.outlook import Outlook
from loyalty.campaigns.rules import House

# Over a mail server somewhere else; one in the house takes several hundred.
A_SECOND = 10


@dataclass(frozen=True, slots=True)
class Forecast:
    """`cost_minor` is None where nobody has said what the reward costs."""

    percent: int
    held: int
    written: int
    starts_at: datetime
    is_now: bool
    waits_for_hours: bool
    ends_by: datetime
    minutes: int
    cost_minor: int | None
    unit_cost_minor: int | None


def of(
    campaign: Campaign, found: Outlook, house: House, unit_cost_minor: int | None, at: datetime
) -> Forecast:
    """What it would come to if it were launched now."""
    percent = campaign.holdout_percent
    if percent is None:
        percent = HOLDOUT_OF_FEW if found.ready < FEW else HOLDOUT_USUAL
    held = (found.ready * percent + 50) // 100
    wanted = max(at, campaign.send_at or at)
    starts_at = house.next_open(wanted)
    written = found.ready - held
    return Forecast(
        percent=percent,
        held=held,
        written=written,
        starts_at=starts_at,
        is_now=starts_at == at,
        waits_for_hours=starts_at != wanted,
        ends_by=campaign.not_after_at or starts_at + SEND_WITHIN,
        minutes=_minutes(written, house),
        cost_minor=_cost(campaign, written, unit_cost_minor),
        unit_cost_minor=unit_cost_minor,
    )


def _cost(campaign: Campaign, written: int, unit_cost_minor: int | None) -> int | None:
    if campaign.offer is None:
        return 0
    return None if unit_cost_minor is None else written * unit_cost_minor


def _minutes(letters: int, house: House) -> int:
    """How long sending takes, in whole minutes, at the shop's own limit or a careful guess."""
    an_hour = house.rules.an_hour
    pace = timedelta(hours=1).total_seconds() / an_hour if an_hour else 1 / A_SECOND
    return max(1, round(letters * pace / 60))
