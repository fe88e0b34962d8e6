"""A shop's automations as it has set them: on, off, ending; their letters, gift and comparison."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.automations import editions, wording
from loyalty.automations.editions import Edition
from loyalty.automations.journeys import JOURNEYS, Journey, Step
from loyalty.automations.models import Automation
from loyalty.campaigns import letter, offers, rules
from loyalty.core.db import current, table
from loyalty.core.errors import Invalid, StateConflict, Unknown
from loyalty.core.text import Text
from loyalty.merchants import acts
from loyalty.merchants.roles import Duty, Permission

OFF, ON, ENDING = "off", "on", "ending"
HOLDOUT_USUAL, HOLDOUT_MAX = 20, 50
_AUTOMATION = table(Automation)


class ChangedMeanwhile(StateConflict):
    """Somebody else has changed it since it was opened."""

    words = Text(
        "Qualcun altro l'ha cambiata nel frattempo: guarda com'è adesso, poi decidi.",
        "Somebody else has changed it meanwhile: see how it is now, then decide.",
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """One automation of a shop as it is set, or as the house would set it."""

    journey: Journey
    state: str
    letters: Mapping[str, Any]
    offer: dict[str, Any] | None
    holdout_percent: int
    version: int
    started_at: datetime | None

    def letter(self, step: str) -> dict[str, Any]:
        """The letter of a step by language."""
        return wording.letter(self.journey.kind, step, self.letters)

    def is_own(self, step: str) -> bool:
        """Whether the shop has written that letter itself."""
        return step in self.letters


def journey_of(kind: str) -> Journey:
    """The journey of that name. Raises Unknown("automation")."""
    found = JOURNEYS.get(kind)
    if found is None:
        raise Unknown("automation")
    return found


def find(session: Session, *, merchant_id: UUID, kind: str) -> Setting:
    """How a shop has set one. Raises Unknown("automation")."""
    journey = journey_of(kind)
    row = session.get(Automation, (merchant_id, kind))
    return _setting(journey, row)


def every(session: Session, *, merchant_id: UUID) -> list[Setting]:
    """All that there are, in their order."""
    return [find(session, merchant_id=merchant_id, kind=kind) for kind in JOURNEYS]


def _setting(journey: Journey, row: Automation | None) -> Setting:
    if row is None:
        percent = HOLDOUT_USUAL if journey.has_holdout else 0
        return Setting(journey, OFF, {}, None, percent, 0, None)
    return Setting(
        journey, row.state, row.letters, row.offer, row.holdout_percent, row.version, row.started_at
    )


def write_letter(  # one letter, and who writes it when
    session: Session,
    *,
    duty: Duty,
    kind: str,
    step: str,
    wanted: dict[str, Any] | None,
    version: int,
    at: datetime,
) -> None:
    """Let a step say this from the next letter on; None: as the house says it.

    Raises Unknown, Forbidden, ChangedMeanwhile, and Invalid naming the field.
    """
    journey = journey_of(kind)
    found = journey.step(step)
    if found is None or found.act != "letter":
        raise Unknown("step")
    if wanted is not None:
        letter.read(
            wanted, own_url=current().settings.public_url, has_offer=found.gives or found.reminds
        )
    row = _lock(session, duty, journey, version, at)
    row.letters = {key: one for key, one in row.letters.items() if key != step}
    if wanted is not None:
        row.letters = {**row.letters, step: wanted}
    _changed(session, row, duty, at)
    acts.note(
        session,
        duty=duty,
        act="automation.letter" if wanted else "automation.letter_reset",
        target=kind,
        at=at,
        step=step,
    )


def set_terms(  # both terms, and who sets them when
    session: Session,
    *,
    duty: Duty,
    kind: str,
    offer: dict[str, Any] | None,
    holdout_percent: int,
    version: int,
    at: datetime,
) -> None:
    """Set the gift, and how many are held back; for who begins from now on.

    Raises Unknown, Forbidden, ChangedMeanwhile, and Invalid naming the field.
    """
    journey = journey_of(kind)
    if not 0 <= holdout_percent <= (HOLDOUT_MAX if journey.has_holdout else 0):
        raise Invalid({"holdout_percent": [_PERCENT]})
    if offer is not None:
        offers.find(session, merchant_id=duty.merchant_id, raw=offer)
    row = _lock(session, duty, journey, version, at)
    row.offer, row.holdout_percent = (offer if journey.has_offer else None), holdout_percent
    _changed(session, row, duty, at)
    acts.note(
        session, duty=duty, act="automation.terms", target=kind, at=at, percent=holdout_percent
    )


def gift_of(session: Session, *, merchant_id: UUID, setting: Setting) -> offers.Offer | None:
    """The gift as it can be given now; None without one, or where its reward is gone."""
    if setting.offer is None:
        return None
    try:
        return offers.find(session, merchant_id=merchant_id, raw=setting.offer)
    except Invalid:
        return None


def steps_of(journey: Journey, offer: offers.Offer | None) -> list[Step]:
    """The letters that are sent: without a gift none that speaks of it."""
    return [
        step for step in journey.letters if offer is not None or not (step.gives or step.reminds)
    ]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is slow to make before letters can go out: each printed, of that version."""

    version: int
    editions: Sequence[Edition]


