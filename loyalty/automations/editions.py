"""The letters of a journey as they go out: each a campaign that never gathers anybody.

A letter that is rewritten is another edition: what has been sent stays as it was sent, and whoever
is on the way gets the new one.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.automations.journeys import Journey, Step
from loyalty.campaigns import instance, letter, press, states
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.offers import Offer
from loyalty.campaigns.rules import House
from loyalty.core.db import current, table
from loyalty.core.ids import new_id
from loyalty.merchants.roles import Duty

_CAMPAIGN = table(Campaign)


@dataclass(frozen=True, slots=True)
class Edition:
    """One letter, printed; `plain` is what it was printed from, `offer` the gift as it is now."""

    step: str
    name: str
    audience: dict[str, Any]
    plain: dict[str, Any]
    offer: Offer | None
    printed: dict[str, Any]


def make(
    journey: Journey, step: Step, plain: dict[str, Any], offer: Offer | None, house: House
) -> Edition:
    """Print one letter; slow, so never inside a write. Raises Invalid."""
    has_offer = step.gives or step.reminds
    sender = press.Sender(house.name, house.identity)
    drafts = letter.read(plain, own_url=current().settings.public_url, has_offer=has_offer)
    letters = {
        language: press.printed(
            draft, language=language, sender=sender, has_offer=has_offer, asks=step.asks
        ).as_dict()
        for language, draft in drafts.items()
    }
    given = offer if has_offer else None
    printed = {"letters": letters, **frame_of(given, house)}
    name = f"{journey.name.pick(house.language)} · {step.name.pick(house.language)}"
    return Edition(step.key, name, dict(journey.audience), plain, given, printed)


def frame_of(offer: Offer | None, house: House) -> dict[str, Any]:
    """What stands around a letter: the gift as it is now, and who writes."""
    frame = [house.name, house.identity]
    return {"offer": offer.as_dict() if offer else None, "frame": frame}


def publish(
    session: Session, *, duty: Duty, kind: str, wanted: Sequence[Edition], at: datetime
) -> None:
    """Let these letters go out from now on; those that say the same stay as they are."""
    there = current_of(session, merchant_id=duty.merchant_id, kind=kind)
    for edition in wanted:
        known = there.pop(edition.step, None)
        if known is not None and _is_same(known, edition):
            continue
        if known is not None:
            _retire(session, [known], at)
        session.add(_campaign(duty, kind, edition, at))
    _retire(session, there.values(), at)
    session.flush()


def _is_same(known: Campaign, edition: Edition) -> bool:
    return known.letter == edition.plain and known.printed == edition.printed


def current_of(session: Session, *, merchant_id: UUID, kind: str) -> dict[str, Campaign]:
    """The letters that go out now, by step."""
    rows = session.execute(
        sa.select(Campaign).where(
            Campaign.merchant_id == merchant_id,
            Campaign.automation == kind,
            Campaign.gathered_at.is_(None),
        )
    ).scalars()
    return {row.step: row for row in rows if row.step is not None}


def retire_all(session: Session, *, merchant_id: UUID, kind: str, at: datetime) -> None:
    """No further letters of this journey; what is on its way still leaves."""
    _retire(session, current_of(session, merchant_id=merchant_id, kind=kind).values(), at)


def _retire(session: Session, old: Iterable[Campaign], at: datetime) -> None:
    for one in old:
        one.gathered_at = at
    session.flush()


def _campaign(duty: Duty, kind: str, edition: Edition, at: datetime) -> Campaign:
    offer = edition.offer
    return Campaign(
        merchant_id=duty.merchant_id,
        id=new_id(),
        name=edition.name,
        audience=edition.audience,
        letter=edition.plain,
        offer={"reward": offer.reward, "valid_days": offer.days} if offer else None,
        printed=edition.printed,
        holdout_percent=0,
        state=states.RUNNING,
        salt=secrets.token_bytes(16),
        claims=0,
        instance=instance.identity(current().settings.data),
        actor=duty.actor,
        send_at=at,
        created_at=at,
        launched_at=at,
        automation=kind,
        step=edition.step,
    )


def halted(session: Session, *, merchant_id: UUID, kind: str) -> dict[str, str]:
    """Letters that wait for somebody's word, with why, by step."""
    rows = session.execute(
        sa.select(_CAMPAIGN.c.step, _CAMPAIGN.c.halted_for).where(
            _CAMPAIGN.c.merchant_id == merchant_id,
            _CAMPAIGN.c.automation == kind,
            _CAMPAIGN.c.state == states.HALTED,
        )
    )
    return {row.step: row.halted_for for row in rows}


def resume(session: Session, *, merchant_id: UUID, kind: str) -> bool:
    """Go on with what was halted; whether an older database was among the reasons."""
    data = current().settings.data
    rows = session.execute(
        sa.select(Campaign)
        .where(
            Campaign.merchant_id == merchant_id,
            Campaign.automation == kind,
            Campaign.state == states.HALTED,
        )
        .with_for_update()
    ).scalars()
    was_restored = False
    for row in list(rows):
        if row.halted_for == states.RESTORED:
            was_restored = True
            row.instance = instance.identity(data)
            instance.set_taken(data, row.id, row.claims)
        row.state, row.halted_for = states.RUNNING, None
    session.flush()
    return was_restored
