"""Visits that a till kept while it had no network: recorded once, as of when they happened."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from loyalty.core.errors import LimitReached
from loyalty.core.text import Text
from loyalty.counter import visits
from loyalty.counter.requests import Answer, VisitRequest
from loyalty.ledger import store
from loyalty.ledger.state import Intent
from loyalty.merchants.roles import Duty

HOURS_MAX = 48
# What arrives within a minute was on its way all the time: it happens now, like any other visit.
_AT_ONCE = timedelta(minutes=1)
_CLOCK_MAY_BE_OFF = timedelta(minutes=10)
_TOO_LATE = Text(
    f"È passata da più di {HOURS_MAX} ore: da qui non si registra più."
    " Chi gestisce il negozio può aggiungere a mano quello che manca.",
    f"It is more than {HOURS_MAX} hours old and can no longer be recorded from here."
    " The owner can add by hand what is missing.",
)


@dataclass(frozen=True, slots=True)
class KeptVisit:
    """A visit as the phone kept it; both times are those of the phone's own clock."""

    request: VisitRequest
    happened_at: datetime
    sent_at: datetime

    def happened(self, at: datetime) -> datetime:
        """When it was by our clock: as long ago as the phone says, and never after now."""
        return at - max(self.sent_at - self.happened_at, timedelta(0))

    def clock_off_minutes(self, at: datetime) -> int:
        """By how much the phone's clock is ahead of ours (or behind, below 0); 0 if by little."""
        off = self.sent_at - at
        return off // timedelta(minutes=1) if abs(off) > _CLOCK_MAY_BE_OFF else 0


def record(
    session: Session, *, duty: Duty, kept: KeptVisit, intent: Intent, at: datetime
) -> Answer:
    """Record it unless its key has been recorded: the first answer is given again, at any age.

    Raises LimitReached for what is older than 48 hours, and all that `visits.accrue` raises.
    """
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    happened = kept.happened(at)
    if at - happened > timedelta(hours=HOURS_MAX):
        raise LimitReached(_TOO_LATE, limit="hours_offline", allowed=HOURS_MAX)
    request = kept.request
    if at - happened > _AT_ONCE:
        request = replace(request, occurred_at=happened, kept_offline=True)
    return visits.accrue(session, duty=duty, request=request, intent=intent, at=at)
