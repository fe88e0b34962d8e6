"""What an automation needs from day to day: a look each day, fresh letters, an end."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.automations import advancing, editions, switching
from loyalty.automations.deciding import ENDED
from loyalty.automations.journeys import WELCOME, Step
from loyalty.automations.models import Automation, AutomationRun, AutomationStep
from loyalty.automations.switching import Prepared
from loyalty.campaigns import states
from loyalty.campaigns.models import Campaign, Message
from loyalty.campaigns.offers import Offer
from loyalty.campaigns.rules import House
from loyalty.core.calendar import local_day
from loyalty.core.db import rows_changed, table
from loyalty.counter import gifts
from loyalty.merchants import acts
from loyalty.merchants.roles import Duty, Permission, system_duty

_AUTOMATION, _RUN, _STEP, _MESSAGE = (
    table(Automation), table(AutomationRun), table(AutomationStep), table(Message),
)  # fmt: skip


def under_way(session: Session) -> list[Automation]:
    """Every automation of every shop that is on or ending; they belong to no session."""
    rows = list(
        session.execute(
            sa.select(Automation)
            .where(Automation.state != switching.OFF)
            .order_by(Automation.merchant_id, Automation.kind)
        ).scalars()
    )
    for row in rows:
        session.expunge(row)
    return rows


def find(session: Session, *, merchant_id: UUID, kind: str) -> Automation | None:
    """One that is on or ending, belonging to no session."""
    row = session.get(Automation, (merchant_id, kind))
    if row is None or row.state == switching.OFF:
        return None
    session.expunge(row)
    return row


def is_to_look(row: Automation, house: House, at: datetime) -> bool:
    """Whether anybody may begin: rhythms change by the day, newcomers come at any hour."""
    return row.kind == WELCOME or row.looked_on != local_day(at, house.timezone)


def looked(session: Session, *, row: Automation, house: House, at: datetime) -> None:
    """Note that everybody has begun whom it fits today."""
    session.execute(
        sa.update(_AUTOMATION)
        .where(_AUTOMATION.c.merchant_id == row.merchant_id, _AUTOMATION.c.kind == row.kind)
        .values(looked_on=local_day(at, house.timezone))
    )


def is_stale(session: Session, *, row: Automation, house: House) -> bool:
    """Whether the letters that go out are not those that are wanted, or not as they are wanted.

    Somebody may have rewritten one, renamed the shop, or published another version of a reward.
    """
    scope = {"merchant_id": row.merchant_id}
    setting = switching.find(session, kind=row.kind, **scope)
    offer = switching.gift_of(session, setting=setting, **scope)
    there = editions.current_of(session, kind=row.kind, **scope)
    steps = switching.steps_of(setting.journey, offer)
    return {step.key for step in steps} != set(there) or any(
        _differs(there[step.key], setting.letter(step.key), _frame(step, offer, house))
        for step in steps
    )


def _frame(step: Step, offer: Offer | None, house: House) -> dict[str, Any]:
    return editions.frame_of(offer if step.gives or step.reminds else None, house)


def _differs(edition: Campaign, letter: dict[str, Any], frame: dict[str, Any]) -> bool:
    printed = edition.printed or {}
    return edition.letter != letter or any(printed.get(key) != one for key, one in frame.items())


def renew(session: Session, *, row: Automation, prepared: Prepared, at: datetime) -> None:
    """Let the letters go out as they were printed now, unless they are wanted otherwise by now."""
    mine = session.get_one(Automation, (row.merchant_id, row.kind), with_for_update=True)
    session.refresh(mine)
    if mine.version == prepared.version and mine.state != switching.OFF:
        duty = system_duty(row.merchant_id, via="system")
        editions.publish(session, duty=duty, kind=row.kind, wanted=prepared.editions, at=at)


def close(session: Session, *, row: Automation, at: datetime) -> bool:
    """An automation that was ending is off once nobody is on the way; whether it is now."""
    if row.state != switching.ENDING:
        return False
    if advancing.is_any_open(session, merchant_id=row.merchant_id, kind=row.kind):
        return False
    closed = session.execute(
        sa.update(_AUTOMATION)
        .where(
            _AUTOMATION.c.merchant_id == row.merchant_id,
            _AUTOMATION.c.kind == row.kind,
            _AUTOMATION.c.state == switching.ENDING,
        )
        .values(state=switching.OFF, version=_AUTOMATION.c.version + 1)
    )
    editions.retire_all(session, merchant_id=row.merchant_id, kind=row.kind, at=at)
    return rows_changed(closed) == 1


def stop(session: Session, *, duty: Duty, kind: str, at: datetime) -> int:
    """Switch off and end everybody's way now: no further letter; how many were on it.

    Vouchers that a letter has told of stay good. Raises Unknown, Forbidden.
    """
    duty.demand(Permission.CAMPAIGNS)
    switching.journey_of(kind)
    row = session.get(Automation, (duty.merchant_id, kind), with_for_update=True)
    if row is None or row.state == switching.OFF:
        return 0
    ids = _open_runs(session, duty.merchant_id, kind)
    _drop_letters(session, duty.merchant_id, ids, at)
    advancing.end(session, merchant_id=duty.merchant_id, run_ids=ids, how=ENDED, at=at)
    editions.retire_all(session, merchant_id=duty.merchant_id, kind=kind, at=at)
    row.state, row.version, row.changed_at = switching.OFF, row.version + 1, at
    session.flush()
    acts.note(session, duty=duty, act="automation.stop", target=kind, at=at, people=len(ids))
    return len(ids)


def resume(session: Session, *, duty: Duty, kind: str, house: House, at: datetime) -> None:
    """Somebody's word that it is right to go on after it was halted. Raises Unknown, Forbidden.

    After an older database was restored nobody knows who was sent what since: whoever is on the
    way leaves, and whoever fits by today is not written to, so that nobody hears anything twice.
    """
    duty.demand(Permission.CAMPAIGNS)
    switching.journey_of(kind)
    row = session.get(Automation, (duty.merchant_id, kind), with_for_update=True)
    if row is None:
        return
    if editions.resume(session, merchant_id=duty.merchant_id, kind=kind):
        ids = _open_runs(session, duty.merchant_id, kind)
        _drop_letters(session, duty.merchant_id, ids, at)
        advancing.end(session, merchant_id=duty.merchant_id, run_ids=ids, how="restored", at=at)
        row.fresh_from_on = local_day(at, house.timezone)
        row.started_at = at
    session.flush()
    acts.note(session, duty=duty, act="automation.resume", target=kind, at=at)


def _open_runs(session: Session, merchant_id: UUID, kind: str) -> list[UUID]:
    query = sa.select(_RUN.c.id).where(
        _RUN.c.merchant_id == merchant_id, _RUN.c.kind == kind, _RUN.c.ended_at.is_(None)
    )
    return list(session.execute(query.with_for_update()).scalars())


def _drop_letters(session: Session, merchant_id: UUID, run_ids: list[UUID], at: datetime) -> None:
    """What has not left stays here, and vouchers that nobody was told of end."""
    if not run_ids:
        return
    its = sa.select(_STEP.c.message_id).where(
        _STEP.c.merchant_id == merchant_id, _STEP.c.run_id.in_(run_ids)
    )
    told = sa.select(_MESSAGE.c.redemption_id).where(
        _MESSAGE.c.merchant_id == merchant_id,
        _MESSAGE.c.id.in_(its),
        _MESSAGE.c.redemption_id.is_not(None),
        _MESSAGE.c.state.in_([states.SENDING, states.SENT, states.UNKNOWN]),
    )
    known = set(session.execute(told).scalars())
    dropped = session.execute(
        sa.update(_MESSAGE)
        .where(
            _MESSAGE.c.merchant_id == merchant_id,
            _MESSAGE.c.id.in_(its),
            _MESSAGE.c.state.in_([states.READY, states.CLAIMED]),
        )
        .values(state=states.SKIPPED, reason=states.ENDED, worker=None, lease_ends_at=None)
        .returning(_MESSAGE.c.redemption_id)
    ).scalars()
    vouchers = [one for one in dropped if one is not None and one not in known]
    gifts.take_back(session, merchant_id=merchant_id, redemption_ids=vouchers, at=at)
