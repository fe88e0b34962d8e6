"""Who may be sent news and offers: the one place that says so.

Whoever agreed to it, and has an address. What somebody ticked on a page of ours counts once they
proved that the address is theirs; what another program or an import brings is that one's own word.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.customers import consents, directory, living
from loyalty.customers.consents import Purpose
from loyalty.customers.models import ConsentEvent, Customer, EmailConfirmation

OWN_PAGES = ("join", "card")  # how the sources of consents given on our pages begin


def mailable(session: Session, *, merchant_id: UUID, customer_ids: Collection[UUID]) -> set[UUID]:
    """Those of these living customers who may be sent news and offers now."""
    rows = session.execute(
        sa.select(Customer.id, Customer.email_confirmed_at).where(
            Customer.merchant_id == merchant_id,
            Customer.id.in_(list(customer_ids)),
            Customer.email.is_not(None),
        )
    )
    proven = {row.id: row.email_confirmed_at is not None for row in rows}
    said = _marketing(session, merchant_id, list(proven))
    return {who for who, event in said.items() if event.given and (proven[who] or _is_word(event))}


def was_mailable(session: Session, *, merchant_id: UUID, customer_ref: str, at: datetime) -> bool:
    """Whether a customer might have been sent any at a past moment, by the logs alone.

    Raises Unknown("customer").
    """
    customer = directory.find(session, merchant_id=merchant_id, customer_ref=customer_ref)
    who = living.resolve(session, merchant_id=merchant_id, customer_id=customer.id, at=at)
    log = consents.log(session, merchant_id=merchant_id, customer_id=who)
    event = consents.latest(event for event in log if event.at <= at).get(Purpose.MARKETING)
    if event is None or not event.given:
        return False
    return _is_word(event) or _was_proven(session, merchant_id, who, at)


def _marketing(
    session: Session, merchant_id: UUID, customer_ids: list[UUID]
) -> dict[UUID, ConsentEvent]:
    """The word on marketing in force of each who ever said one."""
    logs: dict[UUID, list[ConsentEvent]] = {}
    query = sa.select(ConsentEvent).where(
        ConsentEvent.merchant_id == merchant_id,
        ConsentEvent.customer_id.in_(customer_ids),
        ConsentEvent.purpose == Purpose.MARKETING.value,
    )
    for event in session.execute(query).scalars():
        logs.setdefault(event.customer_id, []).append(event)
    in_force = {who: consents.latest(log).get(Purpose.MARKETING) for who, log in logs.items()}
    return {who: event for who, event in in_force.items() if event is not None}


def _is_word(event: ConsentEvent) -> bool:
    """Whether it needs no proof of the address."""
    return not event.source.startswith(OWN_PAGES)


def _was_proven(session: Session, merchant_id: UUID, customer_id: UUID, at: datetime) -> bool:
    people = [
        customer_id,
        *living.gathered(session, merchant_id=merchant_id, customer_id=customer_id),
    ]
    query = sa.select(EmailConfirmation.id).where(
        EmailConfirmation.merchant_id == merchant_id,
        EmailConfirmation.customer_id.in_(people),
        EmailConfirmation.confirmed_at <= at,
    )
    return session.execute(query.limit(1)).first() is not None
