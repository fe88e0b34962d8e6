"""On the home page: how many are slipping away, and what is at stake."""

from loyalty.analytics import slipping
from loyalty.analytics.rhythm import COOLING, LAPSED
from loyalty.analytics.slipping import Stake
from loyalty.merchants.roles import Permission
from loyalty.portal.lapsed import ground_now
from loyalty.web import guard


def slipping_card() -> dict[str, Stake] | None:
    """Who may still be kept, by their state; None where this person sees no members, or nobody."""
    if Permission.MEMBERS not in guard.duty().permissions:
        return None
    sums = slipping.at_stake(ground_now())
    found = {state: sums[state] for state in (LAPSED, COOLING)}
    return found if any(one.members for one in found.values()) else None