def prepare(session: Session, *, merchant_id: UUID, kind: str) -> Prepared:
    """Print the letters of a journey, without a lock. Raises Unknown, Invalid."""
    setting = find(session, merchant_id=merchant_id, kind=kind)
    house = rules.house(session, merchant_id=merchant_id)
    offer = gift_of(session, merchant_id=merchant_id, setting=setting)
    made = [
        editions.make(setting.journey, step, setting.letter(step.key), offer, house)
        for step in steps_of(setting.journey, offer)
    ]
    return Prepared(setting.version, made)


def switch_on(session: Session, *, duty: Duty, kind: str, prepared: Prepared, at: datetime) -> None:
    """Let people begin, and letters go out as printed; also to renew what is on already.

    Raises Unknown, Forbidden, and ChangedMeanwhile where the letters are not these any more.
    """
    row = _lock(session, duty, journey_of(kind), prepared.version, at)
    editions.publish(session, duty=duty, kind=kind, wanted=prepared.editions, at=at)
    if row.state == ON:
        return
    if row.state == OFF:
        row.started_at, row.looked_on = at, None
    row.state = ON
    _changed(session, row, duty, at)
    acts.note(session, duty=duty, act="automation.on", target=kind, at=at)


def switch_off(session: Session, *, duty: Duty, kind: str, at: datetime) -> bool:
    """Let nobody new begin; who is on the way goes on to the end. Whether that changed anything."""
    row = _lock(session, duty, journey_of(kind), None, at)
    if row.state != ON:
        return False
    row.state = ENDING
    _changed(session, row, duty, at)
    acts.note(session, duty=duty, act="automation.off", target=kind, at=at)
    return True


def _lock(
    session: Session, duty: Duty, journey: Journey, version: int | None, at: datetime
) -> Automation:
    """The row, made where there is none, unless somebody has changed it since `version`."""
    duty.demand(Permission.CAMPAIGNS)
    row = session.get(Automation, (duty.merchant_id, journey.kind), with_for_update=True)
    if row is None:
        row = Automation(
            merchant_id=duty.merchant_id,
            kind=journey.kind,
            state=OFF,
            letters={},
            holdout_percent=HOLDOUT_USUAL if journey.has_holdout else 0,
            salt=secrets.token_bytes(16),
            version=0,
            actor=duty.actor,
            changed_at=at,
        )
        session.add(row)
        session.flush()
    if version is not None and row.version != version:
        raise ChangedMeanwhile(automation=journey.kind, version=row.version)
    return row


def _changed(session: Session, row: Automation, duty: Duty, at: datetime) -> None:
    row.version += 1
    row.actor, row.changed_at = duty.actor, at
    session.flush()


_PERCENT = Text(f"Da 0 a {HOLDOUT_MAX} per cento.", f"Between 0 and {HOLDOUT_MAX} per cent.")
