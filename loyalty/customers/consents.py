"""What customers agree to: an append-only log, and the state that it comes to at any moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import Invalid
from loyalty.core.ids import new_id, ref
from loyalty.core.text import Text
from loyalty.customers import directory, living
from loyalty.customers.acting import Acting
from loyalty.customers.models import ConsentEvent, Customer

MERGE, UNMERGE = "merge", "unmerge"  # the sources of what nobody said
_AHEAD_MAX = timedelta(minutes=5)  # clocks differ
_YEAR_MIN = 2000
_TOO_EARLY = Text("Prima del 2000 non può essere.", "This cannot be before the year 2000.")
_TOO_LATE = Text("È nel futuro.", "This is in the future.")


class Purpose(StrEnum):
    """What one may agree to; each apart from the others, none of them needed for a card."""

    PROGRAM = "program"
    PROFILING = "profiling"
    MARKETING = "marketing"
    TRACKING = "tracking"


State = dict[Purpose, bool | None]  # given, refused or withdrawn, never asked


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody said: `text_id` names the exact text, `source` where (counter, web, import).

    `occurred_at` is when they said it; None means now.
    """

    purpose: Purpose
    given: bool
    text_id: str
    source: str
    occurred_at: datetime | None = None


def latest(events: Iterable[ConsentEvent]) -> dict[Purpose, ConsentEvent]:
    """The event in force for each purpose: the last one said, of one moment the last recorded.

    A merge that has been undone counts as if it had not been; so does the undo itself. That way a
    word that was said meanwhile, or comes in late, still has its own place in time.
    """
    log = sorted(events, key=lambda event: (event.at, event.id))
    undone = {(event.merge_id, event.purpose) for event in log if event.source == UNMERGE}
    return {
        Purpose(event.purpose): event
        for event in log
        if event.merge_id is None or (event.merge_id, event.purpose) not in undone
    }


def state(events: Iterable[ConsentEvent]) -> State:
    """What a log comes to, for every purpose; None where nothing was ever said."""
    in_force = latest(events)
    return {
        purpose: in_force[purpose].given if purpose in in_force else None for purpose in Purpose
    }


def strictest(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001  # two states
    """What two customers who turn out to be one have agreed to: only what both of them gave.

    A withdrawal by either is one. Silence is not consent: what one of them gave does not speak for
    the profile where it was not asked, so it is not given until they are asked again. Where both
    are silent nothing was ever said.
    """
    if one is None and other is None:
        return None
    return bool(one and other)


def record(
    session: Session, *, duty: Acting, customer_ref: str, consent: Consent, at: datetime
) -> ConsentEvent:
    """Keep what a customer said. Raises Unknown("customer"), Invalid, MergedAway.

    Of somebody who was merged a withdrawal is never refused, and goes to the one who survived; a
    consent is, for whoever asked did not know whom they asked.
    """
    _check_moment(consent.occurred_at or at, at)
    customer = directory.lock(session, merchant_id=duty.merchant_id, customer_ref=customer_ref)
    if consent.given:
        living.demand_living(session, customer=customer)
    customer = _lock_living(session, customer)
    return keep(session, duty=duty, customer_id=customer.id, consent=consent, at=at)


def _check_moment(occurred_at: datetime, at: datetime) -> None:
    if occurred_at.year < _YEAR_MIN:
        raise Invalid({"at": [_TOO_EARLY]})
    if occurred_at > at + _AHEAD_MAX:
        raise Invalid({"at": [_TOO_LATE]})


def _lock_living(session: Session, customer: Customer) -> Customer:
    while customer.merged_into_id is not None:
        customer = directory.lock(
            session,
            merchant_id=customer.merchant_id,
            customer_ref=ref("cus", customer.merged_into_id),
        )
    return customer


def keep(
    session: Session,
    *,
    duty: Acting,
    customer_id: UUID,
    consent: Consent,
    at: datetime,
    merge_id: UUID | None = None,
) -> ConsentEvent:
    """Add an event to the log of a customer whose row is locked."""
    event = _event(duty, customer_id, consent, at, merge_id)
    session.add(event)
    session.flush()
    return event


def keep_all(
    session: Session, *, duty: Acting, said: Iterable[tuple[UUID, Consent]], at: datetime
) -> None:
    """The same for what many customers, whose rows are locked, said elsewhere."""
    session.add_all(_event(duty, customer_id, consent, at, None) for customer_id, consent in said)
    session.flush()


def _event(
    duty: Acting, customer_id: UUID, consent: Consent, at: datetime, merge_id: UUID | None
) -> ConsentEvent:
    return ConsentEvent(
        merchant_id=duty.merchant_id,
        id=new_id(),
        customer_id=customer_id,
        purpose=consent.purpose.value,
        given=consent.given,
        text_id=consent.text_id,
        source=consent.source,
        actor=duty.actor,
        # A clock that is ahead must not outlast what is said a moment later.
        at=min(consent.occurred_at or at, at),
        recorded_at=at,
        merge_id=merge_id,
    )


def of(
    session: Session, *, merchant_id: UUID, customer_ref: str, at: datetime | None = None
) -> State:
    """What a customer agrees to, now or as it stood at a moment. Raises Unknown("customer").

    Of somebody who was merged by then: what the one who survived agrees to.
    """
    customer = directory.find(session, merchant_id=merchant_id, customer_ref=customer_ref)
    who = living.resolve(session, merchant_id=merchant_id, customer_id=customer.id, at=at)
    events = log(session, merchant_id=merchant_id, customer_id=who)
    return state(event for event in events if at is None or event.at <= at)


def of_many(
    session: Session, *, merchant_id: UUID, customer_ids: Iterable[UUID]
) -> dict[UUID, State]:
    """What each of these living customers agrees to now; who never said anything is there too."""
    logs: dict[UUID, list[ConsentEvent]] = {customer_id: [] for customer_id in customer_ids}
    query = sa.select(ConsentEvent).where(
        ConsentEvent.merchant_id == merchant_id, ConsentEvent.customer_id.in_(list(logs))
    )
    for event in session.execute(query).scalars():
        logs[event.customer_id].append(event)
    return {customer_id: state(events) for customer_id, events in logs.items()}


def log(
    session: Session,
    *,
    merchant_id: UUID,
    customer_id: UUID,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[ConsentEvent]:
    """A customer's own events in the order in which they were recorded, after a key."""
    query = sa.select(ConsentEvent).where(
        ConsentEvent.merchant_id == merchant_id, ConsentEvent.customer_id == customer_id
    )
    if after is not None:
        query = query.where(ConsentEvent.id > after)
    return list(session.execute(query.order_by(ConsentEvent.id).limit(limit)).scalars())
