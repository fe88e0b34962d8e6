"""What is known of people on a journey at one moment, read for many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import rhythm, standing
from loyalty.analytics.ground import Ground
from loyalty.analytics.rhythm import Yardstick
from loyalty.automations import entering
from loyalty.automations.deciding import Facts
from loyalty.automations.journeys import WIN_BACK, Journey
from loyalty.automations.models import AutomationStep
from loyalty.campaigns import gate, states
from loyalty.campaigns.gate import Through
from loyalty.campaigns.models import Message
from loyalty.campaigns.offers import Offer
from loyalty.campaigns.rules import House
from loyalty.core.calendar import local_day
from loyalty.core.db import table
from loyalty.counter import gifts
from loyalty.counter.models import Redemption
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers.models import Customer

_STEP, _MESSAGE, _REDEMPTION = table(AutomationStep), table(Message), table(Redemption)
_CUSTOMER, _STATS = table(Customer).c, table(MemberStats).c


@dataclass(frozen=True, slots=True)
class Known:
    """One person: what decides, and what a step needs to be carried out."""

    facts: Facts
    card_id: UUID | None
    voucher_id: UUID | None


def measure(session: Session, *, house: House, at: datetime) -> Yardstick:
    """What members are measured by today; it adds up a whole shop, so once for many portions."""
    return Ground(session, house.merchant_id, local_day(at, house.timezone)).yardstick


def of(
    session: Session,
    *,
    house: House,
    journey: Journey,
    runs: Sequence[Any],
    offer: Offer | None,
    yardstick: Yardstick,
    at: datetime,
) -> dict[UUID, Known]:
    """What is known of each of these runs' people, by run."""
    ids = [run.customer_id for run in runs]
    profiled = entering.is_profiled(journey)
    people = _people(session, house, journey, ids, yardstick)
    verdicts = gate.ask(session, house=house, customer_ids=ids, profiled=profiled, at=at)
    letters = _letters(session, house.merchant_id, [run.id for run in runs])
    cards = _cards(session, house.merchant_id, offer, ids)
    return {
        run.id: _known(
            people.get(run.customer_id), verdicts[run.customer_id], letters.get(run.id, ()),
            cards.get(run.customer_id), at,
        )
        for run in runs
    }  # fmt: skip


def _people(
    session: Session, house: House, journey: Journey, ids: Sequence[UUID], yardstick: Yardstick
) -> Mapping[UUID, tuple[Any, bool]]:
    """Those who are customers still: their last visit day, and whether the journey fits them."""
    fits: sa.ColumnElement[bool] = sa.true()
    if journey.kind == WIN_BACK:
        fits = standing.state_of(session, yardstick).in_([*rhythm.GONE])
    rows = session.execute(
        sa.select(_CUSTOMER.id, _STATS.last_on, fits.label("fits"))
        .select_from(standing.MEMBERS)
        .where(*standing.living(house.merchant_id), _CUSTOMER.id.in_(list(ids)))
    )
    return {row.id: (row.last_on, bool(row.fits)) for row in rows}


def _letters(
    session: Session, merchant_id: UUID, run_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[Any]]:
    """The letters of each run, with what is left of their vouchers."""
    voucher = sa.and_(
        _REDEMPTION.c.merchant_id == _MESSAGE.c.merchant_id,
        _REDEMPTION.c.id == _MESSAGE.c.redemption_id,
        _REDEMPTION.c.state == "reserved",
    )
    letter = sa.and_(
        _MESSAGE.c.merchant_id == _STEP.c.merchant_id, _MESSAGE.c.id == _STEP.c.message_id
    )
    rows = session.execute(
        sa.select(
            _STEP.c.run_id, _STEP.c.step, _MESSAGE.c.state,
            _REDEMPTION.c.id.label("voucher_id"), _REDEMPTION.c.until_at,
        )
        .select_from(_STEP.join(_MESSAGE, letter).outerjoin(_REDEMPTION, voucher))
        .where(_STEP.c.merchant_id == merchant_id, _STEP.c.run_id.in_(list(run_ids)))
    )  # fmt: skip
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.run_id, []).append(row)
    return found


def _cards(
    session: Session, merchant_id: UUID, offer: Offer | None, ids: Sequence[UUID]
) -> Mapping[UUID, UUID]:
    if offer is None:
        return {}
    return gifts.cards_of(
        session, merchant_id=merchant_id, program_id=offer.program_id, customer_ids=ids
    )


def _known(
    person: tuple[Any, bool] | None,
    verdict: Through | str,
    letters: Sequence[Any],
    card_id: UUID | None,
    at: datetime,
) -> Known:
    last_on, fits = person or (None, False)
    voucher = next((one for one in letters if one.voucher_id and one.until_at > at), None)
    facts = Facts(
        is_there=person is not None,
        last_on=last_on,
        fits=fits,
        refusal=verdict if isinstance(verdict, str) else None,
        waiting=any(one.state in states.OPEN for one in letters),
        letters={one.step: one.state for one in letters},
        voucher_ends_at=voucher.until_at if voucher else None,
        has_card=card_id is not None,
    )
    return Known(facts, card_id, voucher.voucher_id if voucher else None)
