"""The member that an address names: theirs alone, living, and with their own cards."""

from uuid import UUID

from flask import Response, make_response, redirect, url_for
from sqlalchemy.orm import Session

from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.customers import directory, living
from loyalty.customers.models import Customer
from loyalty.members import timeline
from loyalty.members.timeline import Whose
from loyalty.web import guard


def find(records: Session, member_ref: str) -> Customer:
    """The customer, living under that ref or under another by now. Raises Unknown("customer")."""
    merchant_id = guard.duty().merchant_id
    found = directory.find(records, merchant_id=merchant_id, customer_ref=member_ref)
    if found.merged_into_id is None:
        return found
    now = living.resolve(records, merchant_id=merchant_id, customer_id=found.id)
    return directory.find(records, merchant_id=merchant_id, customer_ref=ref("cus", now))


def whose(records: Session, customer: Customer) -> Whose:
    """Everything that is theirs."""
    return timeline.whose(records, merchant_id=customer.merchant_id, customer_id=customer.id)


def demand_card(records: Session, member_ref: str, card_ref: str) -> None:
    """Raise Unknown("card") unless the card is one of theirs."""
    if parse_ref("crd", card_ref) not in whose(records, find(records, member_ref)).card_ids:
        raise Unknown("card")


def back(member_ref: str, anchor: str = "") -> Response:
    """To the member's page."""
    path = url_for("portal.member", member_ref=member_ref, _anchor=anchor or None)
    return make_response(redirect(path, 303))


def demand_about(records: Session, customer: Customer, customer_id: UUID) -> None:
    """Raise Unknown("note") unless it is about this person, under whichever id."""
    if customer_id not in whose(records, customer).customer_ids:
        raise Unknown("note")
