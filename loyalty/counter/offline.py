"""What a till kept while it had no network: visits as of when they happened, rewards as of now."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.tokens import read_scan
from loyalty.core.errors import LimitReached
from loyalty.core.text import Text
from loyalty.counter import redemptions, visits
from loyalty.counter.proofs import Showing
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
class Kept:
    """When the till kept something and when it sent it, both by the phone's own clock."""

    happened_at: datetime
    sent_at: datetime

    def happened(self, at: datetime) -> datetime:
        """When it was by our clock: as long ago as the phone says, and never after now."""
        return at - max(self.sent_at - self.happened_at, timedelta(0))

    def clock_off_minutes(self, at: datetime) -> int:
        """By how much the phone's clock is ahead of ours (or behind, below 0); 0 if by little."""
        off = self.sent_at - at
        return off // timedelta(minutes=1) if abs(off) > _CLOCK_MAY_BE_OFF else 0

    def demand_in_time(self, at: datetime) -> datetime:
        """When it was. Raises LimitReached for what is older than 48 hours."""
        happened = self.happened(at)
        if at - happened > timedelta(hours=HOURS_MAX):
            raise LimitReached(_TOO_LATE, limit="hours_offline", allowed=HOURS_MAX)
        return happened


def record(
    session: Session,
    *,
    duty: Duty,
    request: VisitRequest,
    kept: Kept,
    intent: Intent,
    at: datetime,
) -> Answer:
    """Record it unless its key has been recorded: the first answer is given again, at any age.

    Raises LimitReached for what is older than 48 hours, and all that `visits.accrue` raises.
    """
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    happened = kept.demand_in_time(at)
    if at - happened > _AT_ONCE:
        request = replace(request, occurred_at=happened, kept_offline=True)
    return visits.accrue(session, duty=duty, request=request, intent=intent, at=at)


def hand_over(
    session: Session,
    *,
    duty: Duty,
    scan: str,
    reward: str,
    kept: Kept,
    intent: Intent,
    at: datetime,
) -> Answer:
    """Book a reward that was handed over on trust, once for its key, out of what is there by now.

    A voucher of that reward goes first. Never below nothing: whoever had too little is refused, and
    somebody looks at it. Raises LimitReached for what is older than 48 hours, and all that
    `redemptions.hand_over` and `use` raise.
    """
    if answer := store.replay(session, duty.merchant_id, intent):
        return Answer(answer, replayed=True)
    happened = kept.demand_in_time(at)
    facts = lookup.by_scan(session, merchant_id=duty.merchant_id, scan=read_scan(scan))
    found = redemptions.of_card(
        session, merchant_id=facts.merchant_id, card_id=facts.card_id, at=at
    )
    told: dict[str, Any] = {"duty": duty, "intent": intent, "at": at}
    for voucher in reversed(found):  # the oldest first
        if voucher.redemption.reward == reward:
            return redemptions.use(session, code=voucher.redemption.code, **told)
    # It is out of the shop by now, whoever asked for what.
    showing = Showing(happened, is_confirmed=True)
    return redemptions.hand_over(session, scan=scan, reward=reward, showing=showing, **told)
