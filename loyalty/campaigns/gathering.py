"""A message row for everybody a campaign is meant for, before anything is sent.

A thousand are looked at and some written at a time, from a mark on: whoever is killed goes on
where the last commit was, and two who gather at once cannot make two rows for one person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import audience
from loyalty.campaigns import gate, offers, states
from loyalty.campaigns.gate import Through
from loyalty.campaigns.models import Campaign, Message
from loyalty.campaigns.offers import Offer
from loyalty.campaigns.rules import House
from loyalty.core import bulk
from loyalty.core.calendar import local_day
from loyalty.core.db import rows_changed, table
from loyalty.core.ids import new_id
from loyalty.core.signing import derive
from loyalty.counter import gifts

PORTION, SLICE = 1_000, 25  # a till waits for a whole write
_MESSAGE, _CAMPAIGN = table(Message), table(Campaign)
_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Portion:
    """Some people to write to, read without a lock: from `mark` on, up to `next`.

    `verdicts` say how to reach each, or why not; `cards` where a voucher would be put.
    """

    mark: UUID | None
    next: UUID | None
    people: list[UUID]
    verdicts: Mapping[UUID, Through | str]
    cards: Mapping[UUID, UUID]
    offer: Offer | None

    def slices(self) -> Iterator["Portion"]:
        """The same people in portions that are written at once; the last one may be empty."""
        mark = self.mark
        for start in range(0, max(1, len(self.people)), SLICE):
            people = self.people[start : start + SLICE]
            is_last = start + SLICE >= len(self.people)
            to = self.next if is_last else people[-1]
            yield replace(self, mark=mark, next=to, people=people)
            mark = to


def look(session: Session, *, campaign: Campaign, house: House, at: datetime) -> Portion:
    """The next people whom the campaign is meant for; with no `next` these are the last."""
    wanted = audience.parse(campaign.audience)
    scope = {"merchant_id": campaign.merchant_id}
    on = local_day(at, house.timezone)
    people = audience.people(
        session, audience=wanted, on=on, after=campaign.mark, limit=PORTION, **scope
    )
    profiled = audience.uses_behaviour(wanted)
    verdicts = gate.ask(session, house=house, customer_ids=people, profiled=profiled, at=at)
    offer = offers.of(session, campaign=campaign)
    cards = (
        gifts.cards_of(session, program_id=offer.program_id, customer_ids=people, **scope)
        if offer
        else {}
    )
    last = people[-1] if len(people) == PORTION else None
    return Portion(campaign.mark, last, people, verdicts, cards, offer)


def write(
    session: Session, *, campaign: Campaign, portion: Portion, house: House, at: datetime
) -> bool:
    """Give each of them a row, and a voucher where there is an offer.

    False, and nothing is written, if somebody else has gone on from that mark, or it was paused.
    """
    if not _move_on(session, campaign, portion, at):
        return False
    rows = [_row(campaign, who, portion, at) for who in portion.people]
    told = [row for row in rows if row["state"] == states.READY]
    if portion.offer is not None and told:
        gift = portion.offer.gift(campaign.merchant_id, at=at, timezone=house.timezone)
        cards = [portion.cards[row["customer_id"]] for row in told]
        for row, voucher in zip(
            told, gifts.give(session, gift=gift, cards=cards, at=at), strict=True
        ):
            row["redemption_id"] = voucher
    if rows:
        bulk.insert(session.connection(), _MESSAGE, rows)
    return True


def _move_on(session: Session, campaign: Campaign, portion: Portion, at: datetime) -> bool:
    """Move the campaign's mark, if it is where the portion was read from."""
    at_mark = (
        _CAMPAIGN.c.mark.is_(None) if portion.mark is None else _CAMPAIGN.c.mark == portion.mark
    )
    done = {"gathered_at": at} if portion.next is None else {"mark": portion.next}
    moved = session.execute(
        sa.update(_CAMPAIGN)
        .where(
            _CAMPAIGN.c.merchant_id == campaign.merchant_id,
            _CAMPAIGN.c.id == campaign.id,
            _CAMPAIGN.c.state == states.RUNNING,
            _CAMPAIGN.c.gathered_at.is_(None),
            at_mark,
        )
        .values(done)
    )
    return rows_changed(moved) == 1


def _row(campaign: Campaign, who: UUID, portion: Portion, at: datetime) -> dict[str, Any]:
    reason = why_not(portion, who)
    state = states.SKIPPED if reason else states.READY
    if reason is None and is_held(campaign.salt, who, campaign.holdout_percent or 0):
        state = states.HELD
    empty = ("redemption_id", "smtp_code", "came_back", "address_hash", "worker", "lease_ends_at")
    return {
        "merchant_id": campaign.merchant_id,
        "id": new_id(),
        "campaign_id": campaign.id,
        "customer_id": who,
        "state": state,
        "reason": reason,
        "is_drawn": state != states.SKIPPED,
        "attempts": 0,
        "due_at": campaign.send_at or at,
        "created_at": at,
        "sent_at": None,
        **dict.fromkeys(empty),
    }


def is_held(salt: bytes, customer_id: UUID, percent: int) -> bool:
    """Whether somebody is held back for comparison: by a hash, so it is the same at every try."""
    drawn = int.from_bytes(derive(salt, "holdout", customer_id.bytes)[:8], "big") % _BUCKETS
    return drawn * 100 < percent * _BUCKETS


def tally(session: Session, *, campaign: Campaign, house: House, at: datetime) -> dict[str, int]:
    """How many would get it ("ready") and how many not, by reason; walks through all of them."""
    found: dict[str, int] = {}
    for portion in portions(session, campaign=campaign, house=house, at=at):
        for who in portion.people:
            reason = why_not(portion, who) or states.READY
            found[reason] = found.get(reason, 0) + 1
    return found


def portions(
    session: Session,
    *,
    campaign: Campaign,
    house: House,
    at: datetime,
    after: UUID | None = None,
) -> Iterator[Portion]:
    """Everybody it is meant for, a thousand at a time, from a customer on; nothing is written."""
    walker = Campaign(**_copy(campaign))
    walker.mark = after
    while True:
        portion = look(session, campaign=walker, house=house, at=at)
        yield portion
        if portion.next is None:
            return
        walker.mark = portion.next


def why_not(portion: Portion, who: UUID) -> str | None:
    """Why somebody gets no letter, or None."""
    verdict = portion.verdicts[who]
    if isinstance(verdict, str):
        return verdict
    return states.NO_CARD if portion.offer is not None and who not in portion.cards else None


def _copy(campaign: Campaign) -> dict[str, Any]:
    names: Sequence[str] = ("merchant_id", "id", "audience", "offer", "printed", "mark")
    return {name: getattr(campaign, name) for name in names}
