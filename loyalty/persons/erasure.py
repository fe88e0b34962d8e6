"""Forgetting a person: whatever says who they are goes, and the books stay whole without a name."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import keeping, wallets
from loyalty.core import mail
from loyalty.core.db import current
from loyalty.core.signing import derive
from loyalty.counter import detail
from loyalty.customers import directory, notes, tags
from loyalty.customers.models import Customer, Erasure
from loyalty.feedback import losses, remarks
from loyalty.imports import badrows
from loyalty.ledger import wording
from loyalty.merchants import acts
from loyalty.merchants.roles import Duty
from loyalty.persons import rows
from loyalty.persons.rows import Person
from loyalty.tasks import tasks

_HASH_BYTES = 16


def erase(session: Session, *, duty: Duty, customer_ref: str, at: datetime) -> None:
    """Forget a customer and those merged into them; their cards stop, the ledger keeps its sums.

    Raises Unknown("customer"), and MergedAway naming the living one.
    """
    directory.lock(session, merchant_id=duty.merchant_id, customer_ref=customer_ref)
    who = rows.person(session, merchant_id=duty.merchant_id, customer_ref=customer_ref)
    known_as = _addresses(session, who)
    directory.erase(session, merchant_id=duty.merchant_id, customer_ref=customer_ref, at=at)
    _remember(session, who, known_as, at)
    _forget_words(session, who, set(filter(None, known_as.values())))
    cards = keeping.close_for_good(
        session, merchant_id=duty.merchant_id, customer_ids=who.customer_ids, at=at
    )
    detail.clear(session, merchant_id=duty.merchant_id, card_ids=cards)
    wording.forget(session, merchant_id=duty.merchant_id, card_ids=cards)
    acts.note(session, duty=duty, act="customer.erase", target=customer_ref, at=at)


def _addresses(session: Session, who: Person) -> dict[Any, str | None]:
    query = sa.select(Customer.id, Customer.email).where(
        Customer.merchant_id == who.merchant_id, Customer.id.in_(who.customer_ids)
    )
    return {row.id: row.email for row in session.execute(query)}


def _remember(session: Session, who: Person, known_as: dict[Any, str | None], at: datetime) -> None:
    """Note that they were forgotten, for a backup from before must forget them again."""
    for customer_id in who.customer_ids:
        address = known_as[customer_id]
        session.add(
            Erasure(
                merchant_id=who.merchant_id,
                customer_id=customer_id,
                at=at,
                address_hash=address_hash(address) if address else None,
            )
        )
    session.flush()


def address_hash(address: str) -> bytes:
    """An e-mail as the proof of consents keeps it: nobody can turn it back without our key."""
    tidy = address.strip().lower().encode("utf-8", "surrogatepass")
    return derive(current().settings.secret, "erased-address", tidy)[:_HASH_BYTES]


def _forget_words(session: Session, who: Person, addresses: Iterable[str]) -> None:
    scope: dict[str, Any] = {"merchant_id": who.merchant_id, "customer_ids": who.customer_ids}
    remarks.forget(session, **scope)
    losses.forget(session, **scope)
    notes.forget(session, **scope)
    tags.forget(session, **scope)
    mail.forget(session, addresses=list(addresses), **scope)
    wallets.forget(session, addresses=list(addresses))
    badrows.forget(session, merchant_id=who.merchant_id, addresses=list(addresses))
    tasks.forget(session, **scope)
    acts.forget_words(session, merchant_id=who.merchant_id, targets=rows.refs(session, who))
