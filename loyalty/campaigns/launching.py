"""From a draft to letters on their way, and stopping them again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns import drafts, gathering, instance, letter, offers, press, rules, states
from loyalty.campaigns.models import Campaign, Message
from loyalty.campaigns.rules import House
from loyalty.core import jobs
from loyalty.core.db import current, rows_changed, table
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.counter import gifts
from loyalty.merchants import acts
from loyalty.merchants.roles import Duty, Permission

TEND = "campaigns.tend"  # the job that sees to what is due
START_WITHIN, SEND_WITHIN = timedelta(hours=3), timedelta(days=3)
_AHEAD_MAX = timedelta(days=366)
_MESSAGE, _CAMPAIGN = table(Message), table(Campaign)


@dataclass(frozen=True, slots=True)
class Ready:
    """What a launch needs and what is slow to make: the printed letter, and who would get it."""

    printed: dict[str, Any]
    people: dict[str, int]
    house: House


def prepare(session: Session, *, merchant_id: UUID, campaign_ref: str, at: datetime) -> Ready:
    """Print the letter and count, without a lock. Raises Unknown, Invalid."""
    campaign = drafts.find(session, merchant_id=merchant_id, campaign_ref=campaign_ref)
    house = rules.house(session, merchant_id=merchant_id)
    people = gathering.tally(session, campaign=campaign, house=house, at=at)
    offer = offers.of(session, campaign=campaign)
    printed = {
        "letters": print_letter(campaign, house),
        "offer": offer.as_dict() if offer else None,
    }
    return Ready(printed, people, house)


def print_letter(campaign: Campaign, house: House) -> dict[str, Any]:
    """The letter of a campaign by language, as it is kept from the launch on."""
    has_offer = campaign.offer is not None
    own_url = current().settings.public_url
    sender = press.Sender(house.name, house.identity)
    return {
        language: press.printed(
            draft, language=language, sender=sender, has_offer=has_offer
        ).as_dict()
        for language, draft in letter.read(
            campaign.letter, own_url=own_url, has_offer=has_offer
        ).items()
    }


def launch(
    session: Session, *, duty: Duty, campaign_ref: str, ready: Ready, at: datetime
) -> Campaign:
    """Send it, now or at its time. Of two launches at once one raises StateConflict.

    Raises Unknown, Forbidden, and Invalid where nobody would get it or its time is over.
    """
    duty.demand(Permission.CAMPAIGNS)
    campaign = drafts.lock(session, merchant_id=duty.merchant_id, campaign_ref=campaign_ref)
    drafts.demand(campaign, states.DRAFT)
    if not ready.people.get(states.READY):
        raise Invalid({"audience": [_NOBODY]})
    start_at = ready.house.next_open(max(at, campaign.send_at or at))
    if start_at > at + _AHEAD_MAX or (campaign.not_after_at or start_at) < start_at:
        raise Invalid({"send_at": [_NEVER]})
    campaign.state, campaign.launched_at, campaign.printed = states.RUNNING, at, ready.printed
    if campaign.holdout_percent is None:
        is_small = ready.people[states.READY] < drafts.FEW
        campaign.holdout_percent = drafts.HOLDOUT_OF_FEW if is_small else drafts.HOLDOUT_USUAL
    campaign.send_at = start_at
    campaign.instance = instance.identity(current().settings.data)
    campaign.not_after_at = campaign.not_after_at or start_at + SEND_WITHIN
    campaign.start_by_at = min(start_at + START_WITHIN, campaign.not_after_at)
    session.flush()
    wake(session, campaign, at)
    acts.note(session, duty=duty, act="campaign.launch", target=campaign_ref, at=at)
    return campaign


def pause(session: Session, *, duty: Duty, campaign_ref: str, at: datetime) -> Campaign:
    """Let nothing more leave; what is at the mail server just now may still arrive."""
    return _turn(session, duty, campaign_ref, (states.RUNNING,), states.PAUSED, at)


def resume(
    session: Session, *, duty: Duty, campaign_ref: str, at: datetime, not_after: datetime | None
) -> Campaign:
    """Go on after a pause, or after it was halted: that is the merchant's word that it is right.

    Until `not_after`, or as long as it had been meant to take. Raises Unknown, StateConflict.
    """
    campaign = _turn(
        session, duty, campaign_ref, (states.PAUSED, states.HALTED), states.RUNNING, at
    )
    start_at = rules.house(session, merchant_id=duty.merchant_id).next_open(at)
    late = campaign.not_after_at is None or campaign.not_after_at <= start_at
    if not_after is not None or late:
        campaign.not_after_at = not_after or start_at + SEND_WITHIN
    if campaign.not_after_at is not None and campaign.not_after_at <= start_at:
        raise Invalid({"not_after": [_NEVER]})
    campaign.start_by_at = max(campaign.start_by_at or start_at, start_at + START_WITHIN)
    if campaign.halted_for == states.RESTORED:
        data = current().settings.data
        campaign.instance = instance.identity(data)
        instance.set_taken(data, campaign.id, campaign.claims)
    campaign.halted_for = None
    session.flush()
    wake(session, campaign, at)
    return campaign


def stop(session: Session, *, duty: Duty, campaign_ref: str, at: datetime) -> Campaign:
    """End it: who has not got the letter yet gets none, and no voucher either."""
    allowed = (states.RUNNING, states.PAUSED, states.HALTED)
    campaign = _turn(session, duty, campaign_ref, allowed, states.STOPPED, at)
    campaign.halted_for, campaign.finished_at = None, at
    _end_the_rest(session, campaign, at)
    return campaign


def _end_the_rest(session: Session, campaign: Campaign, at: datetime) -> None:
    left = session.execute(
        sa.update(_MESSAGE)
        .where(
            *_its(campaign),
            _MESSAGE.c.state.in_([states.READY, states.CLAIMED]),
        )
        .values(state=states.SKIPPED, reason=states.ENDED, worker=None, lease_ends_at=None)
        .returning(_MESSAGE.c.redemption_id)
    ).scalars()
    vouchers = [voucher for voucher in left if voucher is not None]
    gifts.take_back(session, merchant_id=campaign.merchant_id, redemption_ids=vouchers, at=at)


def _turn(
    session: Session,
    duty: Duty,
    campaign_ref: str,
    allowed: tuple[str, ...],
    state: str,
    at: datetime,
) -> Campaign:
    duty.demand(Permission.CAMPAIGNS)
    campaign = drafts.lock(session, merchant_id=duty.merchant_id, campaign_ref=campaign_ref)
    drafts.demand(campaign, *allowed)
    campaign.state = state
    session.flush()
    acts.note(session, duty=duty, act=_ACTS[state], target=campaign_ref, at=at)
    return campaign


_ACTS = {
    states.PAUSED: "campaign.pause",
    states.RUNNING: "campaign.resume",
    states.STOPPED: "campaign.stop",
}


def wake(session: Session, campaign: Campaign, at: datetime) -> None:
    """Have somebody look at it when it is due, and not only when they come round."""
    run_at = max(at, campaign.send_at or at)
    jobs.enqueue(session, kind=TEND, payload={}, at=at, run_at=run_at)


# --- the worker's side ---------------------------------------------------------------------------


def running(session: Session) -> list[Campaign]:
    """Every campaign of every shop that is on its way, as it is now: they belong to no session."""
    query = sa.select(Campaign).where(Campaign.state == states.RUNNING)
    found = list(session.execute(query).scalars())
    for campaign in found:
        session.expunge(campaign)
    return found


_STATE = sa.select(_CAMPAIGN.c.state).where(
    _CAMPAIGN.c.merchant_id == sa.bindparam("merchant"), _CAMPAIGN.c.id == sa.bindparam("id")
)


def is_running(session: Session, *, campaign: Campaign) -> bool:
    """Whether it still is, at this moment."""
    asked = {"merchant": campaign.merchant_id, "id": campaign.id}
    return bool(session.execute(_STATE, asked).scalar_one() == states.RUNNING)


def halt(session: Session, *, campaign: Campaign, why: str) -> bool:
    """Let nothing more leave until a person has said so; `why` is late, restored or refused.

    Not for "restored" where the row has gone on since it was read: then the notes only seem newer,
    because another worker has taken some meanwhile.
    """
    halted = sa.update(_CAMPAIGN).where(
        _CAMPAIGN.c.merchant_id == campaign.merchant_id,
        _CAMPAIGN.c.id == campaign.id,
        _CAMPAIGN.c.state == states.RUNNING,
    )
    if why == states.RESTORED:
        halted = halted.where(_CAMPAIGN.c.claims == campaign.claims)
    return rows_changed(session.execute(halted.values(state=states.HALTED, halted_for=why))) == 1


def why_not(campaign: Campaign, *, at: datetime, data: Path) -> str | None:
    """Why a campaign that is running must not go on by itself, or None.

    A database that knows of fewer claims than the installation's own notes in `data` is an older
    copy, and one that was launched elsewhere is a copy too: what they believe to be unsent may have
    been sent.
    """
    is_older = campaign.claims < instance.taken(data, campaign.id)
    if is_older or campaign.instance != instance.identity(data):
        return states.RESTORED
    began = campaign.claims > 0
    if not began and campaign.start_by_at is not None and at > campaign.start_by_at:
        return states.LATE
    if campaign.not_after_at is not None and at > campaign.not_after_at:
        return states.LATE
    return None


def finish(session: Session, *, campaign: Campaign, at: datetime) -> bool:
    """It is over when everybody has a row and nothing is still to come."""
    still = sa.select(_MESSAGE.c.id).where(*_its(campaign), _MESSAGE.c.state.in_(states.OPEN))
    over = sa.update(_CAMPAIGN).where(
        _CAMPAIGN.c.merchant_id == campaign.merchant_id,
        _CAMPAIGN.c.id == campaign.id,
        _CAMPAIGN.c.state == states.RUNNING,
        _CAMPAIGN.c.gathered_at.is_not(None),
        ~still.exists(),
    )
    done = session.execute(over.values(state=states.FINISHED, finished_at=at))
    return rows_changed(done) == 1


def came_back(session: Session, *, campaign: Campaign, at: datetime) -> None:
    """Letters are to be tried again that were on their way when the campaign ended.

    One that had finished without them goes on; one that was stopped ends for them too.
    """
    itself = (_CAMPAIGN.c.merchant_id == campaign.merchant_id, _CAMPAIGN.c.id == campaign.id)
    again = sa.update(_CAMPAIGN).where(*itself, _CAMPAIGN.c.state == states.FINISHED)
    session.execute(again.values(state=states.RUNNING, finished_at=None))
    asked = {"merchant": campaign.merchant_id, "id": campaign.id}
    if session.execute(_STATE, asked).scalar_one() == states.STOPPED:
        _end_the_rest(session, campaign, at)


def _its(campaign: Campaign) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _MESSAGE.c.merchant_id == campaign.merchant_id,
        _MESSAGE.c.campaign_id == campaign.id,
    )


_NOBODY = Text(
    "Così la lettera non arriva a nessuno: allarga i destinatari, o guarda perché sono esclusi.",
    "Nobody would get this letter: widen the audience, or see why people are left out.",
)
_NEVER = Text(
    "A quell'ora non si può spedire: scegli un altro momento.",
    "It cannot be sent then: choose another time.",
)
